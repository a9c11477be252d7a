"""Each invariant can fail: short lives of a stack with a library that has a bug, beside the same with the real one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests import mutants
from tests.model import invariants
from tests.model.engine import SUPPLIED
from tests.model.machine import Life
from tests.model.server import Administrator, Mishap, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit import stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.model.server import AnyKind

NOT_REACHED = Mishap("Unreachable")
LOST = Mishap("OutcomeUnknown", "before the error")
CHECK = (stack, "check")


def begun(kind: type[AnyKind], *, remembered: int = 0) -> Life:
    """Return a life in which the first password has been set."""

    class LifeHere(Life):
        steps = 0

    LifeHere.kind = kind
    life = LifeHere()
    life.a_server(
        remembered=remembered,
        second_factor=False,
        tells_when=True,
        replies=True,
        names_the_live_one=False,
        hides_locks=False,
    )
    life.up()
    life.wait(3600)
    return life


def changes(life: Life) -> None:
    life.another_password("one", "CANARY-b", then="up")


def changes_and_loses_the_answer(life: Life) -> None:
    life.change_with_mishaps(SUPPLIED, "CANARY-b", 1, "one", {0: LOST, 1: LOST, 2: LOST})


def changes_and_then_fails_to(life: Life) -> None:
    changes(life)
    life.change_with_mishaps(SUPPLIED, "CANARY-c", 1, "one", {0: NOT_REACHED})


def edits_something_else(life: Life) -> None:
    life.another_argument("one", {"on_destroy": "expire"}, then="up")


def repairs(life: Life) -> None:
    life.change_by_hand("bot@example.com", "CANARY-c", declared=False, then="refresh and up")


def accepts(life: Life) -> None:
    life.another_argument("one", {"on_drift": "accept"}, then="up")
    repairs(life)


def takes_away(life: Life) -> None:
    life.take_out("one", then="up")


def finds_it_taken_over(life: Life) -> None:
    life.change_by_hand("bot@example.com", "CANARY-c", declared=False, then="nothing")
    life.wait(60)
    life.take_out("one", then="up")


@dataclass(frozen=True)
class Mutant:
    invariant: str
    place: mutants.Place
    fake: Callable[..., object]
    lives: Callable[[Life], None]
    kind: type[AnyKind] = field(default=Administrator)
    remembered: int = 0

    def __str__(self) -> str:
        return f"{self.invariant}, {self.kind.__name__} {self.lives.__name__}, {self.fake.__name__}"


MUTANTS = [
    Mutant("I1", mutants.WRITE, mutants.sets_what_nobody_knows, changes),
    Mutant("I1", mutants.UPDATE, mutants.keeps_nothing, changes_and_then_fails_to, OldForNew),
    Mutant("I2", mutants.WRITE, mutants.sets_what_nobody_knows, changes, WriteOnly),
    Mutant("I2", mutants.WRITE, mutants.sends_nothing_to_repair, repairs),
    Mutant("I2", mutants.WRITE, mutants.sends_nothing_to_repair, repairs, OwnPassword),
    Mutant("I2", mutants.WRITE, mutants.takes_a_repeat_for_done, repairs, NoUseForCurrent, remembered=4),
    Mutant("I2", mutants.UPDATE, mutants.accepts_what_is_to_be_repaired, repairs),
    Mutant("I2", mutants.UPDATE, mutants.forgets_a_drift, repairs),
    Mutant("I2", mutants.UPDATE, mutants.records_before_it_is_set, changes),
    Mutant("I2", mutants.UPDATE, mutants.repairs_what_is_accepted, accepts),
    Mutant("I2", mutants.DRIFT_FROM, mutants.sees_no_drift, repairs),
    Mutant("I2", mutants.DRIFT_FROM, mutants.sees_drift_everywhere, changes),
    Mutant("I2", mutants.READ, mutants.takes_an_account_for_gone, repairs),
    Mutant("I3", mutants.IS_LIVE, mutants.believes_no_log_in, changes_and_loses_the_answer, OldForNew),
    Mutant("I3", mutants.DIFF, mutants.has_always_something_to_do, changes),
    Mutant("I4", mutants.UPDATE, mutants.takes_everything_for_drifted, edits_something_else),
    Mutant("I4", mutants.WRITE, mutants.sends_everything_twice, changes),
    Mutant("I5", mutants.WRITE, mutants.logs_in_before_it_acts, changes),
    Mutant("I5", mutants.WRITE, mutants.logs_in_before_it_acts, changes, OldForNew),
    Mutant("I6", mutants.WRITE, mutants.tells_the_password, changes),
    Mutant("I7", mutants.DELETE, mutants.asks_nobody_whose_it_is, finds_it_taken_over),
    Mutant("I7", mutants.REMOVE, mutants.removes_nothing, takes_away),
    Mutant("I7", mutants.REMOVE, mutants.removes_nothing, takes_away, OldForNew),
    Mutant("I7", mutants.SET_AND_LOOK, mutants.removes_twice, takes_away),
    Mutant("I9", CHECK, mutants.refuses_what_preview_allows, changes),
    Mutant("I9", CHECK, mutants.allows_what_preview_refuses, changes),
]


def broken(life: Life) -> list[str]:
    return [*life.broken, *invariants.some_password_opens(life.world)]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_bug_is_noticed(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    well = begun(mutant.kind, remembered=mutant.remembered)
    mutant.lives(well)
    assert broken(well) == []
    life = begun(mutant.kind, remembered=mutant.remembered)
    monkeypatch.setattr(*mutant.place, mutant.fake)
    mutant.lives(life)
    assert [text for text in broken(life) if text.startswith(mutant.invariant)] != []


def test_every_invariant_has_failed_once() -> None:
    assert {mutant.invariant for mutant in MUTANTS} == {"I1", "I2", "I3", "I4", "I5", "I6", "I7", "I9"}
