"""After a write whose reply does not tell when: the time that is recorded is ours, or none is."""

from __future__ import annotations

import pytest

from pulumi_pwmgmt.errors import Unreachable
from tests.unit.in_memory import Administrator, Directory, NoUseForCurrent, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, Stack, credential, declared, made, stack_of

OBSERVED = [Administrator, NoUseForCurrent, OwnPassword]
SECOND, THEIRS = "CANARY-second", "CANARY-of-somebody-else"


def silent(kind: type[WriteOnly]) -> tuple[Stack, Directory]:
    """Return a stack with one credential in a system that tells in no reply when it changed it."""
    stack, directory = made(kind)
    directory.replies_with_observation = False
    return stack, directory


def unread(kind: type[WriteOnly]) -> tuple[Stack, Directory]:
    """Return a stack with one credential, of which nobody could read when its password was set."""
    stack, directory = stack_of(kind)
    directory.replies_with_observation = False
    directory.fail("observe", Unreachable("no route"))
    stack.up(bot=credential())
    return stack, directory


def before_it_is_read_back(directory: Directory, seconds: float, password: str) -> None:
    """Let somebody else set the account's password before the next observation."""
    observed = directory.enter

    def enter(verb: str) -> object:
        if verb == "observe":
            directory.enter = observed  # type: ignore[method-assign]  # once
            directory.clock.wait(seconds)
            directory.change_outside(LOGIN, password)
        return observed(verb)  # type: ignore[arg-type]  # one of the verbs

    directory.enter = enter  # type: ignore[method-assign,assignment]  # somebody comes in between


@pytest.mark.parametrize("kind", OBSERVED)
def test_a_change_between_the_write_and_the_reading_is_told_and_shows_in_the_next_refresh(
    kind: type[WriteOnly],
) -> None:
    stack, directory = silent(kind)
    before_it_is_read_back(directory, 30, THEIRS)
    stack.up(bot=declared(kind, password=SECOND))
    assert ["was changed again at 2026-03-01T14:00:36Z" in told for told in stack.told] == [True]
    stack.refresh()
    assert stack.state["bot"].record.drift == "changed outside at 2026-03-01T14:00:36Z"
    stack.destroy()
    assert directory.opens(LOGIN, THEIRS), "it is theirs"


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent])
def test_a_clock_of_changes_that_is_ahead_of_the_one_of_answers_is_told_by_a_log_in(kind: type[WriteOnly]) -> None:
    stack, directory = silent(kind)
    before_it_is_read_back(directory, 30, SECOND)
    stack.up(bot=declared(kind, password=SECOND))
    assert stack.told == []
    stack.refresh()
    assert stack.state["bot"].record.drift is None


@pytest.mark.parametrize("kind", OBSERVED)
def test_in_the_ordinary_case_nobody_logs_in(kind: type[WriteOnly]) -> None:
    stack, directory = silent(kind)
    stack.up(bot=declared(kind, password=SECOND))
    assert directory.calls == ["set", "observe"]
    assert stack.told == []
    assert "answered_at" not in stack.state["bot"].outputs


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent])
def test_what_was_taken_over_after_a_reading_that_failed_is_left_alone(kind: type[WriteOnly]) -> None:
    stack, directory = unread(kind)
    directory.clock.wait(3600)
    directory.change_outside(LOGIN, THEIRS)
    stack.destroy()
    assert directory.opens(LOGIN, THEIRS)
    assert "somebody has taken it over" in stack.told[-1]


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent])
def test_what_was_changed_after_a_reading_that_failed_is_drift(kind: type[WriteOnly]) -> None:
    stack, directory = unread(kind)
    directory.clock.wait(3600)
    directory.change_outside(LOGIN, THEIRS)
    for _ in range(2):
        stack.refresh()
        assert stack.state["bot"].record.drift == "changed outside at 2026-03-01T14:00:03Z"
    directory.remembered = 0
    assert stack.up(bot=credential()) == ["update"]
    assert directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent])
def test_a_reading_that_failed_is_made_up_for_by_the_next_refresh(kind: type[WriteOnly]) -> None:
    stack, directory = unread(kind)
    stack.refresh()
    record = stack.state["bot"].record
    assert record.password_changed_at == directory.accounts[0].changed_at
    assert (record.answered_at, record.drift) == (None, None)
