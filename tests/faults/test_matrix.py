from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.faults.cell import Cell, Story, tell
from tests.faults.conftest import CELLS
from tests.faults.fault import FAULTS, ONCE, TIMES, Fault
from tests.faults.judgement import avoidably_broken, entry
from tests.faults.operation import OPERATIONS, Operation

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


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_without_a_fault_every_promise_is_kept(operation: Operation, undisturbed: Callable[[Operation], Story]) -> None:
    story = undisturbed(operation)
    assert avoidably_broken(story) == {}
    assert story.faulted[0].outcome == operation.end.outcome


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
