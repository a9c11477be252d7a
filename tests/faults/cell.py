"""One cell of the matrix: a fault in one request of one operation, what came of it, and what it took to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.faults.fault import ONCE
from tests.faults.middleman import Middleman
from tests.faults.shared_time import SharedTime
from tests.faults.stage import IMPATIENT_S, Stage, Step

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.faults.fault import Fault
    from tests.faults.operation import Operation


LATE_S = IMPATIENT_S / 2
_TRIES = 5


@dataclass(frozen=True)
class Cell:
    """``request`` is the number of the first request that the fault hits, counted from 0; ``fault`` None: no fault."""

    operation: Operation
    fault: Fault | None = None
    request: int = 0
    times: int = 0

    def __str__(self) -> str:
        if self.fault is None:
            return f"{self.operation}, undisturbed"
        often = "once" if self.times == ONCE else "twice"
        return f"{self.operation}, request {self.request + 1}: {self.fault.name}, {often}"


@dataclass
class Story:
    """What happened: the steps in order, of which ``faulted`` had the fault in them and ``clean`` was the next one.

    ``preview`` is what a preview just before the clean run refused. ``own`` is the account's password from before, None
    where it had none, ``declared`` the one that the program says, None where each run makes one up; ``made`` are those.
    ``granted`` is how many more than promised no client could do without, by promise.
    """

    cell: Cell
    steps: list[Step]
    faulted: list[Step]
    clean: Step
    refreshed: Step
    again: Step
    preview: BaseException | None
    own: str | None
    made: list[str] = field(default_factory=list)
    declared: str | None = None
    granted: dict[str, int] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    followed: bool = False
    carried_elsewhere: bytes = b""
    sent_of_the_huge_one: int = 0
    slowest_s: float = 0.0


def tell(cell: Cell, simulator: Simulator, on: type[Stage] = Stage) -> Story:
    """Play a cell from a fresh seed to the end, again where the machine itself was late."""
    story = _told(cell, simulator, on)
    for _ in range(_TRIES):
        if not (cell.fault and cell.fault.hangs and story.slowest_s > LATE_S):
            break
        story = _told(cell, simulator, on)
    return story


def _told(cell: Cell, simulator: Simulator, on: type[Stage]) -> Story:
    accounts = simulator.control("DELETE", "/directory")
    simulator = replace(simulator, accounts=accounts if isinstance(accounts, list) else [])
    time = SharedTime(simulator)
    middleman = Middleman(simulator, time)
    try:
        stage = on(cell.operation, simulator, middleman, time)
        stage.prepare()
        faulted = [stage.perform("with the fault", cell.fault, cell.request, cell.times)]
        if faulted[-1].left and faulted[-1].left < cell.times:  # the run was over before the second one
            faulted.append(stage.perform("with the fault again", cell.fault, cell.request, faulted[-1].left))
        preview = stage.preview()
        clean, refreshed, again = stage.perform("clean"), stage.refresh(), stage.up()
        return Story(
            cell, stage.ran, faulted, clean, refreshed, again, preview, stage.own, stage.made,
            declared=(cell.operation.declares or stage.own) if stage.declared else None,
            labels=[stage.label(exchange) for exchange in faulted[0].exchanges],
            followed=middleman.somebody_followed(),
            carried_elsewhere=middleman.carried_elsewhere,
            sent_of_the_huge_one=middleman.sent_of_the_huge_one,
            slowest_s=max((one.seconds for step in faulted for one in step.exchanges), default=0.0),
        )  # fmt: skip
    finally:
        middleman.close()
        time.close()
