"""What a story comes to: the promises that it breaks, and the entry that docs/reliability.md is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.faults import sent
from tests.faults.alternatives.alternative import OURS
from tests.faults.invariants import INVARIANTS
from tests.faults.unavoidable import granted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.cell import Story
    from tests.faults.invariants import Invariant


def broken(story: Story, invariants: Mapping[str, Invariant] = INVARIANTS) -> dict[str, list[str]]:
    """Return what breaks which invariant."""
    found = {name: list(breaches(story)) for name, breaches in invariants.items()}
    return {name: texts for name, texts in found.items() if texts}


def avoidably_broken(story: Story) -> dict[str, list[str]]:
    """Return what breaks which invariant, and some client could have kept it."""
    return broken(replace(story, granted=granted(story.cell)))


def entry(story: Story, requests: list[str]) -> dict[str, Any]:
    """Return one cell of ours; ``requests`` are those of the operation undisturbed."""
    failures = broken(story)
    ours = avoidably_broken(story) if failures else {}
    unavoidable = [name for name in failures if name not in ours]
    return told(story, requests, OURS) | {"broken": ours, "unavoidable": unavoidable}


def told(story: Story, requests: list[str], alternative: str) -> dict[str, Any]:
    """Return what happened in a cell, without judgement."""
    cell, system = story.cell, story.cell.operation.system
    return {
        "alternative": alternative,
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
        "writes": [sum(sent.writes(one, system) for one in step.exchanges) for step in (*story.faulted, story.clean)],
    }
