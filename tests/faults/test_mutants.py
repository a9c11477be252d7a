"""Each bug that the library might have is noticed by a promise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import pytest

from tests import mutants
from tests.faults.cell import Cell, tell
from tests.faults.fault import FAULTS, TIMES
from tests.faults.judgement import broken
from tests.faults.operation import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

BY_NAME = {str(operation): operation for operation in OPERATIONS}
BY_FAULT = {fault.name: fault for fault in FAULTS}


@dataclass(frozen=True)
class Mutant:
    """``fault`` is what it takes to bring it out, None where the undisturbed operation does."""

    place: mutants.Place
    fake: Callable[..., object]
    operation: str
    invariant: str
    fault: str | None = None

    def __str__(self) -> str:
        return f"{self.operation}, {self.fake.__name__}"


LOST, REPAIR, NO_REPEATS = "hang up before commit", "repair of a drift", "repair of a drift, under a history"
OBSERVED: list[tuple[mutants.Place, Callable[..., object], str, str, str | None]] = [
    (mutants.WRITE, mutants.sends_nothing_to_repair, REPAIR, "I2", None),
    (mutants.APPLIED, mutants.takes_any_later_change_for_ours, REPAIR, "I2", LOST),
    (mutants.DRIFT_FROM, mutants.sees_no_drift, "refresh that finds a drift", "I2", None),
    (mutants.DRIFT_FROM, mutants.sees_drift_everywhere, "refresh", "I2", None),
    (mutants.UPDATE, mutants.accepts_what_is_to_be_repaired, REPAIR, "I2", None),
    (mutants.UPDATE, mutants.forgets_a_drift, REPAIR, "I2", None),
    (mutants.UPDATE, mutants.keeps_the_drift, REPAIR, "I2", None),
    (mutants.UPDATE, mutants.records_before_it_is_set, "change", "I2", None),
    (mutants.READ, mutants.takes_an_account_for_gone, "refresh", "I2", None),
    (mutants.REMOVE, mutants.removes_nothing, "destroy: revoke", "I2", None),
    (mutants.DELETE, mutants.asks_nobody_whose_it_is, "destroy: revoke, taken over by somebody", "I7", None),
]
MUTANTS = [
    *(
        Mutant(place, fake, f"{system}: {operation}", invariant, fault)
        for system in ("okta", "okta_myaccount", "onelogin")
        for place, fake, operation, invariant, fault in OBSERVED
    ),
    Mutant(mutants.WRITE, mutants.takes_a_repeat_for_done, f"onelogin: {NO_REPEATS}", "I2"),
    Mutant(mutants.WRITE, mutants.takes_a_repeat_for_done, f"okta_myaccount: {NO_REPEATS}", "I2"),
    Mutant(mutants.IS_LIVE, mutants.believes_no_log_in, "etna: change", "I3", "hang up after commit"),
    Mutant(mutants.CREATE, mutants.creates_nothing, "okta: create", "I3"),
    Mutant(mutants.SET_AND_LOOK, mutants.removes_twice, "okta: destroy: revoke", "I3", "401 in the middle"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_bug_is_noticed(mutant: Mutant, pwmgmt_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = BY_NAME[mutant.operation]
    well = tell(Cell(operation), pwmgmt_simulator)
    monkeypatch.setattr(*mutant.place, mutant.fake)
    cells = [Cell(operation)]
    if mutant.fault:
        edges = product(range(len(well.labels)), TIMES)
        cells = [Cell(operation, BY_FAULT[mutant.fault], at, times) for at, times in edges]
    assert any(mutant.invariant in broken(tell(cell, pwmgmt_simulator)) for cell in cells)
