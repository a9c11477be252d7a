"""Faults to order: what the client sees, and what the directory has done meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.simulator.wire import TIMEOUT_S, Wire, etna, etna_token, my_account, okta, okta_log_in, onelogin

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

NEW = {"credentials": {"password": {"value": "CANARY-New-2"}}}
PATIENCE_S = 0.5


def set_password(simulator: Simulator, timeout: float = TIMEOUT_S) -> requests.Response:
    account = simulator.account("okta")
    url, headers = f"{simulator.url}/api/v1/users/{account['id']}", okta(simulator).headers
    return requests.post(url, json=NEW, headers=headers, timeout=timeout)


def was_set(simulator: Simulator) -> bool:
    return okta_log_in(simulator, simulator.account("okta")["login"], "CANARY-New-2").status_code == 200


def fault(simulator: Simulator, kind: str, **more: Any) -> None:  # noqa: ANN401 -- JSON
    simulator.fault(system="okta", method="POST", path="/api/v1/users/*", kind=kind, **more)


def comes_true(simulator: Simulator) -> bool:
    """Wait for what the simulator does on its own, by the time of change: polling by log-in would lock the account."""
    path, deadline = f"/api/v1/users/{simulator.account('okta')['id']}", time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        shown = okta(simulator).call("GET", path).json()
        if shown["passwordChanged"] > shown["created"]:
            return was_set(simulator)
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("kind", ["401", "429", "500", "502", "503", "504"])
@pytest.mark.parametrize("late", [False, True])
def test_a_status_is_answered_before_or_after_the_commit(
    kind: str, late: bool, pwmgmt_simulator: Simulator  # noqa: FBT001 -- a column of the table
) -> None:  # fmt: skip
    fault(pwmgmt_simulator, kind, late=late)
    assert set_password(pwmgmt_simulator).status_code == int(kind)
    assert was_set(pwmgmt_simulator) is late
    assert set_password(pwmgmt_simulator).status_code == 200


def test_too_many_requests_tell_the_reset_as_each_vendor_does(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.fault(kind="429", times=4, delay_s=30, path="/[ai][pd][ip]/*")
    reply = okta(pwmgmt_simulator).call("GET", "/api/v1/users")
    assert reply.json()["errorCode"] == "E0000047"
    assert reply.headers["X-Rate-Limit-Remaining"] == "0"
    assert 25 <= int(reply.headers["X-Rate-Limit-Reset"]) - time.time() <= 31
    assert my_account(pwmgmt_simulator).call("GET", "").json()["errorCode"] == "E0000047"
    wire = onelogin(pwmgmt_simulator)
    assert wire.call("GET", "/api/2/users").headers["X-RateLimit-Reset"] == "30"
    account = pwmgmt_simulator.account("etna")
    assert etna_token(pwmgmt_simulator, account["login"], account["password"]).headers["Retry-After"] == "30"
    assert etna(pwmgmt_simulator).call("GET", "/v1.0/policies").status_code == 200


def test_a_token_that_is_suddenly_refused_is_refused_as_each_vendor_does(pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("etna")
    clients = [okta(pwmgmt_simulator), my_account(pwmgmt_simulator), onelogin(pwmgmt_simulator), etna(pwmgmt_simulator)]
    paths = ["/api/v1/users", "", "/api/1/users", "/v1.0/users/@me/info"]
    pwmgmt_simulator.fault(kind="401", times=5)
    replies = [client.call("GET", path) for client, path in zip(clients, paths, strict=True)]
    assert [reply.status_code for reply in replies] == [401] * 4
    assert [replies[0].json()["errorCode"], replies[1].json()["errorCode"]] == ["E0000011"] * 2
    assert replies[1].headers["WWW-Authenticate"].startswith("Bearer")
    assert replies[2].json()["status"]["message"] == "Authentication Failure"
    assert replies[3].json() == {"Message": "Authorization has been denied for this request."}
    assert etna_token(pwmgmt_simulator, account["login"], account["password"]).status_code == 401
    assert [client.call("GET", path).status_code for client, path in zip(clients, paths, strict=True)] == [200] * 4


@pytest.mark.parametrize(("delay_s", "header"), [(None, None), (7, "7")])
def test_503_tells_to_wait_only_when_asked_to(
    delay_s: float | None, header: str | None, pwmgmt_simulator: Simulator
) -> None:
    pwmgmt_simulator.fault(kind="503", times=3, delay_s=delay_s, path="/api/*")
    replies = [
        okta(pwmgmt_simulator).call("GET", "/api/v1/users"),
        onelogin(pwmgmt_simulator).call("GET", "/api/1/users"),
        Wire(pwmgmt_simulator.url).call("POST", "/api/token"),
    ]
    assert [reply.status_code for reply in replies] == [503] * 3
    assert [reply.headers.get("Retry-After") for reply in replies] == [header] * 3


def test_an_answer_is_cut_short_after_the_commit(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "truncate")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        set_password(pwmgmt_simulator)
    assert was_set(pwmgmt_simulator)


def test_an_answer_without_a_body_is_cut_short_too(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.fault(system="okta_myaccount", kind="truncate")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        my_account(pwmgmt_simulator).call("DELETE", "")


@pytest.mark.parametrize("kind", ["wrong_json", "html", "oversize"])
def test_an_answer_is_no_json_of_any_use_after_the_commit(kind: str, pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, kind)
    reply = set_password(pwmgmt_simulator)
    assert reply.status_code == 200
    if kind == "oversize":
        assert len(reply.content) > 1024 * 1024
    else:
        with pytest.raises(requests.exceptions.JSONDecodeError):
            reply.json()
    assert reply.headers["Content-Type"].startswith("text/html" if kind == "html" else "application/json")
    assert was_set(pwmgmt_simulator)


def test_an_answer_without_a_body_gets_one_that_is_no_json(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.fault(system="okta_myaccount", kind="wrong_json")
    reply = my_account(pwmgmt_simulator).call("DELETE", "")
    assert (reply.status_code, reply.text[:1]) == (200, "{")


def test_a_delay_only_delays(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "delay", delay_s=0.3)
    start = time.monotonic()
    assert set_password(pwmgmt_simulator).status_code == 200
    assert time.monotonic() - start >= 0.3


def test_hung_before_the_commit_a_request_is_dropped_with_its_client(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "hang_before", delay_s=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        set_password(pwmgmt_simulator, timeout=PATIENCE_S)
    time.sleep(1)
    assert not was_set(pwmgmt_simulator)
    entry = pwmgmt_simulator.log()[0]
    assert (entry["fault"], entry["status"], entry["client_left"]) == ("hang_before", None, True)


def test_hung_before_the_commit_a_patient_client_is_served(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "hang_before", delay_s=0.3)
    assert set_password(pwmgmt_simulator).status_code == 200
    assert was_set(pwmgmt_simulator)


def test_hung_before_the_commit_it_may_come_late(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.advance_clock(60)
    fault(pwmgmt_simulator, "hang_before", delay_s=1.5, late=True)
    with pytest.raises(requests.exceptions.ReadTimeout):
        set_password(pwmgmt_simulator, timeout=PATIENCE_S)
    assert not was_set(pwmgmt_simulator)
    assert comes_true(pwmgmt_simulator)


def test_it_comes_late_when_the_clock_is_moved(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "hang_before", delay_s=86_400, late=True)
    with pytest.raises(requests.exceptions.ReadTimeout):
        set_password(pwmgmt_simulator, timeout=PATIENCE_S)
    pwmgmt_simulator.advance_clock(86_000)
    assert not was_set(pwmgmt_simulator)
    pwmgmt_simulator.advance_clock(500)
    assert comes_true(pwmgmt_simulator)


def test_hung_after_the_commit_the_client_never_learns(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.advance_clock(60)
    fault(pwmgmt_simulator, "hang_after")
    with pytest.raises(requests.exceptions.ReadTimeout):
        set_password(pwmgmt_simulator, timeout=PATIENCE_S)
    assert comes_true(pwmgmt_simulator)


def test_a_fault_happens_as_often_as_ordered_and_only_where(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "500", times=2)
    assert okta(pwmgmt_simulator).call("GET", "/api/v1/users").status_code == 200
    assert onelogin(pwmgmt_simulator).call("GET", "/api/2/users").status_code == 200
    assert [set_password(pwmgmt_simulator).status_code for _ in range(3)] == [500, 500, 200]


def test_faults_are_listed_and_forgotten(pwmgmt_simulator: Simulator) -> None:
    fault(pwmgmt_simulator, "500", times=2)
    set_password(pwmgmt_simulator)
    waiting = pwmgmt_simulator.control("GET", "/faults")
    assert isinstance(waiting, list)
    assert [(one["kind"], one["times"]) for one in waiting] == [("500", 1)]
    assert pwmgmt_simulator.control("DELETE", "/faults") == []
    assert set_password(pwmgmt_simulator).status_code == 200


def test_several_faults_are_ordered_at_once(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.control("POST", "/faults", [{"kind": "500"}, {"kind": "502"}])
    assert [set_password(pwmgmt_simulator).status_code for _ in range(3)] == [500, 502, 200]


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"kind": "explode"}', b'{"kind": "500", "times": 0}', b'{"kind": "500", "wrong": 1}', b'{"system": "x"}'],
)
def test_an_order_that_makes_no_sense_is_refused(body: bytes, pwmgmt_simulator: Simulator) -> None:
    reply = requests.post(f"{pwmgmt_simulator.control_url}/faults", data=body, timeout=TIMEOUT_S)
    assert reply.status_code == 422
    assert reply.json()["problems"]


def test_a_fault_on_a_path_of_nobody(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.fault(kind="503", path="/nowhere")
    assert Wire(pwmgmt_simulator.url).call("GET", "/nowhere").status_code == 503
    assert Wire(pwmgmt_simulator.url).call("GET", "/nowhere").status_code == 404
