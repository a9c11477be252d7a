"""A diagonal through the fault matrix, with the real CLI, the real plugin process and the real state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.errors import CredentialError
from tests.diagonal.conftest import CELLS
from tests.diagonal.performance import Performance
from tests.diagonal.rule import Edge, Pick, diagonal, stacks
from tests.faults import sent
from tests.faults.fault import FAULTS, TIMES
from tests.faults.judgement import entry
from tests.faults.operation import OPERATIONS
from tests.faults.whole import asks
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.end_to_end.stack import Stack
    from tests.faults.cell import Story

AT_LEAST = 60  # by ``up`` alone


def test_nothing_is_left_out() -> None:
    picks = diagonal()
    assert sum(pick.command == "up" for pick in picks) >= AT_LEAST
    assert len(set(map(str, picks))) == len(picks)
    assert {pick.operation.name + pick.operation.system for pick in picks} == {
        one.name + one.system for one in OPERATIONS if asks(one)
    }
    assert {(pick.fault.name, pick.times) for pick in picks} == {(one.name, often) for one in FAULTS for often in TIMES}
    assert sum(pick.edge is Edge.WRITE for pick in picks) > len(picks) / 2
    assert sorted(map(str, picks)) == sorted(str(pick) for picks in stacks() for pick in picks)


def messages(story: Story) -> list[str]:
    """Return what each failed run told its user to do."""
    errors = [step.error for step in story.faulted if step.error]
    refused = [one for error in errors if isinstance(error, Refused) for one in error.errors.values()]
    return [error.advice for error in (*errors, *refused) if isinstance(error, CredentialError)]


def shown(story: Story, texts: Sequence[str]) -> list[str]:
    """Return which of the texts, all that the CLI has shown, has a password in it that was sent."""
    carried = {new for step in story.steps for one in step.exchanges if (new := sent.passwords(one).get("new"))}
    return [
        f"command {number} shows a secret"
        for number, text in enumerate(texts, 1)
        if any(one in text for one in carried)
    ]


def told(story: Story, texts: Sequence[str]) -> dict[str, Any]:
    """Return the cell as the matrix has it, judged by what was shown too."""
    cell = entry(story, story.labels)
    if leaks := shown(story, texts):
        cell["broken"]["I6"] = [*cell["broken"].get("I6", []), *leaks]
    return cell


@pytest.mark.parametrize("picks", stacks(), ids=lambda picks: f"{picks[0].command}: {picks[0]} and others")
def test_the_promises_hold_with_the_real_engine(
    picks: list[Pick],
    stack: Stack,
    simulators: list[Simulator],
    record_property: Callable[[str, object], None],
) -> None:
    performance = Performance.of(picks, stack, simulators)
    try:
        stories = performance.play()
    finally:
        performance.close()
    texts = [said.everything() for said in performance.said]
    cells = [told(story, texts) for story in stories]
    record_property(CELLS, cells)
    for player, story, cell in zip(performance.players, stories, cells, strict=True):
        assert story.faulted[0].left < story.cell.times, f"{story.cell}: no fault came to pass"
        hit = {player.stage.label(one) for step in story.faulted for one in step.exchanges if one.fault}
        refused = player.fault.refuses and story.faulted[0].error
        assert cell["label"] in hit or refused, f"{story.cell}: {hit}"
        assert all(messages(story)), story.cell
    assert [
        (str(story.cell), cell["broken"]) for story, cell in zip(stories, cells, strict=True) if cell["broken"]
    ] == []
    stack.state()  # searched for secrets, as it is in the backend
