from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import sent
from tests.faults.cell import Cell, Story, tell
from tests.faults.conftest import CELLS
from tests.faults.fault import FAULTS, ONCE, TIMES, Fault
from tests.faults.invariants import INVARIANTS
from tests.faults.operation import OPERATIONS, Operation
from tests.faults.unavoidable import UNAVOIDABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

Undisturbed = dict[str, Story]  # by the operation


@pytest.fixture(scope="session")
def known() -> Undisturbed:
    return {}


@pytest.fixture
def undisturbed(known: Undisturbed, pwmgmt_simulator: Simulator) -> Callable[[Operation], Story]:
    """Play an operation without a fault, once: its requests are those that faults can hit."""

    def play(operation: Operation) -> Story:
        if str(operation) not in known:
            known[str(operation)] = tell(Cell(operation), pwmgmt_simulator)
        return known[str(operation)]

    return play


def broken(story: Story) -> dict[str, list[str]]:
    """Return what breaks which invariant."""
    found = {name: list(breaches(story)) for name, breaches in INVARIANTS.items()}
    return {name: texts for name, texts in found.items() if texts}


def excused(story: Story, invariant: str) -> bool:
    return any(row.covers(story.cell, invariant) for row in UNAVOIDABLE)


def entry(story: Story, requests: list[str]) -> dict[str, Any]:
    """Return what a page about reliability is made of."""
    cell, system = story.cell, story.cell.operation.system
    failures = broken(story)
    ran = [*story.faulted, story.clean]
    return {
        "system": system,
        "operation": cell.operation.name,
        "requests": len(requests),
        "request": cell.request + 1,
        "label": requests[cell.request],
        "fault": cell.fault.name if cell.fault else None,
        "times": cell.times,
        "outcomes": [step.outcome for step in story.faulted],
        "message": str(story.faulted[-1].error or ""),
        "clean": story.clean.outcome,
        "writes": [sum(sent.writes(one, system) for one in step.exchanges) for step in ran],
        "broken": {name: texts for name, texts in failures.items() if not excused(story, name)},
        "unavoidable": [name for name in failures if excused(story, name)],
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_without_a_fault_every_promise_is_kept(operation: Operation, undisturbed: Callable[[Operation], Story]) -> None:
    story = undisturbed(operation)
    assert broken(story) == {}
    refused = operation.outside and not operation.lax and operation.name.startswith("repair")
    assert story.faulted[0].outcome in (("well", "PasswordRejected") if refused else ("well",))


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("times", TIMES, ids=lambda times: "once" if times == ONCE else "twice")
def test_whatever_goes_wrong_every_promise_is_kept(
    operation: Operation,
    fault: Fault,
    times: int,
    undisturbed: Callable[[Operation], Story],
    pwmgmt_simulator: Simulator,
    record_property: Callable[[str, object], None],
) -> None:
    requests = undisturbed(operation).labels
    cells = [Cell(operation, fault, number, times) for number in range(len(requests))]
    stories = list(map(partial(tell, simulator=pwmgmt_simulator), cells))
    told = [entry(story, requests) for story in stories]
    record_property(CELLS, told)
    assert [story.cell.request for story in stories if story.faulted[0].left == times] == [], "no fault came to pass"
    assert [(cell["label"], cell["broken"]) for cell in told if cell["broken"]] == []
