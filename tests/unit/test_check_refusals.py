from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.unit.in_memory import (
    Administrator,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.refusals import etna, refusal
from tests.unit.stack import LOGIN, credential, stack_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("argument", ["connection", "principal", "password"])
def test_a_required_argument_that_is_missing_or_empty(argument: str) -> None:
    news = credential()
    del news[argument]
    assert f"{argument} is missing" in refusal(Administrator, **news)[argument]
    assert f"{argument} is missing" in refusal(Administrator, **(news | {argument: None}))[argument]
    assert f"{argument} is empty" in refusal(Administrator, **(news | {argument: ""}))[argument]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("connection", 1),
        ("principal", ["CANARY-x"]),
        ("password", 12345678),
        ("password", ["CANARY-x"]),
        ("password", True),
        ("password", {}),
        ("password", {"env": ""}),
        ("password", {"env": "A", "file": "CANARY-x"}),
        ("password", {"vault": "CANARY-x"}),
        ("password", {"env": ["CANARY-x"]}),
        ("current_password", 1.5),
        ("current_password", {"vault": "CANARY-x"}),
        ("current_password", ""),
        ("adopt", "yes"),
        ("adopt", 0),
        ("on_destroy", "delete"),
        ("on_destroy", True),
        ("on_destroy", ""),
        ("on_drift", "ignore"),
        ("keep_in_state", "true"),
        ("keep_in_state", 1.0),
    ],
)
def test_wrong_types_and_values(argument: str, value: object) -> None:
    assert list(refusal(Administrator, **credential(**{argument: value}))) == [argument]


def test_every_wrong_argument_is_told_at_once() -> None:
    told = refusal(Administrator, connection=1, principal="", password=None, adopt="yes")
    assert list(told) == ["connection", "principal", "password", "adopt"]


def test_an_unknown_connection_is_named_and_no_value_comes_back() -> None:
    told = refusal(Administrator, **credential(connection="nowhere", current_password="CANARY-live"))
    assert "NotConfigured: there is no connection 'nowhere'" in told["connection"]


def test_adoption_where_no_log_in_can_prove_it() -> None:
    for kind in (OwnPassword, WriteOnly):
        assert "can't prove" in refusal(kind, **credential(adopt=True))["adopt"]


def test_the_current_password_is_demanded_once() -> None:
    told = refusal(OldForNew, **credential(on_destroy="revoke"))
    assert "ETNA Trader changes a password only for who knows the current one" in told["current_password"]
    assert "adopt=True" in told["current_password"]


def test_a_current_password_whose_reference_is_gone_on_a_create() -> None:
    told = refusal(OldForNew, **etna(current_password={"env": "PWMGMT_TEST_NOT_SET"}))
    assert "the environment variable PWMGMT_TEST_NOT_SET is not set" in told["current_password"]


def test_a_reference_that_is_gone(tmp_path: Path) -> None:
    told = refusal(Administrator, **credential(password={"file": str(tmp_path / "gone")}))
    assert "can't be read: No such file or directory" in told["password"]
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    assert "is empty" in refusal(Administrator, **credential(password={"file": str(tmp_path / "empty")}))["password"]


@pytest.mark.parametrize(
    ("kind", "how"), [(NoUseForCurrent, "expire"), (OwnPassword, "expire"), (OwnPassword, "deactivate")]
)
def test_a_removal_that_the_system_can_not_do(kind: type[WriteOnly], how: str) -> None:
    told = refusal(kind, **credential(on_destroy=how))["on_destroy"]
    assert f"can't {how}" in told
    assert "revoke" in told


def test_where_nobody_could_set_a_new_one_the_removal_must_be_given() -> None:
    told = refusal(OldForNew, **credential(current_password="CANARY-live"))["on_destroy"]
    assert "say on_destroy='revoke'" in told
    assert "retain_on_delete" in told


def test_keeping_where_it_is_of_no_use_and_not_keeping_where_it_is_demanded() -> None:
    assert "has no use" in refusal(NoUseForCurrent, **credential(keep_in_state=True))["keep_in_state"]
    assert "demands the current" in refusal(OldForNew, **etna(keep_in_state=False))["keep_in_state"]


LENGTHS = [(Administrator, 72), (OwnPassword, 72), (NoUseForCurrent, 1024), (OldForNew, 1024)]


@pytest.mark.parametrize(("kind", "longest"), LENGTHS)
def test_the_longest_password(kind: type[WriteOnly], longest: int) -> None:
    stack, directory = stack_of(kind)
    longest_one = "CANARY-".ljust(longest, "x")
    stack.up(bot=etna(password=longest_one))
    assert directory.opens(LOGIN, longest_one)
    told = refusal(kind, **etna(password=longest_one + "x"))
    assert f"longer than the {longest} characters" in told["password"]
    assert "longer than" in refusal(kind, **etna(password="CANARY-".ljust(100_000, "x")))["password"]


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85"])
@pytest.mark.parametrize("argument", ["password", "current_password", "principal"])
def test_control_characters(argument: str, character: str) -> None:
    for kind in (Administrator, OldForNew):
        told = refusal(kind, **etna(**{argument: f"CANARY-{character}x"}))
        assert "holds a control character" in told[argument]


@pytest.mark.parametrize("text", ["CANARY-é", "CANARY-€", "CANARY-🙂", " CANARY-x", "CANARY-x ", "CANARY-\u00a0x"])
@pytest.mark.parametrize("argument", ["password", "current_password", "principal"])
def test_what_a_header_can_not_carry(argument: str, text: str) -> None:
    assert "can't travel in ETNA Trader's log-in" in refusal(OldForNew, **etna(**{argument: text}))[argument]


@pytest.mark.parametrize("text", ["CANARY- \"'\\%<>&;é€🙂", " CANARY-x ", "CANARY-\u00a0x", "x" * 7])
def test_odd_characters_arrive_as_they_are(text: str) -> None:
    stack, directory = stack_of(Administrator)
    directory.remembered = 0
    stack.up(bot=credential(password=text))
    assert directory.passwords_sent == [text]
    assert directory.opens(LOGIN, text)


def test_a_header_carries_printable_ascii() -> None:
    stack, directory = stack_of(OldForNew)
    text = "CANARY-" + "".join(map(chr, range(0x20, 0x7F)))
    stack.up(bot=etna(password=text))
    assert directory.opens(LOGIN, text)


@pytest.mark.parametrize("principal", [".", "..", "x" * 1025])
def test_a_principal_that_is_no_name(principal: str) -> None:
    assert "is no user id or login" in refusal(Administrator, **credential(principal=principal))["principal"]


@pytest.mark.parametrize("character", ["\u00a0", "\u200b", "\u2028", "\u202e", "\ufeff"])
def test_a_character_that_nobody_sees_in_what_is_shown(character: str) -> None:
    told = refusal(Administrator, **credential(principal=f"bot{character}@example.com"))["principal"]
    assert f"holds {character!r}, which can't be seen: write it without" in told
    told = refusal(Administrator, **credential(connection=f"main{character}"))["connection"]
    assert "connection holds a character that can't be seen" in told


class _NoSlash(Administrator):
    traits = replace(Administrator.traits, unaddressable="/")


def test_a_principal_that_no_path_of_the_system_carries() -> None:
    told = refusal(_NoSlash, **credential(principal="team/bot"))["principal"]
    assert "holds '/', which Okta can't carry" in told


def test_several_problems_are_told_at_once() -> None:
    told = refusal(OldForNew, connection="main", principal="é", password="CANARY-é", keep_in_state=False)
    assert set(told) == {"on_destroy", "keep_in_state", "current_password", "principal", "password"}
