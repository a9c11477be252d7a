"""Passwords in the simulated Okta: set by an administrator, changed by knowing the old one, lost and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import okta, okta_log_in, okta_seed

if TYPE_CHECKING:
    import requests

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

LOGIN = "isaac.brock@example.com"
REQUIREMENTS = (
    "Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, "
    "an uppercase letter, a number, no parts of your username."
)
HISTORY = " Your password cannot be any of your last 4 password(s)."
COMMON = "This password was found in a list of commonly used passwords. Please try another password."
WEAK = ["Short1x", "CANARY-NO-LOWER-1", "canary-no-upper-1", "CANARY-no-number", "CANARY-xBrOcKx-1", "CANARY-example-1"]
TOO_LONG = "CANARY-1x" * 8 + "x"
LIMITS = ["CANARY-1x" * 8, "CANARY-a1", "CANARY 1 \\ \" ' % < € 🔑 ü"]


def seed(**user: Any) -> dict[str, Any]:  # noqa: ANN401 -- the seed is JSON
    return okta_seed(users=[{"login": LOGIN, "password": "CANARY-Old-1", **user}])


def set_password(simulator: Simulator, value: str, query: str = "", method: str = "POST") -> requests.Response:
    body = {"credentials": {"password": {"value": value}}}
    return okta(simulator).call(method, f"/api/v1/users/{LOGIN}{query}", json=body)


def change(simulator: Simulator, old: str, new: str, query: str = "", **more: Any) -> requests.Response:  # noqa: ANN401 -- JSON
    body = {"oldPassword": {"value": old}, "newPassword": {"value": new}, **more}
    user_id = okta(simulator).call("GET", f"/api/v1/users/{LOGIN}").json()["id"]
    return okta(simulator).call("POST", f"/api/v1/users/{user_id}/credentials/change_password{query}", json=body)


def refusal(reply: requests.Response) -> tuple[int, str, list[str]]:
    body = reply.json()
    return reply.status_code, body["errorCode"], [cause["errorSummary"] for cause in body["errorCauses"]]


def opens(simulator: Simulator, password: str) -> bool:
    return bool(okta_log_in(simulator, LOGIN, password).json().get("status") == "SUCCESS")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_administrator_sets_a_password(method: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    before = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}")
    pwmgmt_simulator.advance_clock(3600)
    reply = set_password(pwmgmt_simulator, "CANARY-New-2", method=method)
    assert reply.status_code == 200
    assert reply.json()["passwordChanged"] > before.json()["passwordChanged"]
    assert reply.json()["lastUpdated"] == before.json()["lastUpdated"]
    assert reply.json()["profile"] == before.json()["profile"]
    after = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}")
    assert after.json()["lastUpdated"] > before.json()["lastUpdated"]
    assert after.headers["ETag"] == before.headers["ETag"]
    assert opens(pwmgmt_simulator, "CANARY-New-2")
    assert not opens(pwmgmt_simulator, "CANARY-Old-1")


@pytest.mark.parametrize("password", [*WEAK, TOO_LONG])
def test_a_weak_password_is_refused_with_the_policy_in_words(password: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    reply = set_password(pwmgmt_simulator, password)
    assert refusal(reply) == (400, "E0000001", [f"password: {REQUIREMENTS}{HISTORY}"])
    assert reply.json()["errorSummary"] == "Api validation failed: password"
    assert opens(pwmgmt_simulator, "CANARY-Old-1")


@pytest.mark.parametrize("password", LIMITS)
def test_odd_and_extreme_passwords_arrive_exactly(password: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    assert set_password(pwmgmt_simulator, password).status_code == 200
    assert opens(pwmgmt_simulator, password)
    assert not opens(pwmgmt_simulator, password + " ")


def test_history_and_minimum_age_bind_an_administrator_only_when_strict(pwmgmt_simulator: Simulator) -> None:
    directory = seed(history=["CANARY-Older-0"])
    directory["okta"]["policy"] = {"min_age_minutes": 1440}
    pwmgmt_simulator.load(directory)
    too_young = " At least 1 day(s) must have elapsed since you last changed your password."
    strict = refusal(set_password(pwmgmt_simulator, "CANARY-Older-0", "?strict=true"))
    assert strict == (400, "E0000001", [f"password: {REQUIREMENTS}{HISTORY}{too_young}"])
    pwmgmt_simulator.advance_clock(86_400)
    strict = refusal(set_password(pwmgmt_simulator, "CANARY-Older-0", "?strict=true"))
    assert strict == (400, "E0000001", [f"password: {REQUIREMENTS}{HISTORY}"])
    assert set_password(pwmgmt_simulator, "CANARY-Older-0", "?strict=false").status_code == 200


def test_a_common_password_is_refused(pwmgmt_simulator: Simulator) -> None:
    directory = seed()
    directory["okta"]["policy"] = {"exclude_common": True}
    pwmgmt_simulator.load(directory)
    assert refusal(set_password(pwmgmt_simulator, "Password123")) == (400, "E0000001", [f"password: {COMMON}"])
    assert refusal(change(pwmgmt_simulator, "CANARY-Old-1", "Password123")) == (403, "E0000014", [COMMON])


@pytest.mark.parametrize(
    ("before", "after", "opened"),
    [
        ("PASSWORD_EXPIRED", "ACTIVE", True),
        ("RECOVERY", "ACTIVE", True),
        ("PROVISIONED", "ACTIVE", True),
        ("STAGED", "STAGED", False),
        ("SUSPENDED", "SUSPENDED", False),
        ("LOCKED_OUT", "LOCKED_OUT", False),
    ],
)
def test_a_new_password_moves_the_status(
    before: str, after: str, opened: bool, pwmgmt_simulator: Simulator  # noqa: FBT001 -- a column of the table
) -> None:  # fmt: skip
    pwmgmt_simulator.load(seed(status=before))
    assert set_password(pwmgmt_simulator, "CANARY-New-2").json()["status"] == after
    assert opens(pwmgmt_simulator, "CANARY-New-2") is opened


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"provider": "FEDERATION"}, (400, "E0000001", ["password: Password"])),
        ({"provider": "ACTIVE_DIRECTORY"}, (403, "E0000023", [])),
        ({"status": "DEPROVISIONED"}, (403, "E0000038", [])),
        ({"transitioning": True}, (409, "E0000112", [])),
    ],
)
def test_a_user_who_can_have_no_new_password(
    user: dict[str, Any], expected: tuple[int, str, list[str]], pwmgmt_simulator: Simulator
) -> None:
    pwmgmt_simulator.load(seed(**user))
    assert refusal(set_password(pwmgmt_simulator, "CANARY-New-2")) == expected


def test_the_old_password_changes_to_a_new_one(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed(recovery_question="Who?", recovery_answer="CANARY-Annie"))
    before = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}").json()
    pwmgmt_simulator.advance_clock(5)
    reply = change(pwmgmt_simulator, "CANARY-Old-1", "CANARY-New-2", "?strict=true", revokeSessions=True)
    assert reply.status_code == 200
    assert reply.json() == {
        "password": {},
        "recovery_question": {"question": "Who?"},
        "provider": {"type": "OKTA", "name": "OKTA"},
    }
    after = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}").json()
    assert after["passwordChanged"] > before["passwordChanged"]
    assert after["lastUpdated"] > before["lastUpdated"]
    assert opens(pwmgmt_simulator, "CANARY-New-2")


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("CANARY-Wrong-1", "CANARY-New-2", "Old Password is not correct"),
        ("CANARY-Old-1", "CANARY-Old-1", "Password cannot be your current password"),
        ("CANARY-Old-1", "weak", REQUIREMENTS + HISTORY),
        ("CANARY-Old-1", "CANARY-Older-0", REQUIREMENTS + HISTORY),
    ],
)
def test_a_change_is_refused(old: str, new: str, cause: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed(history=["CANARY-Older-0"]))
    reply = change(pwmgmt_simulator, old, new)
    assert refusal(reply) == (403, "E0000014", [cause])
    assert reply.json()["errorSummary"] == "Update of credentials failed"
    assert opens(pwmgmt_simulator, "CANARY-Old-1")


def test_a_change_looks_at_the_minimum_age_only_when_strict(pwmgmt_simulator: Simulator) -> None:
    directory = seed()
    directory["okta"]["policy"] = {"min_age_minutes": 90, "history_count": 0}
    pwmgmt_simulator.load(directory)
    too_young = " At least 90 minute(s) must have elapsed since you last changed your password."
    strict = change(pwmgmt_simulator, "CANARY-Old-1", "CANARY-New-2", "?strict=true")
    assert refusal(strict) == (403, "E0000014", [REQUIREMENTS + too_young])
    assert change(pwmgmt_simulator, "CANARY-Old-1", "CANARY-New-2").status_code == 200


def test_a_change_takes_an_id_and_no_login(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    body = {"oldPassword": {"value": "CANARY-Old-1"}, "newPassword": {"value": "CANARY-New-2"}}
    reply = okta(pwmgmt_simulator).call("POST", f"/api/v1/users/{LOGIN}/credentials/change_password", json=body)
    assert refusal(reply) == (404, "E0000007", [])


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"status": "SUSPENDED"}, (403, "E0000038", [])),
        ({"status": "LOCKED_OUT"}, (403, "E0000038", [])),
        ({"password": None}, (403, "E0000038", [])),
        ({"provider": "FEDERATION"}, (403, "E0000035", [])),
    ],
)
def test_a_user_who_cannot_change(
    user: dict[str, Any], expected: tuple[int, str, list[str]], pwmgmt_simulator: Simulator
) -> None:
    pwmgmt_simulator.load(seed(**user))
    assert refusal(change(pwmgmt_simulator, "CANARY-Old-1", "CANARY-New-2")) == expected


@pytest.mark.parametrize("status", ["RECOVERY", "PASSWORD_EXPIRED"])
def test_a_change_makes_active(status: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed(status=status))
    assert change(pwmgmt_simulator, "CANARY-Old-1", "CANARY-New-2").status_code == 200
    assert opens(pwmgmt_simulator, "CANARY-New-2")


def test_expiring_keeps_the_time_of_change(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    before = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}").json()
    pwmgmt_simulator.advance_clock(60)
    expired = okta(pwmgmt_simulator).call("POST", f"/api/v1/users/{LOGIN}/lifecycle/expire_password").json()
    after = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{LOGIN}").json()
    assert expired["passwordChanged"] == before["passwordChanged"]
    assert expired["statusChanged"] == before["statusChanged"]
    assert after["statusChanged"] > before["statusChanged"]


def test_a_temporary_password_opens_only_the_change(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    path = f"/api/v1/users/{LOGIN}/lifecycle/expire_password_with_temp_password?revokeSessions=true"
    temporary = okta(pwmgmt_simulator).call("POST", path).json()["tempPassword"]
    assert okta_log_in(pwmgmt_simulator, LOGIN, temporary).json()["status"] == "PASSWORD_EXPIRED"
    assert okta_log_in(pwmgmt_simulator, LOGIN, "CANARY-Old-1").status_code == 401


@pytest.mark.parametrize(("send", "keys"), [("false", ["resetPasswordUrl"]), ("true", [])])
def test_a_reset_ends_the_log_in(send: str, keys: list[str], pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    path = f"/api/v1/users/{LOGIN}/lifecycle/reset_password?sendEmail={send}"
    assert list(okta(pwmgmt_simulator).call("POST", path).json()) == keys
    assert not opens(pwmgmt_simulator, "CANARY-Old-1")


def test_a_user_becomes_federated_and_comes_back(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    path = f"/api/v1/users/{LOGIN}/lifecycle/reset_password?sendEmail=false"
    assert okta(pwmgmt_simulator).call("POST", f"{path}&provider=FEDERATION").json() == {}
    assert not opens(pwmgmt_simulator, "CANARY-Old-1")
    assert refusal(set_password(pwmgmt_simulator, "CANARY-New-2"))[1] == "E0000001"
    assert okta(pwmgmt_simulator).call("POST", path).status_code == 200
    assert set_password(pwmgmt_simulator, "CANARY-New-2").status_code == 200


def credentials_call(simulator: Simulator, name: str, body: Any = None) -> requests.Response:  # noqa: ANN401 -- JSON
    user_id = okta(simulator).call("GET", f"/api/v1/users/{LOGIN}").json()["id"]
    return okta(simulator).call("POST", f"/api/v1/users/{user_id}/credentials/{name}", json=body)


def test_the_recovery_question_is_changed_and_answered(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(seed())
    question = {"question": "How many roads?", "answer": "CANARY-42"}
    body = {"password": {"value": "CANARY-Wrong-1"}, "recovery_question": question}
    assert credentials_call(pwmgmt_simulator, "forgot_password").json()["errorCode"] == "E0000034"
    assert credentials_call(pwmgmt_simulator, "change_recovery_question", body).status_code == 403
    body = {"password": {"value": "CANARY-Old-1"}, "recovery_question": question}
    reply = credentials_call(pwmgmt_simulator, "change_recovery_question", body)
    assert reply.json()["recovery_question"] == {"question": "How many roads?"}
    found = credentials_call(pwmgmt_simulator, "forgot_password?sendEmail=false")
    assert "/signin/reset-password/" in found.json()["resetPasswordUrl"]
    answer = {"password": {"value": "CANARY-New-2"}, "recovery_question": {"answer": "CANARY-41"}}
    wrong = credentials_call(pwmgmt_simulator, "forgot_password_recovery_question", answer)
    assert refusal(wrong) == (403, "E0000087", [])
    answer["recovery_question"]["answer"] = "CANARY-42"
    right = credentials_call(pwmgmt_simulator, "forgot_password_recovery_question", answer)
    assert (right.status_code, right.json()["password"]) == (200, {})
    assert opens(pwmgmt_simulator, "CANARY-New-2")
