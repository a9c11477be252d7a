"""The simulated OneLogin's users: passwords, statuses, log-ins, in v1 and v2."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import Wire, onelogin, onelogin_log_in

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

LOGIN = "a@example.com"
PAIR = {"client_id": "CANARY-id", "client_secret": "CANARY-secret"}
DIRECTORY_POLICY = (
    "Validation failed: Your password could not be reset because your new password did not meet directory password "
    "policy requirements (length, complexity, or history)."
)


def load(simulator: Simulator, policy: dict[str, Any] | None = None, **user: Any) -> tuple[Wire, str]:  # noqa: ANN401 -- JSON
    """Seed one user; return the wire and the user's id."""
    users = [{"login": LOGIN, "password": "CANARY-Old-1", **user}]
    simulator.load({"onelogin": {"credentials": [PAIR], "users": users, "policy": policy or {}}})
    wire = onelogin(simulator)
    return wire, str(wire.call("GET", "/api/2/users").json()[0]["id"])


def confirmed(password: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- JSON
    return {"password": password, "password_confirmation": password, **more}


def set_clear(wire: Wire, user_id: str, password: str, **more: Any) -> requests.Response:  # noqa: ANN401 -- JSON
    path = f"/api/1/users/set_password_clear_text/{user_id}"
    return wire.call("PUT", path, json=confirmed(password, **more))


def opens(wire: Wire, password: str) -> bool:
    return onelogin_log_in(wire, LOGIN, password).status_code == 200


def test_ids_are_numbers(pwmgmt_simulator: Simulator) -> None:
    assert re.fullmatch(r"[1-9]\d{8}", pwmgmt_simulator.account("onelogin")["id"])


def test_a_password_is_set_in_clear_text(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    pwmgmt_simulator.advance_clock(5)
    before = wire.call("GET", f"/api/2/users/{user_id}").json()["password_changed_at"]
    reply = set_clear(wire, user_id, "CANARY-New-2", validate_policy=True)
    success = {"error": False, "code": 200, "type": "success", "message": "Success"}
    assert (reply.status_code, reply.json()) == (200, {"status": success})
    assert wire.call("GET", f"/api/2/users/{user_id}").json()["password_changed_at"] > before
    assert opens(wire, "CANARY-New-2")
    assert not opens(wire, "CANARY-Old-1")


@pytest.mark.parametrize("password", ["weak", "CANARY-Older-0", "CANARY-Old-1"])
def test_the_policy_is_asked_on_demand(password: str, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, history=["CANARY-Older-0"])
    refused = set_clear(wire, user_id, password, validate_policy=True)
    assert (refused.status_code, refused.json()["status"]["type"]) == (400, "Invalid Request")
    assert refused.json()["status"]["message"].startswith("Validation failed: ")
    assert opens(wire, "CANARY-Old-1")
    assert set_clear(wire, user_id, password).status_code == 200
    assert opens(wire, password)


def test_a_directorys_policy_is_always_asked(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, directory_policy=True)
    refused = set_clear(wire, user_id, "weak", validate_policy=False)
    assert refused.json()["status"]["message"] == DIRECTORY_POLICY


LEVELS = {0: "canary-x", 1: "canary-x1", 2: "CANARY-x1", 3: "CANARY-x1", 4: "CANARYxx-"}
TOO_WEAK = {1: "CANARY-x", 2: "canary-x1", 3: "CANARYxxx1", 4: "canary-xx"}


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_of_complexity(level: int, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, {"password_complexity_requirements": level})
    if level in TOO_WEAK:
        assert set_clear(wire, user_id, TOO_WEAK[level], validate_policy=True).status_code == 400
    assert set_clear(wire, user_id, LEVELS[level], validate_policy=True).status_code == 200


def test_a_password_is_set_as_a_salted_digest(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    digest = hashlib.sha256(b"CANARY-saltCANARY-New-2").hexdigest()
    body = confirmed(digest, password_algorithm="salt+sha256", password_salt="CANARY-salt")
    path = f"/api/1/users/set_password_using_salt/{user_id}"
    assert wire.call("PUT", path, json=body).status_code == 200
    assert opens(wire, "CANARY-New-2")
    assert not opens(wire, digest)
    repeated = set_clear(wire, user_id, "CANARY-New-2", validate_policy=True)
    assert repeated.status_code == 400
    assert wire.call("PUT", path, json={**body, "password_salt": "s" * 41}).status_code == 400
    assert wire.call("PUT", path, json={**body, "password_algorithm": "sha256+salt"}).status_code == 400
    assert wire.call("PUT", path, json=confirmed("CANARY-x", password_algorithm="salt+sha256")).status_code == 400
    assert wire.call("PUT", path, json=confirmed(digest)).status_code == 400


def test_a_digest_is_the_one_of_the_manual(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    digest = "b1c788abac15390de987ad17b65ac73c9b475d428a51f245c645a442fddd078b"
    body = confirmed(digest, password_algorithm="salt+sha256", password_salt="hello")
    assert wire.call("PUT", f"/api/1/users/set_password_using_salt/{user_id}", json=body).status_code == 200
    assert opens(wire, "password")


BODY = confirmed("CANARY-New-2")
AS_JSON = {"Content-Type": "application/json"}
WRONG_TYPE = (
    "Content Type is not specified or specified incorrectly. Content-Type header must be set to application/json"
)
MISTAKES: dict[str, tuple[str, dict[str, Any], int, str, object]] = {
    "an odd id": ("abc", {"json": BODY}, 400, "bad request", {"attribute": "id", "description": "ID is incorrect"}),
    "an unknown id": ("99", {"json": BODY}, 404, "not found", "User for id 99 was not found"),
    "no type": ("{id}", {"data": "{}"}, 400, "bad request", WRONG_TYPE),
    "no JSON": ("{id}", {"data": "{", "headers": AS_JSON}, 400, "bad request", "Input JSON is not valid"),
    "no confirmation": (
        "{id}",
        {"json": {"password": "CANARY-New-2"}},
        400,
        "bad request",
        "setting password requires these parameters => password password_confirmation ",
    ),
    "another confirmation": (
        "{id}",
        {"json": {**BODY, "password_confirmation": "CANARY-New-3"}},
        400,
        "bad request",
        "password and password_confirmation must be same",
    ),
    "an unknown field": ("{id}", {"json": {**BODY, "salt": "x"}}, 400, "bad request", "Unknown parameter: salt"),
    "a flag that is none": (
        "{id}",
        {"json": {**BODY, "validate_policy": "true"}},
        400,
        "bad request",
        "validate_policy must be a boolean",
    ),
    "no token": (
        "{id}",
        {"json": BODY, "headers": {"Authorization": "nonsense"}},
        400,
        "bad request",
        "Authorization Information is incorrect",
    ),
    "a wrong token": (
        "{id}",
        {"json": BODY, "headers": {"Authorization": "bearer:CANARY-wrong"}},
        401,
        "Unauthorized",
        "Authentication Failure",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_v1(mistake: str, pwmgmt_simulator: Simulator) -> None:
    key, request, status, kind, message = MISTAKES[mistake]
    wire, user_id = load(pwmgmt_simulator)
    path = f"/api/1/users/set_password_clear_text/{key.replace('{id}', user_id)}"
    reply = wire.call("PUT", path, **request)
    assert reply.status_code == status
    assert reply.json() == {"status": {"error": True, "code": status, "type": kind, "message": message}}


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/1/nothing"), ("POST", "/api/1/users/1/logout")])
def test_a_wrong_path_or_method_is_no_route(method: str, path: str, pwmgmt_simulator: Simulator) -> None:
    status = {"error": True, "code": 404, "type": "not found", "message": "No Route Exists"}
    reply = onelogin(pwmgmt_simulator).call(method, path)
    assert (reply.status_code, reply.json()) == (404, {"status": status})


def test_a_user_who_is_protected(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, protected=True)
    refused = set_clear(wire, user_id, "CANARY-New-2")
    assert (refused.status_code, refused.json()["status"]["message"]) == (
        403,
        "user is not authorized to access this User",
    )
    assert wire.call("DELETE", f"/api/2/users/{user_id}").status_code == 403


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        (confirmed("CANARY-New-2"), "", 200),
        (confirmed("weak"), "", 422),
        (confirmed("weak"), "?validate_policy=false", 200),
        ({"password": "CANARY-New-2"}, "", 422),
        (confirmed("CANARY-New-2", password_algorithm="bcrypt"), "", 422),
        ({"status": 6}, "", 422),
        ({"state": 9}, "", 422),
        ({"username": "taken@example.com"}, "", 422),
        ({"status": "2"}, "", 400),
        ({"wrong": 1}, "", 400),
        ({}, "?mappings=never", 400),
        ({}, "?validate_policy=1", 400),
    ],
)
def test_an_update_in_v2(body: dict[str, Any], query: str, status: int, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    wire.call("POST", "/api/2/users", json={"username": "taken@example.com"})
    reply = wire.call("PUT", f"/api/2/users/{user_id}{query}", json=body)
    assert reply.status_code == status
    if status != 200:
        names = {400: "BadRequestError", 422: "UnprocessableEntityError"}
        assert (reply.json()["name"], reply.json()["statusCode"]) == (names[status], status)
    else:
        assert reply.json()["id"] == int(user_id)
        assert "password" not in reply.json()


@pytest.mark.parametrize(("algorithm", "text"), [("salt+sha256", "sCANARY-New-2"), ("sha256+salt", "CANARY-New-2s")])
def test_a_digest_in_v2(algorithm: str, text: str, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    digest = hashlib.sha256(text.encode()).hexdigest()
    body = confirmed(digest, password_algorithm=algorithm, salt="s")
    assert wire.call("PUT", f"/api/2/users/{user_id}", json=body).status_code == 200
    assert opens(wire, "CANARY-New-2")


@pytest.mark.parametrize("path", ["/api/2/users/99", "/api/2/policies/1", "/api/2/groups/1"])
def test_an_unknown_id_in_v2(path: str, pwmgmt_simulator: Simulator) -> None:
    assert onelogin(pwmgmt_simulator).call("GET", path).json() == {
        "message": "The resource with the given id could not be found",
        "name": "NotFoundError",
        "statusCode": 404,
    }


def test_no_token_in_v2(pwmgmt_simulator: Simulator) -> None:
    expected = {"message": "Unauthorized", "name": "UnauthorizedError", "statusCode": 401}
    assert Wire(pwmgmt_simulator.url).call("GET", "/api/2/users").json() == expected


def test_suspending_ends_the_log_in_and_activating_gives_it_back(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    assert wire.call("PUT", f"/api/2/users/{user_id}", json={"status": 2}).json()["status"] == 2
    assert not opens(wire, "CANARY-Old-1")
    assert set_clear(wire, user_id, "CANARY-New-2").status_code == 200
    assert not opens(wire, "CANARY-New-2")
    assert wire.call("PUT", f"/api/2/users/{user_id}", json={"status": 1}).json()["status"] == 1
    assert opens(wire, "CANARY-New-2")


@pytest.mark.parametrize(("before", "after"), [(4, 1), (5, 1), (7, 1), (2, 2), (3, 3), (0, 0)])
def test_a_new_password_moves_the_status(before: int, after: int, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, status=before)
    assert wire.call("GET", f"/api/2/users/{user_id}").json()["status"] == before
    set_clear(wire, user_id, "CANARY-New-2")
    assert wire.call("GET", f"/api/2/users/{user_id}").json()["status"] == after
    assert opens(wire, "CANARY-New-2") is (after == 1)


def test_a_user_is_created_and_deleted(pwmgmt_simulator: Simulator) -> None:
    wire, _ = load(pwmgmt_simulator)
    created = wire.call("POST", "/api/2/users", json={"email": "new@example.com"})
    assert (created.status_code, created.json()["status"]) == (201, 7)
    path = f"/api/2/users/{created.json()['id']}"
    gone = wire.call("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert wire.call("GET", path).status_code == 404
    other = wire.call("POST", "/api/2/users", json={"username": "b", **confirmed("CANARY-New-2")})
    assert other.json()["status"] == 1
    deleted = wire.call("DELETE", f"/api/1/users/{other.json()['id']}")
    assert (deleted.status_code, deleted.json()["status"]["code"]) == (200, 200)


def test_v1_wraps_what_it_reads(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    one = wire.call("GET", f"/api/1/users/{user_id}").json()
    assert (one["status"]["code"], one["data"][0]["id"]) == (200, int(user_id))
    assert wire.call("GET", "/api/1/users").json()["data"][0]["username"] == LOGIN


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("username=CI", ["ci"]),
        ("email=two@example.com", ["two"]),
        ("email=same@example.com", ["three", "four"]),
        ("username=nobody", []),
        ("lastname=Bot", ["two"]),
    ],
)
def test_users_are_found_by_their_fields(query: str, found: list[str], pwmgmt_simulator: Simulator) -> None:
    users = [
        {"login": "ci", "email": "ci@example.com"},
        {"login": "two", "email": "two@example.com", "last_name": "Bot"},
        {"login": "three", "email": "same@example.com"},
        {"login": "four", "email": "same@example.com"},
    ]
    with_passwords = [{**user, "password": "CANARY-Old-1"} for user in users]
    pwmgmt_simulator.load({"onelogin": {"credentials": [PAIR], "users": with_passwords}})
    reply = onelogin(pwmgmt_simulator).call("GET", f"/api/2/users?{query}")
    assert [user["username"] for user in reply.json()] == found
    assert reply.headers["Total-Count"] == str(len(found))


def test_lists_have_pages(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load({"onelogin": {"credentials": [PAIR], "many": [{"prefix": "bulk-", "count": 120}]}})
    wire = onelogin(pwmgmt_simulator)
    first = wire.call("GET", "/api/2/users?limit=50")
    second = wire.call("GET", f"/api/2/users?limit=50&cursor={first.headers['After-Cursor']}")
    last = wire.call("GET", "/api/2/users?limit=50&page=3")
    assert [len(page.json()) for page in (first, second, last)] == [50, 50, 20]
    assert (first.headers["Total-Pages"], first.headers["Total-Count"]) == ("3", "120")
    assert "After-Cursor" not in last.headers
    assert wire.call("GET", "/api/2/users?limit=101").status_code == 400
    assert wire.call("GET", "/api/2/users?cursor=x").status_code == 400
    wrapped = wire.call("GET", "/api/1/users?limit=50").json()
    assert wrapped["pagination"]["after_cursor"] == first.headers["After-Cursor"]


def test_a_log_in_by_name_or_address(pwmgmt_simulator: Simulator) -> None:
    wire, _ = load(pwmgmt_simulator, username="ci-bot")
    by_name = onelogin_log_in(wire, "ci-bot", "CANARY-Old-1")
    assert by_name.json()["data"][0]["session_token"]
    assert onelogin_log_in(wire, LOGIN, "CANARY-Old-1").status_code == 200


@pytest.mark.parametrize(
    "user", [{"status": 0}, {"status": 2}, {"status": 3}, {"status": 4}, {"status": 7}, {"state": 0}]
)
def test_a_user_who_cannot_log_in(user: dict[str, Any], pwmgmt_simulator: Simulator) -> None:
    wire, _ = load(pwmgmt_simulator, **user)
    reply = onelogin_log_in(wire, LOGIN, "CANARY-Old-1")
    assert (reply.status_code, reply.json()["status"]["type"]) == (401, "Unauthorized")


def test_a_log_in_that_fails(pwmgmt_simulator: Simulator) -> None:
    wire, _ = load(pwmgmt_simulator)
    text = "Authentication Failed: Invalid user credentials"
    for name, password, subdomain in (
        (LOGIN, "CANARY-Wrong-1", "simulated"),
        ("nobody", "CANARY-Old-1", "simulated"),
        (LOGIN, "CANARY-Old-1", "another"),
    ):
        reply = onelogin_log_in(wire, name, password, subdomain)
        assert (reply.status_code, reply.json()["status"]["message"]) == (401, text)
    assert wire.call("POST", "/api/1/login/auth", json={"password": "CANARY-x"}).status_code == 400


def test_a_second_factor_is_asked_for(pwmgmt_simulator: Simulator) -> None:
    wire, _ = load(pwmgmt_simulator, mfa=True)
    body = onelogin_log_in(wire, LOGIN, "CANARY-Old-1").json()
    assert body["status"]["message"] == "MFA is required for this user"
    assert body["data"][0]["state_token"]


def test_wrong_passwords_lock_for_a_while(pwmgmt_simulator: Simulator) -> None:
    policy = {"maximum_invalid_login_attempts": 3, "lock_effective_minutes": 15}
    wire, user_id = load(pwmgmt_simulator, policy)
    for _ in range(3):
        assert not opens(wire, "CANARY-Wrong-1")
    shown = wire.call("GET", f"/api/2/users/{user_id}").json()
    assert (shown["status"], shown["invalid_login_attempts"]) == (3, 3)
    assert shown["locked_until"]
    assert not opens(wire, "CANARY-Old-1")
    pwmgmt_simulator.advance_clock(15 * 60)
    assert opens(wire, "CANARY-Old-1")


@pytest.mark.parametrize(("minutes", "opened"), [(5, True), (0, False)])
def test_a_lock_by_hand(minutes: int, opened: bool, pwmgmt_simulator: Simulator) -> None:  # noqa: FBT001 -- a column of the table
    wire, user_id = load(pwmgmt_simulator)
    path = f"/api/1/users/{user_id}/lock_user"
    assert wire.call("PUT", path, json={"locked_until": minutes}).status_code == 200
    assert not opens(wire, "CANARY-Old-1")
    pwmgmt_simulator.advance_clock(300)
    assert opens(wire, "CANARY-Old-1") is opened
    assert wire.call("PUT", path, json={"locked_until": -1}).status_code == 400


@pytest.mark.parametrize(("state", "message"), [(1, "user is already in this state"), (9, "state is invalid")])
def test_a_state_that_will_not_do(state: int, message: str, pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator)
    reply = wire.call("PUT", f"/api/1/users/{user_id}/set_state", json={"state": state})
    assert (reply.status_code, reply.json()["status"]["message"]) == (400, message)


def test_an_old_password_expires_when_somebody_logs_in(pwmgmt_simulator: Simulator) -> None:
    wire, user_id = load(pwmgmt_simulator, {"password_expiration_days": 30}, password_age_days=31)
    assert wire.call("GET", f"/api/2/users/{user_id}").json()["status"] == 1
    assert not opens(wire, "CANARY-Old-1")
    assert wire.call("GET", f"/api/2/users/{user_id}").json()["status"] == 4


def test_the_policy_is_stated(pwmgmt_simulator: Simulator) -> None:
    policy = onelogin(pwmgmt_simulator).call("GET", "/api/2/policies").json()[0]
    assert (policy["kind"], policy["minimum_password_length"], policy["passwords_remembered"]) == ("user", 8, 3)
    assert policy["is_default"] is True
    one = onelogin(pwmgmt_simulator).call("GET", f"/api/2/policies/{policy['id']}")
    assert one.json() == policy


def test_a_policy_for_apps_has_nothing_about_passwords(pwmgmt_simulator: Simulator) -> None:
    wire = onelogin(pwmgmt_simulator)
    (app,) = wire.call("GET", "/api/2/policies?kind=app").json()
    assert (app["kind"], app["is_default"], "minimum_password_length" in app) == ("app", False, False)
    assert app not in wire.call("GET", "/api/2/policies?kind=user").json()


def test_a_groups_policy_is_stated_and_holds_for_its_users(pwmgmt_simulator: Simulator) -> None:
    users = [
        {"login": f"{group}@example.com", "password": "CANARY-Old-1", "group": group} for group in ("Robots", "Guests")
    ]
    groups = [{"name": "Robots", "policy": {"minimum_password_length": 16}}, {"name": "Guests"}]
    pwmgmt_simulator.load({"onelogin": {"credentials": [PAIR], "users": users, "groups": groups}})
    wire = onelogin(pwmgmt_simulator)
    default, robots, _ = wire.call("GET", "/api/2/policies").json()
    assert (robots["name"], robots["is_default"], robots["minimum_password_length"]) == ("Robots", False, 16)
    told = {}
    for user in wire.call("GET", "/api/2/users").json():
        group = wire.call("GET", f"/api/2/groups/{user['group_id']}").json()
        taken = set_clear(wire, str(user["id"]), "CANARY-Short-1", validate_policy=True).status_code == 200
        told[group["name"]] = (group["policy_id"], taken)
    assert told == {"Robots": (robots["id"], False), "Guests": (None, True)}
    assert default["is_default"] is True
