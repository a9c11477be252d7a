"""Has the simulator read the same manual? Each documented request must get the documented reply from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.exchanges.exchange import Exchange, Reply, Request, exchanges, systems

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

ALL = [exchange for system in systems() for exchange in exchanges(system)]
SIMULATED = [exchange for exchange in ALL if exchange.simulator.why is None and exchange.wire]
LITERAL = {"errorCode", "errorSummary", "status", "code", "type", "message", "name", "State", "Step", "Reason"}
# What a seed needs beside its users before the simulator tells their ids.
ADMITTED: dict[str, dict[str, Any]] = {
    "okta": {"tokens": [{"token": "CANARY-any"}]},
    "onelogin": {"credentials": [{"client_id": "CANARY-any", "client_secret": "CANARY-any"}]},
    "etna": {"app_keys": ["CANARY-any"]},
}


@pytest.mark.parametrize("exchange", SIMULATED, ids=lambda exchange: f"{exchange.system}: {exchange.name}")
def test_the_simulator_answers_what_the_manual_says(exchange: Exchange, pwmgmt_simulator: Simulator) -> None:
    own = ids_of(exchange, pwmgmt_simulator)
    pwmgmt_simulator.load(exchange.simulator.given)
    for turn in exchange.wire:
        answer = send(turn.request, pwmgmt_simulator.url, own)
        assert answer.status_code == turn.reply.status, answer.text
        if turn.reply.has_json:
            own |= same_shape(turn.reply.json_body, answer.json(), own)
        assert_headers(turn.reply, answer)


@pytest.mark.parametrize("system", systems())
def test_some_exchanges_of_each_system_are_simulated(system: str) -> None:
    assert [exchange for exchange in SIMULATED if exchange.system == system]


def ids_of(exchange: Exchange, simulator: Simulator) -> dict[str, str]:
    """Return the simulator's own ids by the documented ones. An account keeps its id from one seed to the next."""
    if not exchange.simulator.ids:
        return {}
    users = [{"login": login, "password": "CANARY-any"} for login in exchange.simulator.ids.values()]
    simulator.load({exchange.system: ADMITTED[exchange.system] | {"users": users}})
    own = {str(account["login"]): str(account["id"]) for account in simulator.accounts}
    return {documented: own[login] for documented, login in exchange.simulator.ids.items()}


def send(request: Request, url: str, own: dict[str, str]) -> requests.Response:
    """Send what the manual says, with the simulator's own ids and tokens in it."""
    body = {"json": request.body("CANARY-salt")} if request.has_json else {"data": request.form}
    headers = {name: value for name, value in request.headers.items() if value is not None}
    text = json.dumps({"path": request.path, "params": request.query, "headers": headers, **body})
    for documented, value in own.items():
        text = text.replace(documented, value)
    asked = json.loads(text)
    path = asked.pop("path")
    return requests.request(request.method, url + path, timeout=30, allow_redirects=False, **asked)


def same_shape(documented: Any, answered: Any, own: dict[str, str], place: str = "") -> dict[str, str]:  # noqa: ANN401 -- JSON
    """Compare two JSON values: every documented name is there with a value of the same kind; what a program goes by
    is the same text. Returns the tokens that the simulator gave in place of the documented ones.
    """
    tokens: dict[str, str] = {}
    if documented is None or answered is None:
        return tokens
    assert type(documented) is type(answered), place
    if isinstance(documented, dict):
        assert documented.keys() <= answered.keys(), place
        for name, value in documented.items():
            tokens |= same_shape(value, answered[name], own, f"{place}.{name}")
    elif isinstance(documented, list):
        assert len(documented) == len(answered), place
        for number, (one, other) in enumerate(zip(documented, answered, strict=True)):
            tokens |= same_shape(one, other, own, f"{place}[{number}]")
    elif str(documented).startswith("CANARY-"):
        tokens[documented] = answered
    elif place.rpartition(".")[2] in LITERAL and "Resource not found" not in str(documented):
        assert answered == documented, place
    return tokens


def assert_headers(documented: Reply, answer: requests.Response) -> None:
    """Every documented header is there; what a program goes by has the same value."""
    headers = {name.lower(): value for name, value in documented.headers.items()}
    if not documented.has_json:
        del headers["content-type"]
    assert headers.keys() <= {name.lower() for name in answer.headers}
    for name in headers.keys() & {"content-type", "www-authenticate"}:
        assert answer.headers[name] == headers[name]
