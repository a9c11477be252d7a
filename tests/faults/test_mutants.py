"""A library with a bug in it: each of these is noticed by a promise in some cell, or the promise is worth nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.errors import PasswordRejected
from pulumi_pwmgmt.look import Attempt
from pulumi_pwmgmt.model import OnDrift
from pulumi_pwmgmt.record import Record
from pulumi_pwmgmt.system import ObservesPassword
from pulumi_pwmgmt.write import write as real_write
from tests.faults.cell import Cell, tell
from tests.faults.fault import FAULTS, TIMES
from tests.faults.judgement import broken
from tests.faults.operation import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeAlias

    from pulumi_pwmgmt.model import Observation, Password
    from pulumi_pwmgmt.record import Declaration
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from pulumi_pwmgmt.system import Connected

    Currents: TypeAlias = tuple[Password | None, ...]

BY_NAME = {str(operation): operation for operation in OPERATIONS}
BY_FAULT = {fault.name: fault for fault in FAULTS}
real_update, real_create = lifecycle.update, lifecycle.create


def sends_nothing_to_repair(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    """Take an account that somebody else has changed for one that is set already."""
    seen = attempt.observed(connected)
    if seen and attempt.before not in (None, seen.password_changed_at):
        return seen
    return real_write(run, connected, attempt, currents)


def takes_a_repeat_for_done(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    """Take what was used before for what is live."""
    try:
        return real_write(run, connected, attempt, currents)
    except PasswordRejected:
        return attempt.observed(connected)


def takes_any_later_change_for_ours(
    attempt: Attempt, seen: Observation, _asked: datetime, _heard: datetime
) -> bool | None:
    changed = seen.password_changed_at
    return None if changed is None else attempt.before is None or changed > attempt.before


def believes_no_log_in(*_: object) -> bool:
    return False


def sees_no_drift(_record: Record, _seen: Observation) -> None:
    return None


def sees_drift_everywhere(_record: Record, _seen: Observation) -> str:
    return "changed outside at 2026-03-01T12:00:00Z"


def repairs_what_is_accepted(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared.model_copy(update={"on_drift": OnDrift.REPAIR}))


def accepts_what_is_to_be_repaired(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared.model_copy(update={"on_drift": OnDrift.ACCEPT}))


def forgets_a_drift(run: Run, record: Record, declared: Declaration) -> Record:
    """Accept for good, as if what somebody else has set were recorded."""
    system = run.connect(declared.connection).system
    assert isinstance(system, ObservesPassword)
    seen = system.observe(record.principal_id)
    assert seen
    return record.model_copy(update={"password_changed_at": seen.password_changed_at, "drift": None})


def keeps_the_drift(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared).model_copy(update={"drift": record.drift})


def records_before_it_is_set(_run: Run, record: Record, declared: Declaration) -> Record:
    return record.model_copy(update={"password": declared.password})


def creates_nothing(run: Run, declared: Declaration) -> Record:
    """Record what is there as if it were ours."""
    return real_create(run, declared.model_copy(update={"adopt": True}))


def takes_an_account_for_gone(_run: Run, _record: Record) -> None:
    return None


def removes_nothing(*_: object) -> None:
    pass


def asks_nobody_whose_it_is(run: Run, record: Record) -> None:
    connected = run.connect_again(record.connection, record.system, record.tenant)
    lifecycle._remove(run, connected, record, record.principal)  # noqa: SLF001 -- a delete without its guards


def removes_twice(_run: Run, connected: Connected, attempt: Attempt, current: Password | None) -> None:
    connected.system.set_password(attempt.principal, attempt.password, current)
    connected.system.set_password(attempt.principal, attempt.password, current)


@dataclass(frozen=True)
class Mutant:
    """``fake`` stands in ``place`` for what has that name there; ``fault`` is what it takes to bring it out."""

    place: Any
    name: str
    fake: Callable[..., Any]
    operation: str
    invariant: str
    fault: str | None = None

    def __str__(self) -> str:
        return f"{self.operation}, {self.fake.__name__}"


ALL_THAT_ARE_OBSERVED = ("okta", "okta_myaccount", "onelogin")
LOST = "hang up before commit"
MUTANTS = [
    *(
        Mutant(place, name, fake, f"{system}: {operation}", invariant, fault)
        for system in ALL_THAT_ARE_OBSERVED
        for place, name, fake, operation, invariant, fault in (
            (lifecycle, "write", sends_nothing_to_repair, "repair of a drift", "I2", None),
            (Attempt, "applied", takes_any_later_change_for_ours, "repair of a drift", "I2", LOST),
            (Record, "drift_from", sees_no_drift, "refresh that finds a drift", "I2", None),
            (Record, "drift_from", sees_drift_everywhere, "refresh", "I2", None),
            (lifecycle, "update", accepts_what_is_to_be_repaired, "repair of a drift", "I2", None),
            (lifecycle, "update", forgets_a_drift, "repair of a drift", "I2", None),
            (lifecycle, "update", keeps_the_drift, "repair of a drift", "I2", None),
            (lifecycle, "update", records_before_it_is_set, "change", "I2", None),
            (lifecycle, "read", takes_an_account_for_gone, "refresh", "I2", None),
            (lifecycle, "_remove", removes_nothing, "destroy: revoke", "I2", None),
            (lifecycle, "delete", asks_nobody_whose_it_is, "destroy: revoke, taken over by somebody", "I7", None),
        )
    ),
    Mutant(lifecycle, "write", takes_a_repeat_for_done, "onelogin: repair of a drift, under a history", "I2"),
    Mutant(lifecycle, "write", takes_a_repeat_for_done, "okta_myaccount: repair of a drift, under a history", "I2"),
    Mutant(Attempt, "is_live", believes_no_log_in, "etna: change", "I3", "hang up after commit"),
    Mutant(lifecycle, "create", creates_nothing, "okta: create", "I3"),
    Mutant(lifecycle, "set_and_look", removes_twice, "okta: destroy: revoke", "I3", "401 in the middle"),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_bug_is_noticed(mutant: Mutant, pwmgmt_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = BY_NAME[mutant.operation]
    well = tell(Cell(operation), pwmgmt_simulator)
    monkeypatch.setattr(mutant.place, mutant.name, mutant.fake)
    cells = [Cell(operation)]
    if mutant.fault:
        cells = [
            Cell(operation, BY_FAULT[mutant.fault], at, times) for at in range(len(well.labels)) for times in TIMES
        ]
    assert any(mutant.invariant in broken(tell(cell, pwmgmt_simulator)) for cell in cells)
