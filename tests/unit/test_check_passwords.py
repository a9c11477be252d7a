from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.fingerprint import TAG, fingerprint
from pulumi_pwmgmt.model import UNKNOWN, Secret
from tests.unit.in_memory import (
    EVERY_KIND,
    Administrator,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.refusals import etna, refusal
from tests.unit.stack import LOGIN, TENANT, Refused, credential, made, stack_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_password_is_replaced_by_its_fingerprint_and_nothing_is_called(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    inputs = stack.preview(bot=etna())["bot"]
    assert inputs["password"] == fingerprint(Secret("CANARY-first"), TENANT, LOGIN)
    assert inputs["current_password"] == fingerprint(Secret("CANARY-live"), TENANT, LOGIN)
    assert "CANARY-" not in str(inputs)
    assert directory.calls == []


def test_preview_and_update_agree() -> None:
    stack, _ = stack_of(Administrator)
    assert stack.preview(bot=credential()) == stack.preview(bot=credential())


def test_the_defaults() -> None:
    stack, _ = stack_of(Administrator)
    inputs = stack.preview(bot=credential())["bot"]
    assert inputs == {
        "connection": "main",
        "principal": LOGIN,
        "password": inputs["password"],
        "on_destroy": "revoke",
        "on_drift": "repair",
        "keep_in_state": False,
        "system": "okta",
        "tenant": TENANT,
        "reason": "created",
        "source": {"kind": "supplied"},
        "declared": "connection password principal",
        "connection_risks": [],
    }
    nulls = dict.fromkeys(("current_password", "adopt", "on_destroy", "on_drift", "keep_in_state"))
    assert stack.preview(bot=credential(**nulls))["bot"] == inputs
    assert stack.preview(bot=credential(adopt=False))["bot"] == inputs


@pytest.mark.parametrize(
    ("kind", "kept"),
    [(Administrator, False), (NoUseForCurrent, False), (OwnPassword, False), (WriteOnly, False), (OldForNew, True)],
)
def test_it_is_kept_by_default_only_where_the_system_demands_it(kind: type[WriteOnly], kept: bool) -> None:  # noqa: FBT001 -- a column
    stack, _ = stack_of(kind)
    assert stack.preview(bot=etna())["bot"]["keep_in_state"] is kept


def test_references_are_read_at_the_moment_of_use(tmp_path: Path) -> None:
    stack, directory = stack_of(Administrator)
    file = tmp_path / "secret"
    file.write_bytes(b"CANARY-from file \n")
    reference = {"file": str(file)}
    stack.up(bot=credential(password=reference))
    assert directory.opens(LOGIN, "CANARY-from file ")
    assert stack.up(bot=credential(password=reference)) == []
    file.write_bytes(b"CANARY-another")
    assert stack.up(bot=credential(password=reference)) == ["update"]
    assert directory.opens(LOGIN, "CANARY-another")
    assert stack.up(bot=credential(password="CANARY-another")) == []


@pytest.mark.parametrize("unknown", ["connection", "principal", "password"])
def test_an_unknown_argument_passes_and_no_value_comes_back(unknown: str) -> None:
    stack, directory = stack_of(Administrator)
    inputs = stack.preview(bot=credential(**{unknown: UNKNOWN}))["bot"]
    assert inputs[unknown] is UNKNOWN
    assert inputs["password"] is UNKNOWN
    assert "CANARY-" not in str(inputs)
    assert directory.calls == []


@pytest.mark.parametrize("unknown", ["connection", "principal"])
def test_a_known_current_password_of_an_unknown_account_is_unknown(unknown: str) -> None:
    stack, _ = stack_of(OldForNew)
    inputs = stack.preview(bot=etna(**{unknown: UNKNOWN}))["bot"]
    assert inputs["current_password"] is UNKNOWN


@pytest.mark.parametrize("unknown", ["current_password", "adopt", "on_destroy", "on_drift", "keep_in_state"])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_any_other_unknown_argument_passes(kind: type[WriteOnly], unknown: str) -> None:
    stack, _ = stack_of(kind)
    assert stack.preview(bot=etna(**{unknown: UNKNOWN}))["bot"][unknown] is UNKNOWN


def test_an_adoption_that_may_be_is_not_refused_for_want_of_the_current_password() -> None:
    stack, _ = stack_of(OldForNew)
    inputs = stack.preview(bot=credential(on_destroy="revoke", adopt=UNKNOWN))["bot"]
    assert inputs["reason"] is UNKNOWN


@pytest.mark.parametrize("unknown", ["password", "on_drift", "on_destroy"])
def test_an_unknown_argument_of_an_update_passes(unknown: str) -> None:
    stack, directory = made(Administrator)
    inputs = stack.preview(bot=credential(**{unknown: UNKNOWN}))["bot"]
    assert inputs[unknown] is UNKNOWN
    assert directory.calls == []


def test_unknown_with_a_drift_passes() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert stack.preview(bot=credential(password=UNKNOWN))["bot"]["reason"] is UNKNOWN
    assert stack.preview(bot=credential(on_drift=UNKNOWN))["bot"]["reason"] is UNKNOWN


def test_our_own_fingerprint_is_passed_on() -> None:
    stack, _ = made(Administrator)
    old = stack.state["bot"].inputs
    inputs = stack.preview(bot=credential(password=old["password"]))["bot"]
    assert inputs == old


@pytest.mark.parametrize(
    "tagged", [TAG, TAG + "CANARY-x", "pwmgmt:fingerprint:2:CANARY-x", fingerprint(Secret("CANARY-a"), TENANT, LOGIN)]
)
@pytest.mark.parametrize("argument", ["password", "current_password"])
def test_any_other_tagged_value_is_refused(tagged: str, argument: str) -> None:
    assert "starts like a fingerprint" in refusal(Administrator, **credential(**{argument: tagged}))[argument]
    stack, directory = made(Administrator, current_password="CANARY-live")
    with pytest.raises(Refused) as refused:
        stack.up(bot=credential(**{argument: tagged}))
    assert argument in refused.value.problems
    assert directory.calls == []


def test_a_password_that_only_the_old_current_password_was_is_no_fingerprint_of_it() -> None:
    stack, _ = made(OldForNew)
    mark = stack.state["bot"].inputs["current_password"]
    with pytest.raises(Refused, match="starts like a fingerprint"):
        stack.up(bot=etna(password=mark))


def test_a_held_back_current_password_is_passed_on() -> None:
    stack, _ = made(OldForNew)
    assert stack.up(ignore_changes=["current_password"], bot=etna(current_password="CANARY-other")) == []


def test_a_reference_to_a_tagged_value_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(TAG + "CANARY-x", encoding="utf-8")
    assert "starts like a fingerprint" in refusal(Administrator, **credential(password={"file": str(file)}))["password"]


def test_the_second_look_at_a_replacement_judges_it_as_new() -> None:
    stack, _ = made(OldForNew)
    run, olds = stack.run(), stack.state["bot"].inputs
    news = credential(on_destroy="revoke", principal="other@example.com")
    first, problems = check(run, olds, news)
    assert problems == []
    assert first["password"] == fingerprint(Secret("CANARY-first"), TENANT, "other@example.com")
    _, problems = check(run, {}, news)
    assert [argument for argument, _ in problems] == ["current_password"]
