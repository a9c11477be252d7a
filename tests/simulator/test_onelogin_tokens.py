"""The simulated OneLogin's tokens, scopes and rate."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import Wire, onelogin

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

PAIR = ("CANARY-onelogin-client-id", "CANARY-onelogin-client-secret")
OWN = {"Authorization": f"client_id:{PAIR[0]}, client_secret:{PAIR[1]}"}
GRANT = {"grant_type": "client_credentials"}
FORM = {"client_id": PAIR[0], "client_secret": PAIR[1], **GRANT}
TOKEN = "/auth/oauth2/v2/token"


def ask(simulator: Simulator, path: str = TOKEN, **request: Any) -> requests.Response:  # noqa: ANN401 -- as requests has it
    return Wire(simulator.url).call("POST", path, **request)


WAYS: list[dict[str, Any]] = [
    {"headers": OWN, "json": GRANT},
    {"auth": PAIR, "json": GRANT},
    {"auth": PAIR, "data": GRANT},
    {"data": FORM},
]


@pytest.mark.parametrize("request_", WAYS)
def test_a_token_is_given_in_every_documented_way(request_: dict[str, Any], pwmgmt_simulator: Simulator) -> None:
    reply = ask(pwmgmt_simulator, **request_)
    body = reply.json()
    assert reply.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("bearer", 36_000)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["created_at"])
    assert isinstance(body["account_id"], int)
    assert reply.headers["X-Request-Id"]


def test_the_same_token_is_given_until_it_expires_or_is_revoked(pwmgmt_simulator: Simulator) -> None:
    first = ask(pwmgmt_simulator, data=FORM).json()["access_token"]
    assert ask(pwmgmt_simulator, data=FORM).json()["access_token"] == first
    assert ask(pwmgmt_simulator, "/auth/oauth2/revoke", auth=PAIR, json={"access_token": first}).status_code == 200
    second = ask(pwmgmt_simulator, data=FORM).json()["access_token"]
    assert second != first
    wire = Wire(pwmgmt_simulator.url, {"Authorization": f"bearer:{first}"})
    assert wire.call("GET", "/api/1/users").json()["status"]["message"] == "Authentication Failure"
    pwmgmt_simulator.advance_clock(36_000)
    wire = Wire(pwmgmt_simulator.url, {"Authorization": f"bearer:{second}"})
    assert wire.call("GET", "/api/2/users").status_code == 401
    assert ask(pwmgmt_simulator, data=FORM).json()["access_token"] != second


def test_the_old_call_wraps_its_token_and_ends_earlier_ones(pwmgmt_simulator: Simulator) -> None:
    first = ask(pwmgmt_simulator, data=FORM).json()["access_token"]
    body = ask(pwmgmt_simulator, "/auth/oauth2/token", headers=OWN, json=GRANT).json()
    assert body["status"]["error"] is False
    assert body["data"][0]["access_token"] != first
    wire = Wire(pwmgmt_simulator.url, {"Authorization": f"bearer:{first}"})
    assert wire.call("GET", "/api/2/users").status_code == 401


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"auth": (PAIR[0], "CANARY-wrong"), "json": GRANT}, 401),
        ({"auth": ("CANARY-unknown", PAIR[1]), "json": GRANT}, 401),
        ({"headers": {"Authorization": "Basic %%%"}, "json": GRANT}, 401),
        ({"json": GRANT}, 400),
        ({"headers": {"Authorization": "nonsense"}, "json": GRANT}, 400),
        ({"auth": PAIR, "json": {"grant_type": "password"}}, 400),
        ({"auth": PAIR, "json": {}}, 400),
        ({"auth": PAIR, "json": {**GRANT, "more": 1}}, 400),
        ({"data": {**FORM, "more": "1"}}, 400),
        ({"auth": PAIR, "data": "{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"auth": PAIR, "data": "x", "headers": {"Content-Type": "text/plain"}}, 400),
    ],
)
def test_no_token_is_given(request_: dict[str, Any], status: int, pwmgmt_simulator: Simulator) -> None:
    reply = ask(pwmgmt_simulator, **request_)
    assert reply.status_code == status
    assert (reply.json()["error"], reply.json()["code"]) == (True, status)


def test_credentials_of_a_deleted_owner_are_answered_500(pwmgmt_simulator: Simulator) -> None:
    gone = {"client_id": PAIR[0], "client_secret": PAIR[1], "owner_deleted": True}
    pwmgmt_simulator.load({"onelogin": {"credentials": [gone]}})
    assert ask(pwmgmt_simulator, data=FORM).status_code == 500


def test_somebody_elses_token_is_not_revoked(pwmgmt_simulator: Simulator) -> None:
    token = ask(pwmgmt_simulator, data=FORM).json()["access_token"]
    other = ("CANARY-onelogin-reader-id", "CANARY-onelogin-reader-secret")
    assert ask(pwmgmt_simulator, "/auth/oauth2/revoke", auth=other, json={"access_token": token}).status_code == 400


@pytest.mark.parametrize("form", ["bearer:{}", "bearer: {}", "bearer {}", "Bearer {}"])
def test_a_token_is_taken_in_every_documented_form(form: str, pwmgmt_simulator: Simulator) -> None:
    token = ask(pwmgmt_simulator, data=FORM).json()["access_token"]
    wire = Wire(pwmgmt_simulator.url, {"Authorization": form.format(token)})
    assert wire.call("GET", "/api/2/users").status_code == 200


NEW = {"password": "CANARY-New-2", "password_confirmation": "CANARY-New-2"}
LOG_IN = {"username_or_email": "a@example.com", "password": "CANARY-Old-1", "subdomain": "simulated"}
CALLS: dict[str, tuple[str, str, Any]] = {
    "read": ("GET", "/api/2/users/{id}", None),
    "list": ("GET", "/api/1/users", None),
    "manage": ("PUT", "/api/2/users/{id}", {"title": "Bot"}),
    "manage passwords": ("PUT", "/api/2/users/{id}", NEW),
    "set a password": ("PUT", "/api/1/users/set_password_clear_text/{id}", NEW),
    "lock": ("PUT", "/api/1/users/{id}/lock_user", {"locked_until": 5}),
    "log out": ("PUT", "/api/1/users/{id}/logout", None),
    "set a state": ("PUT", "/api/1/users/{id}/set_state", {"state": 0}),
    "policies": ("GET", "/api/2/policies", None),
    "log in": ("POST", "/api/1/login/auth", LOG_IN),
    "rate": ("GET", "/auth/rate_limit", None),
}
MAY = {
    "Authentication Only": {"log in", "log out"},
    "Read Users": {"read", "list", "rate"},
    "Manage users": {"read", "list", "rate", "manage", "log in", "log out"},
    "Read All": {"read", "list", "rate", "policies"},
    "Manage All": set(CALLS),
}


@pytest.mark.parametrize("scope", MAY)
@pytest.mark.parametrize("what", CALLS)
def test_a_scope_bounds_what_a_token_may(what: str, scope: str, pwmgmt_simulator: Simulator) -> None:
    pairs = [
        {"client_id": "CANARY-all", "client_secret": "CANARY-all"},
        {"client_id": "CANARY-id", "client_secret": "CANARY-secret", "scope": scope},
    ]
    users = [{"login": "a@example.com", "password": "CANARY-Old-1"}]
    pwmgmt_simulator.load({"onelogin": {"credentials": pairs, "users": users}})
    method, path, body = CALLS[what]
    path = path.replace("{id}", pwmgmt_simulator.account("onelogin")["id"])
    reply = onelogin(pwmgmt_simulator, ("CANARY-id", "CANARY-secret")).call(method, path, json=body)
    if what in MAY[scope]:
        assert reply.status_code == 200
    elif path.startswith("/api/2/"):
        assert (reply.status_code, reply.json()["name"]) == (403, "ForbiddenError")
    else:
        assert (reply.status_code, reply.json()["status"]["message"]) == (401, "Insufficient Permission")


def test_the_rate_is_counted_for_the_account_and_told_in_seconds(pwmgmt_simulator: Simulator) -> None:
    pair = {"client_id": PAIR[0], "client_secret": PAIR[1]}
    users = [{"login": "a@example.com", "password": "CANARY-Old-1"}]
    pwmgmt_simulator.load({"onelogin": {"credentials": [pair], "users": users, "calls_per_hour": 2}})
    wire = onelogin(pwmgmt_simulator)
    first = wire.call("GET", "/api/2/users")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("2", "1")
    assert 3590 <= int(first.headers["X-RateLimit-Reset"]) <= 3600
    wire.call("GET", "/api/1/users")
    over = wire.call("GET", "/api/1/users")
    assert (over.status_code, over.json()["status"]["code"]) == (429, 429)
    assert wire.call("GET", "/api/2/users").json()["statusCode"] == 429
    assert wire.call("GET", "/auth/rate_limit").json()["data"]["X-RateLimit-Remaining"] == 0
    pwmgmt_simulator.advance_clock(3600)
    assert onelogin(pwmgmt_simulator).call("GET", "/api/2/users").status_code == 200
