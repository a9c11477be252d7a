"""The simulated MyAccount: the caller's own password."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import VERSIONED, Wire, my_account, okta, okta_log_in, okta_seed

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

LOGIN = "isaac.brock@example.com"
REQUIREMENTS = (
    "Password requirements: at least 8 characters, a lowercase letter, an uppercase letter, a number, "
    "no parts of your username. Your password cannot be any of your last 4 password(s)."
)
NOT_MET = f"password: Password requirements were not met. {REQUIREMENTS}"
NEW: dict[str, Any] = {"profile": {"password": "CANARY-New-2"}}
CHANGE = {"oldPassword": "CANARY-Old-1", "newPassword": "CANARY-New-2"}


def load(simulator: Simulator, org: dict[str, Any] | None = None, **user: Any) -> Wire:  # noqa: ANN401 -- the seed is JSON
    owner = {"login": LOGIN, "password": "CANARY-Old-1", "user_tokens": [{"token": "CANARY-user-token"}], **user}
    simulator.load(okta_seed(users=[owner], **(org or {})))
    return my_account(simulator, "CANARY-user-token")


def refusal(reply: requests.Response) -> tuple[int, str, list[str]]:
    body = reply.json()
    return reply.status_code, body["errorCode"], [cause["errorSummary"] for cause in body["errorCauses"]]


def opens(simulator: Simulator, password: str) -> bool:
    return okta_log_in(simulator, LOGIN, password).status_code == 200


def test_the_password_is_shown_with_its_dates(pwmgmt_simulator: Simulator) -> None:
    account, wire = pwmgmt_simulator.account("okta_myaccount"), my_account(pwmgmt_simulator)
    reply = wire.call("GET", "")
    assert reply.headers["Content-Type"] == "application/json;okta-version=1.0.0"
    shown = reply.json()
    assert re.fullmatch(r"00T[A-Za-z0-9]{17}", shown["id"])
    assert (shown["id"], shown["status"]) == (account["id"], "ACTIVE")
    assert shown["created"].endswith(".000Z")
    assert shown["lastUpdated"].endswith(".000Z")
    assert shown["_links"]["self"] == {"href": wire.url, "hints": {"allow": ["GET", "DELETE", "PUT"]}}


def test_the_default_token_says_whose_it_is(pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta_myaccount")
    claims = account["connection"]["token"].split(".")[1]
    padded = claims + "=" * (-len(claims) % 4)
    assert json.loads(base64.urlsafe_b64decode(padded))["sub"] == account["login"]


def test_the_requirements_are_told_in_words_and_numbers(pwmgmt_simulator: Simulator) -> None:
    reply = my_account(pwmgmt_simulator).call("GET", "/complexity-requirements")
    assert reply.json()["description"] == REQUIREMENTS
    assert reply.json()["complexity"] == {
        "minLength": 8,
        "minLowerCase": 1,
        "minUpperCase": 1,
        "minNumber": 1,
        "minSymbol": 0,
        "excludeUsername": True,
        "excludeAttributes": [],
    }


def test_a_password_is_replaced_without_the_old_one(pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator)
    before = wire.call("GET", "").json()
    pwmgmt_simulator.advance_clock(60)
    reply = wire.call("PUT", "", json=NEW)
    assert reply.status_code == 201
    assert reply.json()["id"] == before["id"]
    assert reply.json()["created"] == before["created"]
    assert reply.json()["lastUpdated"] > before["lastUpdated"]
    assert opens(pwmgmt_simulator, "CANARY-New-2")
    assert not opens(pwmgmt_simulator, "CANARY-Old-1")


def test_a_password_is_changed_with_the_old_one(pwmgmt_simulator: Simulator) -> None:
    reply = load(pwmgmt_simulator).call("POST", "/change-password", json=CHANGE)
    assert (reply.status_code, reply.content) == (204, b"")
    assert opens(pwmgmt_simulator, "CANARY-New-2")


def test_a_password_is_deleted_once_and_enrolled_anew(pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator)
    before = wire.call("GET", "").json()["id"]
    assert wire.call("DELETE", "").status_code == 204
    assert not opens(pwmgmt_simulator, "CANARY-Old-1")
    assert wire.call("GET", "").json()["status"] == "NOT_ENROLLED"
    again = wire.call("DELETE", "")
    assert (again.status_code, again.json()["errorCode"]) == (404, "E0000007")
    text = r"Not found: Resource not found: [0-9a-f]{32} \(UserProfilePassword\)"
    assert re.fullmatch(text, again.json()["errorSummary"])
    assert wire.call("PUT", "", json=NEW).status_code == 404
    assert wire.call("POST", "/change-password", json=CHANGE).status_code == 403
    enrolled = wire.call("POST", "", json=NEW)
    assert enrolled.status_code == 201
    assert enrolled.json()["id"] != before
    assert opens(pwmgmt_simulator, "CANARY-New-2")


def test_enrolling_twice_is_a_conflict(pwmgmt_simulator: Simulator) -> None:
    text = "This account already has a password set as an authenticator."
    reply = load(pwmgmt_simulator).call("POST", "", json=NEW)
    assert refusal(reply) == (409, "E0000157", [text])
    assert reply.json()["errorSummary"] == text


@pytest.mark.parametrize(
    ("method", "path", "body", "cause"),
    [
        ("PUT", "", {"profile": {"password": "weak"}}, NOT_MET),
        ("PUT", "", {"profile": {"password": "CANARY-Older-0"}}, NOT_MET),
        ("PUT", "", {"profile": {"password": "CANARY-Old-1"}}, "password: Password cannot be your current password"),
        ("POST", "/change-password", {**CHANGE, "newPassword": "weak"}, NOT_MET),
        (
            "POST",
            "/change-password",
            {**CHANGE, "oldPassword": "CANARY-Wrong-1"},
            "oldPassword: Old Password is not correct",
        ),
    ],
)
def test_a_password_is_refused(
    method: str, path: str, body: dict[str, Any], cause: str, pwmgmt_simulator: Simulator
) -> None:
    reply = load(pwmgmt_simulator, history=["CANARY-Older-0"]).call(method, path, json=body)
    assert refusal(reply) == (400, "E0000001", [cause])
    assert reply.json()["errorSummary"] == "Api validation failed: Password"
    assert opens(pwmgmt_simulator, "CANARY-Old-1")


def test_the_minimum_age_always_binds(pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator, {"policy": {"min_age_minutes": 120}})
    too_young = "At least 2 hour(s) must have elapsed since you last changed your password."
    assert wire.call("PUT", "", json=NEW).json()["errorCauses"][0]["errorSummary"].endswith(too_young)
    pwmgmt_simulator.advance_clock(7200)
    assert wire.call("PUT", "", json=NEW).status_code == 201


WRITES: list[tuple[str, str, Any]] = [
    ("POST", "", NEW),
    ("PUT", "", NEW),
    ("DELETE", "", None),
    ("POST", "/change-password", CHANGE),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_stale_token_only_reads(method: str, path: str, body: object, pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator, user_tokens=[{"token": "CANARY-user-token", "stale": True}])
    reply = wire.call(method, path, json=body)
    assert refusal(reply) == (403, "E0000006", [])
    challenge = reply.headers["www-authenticate"]
    assert 'error="insufficient_authentication_context"' in challenge
    assert "max_age=900" in challenge
    assert wire.call("GET", "").status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_token_for_reading_only_reads(method: str, path: str, body: object, pwmgmt_simulator: Simulator) -> None:
    token = {"token": "CANARY-user-token", "scopes": ["okta.myAccount.password.read"]}
    wire = load(pwmgmt_simulator, user_tokens=[token])
    assert refusal(wire.call(method, path, json=body)) == (403, "E0000006", [])
    assert wire.call("GET", "/complexity-requirements").status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_an_administrator_only_reads(method: str, path: str, body: object, pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator, admin=True)
    assert refusal(wire.call(method, path, json=body)) == (401, "E0000015", [])
    assert wire.call("GET", "").status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer CANARY-unknown", "SSWS CANARY-user-token"])
def test_a_token_is_needed(authorization: str | None, pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    headers = {"Accept": VERSIONED} | ({"Authorization": authorization} if authorization else {})
    reply = Wire(f"{pwmgmt_simulator.url}/idp/myaccount/password", headers).call("GET", "")
    assert refusal(reply) == (401, "E0000011", [])
    assert reply.headers["www-authenticate"].startswith("Bearer")


def test_the_feature_may_be_off(pwmgmt_simulator: Simulator) -> None:
    assert refusal(load(pwmgmt_simulator, {"my_account": False}).call("GET", "")) == (401, "E0000015", [])


@pytest.mark.parametrize(("method", "body"), [("POST", NEW), ("PUT", NEW)])
def test_passwords_may_be_off(method: str, body: object, pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator, {"my_account_password": False})
    assert refusal(wire.call(method, "", json=body)) == (403, "E0000038", [])


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json; okta-version=2.0.0", "text/html"])
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", NEW), ("PUT", NEW), ("DELETE", None)])
def test_the_version_must_be_asked_for(method: str, body: object, accept: str, pwmgmt_simulator: Simulator) -> None:
    reply = load(pwmgmt_simulator).call(method, "", json=body, headers={"Accept": accept})
    assert refusal(reply) == (406, "E0000149", [])
    assert reply.json()["errorSummary"] == "The HTTP request is not acceptable"
    assert reply.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("accept", ["*/*;okta-version=1.0.0", "application/json;okta-version=1.0.0"])
def test_the_version_may_be_asked_for_in_other_ways(accept: str, pwmgmt_simulator: Simulator) -> None:
    assert load(pwmgmt_simulator).call("GET", "", headers={"Accept": accept}).status_code == 200


def test_the_paths_below_do_not_ask_for_a_version(pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator)
    accept = {"Accept": "application/json"}
    assert wire.call("GET", "/complexity-requirements", headers=accept).status_code == 200
    assert wire.call("POST", "/change-password", json=CHANGE, headers=accept).status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "request_", "expected"),
    [
        ("PUT", "", {"json": {"profile": {"password": 1}}}, (400, "E0000003")),
        ("PUT", "", {"json": {"profile": {"password": "CANARY-New-2"}, "old": "x"}}, (400, "E0000003")),
        ("PUT", "", {"json": {"profile": {}}}, (400, "E0000001")),
        ("POST", "/change-password", {"json": {"newPassword": "CANARY-New-2"}}, (400, "E0000001")),
        ("POST", "/change-password", {"json": {**CHANGE, "oldPassword": {"value": "x"}}}, (400, "E0000003")),
        ("PUT", "", {"data": "x"}, (400, "E0000021")),
        ("PATCH", "", {"json": NEW}, (405, "E0000022")),
        ("GET", "/nothing", {}, (404, "E0000008")),
    ],
)
def test_a_mistake_is_answered_with_its_code(
    method: str, path: str, request_: dict[str, Any], expected: tuple[int, str], pwmgmt_simulator: Simulator
) -> None:
    reply = load(pwmgmt_simulator).call(method, path, **request_)
    assert (reply.status_code, reply.json()["errorCode"]) == expected


@pytest.mark.parametrize(
    ("status", "shown"), [("ACTIVE", "ACTIVE"), ("PASSWORD_EXPIRED", "EXPIRED"), ("SUSPENDED", "SUSPENDED")]
)
def test_the_status_follows_the_user(status: str, shown: str, pwmgmt_simulator: Simulator) -> None:
    assert load(pwmgmt_simulator, status=status).call("GET", "").json()["status"] == shown


def test_it_is_the_same_directory_as_the_administrators(pwmgmt_simulator: Simulator) -> None:
    wire = load(pwmgmt_simulator)
    body = {"credentials": {"password": {"value": "CANARY-New-2"}}}
    assert okta(pwmgmt_simulator).call("POST", f"/api/v1/users/{LOGIN}", json=body).status_code == 200
    change = {"oldPassword": "CANARY-New-2", "newPassword": "CANARY-New-3"}
    assert wire.call("POST", "/change-password", json=change).status_code == 204
    okta(pwmgmt_simulator).call("POST", f"/api/v1/users/{LOGIN}/lifecycle/deactivate")
    assert wire.call("GET", "").status_code == 401
