"""The control port: log, reset, directory, clock; and what is never told there."""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from pulumi_pwmgmt.simulator.pytest_plugin import running
from tests.simulator.wire import (
    TIMEOUT_S,
    Wire,
    etna,
    my_account,
    okta,
    okta_log_in,
    okta_seed,
    onelogin,
    onelogin_log_in,
)

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

NEW = {"credentials": {"password": {"value": "CANARY-New-2"}}}


def test_the_log_tells_what_was_asked_of_whom(pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    okta(pwmgmt_simulator).call("POST", f"/api/v1/users/{account['id']}?strict=true", json=NEW)
    okta_log_in(pwmgmt_simulator, account["login"], "CANARY-Wrong-1")
    my_account(pwmgmt_simulator).call("GET", "")
    Wire(pwmgmt_simulator.url).call("GET", "/nowhere")
    told = [
        (entry["system"], entry["method"], entry["path"], entry["status"], entry["account"])
        for entry in pwmgmt_simulator.log()
    ]
    self_service = pwmgmt_simulator.account("okta_myaccount")["login"]
    assert told == [
        ("okta", "POST", f"/api/v1/users/{account['id']}", 200, account["login"]),
        ("okta", "POST", "/api/v1/authn", 401, account["login"]),
        ("okta_myaccount", "GET", "/idp/myaccount/password", 200, self_service),
        (None, "GET", "/nowhere", 404, None),
    ]


def test_the_log_holds_no_secret(pwmgmt_simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "urllib3")  # this test's own client, which logs what it asks for
    account = pwmgmt_simulator.account("okta")
    wire = okta(pwmgmt_simulator)
    wire.call("POST", f"/api/v1/users/{account['id']}?note=CANARY-query", json=NEW)
    wire.call("POST", f"/api/v1/users/{account['id']}", data="CANARY-not-json")
    okta_log_in(pwmgmt_simulator, account["login"], account["password"])
    my_account(pwmgmt_simulator).call("PUT", "", json={"profile": {"password": "CANARY-New-2"}})
    name = pwmgmt_simulator.account("onelogin")
    onelogin_log_in(onelogin(pwmgmt_simulator), name["login"], name["password"])
    change = {"OldPassword": "CANARY-Old-1", "Password": "CANARY-New-2", "PasswordConfirm": "CANARY-New-2"}
    etna(pwmgmt_simulator).call("PUT", "/v1.0/users/@me/password/change", json=change)
    assert len(pwmgmt_simulator.log()) == 8
    assert "CANARY" not in json.dumps(pwmgmt_simulator.log())


def test_a_reset_takes_everything_back_but_ids_and_tokens(pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    wire = okta(pwmgmt_simulator)
    wire.call("POST", f"/api/v1/users/{account['id']}", json=NEW)
    wire.call("DELETE", f"/api/v1/users/{pwmgmt_simulator.account('okta', 1)['id']}")
    pwmgmt_simulator.fault(kind="500")
    pwmgmt_simulator.advance_clock(10**6)
    pwmgmt_simulator.reset()
    assert pwmgmt_simulator.log() == []
    shown = wire.call("GET", f"/api/v1/users/{account['id']}")
    assert shown.status_code == 200
    assert abs(parsedate_to_datetime(shown.headers["Date"]).timestamp() - time.time()) < TIMEOUT_S
    assert okta_log_in(pwmgmt_simulator, account["login"], account["password"]).status_code == 200
    assert okta_log_in(pwmgmt_simulator, account["login"], "CANARY-New-2").status_code == 401
    assert wire.call("GET", f"/api/v1/users/{pwmgmt_simulator.account('okta', 1)['id']}").json()["status"] == "ACTIVE"
    assert pwmgmt_simulator.control("GET", "/accounts") == pwmgmt_simulator.accounts


def test_another_directory_is_put_and_taken_back(pwmgmt_simulator: Simulator) -> None:
    first = pwmgmt_simulator.accounts
    pwmgmt_simulator.load(okta_seed())
    assert [account["login"] for account in pwmgmt_simulator.accounts] == ["isaac.brock@example.com"]
    assert okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{first[0]['id']}").status_code == 404
    pwmgmt_simulator.reset()
    assert okta(pwmgmt_simulator).call("GET", "/api/v1/users/isaac.brock").status_code == 200
    assert pwmgmt_simulator.control("DELETE", "/directory") == first


def test_a_directory_may_be_yaml(pwmgmt_simulator: Simulator) -> None:
    text = "etna:\n  app_keys: [CANARY-key]\n  users: [{login: a, password: CANARY-Old-1}]\n"
    reply = requests.put(f"{pwmgmt_simulator.control_url}/directory", data=text, timeout=TIMEOUT_S)
    assert [account["system"] for account in reply.json()] == ["etna"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("okta: {userz: []}", "okta.userz: Extra inputs are not permitted"),
        ("okta: {users: [{password: CANARY-x}]}", "okta.users.0.login: Field required"),
        (
            "onelogin: {users: [{login: a, group: Robots}]}",
            "onelogin: Value error, a: there is no group Robots",
        ),
        ("okta: {policy: {min_length: 0}}", "okta.policy.min_length: Input should be greater than or equal to 1"),
        ("etna: {users: [{login: a}, {login: A}]}", "the seed: Value error, etna: the login A is there twice"),
        ("okta: [", "not YAML: expected the node content"),
        ("[1]", "the seed: Input should be a valid dictionary"),
        ("\0", "not YAML"),
    ],
)
def test_a_directory_with_faults_is_refused_and_changes_nothing(
    text: str, problem: str, pwmgmt_simulator: Simulator
) -> None:
    reply = requests.put(f"{pwmgmt_simulator.control_url}/directory", data=text, timeout=TIMEOUT_S)
    assert reply.status_code == 422
    assert any(told.startswith(problem) for told in reply.json()["problems"])
    assert "CANARY" not in reply.text
    assert pwmgmt_simulator.control("GET", "/accounts") == pwmgmt_simulator.accounts


def test_the_clock_moves_dates_and_headers(pwmgmt_simulator: Simulator) -> None:
    wire, path = okta(pwmgmt_simulator), f"/api/v1/users/{pwmgmt_simulator.account('okta')['id']}"
    before = wire.call("GET", path)
    pwmgmt_simulator.advance_clock(86_400)
    after = wire.call("POST", path, json=NEW)
    moved = parsedate_to_datetime(after.headers["Date"]) - parsedate_to_datetime(before.headers["Date"])
    assert 86_400 <= moved.total_seconds() < 86_400 + TIMEOUT_S
    assert after.json()["passwordChanged"][:10] > before.json()["passwordChanged"][:10]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"advance_s": "x"}', b'{"advance_s": -1e12}', b'{"advance_s": 1e12}'])
def test_the_clock_takes_seconds_ahead_only(body: bytes, pwmgmt_simulator: Simulator) -> None:
    reply = requests.post(f"{pwmgmt_simulator.control_url}/clock", data=body, timeout=TIMEOUT_S)
    assert reply.status_code == 422


def test_passwords_are_not_remembered_unless_asked_for() -> None:
    with contextmanager(running)([]) as simulator:
        reply = requests.get(f"{simulator.control_url}/passwords", timeout=TIMEOUT_S)
    assert reply.status_code == 404


def test_the_control_port_is_not_the_apis_port(pwmgmt_simulator: Simulator) -> None:
    assert requests.get(f"{pwmgmt_simulator.url}/log", timeout=TIMEOUT_S).status_code == 404
    assert requests.get(f"{pwmgmt_simulator.control_url}/api/v1/users", timeout=TIMEOUT_S).status_code == 404


@pytest.mark.parametrize(
    ("bucket", "method", "path"),
    [
        ("users_read", "GET", "/api/v1/users"),
        ("users_write", "POST", "/api/v1/users/nobody/lifecycle/suspend"),
        ("authn", "POST", "/api/v1/authn"),
        ("policies", "GET", "/api/v1/policies?type=PASSWORD"),
        ("myaccount", "GET", "/idp/myaccount/password"),
    ],
)
def test_oktas_buckets_are_counted_by_the_minute(
    bucket: str, method: str, path: str, pwmgmt_simulator: Simulator
) -> None:
    pwmgmt_simulator.load(okta_seed(rates={bucket: 2}))
    replies = [okta(pwmgmt_simulator).call(method, path) for _ in range(3)]
    assert [reply.headers["X-Rate-Limit-Remaining"] for reply in replies] == ["1", "0", "0"]
    assert replies[0].headers["X-Rate-Limit-Limit"] == "2"
    assert (replies[2].status_code, replies[2].json()["errorCode"]) == (429, "E0000047")
    assert replies[2].headers["X-Rate-Limit-Reset"] == replies[0].headers["X-Rate-Limit-Reset"]
    seconds = int(replies[0].headers["X-Rate-Limit-Reset"]) - time.time()
    assert 60 - TIMEOUT_S < seconds <= 61
    pwmgmt_simulator.advance_clock(60)
    assert okta(pwmgmt_simulator).call(method, path).status_code != 429


def test_the_clock_goes_back_as_well(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.advance_clock(-3600)
    date = okta(pwmgmt_simulator).call("GET", "/api/v1/users").headers["Date"]
    assert abs(parsedate_to_datetime(date).timestamp() + 3600 - time.time()) < TIMEOUT_S


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ODDITIES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/users/%00", {}),
    ("GET", "/api/v1/users/%FF%FE", {}),
    ("GET", "/api/v1/users/%2e%2e%2f", {}),
    ("GET", "/api/v1/users/" + "a" * 5000, {}),
    ("POST", "/api/v1/authn", {"json": {"username": "\ud83d\ude00", "password": "\u0000"}}),
    ("POST", "/api/v1/authn", {"data": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}),
    ("POST", "/api/v1/authn", {"data": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}),
    ("POST", "/api/v1/authn", {"json": {"username": "a", "password": "x" * 1_000_000}}),
    ("PUT", "/api/2/users/99999999999999999999999", {"json": {}}),
    ("GET", "/api/2/users/%D9%A3", {}),
    ("GET", "/api/2/users?limit=%D9%A3", {}),
    ("POST", "/auth/oauth2/v2/token", {"data": b"\xff", "headers": FORM}),
    ("POST", "/api/token", {"headers": {"Username": "a\u00ff", "Password": "\u00ff"}}),
    ("OPTIONS", "/api/v1/users", {}),
    ("HEAD", "/api/v1/users", {}),
]


@pytest.mark.parametrize("position", range(len(ODDITIES)))
def test_nothing_sent_makes_the_simulator_fail(position: int, pwmgmt_simulator: Simulator) -> None:
    method, path, request = ODDITIES[position]
    for wire in (okta(pwmgmt_simulator), onelogin(pwmgmt_simulator), etna(pwmgmt_simulator)):
        reply = Wire(pwmgmt_simulator.url, wire.headers).call(method, path, **request)
        assert reply.status_code < 500
        assert "simulator failed" not in reply.text
