"""The same faults on the two obvious alternatives: counted for the page about reliability, not held against anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.alternatives.alternative import ALTERNATIVES, NAIVE, SCRIPT, Alternative
from tests.faults.alternatives.operations import COMPARED
from tests.faults.alternatives.stages import STAGES
from tests.faults.cell import Cell, Story, tell
from tests.faults.conftest import CELLS
from tests.faults.fault import FAULTS, ONCE, TIMES, Fault
from tests.faults.invariants import OF_ANY_CLIENT
from tests.faults.judgement import broken, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.faults.operation import Operation

BY_NAME = {str(operation): operation for operation in COMPARED}
Undisturbed = dict[tuple[str, str], Story]  # by alternative and operation


@pytest.fixture(scope="session")
def known() -> Undisturbed:
    return {}


@pytest.fixture
def undisturbed(known: Undisturbed, pwmgmt_simulator: Simulator) -> Callable[[Alternative, Operation], Story]:
    """Play an operation without a fault, once: its requests are those that faults can hit."""

    def play(alternative: Alternative, operation: Operation) -> Story:
        key = alternative.name, str(operation)
        if key not in known:
            known[key] = tell(Cell(operation), pwmgmt_simulator, STAGES[alternative.name])
        return known[key]

    return play


def broken_by(alternative: Alternative, story: Story) -> dict[str, list[str]]:
    """Return what breaks which invariant, of those that are a measure of it."""
    return broken(story, {name: each for name, each in OF_ANY_CLIENT.items() if name not in alternative.not_applicable})


@pytest.mark.parametrize("alternative", ALTERNATIVES, ids=lambda alternative: alternative.name)
@pytest.mark.parametrize("operation", COMPARED, ids=str)
def test_without_a_fault_an_alternative_does_what_it_is_for(
    alternative: Alternative, operation: Operation, undisturbed: Callable[[Alternative, Operation], Story]
) -> None:
    story = undisturbed(alternative, operation)
    assert [step.outcome for step in story.steps if step.error] == []
    assert set(broken_by(alternative, story)) <= ({"I7"} if operation.outside else set())
    assert any(one.reached for one in story.faulted[0].exchanges)


@pytest.mark.parametrize(
    ("alternative", "fault", "lost"),
    [
        (NAIVE, "hang up after commit", set()),  # the password stands in the program
        (SCRIPT, "hang up before commit", set()),
        (SCRIPT, "hang up after commit", {"I1"}),  # it was in memory only
    ],
)
def test_an_error_breaks_nothing_but_a_lost_password_does(
    alternative: Alternative, fault: str, lost: set[str], pwmgmt_simulator: Simulator
) -> None:
    cell = Cell(BY_NAME["okta: change"], next(one for one in FAULTS if one.name == fault), 0, ONCE)
    story = tell(cell, pwmgmt_simulator, STAGES[alternative.name])
    assert story.faulted[0].outcome == "ConnectionError"
    assert {"I1"} & set(broken_by(alternative, story)) == lost
    assert "I1" in broken(story)  # a provider of ours would have to say what to do


@pytest.mark.parametrize(
    ("fault", "leaks"),
    [("redirect to another host, committed", {"I6"}), ("redirect to another host, not committed", set())],
)
def test_a_redirect_breaks_a_promise_with_a_secret_in_hand_only(
    fault: str, leaks: set[str], pwmgmt_simulator: Simulator
) -> None:
    cell = Cell(BY_NAME["okta: change"], next(one for one in FAULTS if one.name == fault), 0, ONCE)
    story = tell(cell, pwmgmt_simulator, STAGES[NAIVE.name])
    assert story.followed
    assert {"I6"} & set(broken_by(NAIVE, story)) == leaks
    assert "I6" in broken(story)  # one of ours has no business there


@pytest.mark.parametrize("alternative", ALTERNATIVES, ids=lambda alternative: alternative.name)
@pytest.mark.parametrize("operation", COMPARED, ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("times", TIMES, ids=lambda times: "once" if times == ONCE else "twice")
def test_the_fault_reaches_every_request_of_an_alternative(
    alternative: Alternative,
    operation: Operation,
    fault: Fault,
    times: int,
    undisturbed: Callable[[Alternative, Operation], Story],
    pwmgmt_simulator: Simulator,
    record_property: Callable[[str, object], None],
) -> None:
    requests = undisturbed(alternative, operation).labels
    cells = [Cell(operation, fault, number, times) for number in range(len(requests))]
    stories = [tell(cell, pwmgmt_simulator, STAGES[alternative.name]) for cell in cells]
    record_property(
        CELLS,
        [
            told(story, requests, alternative.name) | {"broken": broken_by(alternative, story), "unavoidable": []}
            for story in stories
        ],
    )
    assert [story.cell.request for story in stories if story.faulted[0].left == times] == [], "no fault came to pass"
