"""The simulated Okta's log-in: what each kind of user gets, and what a wrong password costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import Wire, okta, okta_log_in, okta_seed

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

LOGIN, PASSWORD = "isaac.brock@example.com", "CANARY-Old-1"


def load(simulator: Simulator, policy: dict[str, Any] | None = None, **user: Any) -> None:  # noqa: ANN401 -- the seed is JSON
    users = [{"login": LOGIN, "password": "CANARY-Old-1", **user}]
    simulator.load(okta_seed(users=users, policy=policy or {}))


def log_in(simulator: Simulator, password: str = PASSWORD) -> requests.Response:
    return okta_log_in(simulator, LOGIN, password)


def test_a_right_password_opens_a_session(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    body = log_in(pwmgmt_simulator).json()
    assert body["status"] == "SUCCESS"
    assert body["sessionToken"]
    assert body["expiresAt"].endswith(".000Z")
    assert body["_embedded"]["user"]["profile"]["login"] == LOGIN
    assert body["_embedded"]["user"]["passwordChanged"]


@pytest.mark.parametrize(
    "user",
    [
        {"password": "CANARY-Other-1"},
        {"password": None},
        {"status": "LOCKED_OUT"},
        {"status": "SUSPENDED"},
        {"status": "DEPROVISIONED"},
        {"status": "STAGED"},
        {"status": "RECOVERY"},
        {"provider": "FEDERATION"},
        {"login": "someone.else@example.com"},
    ],
)
def test_every_refusal_looks_the_same(user: dict[str, Any], pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, **user)
    reply = log_in(pwmgmt_simulator)
    assert (reply.status_code, reply.json()["errorCode"], reply.json()["errorSummary"]) == (
        401,
        "E0000004",
        "Authentication failed",
    )


@pytest.mark.parametrize("body", [{}, {"username": LOGIN}, {"password": "CANARY-x"}])
def test_a_log_in_needs_both(body: dict[str, str], pwmgmt_simulator: Simulator) -> None:
    reply = Wire(pwmgmt_simulator.url).call("POST", "/api/v1/authn", json=body)
    assert (reply.status_code, reply.json()["errorCode"]) == (400, "E0000001")


def test_a_wrong_token_is_refused_even_where_none_is_needed(pwmgmt_simulator: Simulator) -> None:
    wire = okta(pwmgmt_simulator, "CANARY-unknown")
    reply = wire.call("POST", "/api/v1/authn", json={"username": LOGIN, "password": "CANARY-x"})
    assert reply.json()["errorCode"] == "E0000011"


def test_wrong_passwords_lock_until_it_is_lifted(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_attempts": 3})
    for _ in range(3):
        assert log_in(pwmgmt_simulator, "CANARY-Wrong-1").status_code == 401
    assert log_in(pwmgmt_simulator).status_code == 401
    wire = okta(pwmgmt_simulator)
    shown = wire.call("GET", f"/api/v1/users/{LOGIN}").json()
    assert (shown["status"], "unlock" in shown["_links"], "changePassword" in shown["_links"]) == (
        "LOCKED_OUT",
        True,
        False,
    )
    wire.call("POST", f"/api/v1/users/{LOGIN}/lifecycle/unlock")
    assert log_in(pwmgmt_simulator).json()["status"] == "SUCCESS"


def test_a_lock_runs_out_where_the_policy_says_so(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_attempts": 1, "lock_minutes": 5})
    log_in(pwmgmt_simulator, "CANARY-Wrong-1")
    assert log_in(pwmgmt_simulator).status_code == 401
    pwmgmt_simulator.advance_clock(300)
    assert log_in(pwmgmt_simulator).json()["status"] == "SUCCESS"


def test_a_lock_is_told_where_the_policy_says_so(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"show_lockout": True}, status="LOCKED_OUT")
    assert log_in(pwmgmt_simulator).json()["status"] == "LOCKED_OUT"


def test_a_second_factor_is_asked_for(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, mfa=True)
    body = log_in(pwmgmt_simulator).json()
    assert (body["status"], body["_embedded"]["factors"][0]["provider"]) == ("MFA_REQUIRED", "OKTA")
    assert "sessionToken" not in body


def test_an_old_password_expires_when_somebody_logs_in(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_age_days": 30}, password_age_days=31)
    wire = okta(pwmgmt_simulator)
    assert wire.call("GET", f"/api/v1/users/{LOGIN}").json()["status"] == "ACTIVE"
    body = log_in(pwmgmt_simulator).json()
    assert (body["status"], body["_links"]["next"]["name"]) == ("PASSWORD_EXPIRED", "changePassword")
    assert body["_embedded"]["policy"]["complexity"]["minLength"] == 8
    assert wire.call("GET", f"/api/v1/users/{LOGIN}").json()["status"] == "PASSWORD_EXPIRED"


def test_a_warning_comes_only_when_asked_for(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_age_days": 30, "expire_warn_days": 5}, password_age_days=27)
    assert log_in(pwmgmt_simulator).json()["status"] == "SUCCESS"
    body = {"username": LOGIN, "password": "CANARY-Old-1", "options": {"warnBeforePasswordExpired": True}}
    reply = Wire(pwmgmt_simulator.url).call("POST", "/api/v1/authn", json=body).json()
    assert reply["status"] == "PASSWORD_WARN"
    assert reply["_embedded"]["policy"]["expiration"]["passwordExpireDays"] == 2


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("CANARY-Wrong-1", "CANARY-New-2", "oldPassword: The credentials provided were incorrect."),
        ("CANARY-Old-1", "CANARY-Old-1", "Password cannot be your current password"),
    ],
)
def test_an_expired_password_is_changed_with_the_state_token(
    old: str, new: str, cause: str, pwmgmt_simulator: Simulator
) -> None:
    load(pwmgmt_simulator, status="PASSWORD_EXPIRED")
    token = log_in(pwmgmt_simulator).json()["stateToken"]
    wire, path = Wire(pwmgmt_simulator.url), "/api/v1/authn/credentials/change_password"
    refused = wire.call("POST", path, json={"stateToken": token, "oldPassword": old, "newPassword": new})
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "E0000014")
    assert refused.json()["errorCauses"] == [{"errorSummary": cause}]
    good = {"stateToken": token, "oldPassword": "CANARY-Old-1", "newPassword": "CANARY-New-2"}
    assert wire.call("POST", path, json=good).json()["status"] == "SUCCESS"
    assert wire.call("POST", path, json=good).json()["errorCode"] == "E0000011"
    assert log_in(pwmgmt_simulator, "CANARY-New-2").json()["status"] == "SUCCESS"
