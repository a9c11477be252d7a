"""Do we send what the manual says, and read what it answers? How the files look is said in ``exchange.py``."""

from __future__ import annotations

import json
import re
import traceback
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from pulumi_pwmgmt import errors
from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, PasswordPolicy, Secret
from pulumi_pwmgmt.systems import discover
from tests.exchanges.exchange import Exchange, Gives, Request, exchanges, systems
from tests.exchanges.scripted_server import Received, serving

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
EXCHANGES = [exchange for system in systems() for exchange in exchanges(system)]


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: f"{exchange.system}: {exchange.name}")
def test_a_call_sends_and_reads_what_the_manual_says(exchange: Exchange) -> None:
    with serving([turn.reply for turn in exchange.wire]) as script:
        outcome = play(exchange, script.url)
    for received, turn in zip(script.received, exchange.wire, strict=False):
        assert_sent(received, turn.request)
    assert len(script.received) == len(exchange.wire), "another number of requests than documented"
    assert_gives(outcome, exchange.gives)


def test_every_system_has_its_exchanges() -> None:
    assert systems() == list(discover())


@pytest.mark.parametrize("system", systems())
def test_everything_that_a_system_can_be_asked_is_exchanged(system: str) -> None:
    kind = discover()[system].System
    asked = {name for name, method in vars(kind).items() if callable(method) and not name.startswith("_")}
    played = [exchange for exchange in exchanges(system) if "raises" not in exchange.gives.model_fields_set]
    sent = {method for exchange in played for method in exchange.call if exchange.wire}
    overwrites = {OnDestroy.REVOKE.value} if kind.traits.revoke_overwrites else set()
    removals = {how.value for how in kind.traits.removals} - overwrites
    never_sent = set() if removals else {"remove_password"}
    assert sent == asked - never_sent - {"subject"}, "`subject` reads the token and asks nobody"
    assert {
        exchange.call["remove_password"]["how"] for exchange in played if "remove_password" in exchange.call
    } == removals


@pytest.mark.parametrize("system", systems())
def test_every_exchange_of_a_file_has_a_name_of_its_own(system: str) -> None:
    names = [exchange.name for exchange in exchanges(system)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("system", systems())
def test_every_code_of_the_refusal_table_is_met_by_an_exchange(system: str) -> None:
    codes = {row.code for row in discover()[system].DIALECT.refusals if row.code}
    replies = repr([turn.reply for exchange in exchanges(system) for turn in exchange.wire])
    assert {code for code in codes if code not in replies} == set()


def play(exchange: Exchange, url: str) -> object:
    """Make the call over the real wire and return what it gave, an error as well."""
    module = discover()[exchange.system]
    connection = module.Connection(system=exchange.system, url=url + exchange.url_path, **exchange.connection)
    system = module.System(connection, Wire(connection, module.DIALECT))
    ((method, arguments),) = exchange.call.items()
    try:
        return getattr(system, method)(**{name: argument(name, value) for name, value in arguments.items()})
    except errors.CredentialError as error:
        return error


def argument(name: str, value: str | None) -> object:
    """Return an argument as the port takes it."""
    if value is None or name == "principal":
        return value
    return OnDestroy(value) if name == "how" else Secret(value)


def assert_sent(received: Received, documented: Request) -> None:
    """Compare what arrived with what the manual says: everything but the headers that it doesn't name."""
    target = urlsplit(received.target)
    assert (received.method, target.path) == (documented.method, documented.path)
    assert dict(parse_qsl(target.query, strict_parsing=bool(target.query))) == documented.query
    assert {name: received.headers.get(name.lower()) for name in documented.headers} == documented.headers
    if documented.has_json:
        assert received.headers["content-type"].split(";")[0] == "application/json"
        body = json.loads(received.body)
        salt = body[documented.salt_field] if documented.salt_field else ""
        assert body == documented.body(salt)
        assert not documented.salt_field or 20 <= len(salt) <= 40, "no salt to speak of, or none that is taken"
    elif documented.form is not None:
        assert received.headers["content-type"] == "application/x-www-form-urlencoded"
        assert dict(parse_qsl(received.body.decode(), keep_blank_values=True)) == documented.form
    else:
        assert received.body == b""
        assert "content-type" not in received.headers
        assert received.method not in {"POST", "PUT"} or received.headers["content-length"] == "0"


def assert_gives(outcome: object, gives: Gives) -> None:
    """Compare what the caller got with what the exchange promises."""
    if gives.raises:
        assert_raised(outcome, gives)
    elif isinstance(outcome, Exception):
        raise outcome
    elif gives.observation is not None:
        assert outcome == Observation(**{name: plain(value) for name, value in gives.observation.items()})
    elif gives.policy is not None:
        assert outcome == PasswordPolicy(**{name: plain(value) for name, value in gives.policy.items()})
    else:
        assert outcome is gives.returns


def plain(value: Any) -> Any:  # noqa: ANN401 -- whatever stands in the file
    """Return a value of the file as the library has it: times are datetimes, lists are tuples."""
    if isinstance(value, str) and TIME.fullmatch(value):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return tuple(value) if isinstance(value, list) else value


def assert_raised(outcome: Any, gives: Gives) -> None:  # noqa: ANN401 -- each error has attributes of its own
    """Compare an error with the one promised, attribute by attribute; no secret is in any text of it."""
    assert type(outcome).__name__ == gives.raises, outcome
    if gives.reasons is not None:
        assert outcome.reasons == gives.reasons
    if gives.repeats is not None:
        assert outcome.repeats is gives.repeats
    if gives.advice is not None:
        assert outcome.advice == gives.advice
    if gives.happened is not None:
        assert outcome.happened == gives.happened
    if gives.waits is not None:
        assert round(outcome.retry_after / 60) * 60 == gives.waits
    shown = "".join(traceback.format_exception(outcome)) + repr(vars(outcome))
    assert "CANARY-" not in shown
