"""From single runs to figures: the median of the rounds of each cell."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.plan import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.lifetime import Lifetime

Table = dict[Cell, "Figures"]


@dataclass(frozen=True)
class Figures:
    """Medians over ``rounds`` runs of a cell: seconds by step, calls by step and account, peak memory in bytes by role.

    ``state_bytes`` and ``entry_bytes`` (the mean of a credential's entry) were weighed once, and are None at a latency.
    ``ended`` says how a provider ended that can't take so many accounts; there are no other figures then.
    """

    rounds: int
    seconds: Mapping[str, float]
    calls: Mapping[str, float]
    memory: Mapping[str, float]
    state_bytes: int | None
    entry_bytes: float | None
    ended: str = ""


def table(lifetimes: Iterable[Lifetime]) -> Table:
    """Gather the runs by cell, in the order of accounts, latency and provider."""
    by_cell: dict[Cell, list[Lifetime]] = {}
    for lifetime in lifetimes:
        by_cell.setdefault(lifetime.cell, []).append(lifetime)
    return {cell: _figures(by_cell[cell]) for cell in sorted(by_cell)}


def ratio(figures: Table, of: Cell, to: str, step: str) -> float | None:
    """Return how many times longer a step takes than with provider ``to``; None where either was not measured."""
    one, other = figures.get(of), figures.get(Cell(of.accounts, of.latency_s, to))
    if one is None or other is None or one.ended or other.ended:
        return None
    return one.seconds[step] / other.seconds[step]


def _figures(runs: Sequence[Lifetime]) -> Figures:
    ended = next((run.ended for run in runs if run.ended), "")
    if ended:
        return Figures(len(runs), {}, {}, {}, None, None, ended)
    accounts = runs[0].cell.accounts
    weighed = next((run for run in runs if run.state_bytes), None)
    return Figures(
        rounds=len(runs),
        seconds=_medians([run.seconds for run in runs]),
        calls={step: calls / accounts for step, calls in _medians([run.calls for run in runs]).items()},
        memory=_medians([run.memory for run in runs]),
        state_bytes=weighed.state_bytes if weighed else None,
        entry_bytes=weighed.entry_bytes if weighed else None,
    )


def _medians(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.median(row[name] for row in rows if name in row) for name in rows[0]}
