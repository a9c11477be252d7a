"""The simulated ETNA Trader: tokens, one's own password, user info, policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import Wire, etna, etna_token

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

KEY = "CANARY-etna-app-key"
CHANGE = "/v1.0/users/@me/password/change"
NEW = {"OldPassword": "CANARY-Old-1", "Password": "CANARY-New-2", "PasswordConfirm": "CANARY-New-2"}
DENIED = {"Message": "Authorization has been denied for this request."}
INVALID = {"State": "Failed", "Step": "BaseAuthentication", "Reason": "Invalid credentials"}


def load(simulator: Simulator, policy: dict[str, Any] | None = None, **user: Any) -> None:  # noqa: ANN401 -- the seed is JSON
    users = [{"login": "trader", "password": "CANARY-Old-1", **user}]
    simulator.load(
        {"etna": {"app_keys": [KEY], "users": users, "policy": {"exclude_username": False} | (policy or {})}}
    )


def token(simulator: Simulator, password: str = NEW["OldPassword"], **headers: str) -> requests.Response:
    return etna_token(simulator, "trader", password, **headers)


def test_a_token_is_given_for_name_and_password(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    first, second = token(pwmgmt_simulator), token(pwmgmt_simulator)
    assert (first.status_code, first.json()["State"]) == (200, "Succeeded")
    assert first.json()["Token"] != second.json()["Token"]


@pytest.mark.parametrize(
    "user", [{"password": "CANARY-Other-1"}, {"password": None}, {"enabled": False}, {"login": "somebody"}]
)
def test_no_token_is_given(user: dict[str, Any], pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    connection = Wire(pwmgmt_simulator.url + "/api", {"Et-App-Key": KEY})
    load_again = {"login": "trader", "password": "CANARY-Old-1", **user}
    pwmgmt_simulator.load({"etna": {"app_keys": [KEY], "users": [load_again]}})
    reply = connection.call("POST", "/token", headers={"Username": "trader", "Password": "CANARY-Old-1"})
    assert (reply.status_code, reply.json()) == (401, INVALID)


@pytest.mark.parametrize("missing", ["Username", "Password"])
def test_both_headers_are_needed(missing: str, pwmgmt_simulator: Simulator) -> None:
    headers = {"Et-App-Key": KEY, "Username": "ci-bot", "Password": "CANARY-Etna-first-1"}
    del headers[missing]
    assert Wire(pwmgmt_simulator.url).call("POST", "/api/token", headers=headers).json() == INVALID


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/token"), ("PUT", CHANGE), ("GET", "/v1.0/users/@me/info"), ("GET", "/v1.0/policies")],
)
@pytest.mark.parametrize("key", [None, "CANARY-wrong"])
def test_an_application_key_is_needed(method: str, path: str, key: str | None, pwmgmt_simulator: Simulator) -> None:
    headers = {"Et-App-Key": key} if key else {}
    reply = Wire(f"{pwmgmt_simulator.url}/api", headers).call(method, path)
    assert reply.status_code == 403
    assert reply.json() == {"error": "Application key is not defined or does not exist"}


def test_a_password_arrives_as_latin_1_or_not_at_all(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, password="CANARY-Älter-1")
    assert token(pwmgmt_simulator, "CANARY-Älter-1").status_code == 200
    load(pwmgmt_simulator, password="CANARY-Old-1€")
    connection = Wire(f"{pwmgmt_simulator.url}/api", {"Et-App-Key": KEY, "Username": "trader"})
    headers = {"Password": "CANARY-Old-1€".encode()}
    assert connection.call("POST", "/token", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("step", "asked", "refused"),
    [
        ("VerificationCode", "Expecting confirmation code", "Invalid confirmation code"),
        ("SecutityPin", "Invalid pin", "Invalid pin"),
    ],
)
def test_a_second_step_is_asked_for(step: str, asked: str, refused: str, pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, verification_code="CANARY-1234", verification_step=step)
    first = token(pwmgmt_simulator)
    interim = first.json()["Token"]
    assert first.status_code == 202
    assert {**first.json(), "Token": None} == {"State": "Expecting", "Step": step, "Reason": asked, "Token": None}
    bearer = {"Authorization": f"Bearer {interim}"}
    wrong = token(pwmgmt_simulator, **bearer, VerificationCode="CANARY-0000")
    assert (wrong.status_code, wrong.json()["Reason"]) == (401, refused)
    lost = token(pwmgmt_simulator, VerificationCode="CANARY-1234")
    assert lost.json() == {"State": "Failed", "Step": step, "Reason": "Corrupted ticket"}
    use = Wire(f"{pwmgmt_simulator.url}/api", {"Et-App-Key": KEY, **bearer})
    assert use.call("GET", "/v1.0/users/@me/info").status_code == 401
    right = token(pwmgmt_simulator, **bearer, VerificationCode="CANARY-1234")
    assert right.json()["State"] == "Succeeded"


def test_an_expired_password_gives_a_token_for_a_new_one(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_age_days": 30}, password_age_days=31)
    expired = token(pwmgmt_simulator).json()
    assert (expired["Step"], expired["Reason"]) == (
        "BaseAuthentication",
        "Your Password has expired and must be changed",
    )
    wire = Wire(f"{pwmgmt_simulator.url}/api", {"Et-App-Key": KEY})
    body = {"Token": expired["Token"], "Password": "weak", "PasswordConfirmation": "weak"}
    assert wire.call("PUT", "/v1.0/users/passwords/reset/", json=body).json()["IsSucceed"] is False
    assert wire.call("PUT", "/v1.0/users/passwords/reset/", json={**body, "Password": "x"}).status_code == 422
    assert wire.call("PUT", "/v1.0/users/passwords/reset/", json={**body, "Token": "CANARY-x"}).status_code == 422
    body |= {"Password": "CANARY-New-2", "PasswordConfirmation": "CANARY-New-2"}
    assert wire.call("PUT", "/v1.0/users/passwords/reset/", json=body).json() == {"Errors": [], "IsSucceed": True}
    assert token(pwmgmt_simulator, "CANARY-New-2").json()["State"] == "Succeeded"


@pytest.mark.parametrize("who", ["@me", "{id}"])
def test_a_password_is_changed_by_its_owner(who: str, pwmgmt_simulator: Simulator) -> None:
    account, wire = pwmgmt_simulator.account("etna"), etna(pwmgmt_simulator)
    path = f"/v1.0/users/{who.replace('{id}', account['id'])}/password/change"
    reply = wire.call("PUT", path, json={**NEW, "OldPassword": account["password"]})
    assert (reply.status_code, reply.content) == (200, b"")
    assert etna_token(pwmgmt_simulator, account["login"], "CANARY-New-2").status_code == 200
    assert etna_token(pwmgmt_simulator, account["login"], account["password"]).status_code == 401
    assert wire.call("GET", "/v1.0/users/@me/info").status_code == 200


@pytest.mark.parametrize("position", [0, 1])
def test_nobody_changes_another_users_password(position: int, pwmgmt_simulator: Simulator) -> None:
    users = [
        {"login": "trader", "password": "CANARY-Old-1", "administrator": position == 1},
        {"login": "other", "password": "CANARY-Old-1"},
    ]
    pwmgmt_simulator.load({"etna": {"app_keys": [KEY], "users": users}})
    other = pwmgmt_simulator.account("etna", 1)["id"]
    reply = etna(pwmgmt_simulator).call("PUT", f"/v1.0/users/{other}/password/change", json=NEW)
    assert (reply.status_code, reply.json()) == (401, DENIED)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"OldPassword": None}, {"userPassword.OldPassword": ["Password is required"]}),
        ({"Password": None}, {"userPassword.Password": ["Password is required"]}),
        ({"OldPassword": "CANARY-Wrong-1"}, {"userPassword.OldPassword": ["Old password is incorrect"]}),
        ({"PasswordConfirm": "x"}, {"userPassword.PasswordConfirm": ["Password and confirmation do not match"]}),
        (
            {"Password": "CANARY-x", "PasswordConfirm": "CANARY-x"},
            {"userPassword.Password": ["Password must have a digit"]},
        ),
        (
            {"Password": "CANARY-Old-1", "PasswordConfirm": "CANARY-Old-1"},
            {"userPassword.Password": ["Password was used before"]},
        ),
    ],
)
def test_a_change_is_refused(body: dict[str, Any], state: dict[str, Any], pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    sent = {name: value for name, value in {**NEW, **body}.items() if value is not None}
    reply = etna(pwmgmt_simulator).call("PUT", CHANGE, json=sent)
    assert reply.status_code == 422
    assert reply.json() == {"Message": "Validation error occured while processing entity", "ModelState": state}
    assert token(pwmgmt_simulator).status_code == 200


@pytest.mark.parametrize("authorization", ["Bearer CANARY-x", "bearer {}", "Bearer  {}", "{}"])
def test_a_token_is_taken_in_one_form_only(authorization: str, pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator)
    text = authorization.format(token(pwmgmt_simulator).json()["Token"])
    wire = Wire(f"{pwmgmt_simulator.url}/api", {"Et-App-Key": KEY, "Authorization": text})
    reply = wire.call("GET", "/v1.0/users/@me/info")
    assert (reply.status_code, reply.json()) == (401, DENIED)


def test_a_token_lasts_a_day(pwmgmt_simulator: Simulator) -> None:
    wire = etna(pwmgmt_simulator)
    pwmgmt_simulator.advance_clock(86_399)
    assert wire.call("GET", "/v1.0/users/@me/info").status_code == 200
    pwmgmt_simulator.advance_clock(1)
    assert wire.call("GET", "/v1.0/users/@me/info").status_code == 401


def test_a_users_data_hold_nothing_of_the_password(pwmgmt_simulator: Simulator) -> None:
    account, wire = pwmgmt_simulator.account("etna"), etna(pwmgmt_simulator)
    info = wire.call("GET", "/v1.0/users/@me/info").json()
    assert (info["UserId"], info["Login"]) == (int(account["id"]), account["login"])
    assert not [name for name in info if "assword" in name]
    other = pwmgmt_simulator.account("etna", 1)["id"]
    assert wire.call("GET", f"/v1.0/users/{other}/info").status_code == 401
    unknown = wire.call("GET", "/v1.0/users/1/info")
    assert (unknown.status_code, unknown.json()) == (
        500,
        {
            "Model": None,
            "Errors": ["Value cannot be null.\r\nParameter name: user"],
            "StatusCode": 500,
            "IsSucceed": False,
        },
    )


def test_policies_tell_their_numbers_as_text(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_age_days": 120})
    rules = etna(pwmgmt_simulator).call("GET", "/v1.0/policies").json()[0]["Rules"]
    assert rules == [{"Id": 1, "Name": "PasswordExpiration", "Attributes": {"duration": "120"}}]


def test_wrong_passwords_lock(pwmgmt_simulator: Simulator) -> None:
    load(pwmgmt_simulator, {"max_attempts": 2, "lock_minutes": 10})
    for _ in range(2):
        token(pwmgmt_simulator, "CANARY-Wrong-1")
    assert token(pwmgmt_simulator).json() == INVALID
    pwmgmt_simulator.advance_clock(600)
    assert token(pwmgmt_simulator).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "request_", "status"),
    [
        ("POST", CHANGE, {"json": NEW}, 405),
        ("GET", "/v1.0/nothing", {}, 404),
        ("PUT", CHANGE, {"data": "x"}, 415),
        ("PUT", CHANGE, {"json": []}, 400),
        ("PUT", CHANGE, {"json": {**NEW, "More": "x"}}, 400),
        ("PUT", CHANGE, {"json": {**NEW, "Password": 1}}, 400),
        ("GET", "/v1.0/policies?x=1", {}, 400),
        ("POST", "/token", {"data": "x"}, 400),
    ],
)
def test_a_mistake(method: str, path: str, request_: dict[str, Any], status: int, pwmgmt_simulator: Simulator) -> None:
    reply = etna(pwmgmt_simulator).call(method, path, **request_)
    assert (reply.status_code, list(reply.json())) == (status, ["Message"])
