"""What a preview says of an account that a change would not find."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_pwmgmt.errors import Unreachable
from tests.unit.in_memory import Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, credential, declared, made, stack_of

ADMINISTRATORS = [Administrator, NoUseForCurrent]


class Closing(Administrator):
    traits = replace(Administrator.traits, closed=frozenset({"DEPROVISIONED"}))


@pytest.mark.parametrize("kind", ADMINISTRATORS)
def test_an_account_that_is_not_there_is_told_and_refused_by_nobody(kind: type[WriteOnly]) -> None:
    stack, _ = stack_of(kind)
    stack.preview(bot=credential(principal="bto@example.com", in_preview=True))
    [told] = stack.told
    assert told.startswith("'bto@example.com' on connection 'main' is not there yet: unless something else in this run")


def test_an_account_that_is_closed_is_told() -> None:
    stack, directory = stack_of(Closing)
    directory.accounts[0].status = "DEPROVISIONED"
    stack.preview(bot=credential(in_preview=True))
    assert "'bot@example.com' on connection 'main' is DEPROVISIONED: unless" in stack.told[0]


@pytest.mark.parametrize("kind", [*ADMINISTRATORS, OldForNew, OwnPassword, WriteOnly])
def test_one_that_is_there_is_not_told_of_and_costs_one_look_at_most(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    stack.preview(bot=declared(kind, in_preview=True))
    assert stack.told == []
    assert directory.calls in ([], ["observe"])


def test_who_can_not_look_says_nothing() -> None:
    stack, directory = stack_of(Administrator)
    directory.accounts.clear()
    directory.fail("observe", Unreachable("no route"))
    stack.preview(bot=credential(in_preview=True))
    assert stack.told == []


@pytest.mark.parametrize("kind", ADMINISTRATORS)
def test_what_the_state_knows_is_not_looked_for(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    stack.preview(bot=credential(password="CANARY-second", in_preview=True))
    assert directory.calls == []


def test_an_update_asks_by_changing() -> None:
    stack, directory = stack_of(Administrator)
    stack.up(bot=credential(principal=LOGIN))
    assert directory.calls == ["set"]
