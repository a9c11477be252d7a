"""What documented exchanges can't show of ETNA: refusals in every form the manual uses, and what is never sent."""

from __future__ import annotations

import json

import pytest

from pulumi_pwmgmt.errors import (
    CredentialError,
    CurrentPasswordRejected,
    PasswordRejected,
    UnexpectedReply,
    Unsupported,
)
from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.model import OnDestroy, Secret
from pulumi_pwmgmt.systems import etna
from tests.exchanges.exchange import Reply
from tests.exchanges.scripted_server import Script, serving

NEW = "CANARY-Neu € \\ ' 1"


def answer(body: object, status: int = 200) -> Reply:
    return Reply(status=status, headers={"Content-Type": "application/json"}, json=body)


def etna_at(url: str) -> etna.System:
    connection = etna.Connection.model_validate({"system": "etna", "url": url, "app_key": "CANARY-key"})
    return etna.System(connection, Wire(connection, etna.DIALECT))


def bodies(script: Script) -> list[dict[str, str]]:
    return [json.loads(received.body) for received in script.received if received.method == "PUT"]


@pytest.mark.parametrize("how", list(OnDestroy))
def test_etna_has_no_call_that_takes_a_password_away(how: OnDestroy) -> None:
    with serving([]) as script, pytest.raises(Unsupported):
        etna_at(script.url).remove_password("ci-bot", how, Secret("CANARY-Old-1"))
    assert script.received == []


def test_etna_needs_the_current_password() -> None:
    with serving([]) as script, pytest.raises(Unsupported, match="give current_password"):
        etna_at(script.url).set_password("ci-bot", Secret(NEW), None)
    assert script.received == []


WEAK = "Password is too short"
WRONG = "Old password is incorrect"
FIELDS = "Validation error occured while processing entity"


@pytest.mark.parametrize("status", [400, 403, 422])
@pytest.mark.parametrize(
    ("body", "error", "reasons"),
    [
        ({"error": WEAK}, PasswordRejected, (WEAK,)),
        ({"Message": WEAK}, PasswordRejected, (WEAK,)),
        ({"message": WEAK, "error": "Weak"}, PasswordRejected, (WEAK, "Weak")),
        ({"Model": None, "Errors": [WEAK, "x"], "StatusCode": 422, "IsSucceed": False}, PasswordRejected, (WEAK, "x")),
        ({"Errors": [], "ErrorsCode": ["Weak"], "IsSucceed": False}, PasswordRejected, ()),
        (
            {"Message": FIELDS, "ModelState": {"userPassword.Password": [WEAK, "x"], "userPassword": "y"}},
            PasswordRejected,
            (f"userPassword.Password: {WEAK}", "userPassword.Password: x", "userPassword: y"),
        ),
        ({"error": WRONG}, CurrentPasswordRejected, None),
        ({"Message": WRONG}, CurrentPasswordRejected, None),
        ({"message": WRONG, "error": "Wrong"}, CurrentPasswordRejected, None),
        ({"Errors": ["The current password is wrong"], "IsSucceed": False}, CurrentPasswordRejected, None),
        ({"Message": FIELDS, "ModelState": {"userPassword.OldPassword": ["x"]}}, CurrentPasswordRejected, None),
        ({"detail": WEAK}, UnexpectedReply, None),
        (None, UnexpectedReply, None),
    ],
    ids=str,
)
def test_an_etna_refusal_is_read_in_every_form_of_the_manual(
    status: int, body: object, error: type[CredentialError], reasons: tuple[str, ...] | None
) -> None:
    refused = changing(answer(body, status))
    assert type(refused) is error
    assert reasons is None or (isinstance(refused, PasswordRejected) and refused.reasons == reasons)


@pytest.mark.parametrize(
    ("said", "repeats"),
    [
        ("Password was used before", True),
        ("Password has already been used", True),
        ("New password must differ from the old password", True),
        ("New password can't be the same as the current password", True),
        ("Password is one of the last 4", True),
        ("Password must have at least 8 characters", False),
        ("Password was changed too recently", False),
    ],
)
def test_an_etna_refusal_tells_a_repetition_from_a_weak_password(said: str, *, repeats: bool) -> None:
    refused = changing(answer({"Message": said}, 422))
    assert isinstance(refused, PasswordRejected)
    assert refused.repeats is repeats


def test_an_etna_refusal_that_comes_with_200_is_one_and_a_message_that_does_is_none() -> None:
    refused = changing(answer({"Errors": [WEAK], "IsSucceed": False}))
    assert isinstance(refused, PasswordRejected)
    assert changing(answer({"Message": "Password has been changed"})) is None


def test_an_expired_etna_password_is_replaced_where_the_log_in_gives_a_token_in_any_state() -> None:
    expired = {"State": "Failed", "Reason": "Your Password has expired and must be changed", "Token": "CANARY-token"}
    with serving([answer(expired), answer({"Errors": [], "IsSucceed": True})]) as script:
        etna_at(script.url).set_password("ci-bot", Secret(NEW), Secret("CANARY-Old-1"))
    assert bodies(script) == [{"Token": "CANARY-token", "Password": NEW, "PasswordConfirmation": NEW}]


def test_an_etna_log_in_is_not_read_for_more_than_it_says() -> None:
    with serving([answer({"State": "Failed", "Token": "CANARY-token"}), answer({"State": "Succeeded"})]) as script:
        system = etna_at(script.url)
        assert system.verify_password("ci-bot", Secret("CANARY-Old-1")) is None
        with pytest.raises(UnexpectedReply):
            system.verify_password("ci-bot", Secret("CANARY-Old-1"))


def changing(reply: Reply) -> CredentialError | None:
    with serving([answer({"State": "Succeeded", "Token": "CANARY-token"}), reply]) as script:
        try:
            etna_at(script.url).set_password("ci-bot", Secret(NEW), Secret("CANARY-Old-1"))
        except CredentialError as error:
            return error
    return None


@pytest.mark.parametrize("password", ["CANARY-Neu-€-1", " CANARY-New-1", "CANARY-New-1 "])
def test_etna_is_sent_nothing_that_a_header_cannot_carry(password: str) -> None:
    with serving([]) as script:
        system = etna_at(script.url)
        with pytest.raises(Unsupported):
            system.set_password("ci-bot", Secret("CANARY-New-2"), Secret(password))
        assert system.verify_password("ci-bot", Secret(password)) is None
    assert script.received == []


@pytest.mark.parametrize("status", [200, 400, 401, 403, 422, 500])
@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        7,
        {},
        {"ModelState": 1},
        {"ModelState": {}},
        {"ModelState": {"a": None, "b": [1, {}], "c": "x"}},
        {"IsSucceed": False, "Errors": None},
        {"IsSucceed": False, "Errors": [None, {}]},
        {"State": 1, "Step": [], "Reason": None},
        {"Message": None},
    ],
    ids=str,
)
def test_any_answer_of_etna_is_a_success_or_ends_in_an_error_of_ours(status: int, body: object) -> None:
    refused = changing(answer(body, status))
    assert refused is not None or status == 200
