"""One stack once through its life: up, a preview with nothing to do, every password changed, destroy."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.floor import LATENCY
from benchmarks.plan import NAIVE, STEPS
from benchmarks.stack import CommandFailed

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.plan import Cell
    from benchmarks.simulator import Simulator
    from benchmarks.stack import Stack

_UPDATE = ("--yes", "--skip-preview")
_COMMANDS = {
    "up": ("up", *_UPDATE),
    "preview": ("preview",),
    "change": ("up", *_UPDATE),
    "destroy": ("destroy", *_UPDATE),
}
_DONE = {
    "up": "+ {all} created",
    "preview": "{all} unchanged",
    "change": "~ {each} updated",
    "destroy": "- {all} deleted",
}


@dataclass
class Lifetime:
    """What one run has shown, by step: wall time in seconds, API calls; peak memory in bytes by role over all steps.

    ``state_bytes`` is the size of the exported state after ``up``, ``entry_bytes`` the mean size of a credential's
    entry in it. ``ended`` says how a provider ended that can't take so many accounts.
    """

    cell: Cell
    round: int
    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    state_bytes: int = 0
    entry_bytes: float = 0
    ended: str = ""


def live(cell: Cell, number: int, template: Stack, scratch: Path, simulator: Simulator) -> Lifetime:
    """Take a copy of the template through its life and measure each step.

    Raises:
        CommandFailed: a command ended with an error, or did something else than it was measured for.

    """
    lifetime = Lifetime(cell, number)
    simulator.start_over(cell.latency_s)
    stack = template.copy(scratch / "run", **{LATENCY: str(cell.latency_s)})
    try:
        stack.set(accounts=str(cell.accounts), generation="1")
        for step in STEPS:
            _take(step, lifetime, stack, simulator)
    except CommandFailed as failure:
        if cell.flavour != NAIVE or "RecursionError" not in failure.output:
            raise
        lifetime.ended = "RecursionError"
    finally:
        stack.discard()
    return lifetime


def _take(step: str, lifetime: Lifetime, stack: Stack, simulator: Simulator) -> None:
    if step == "change":
        stack.set(generation="2")
    calls_before = len(simulator.calls())
    done = stack.run(*_COMMANDS[step])
    accounts = lifetime.cell.accounts
    expected = _DONE[step].format(all=accounts + 1, each=accounts)  # the stack itself is a resource too
    if expected not in done.output:
        raise CommandFailed(step, 0, f"{done.output}\nexpected: {expected}")
    lifetime.seconds[step] = done.seconds
    calls = simulator.calls()[calls_before:]
    if lifetime.cell.latency_s and any(call["fault"] != "delay" for call in calls):
        raise CommandFailed(step, 0, f"{done.output}\nnot every call was delayed")
    lifetime.calls[step] = len(calls)
    for role, peak in done.peaks.items():
        lifetime.memory[role] = max(lifetime.memory.get(role, 0), peak)
    if step == "up" and not lifetime.cell.latency_s and lifetime.round == 1:
        _weigh(lifetime, stack.exported())


def _weigh(lifetime: Lifetime, state: dict[str, Any]) -> None:
    entries = [entry for entry in state["deployment"]["resources"] if "dynamic" in entry["type"]]
    lifetime.state_bytes = len(json.dumps(state, separators=(",", ":")))
    lifetime.entry_bytes = sum(len(json.dumps(entry, separators=(",", ":"))) for entry in entries) / len(entries)
