"""What documented exchanges can't show of OneLogin: chance, kept tokens, settings, and what is on no page."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from pydantic import ValidationError

from pulumi_pwmgmt.errors import (
    CredentialError,
    OutcomeUnknown,
    PasswordRejected,
    PrincipalNotFound,
    UnexpectedReply,
    Unsupported,
)
from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.model import OnDestroy, Reference, Secret
from pulumi_pwmgmt.systems import onelogin
from tests.exchanges.exchange import Reply
from tests.exchanges.scripted_server import Script, serving

SETTINGS = {"client_id": "CANARY-client", "client_secret": "CANARY-secret", "subdomain": "example"}
NEW = "CANARY-Neu € \\ ' 1"


def answer(body: object, status: int = 200) -> Reply:
    return Reply(status=status, headers={"Content-Type": "application/json"}, json=body)


TOKEN = answer({"access_token": "CANARY-access"})
DONE = answer({"status": {"error": False, "code": 200, "type": "success", "message": "Success"}})


def user(status: int | None = 1) -> Reply:
    return answer({"id": 7, "username": "ci-bot", "status": status})


def onelogin_at(url: str, **settings: Any) -> onelogin.System:  # noqa: ANN401 -- right and wrong settings
    connection = onelogin.Connection.model_validate({"system": "onelogin", "url": url, **SETTINGS, **settings})
    return onelogin.System(connection, Wire(connection, onelogin.DIALECT))


def bodies(script: Script) -> list[dict[str, str]]:
    return [json.loads(received.body) for received in script.received if received.method == "PUT"]


def test_a_salted_password_is_the_hash_of_salt_and_password_with_a_new_salt_each_time() -> None:
    # "if your salt value is hello and your cleartext password value is password, the value you need to SHA-256-encode
    # is hellopassword. The resulting encoded value would be …": OneLogin's OpenAPI document, updatePasswordSecure
    documented = "b1c788abac15390de987ad17b65ac73c9b475d428a51f245c645a442fddd078b"
    assert salted("hello", "password") == documented
    with serving([TOKEN, DONE, DONE]) as script:
        system = onelogin_at(script.url, password_transport="salted_sha256")
        system.set_password("7", Secret(NEW), None)
        system.set_password("7", Secret(NEW), None)
    assert {received.target for received in script.received if received.method == "PUT"} == {
        "/api/1/users/set_password_using_salt/7"
    }
    for body in bodies(script):
        assert body == {
            "password": salted(body["password_salt"], NEW),
            "password_confirmation": salted(body["password_salt"], NEW),
            "password_algorithm": "salt+sha256",
            "password_salt": body["password_salt"],
        }
        assert 20 <= len(body["password_salt"]) <= 40
    assert len({body["password_salt"] for body in bodies(script)}) == 2


def salted(salt: str, password: str) -> str:
    return hashlib.sha256((salt + password).encode()).hexdigest()


def test_one_token_serves_every_call_of_a_connection() -> None:
    with serving([TOKEN, user(), DONE, user(2)]) as script:
        system = onelogin_at(script.url)
        system.observe("7")
        system.set_password("7", Secret(NEW), None)
        seen = system.observe("7")
    assert [received.target for received in script.received].count("/auth/oauth2/v2/token") == 1
    assert seen is not None
    assert seen.status == "Suspended"


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "Unactivated"),
        (1, "Active"),
        (2, "Suspended"),
        (3, "Locked"),
        (4, "Password expired"),
        (5, "Awaiting password reset"),
        (7, "Password Pending"),
        (8, "Security questions required"),
    ],
)
def test_a_onelogin_status_has_its_documented_name(number: int, name: str) -> None:
    with serving([TOKEN, user(number)]) as script:
        seen = onelogin_at(script.url).observe("7")
    assert seen is not None
    assert seen.status == name


@pytest.mark.parametrize(
    "principal",
    ["ci bot&email=x", "Ä%2F/..", "٣"],
    ids=["a query of its own", "a path of its own", "digits, not ASCII"],
)
def test_a_onelogin_principal_reaches_the_search_as_it_is(principal: str) -> None:
    with serving([TOKEN, answer([{"id": 7, "username": principal, "status": 1}]), user()]) as script:
        seen = onelogin_at(script.url).observe(principal)
    assert seen is not None
    assert script.received[2].target == "/api/2/users/7"


def test_a_onelogin_user_whose_name_only_resembles_the_principal_is_another() -> None:
    found = answer([{"id": 7, "username": "ci-bot", "status": 1}])
    with serving([TOKEN, found]) as script, pytest.raises(PrincipalNotFound):
        onelogin_at(script.url).set_password("ci-*", Secret(NEW), None)
    assert len(script.received) == 2


def test_a_onelogin_answer_that_is_no_success_is_not_taken_for_one() -> None:
    with serving([TOKEN, answer({}), answer({"status": {}})]) as script:
        system = onelogin_at(script.url)
        with pytest.raises(OutcomeUnknown):
            system.set_password("7", Secret(NEW), None)
        with pytest.raises(UnexpectedReply):
            system.verify_password("ci-bot", Secret(NEW))


@pytest.mark.parametrize(("status", "name"), [(6, "6"), (None, None)])
def test_a_onelogin_status_without_a_documented_name_keeps_its_number(status: int | None, name: str | None) -> None:
    with serving([TOKEN, user(status)]) as script:
        seen = onelogin_at(script.url).observe("7")
    assert seen is not None
    assert seen.status == name


def test_a_onelogin_user_who_is_not_suspended_by_a_suspension_is_not_reported_so() -> None:
    with serving([TOKEN, user(1)]) as script, pytest.raises(OutcomeUnknown):
        onelogin_at(script.url).remove_password("7", OnDestroy.DEACTIVATE, None)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("Invalid Request", "Password is too short"), ("bad request", "Validation failed: Password is too short")],
)
def test_a_onelogin_policy_may_refuse_in_words_that_are_on_no_page(kind: str, said: str) -> None:
    refusal = answer({"status": {"error": True, "code": 400, "type": kind, "message": said}}, 400)
    with serving([TOKEN, refusal]) as script, pytest.raises(PasswordRejected) as refused:
        onelogin_at(script.url).set_password("7", Secret(NEW), None)
    assert refused.value.reasons == (f"{kind}: {said}",)
    assert not refused.value.repeats


@pytest.mark.parametrize(
    ("said", "attributes"),
    [("", ()), (None, ()), ("username", ("username",)), ("firstname,lastname", ("firstname", "lastname"))],
)
def test_onelogin_attributes_that_a_password_may_not_have_are_told(said: str | None, attributes: tuple[str]) -> None:
    policy = {"id": 1, "name": "Default policy", "kind": "user", "dynamic_blacklist_attributes": said}
    with serving([TOKEN, answer([policy])]) as script:
        stated = onelogin_at(script.url).password_policy("7")
    assert stated is not None
    assert stated.excluded_attributes == attributes


def test_a_onelogin_group_is_asked_for_once_and_users_only_where_there_is_a_choice() -> None:
    policies = [
        {"id": number, "name": f"Policy {number}", "kind": "user", "is_default": number == 1} for number in (1, 2)
    ]
    member, group = answer({"id": 7, "group_id": 6}), answer({"id": 6, "policy_id": 2})
    with serving([TOKEN, answer(policies), member, group, member, answer({"id": 9, "group_id": None})]) as script:
        system = onelogin_at(script.url)
        told = [system.password_policy(user_id) for user_id in ("7", "8", "9")]
    assert [policy.description for policy in told if policy] == ["Policy 2", "Policy 2", "Policy 1"]
    assert [received.target for received in script.received[1:]] == [
        "/api/2/policies",
        "/api/2/users/7",
        "/api/2/groups/6",
        "/api/2/users/8",
        "/api/2/users/9",
    ]


@pytest.mark.parametrize("how", [OnDestroy.REVOKE, OnDestroy.EXPIRE])
def test_onelogin_has_no_call_that_takes_a_password_away(how: OnDestroy) -> None:
    with serving([]) as script, pytest.raises(Unsupported):
        onelogin_at(script.url).remove_password("7", how, None)
    assert script.received == []


@pytest.mark.parametrize("status", [200, 400, 401, 404, 422, 500])
@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        {"status": 1, "message": "x"},
        {"status": {"code": 400, "message": None}},
        {"code": [], "message": {}},
        {"error": {}, "message": []},
        {"statusCode": "x", "message": {"attribute": 1}},
    ],
    ids=str,
)
def test_any_answer_of_onelogin_is_a_success_or_ends_in_an_error_of_ours(status: int, body: object) -> None:
    odd = answer(body, status)
    with serving([TOKEN, odd, TOKEN, odd]) as script, pytest.raises(CredentialError):
        onelogin_at(script.url).set_password("7", Secret(NEW), None)


def test_the_settings_of_a_connection_may_be_references() -> None:
    connection = onelogin.Connection.model_validate(
        {
            "system": "onelogin",
            "url": "https://example.onelogin.com",
            "client_id": {"env": "ONELOGIN_CLIENT_ID"},
            "client_secret": {"file": "/run/secrets/onelogin"},
            "subdomain": "example",
        }
    )
    assert connection.client_id == Reference("env", "ONELOGIN_CLIENT_ID")
    assert connection.client_secret == Reference("file", "/run/secrets/onelogin")
    assert connection.password_transport == "clear"


@pytest.mark.parametrize(
    "wrong", [{"password_transport": "md5"}, {"subdomain": ""}, {"client_id": ""}, {"client_secret": 7}, {"token": "x"}]
)
def test_a_wrong_setting_is_refused_without_its_value(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        onelogin_at("https://example.onelogin.com", **wrong)
    assert [fault["loc"][0] for fault in refused.value.errors()] == list(wrong)
    assert "CANARY" not in str(refused.value)
