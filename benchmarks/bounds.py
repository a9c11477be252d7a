"""What must hold, and whether it does."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.floor import CALLS, FOR_THE_RULES
from benchmarks.memory import CLI
from benchmarks.plan import FLOOR, LATENCY_S, MOST_ACCOUNTS, OURS, Cell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.calls import Count
    from benchmarks.figures import Figures, Table

SIZES = (1, 100, 300, MOST_ACCOUNTS)
_PREVIEW_S, _PREVIEW_EACH_S = 0.3, 0.004
_UP_S, _UP_EACH_S = 1.0, 0.015
_TIMES_SLEEPING_FLOOR = 1.15
_TIMES_FLOOR_IN_SIZE = 1.25


class Verdict(str, enum.Enum):
    """What became of a bound."""

    KEPT = "kept"
    MISSED = "MISSED"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Bound:
    """A promise, the most that it allows (exactly that much, if ``exact``), and the figure: None if not measured."""

    promise: str
    allowed: float
    figure: float | None
    unit: str = ""
    exact: bool = False

    @property
    def verdict(self) -> Verdict:
        """Compare figure and promise."""
        if self.figure is None:
            return Verdict.NOT_MEASURED
        kept = self.figure == self.allowed if self.exact else self.figure <= self.allowed
        return Verdict.KEPT if kept else Verdict.MISSED


def bounds(figures: Table, counts: list[Count], unwanted_imports: list[str]) -> list[Bound]:
    """Judge everything that was measured."""
    return [
        *(bound for accounts in SIZES for bound in _of_time(figures, accounts)),
        _of_latency(figures),
        *(bound for accounts in SIZES for bound in _of_size(figures, accounts)),
        _of_completion(figures),
        *_of_the_comparison(figures),
        Bound("modules of requests, pydantic and adapters in the program", 0, len(unwanted_imports), exact=True),
        *(Bound(count.promise, count.allowed, count.made, "calls", exact=count.exact) for count in counts),
    ]


def _pair(figures: Table, accounts: int, latency_s: float) -> tuple[Figures, Figures] | None:
    ours, floor = (figures.get(Cell(accounts, latency_s, flavour)) for flavour in (OURS, FLOOR))
    return (ours, floor) if ours and floor else None


def _of_time(figures: Table, accounts: int) -> Iterator[Bound]:
    pair = _pair(figures, accounts, 0)
    for step, fixed, each in (("preview", _PREVIEW_S, _PREVIEW_EACH_S), ("up", _UP_S, _UP_EACH_S)):
        allowed = fixed + each * accounts
        extra = pair[0].seconds[step] - pair[1].seconds[step] if pair else None
        name = "no-op preview" if step == "preview" else step
        yield Bound(f"{name} at 0 ms, N = {accounts}: over the floor", allowed, extra, "s")


def _of_latency(figures: Table) -> Bound:
    pair = _pair(figures, 100, LATENCY_S)
    times = pair[0].seconds["up"] / pair[1].seconds["up"] if pair else None
    return Bound("up at 200 ms, N = 100: times the sleeping floor", _TIMES_SLEEPING_FLOOR, times)


def _of_size(figures: Table, accounts: int) -> Iterator[Bound]:
    pair = _pair(figures, accounts, 0)
    memory = pair[0].memory[CLI] / pair[1].memory[CLI] if pair else None
    yield Bound(f"peak memory of the CLI, N = {accounts}: times the floor", _TIMES_FLOOR_IN_SIZE, memory)
    weighed = pair and pair[0].state_bytes and pair[1].state_bytes
    state = pair[0].state_bytes / pair[1].state_bytes if pair and weighed else None  # type: ignore[operator]  # weighed
    yield Bound(f"exported state, N = {accounts}: times the floor", _TIMES_FLOOR_IN_SIZE, state)


def _of_completion(figures: Table) -> Bound:
    cell = Cell(MOST_ACCOUNTS, 0, OURS)
    completed = cell.accounts if cell in figures else None
    return Bound("accounts taken through their life in one stack", MOST_ACCOUNTS, completed, exact=True)


def _of_the_comparison(figures: Table) -> Iterator[Bound]:
    """Hold ours to the calls that the floor sleeps for: otherwise the two could not be compared."""
    cells = [cell for cell in figures if cell.flavour == OURS]
    for step, name in (("up", "create"), ("change", "change"), ("destroy", "destroy")):
        rules = FOR_THE_RULES[name]
        made = {round(figures[cell].calls[step] * cell.accounts - rules) / cell.accounts for cell in cells}
        most = max(made, key=lambda calls: abs(calls - CALLS[name]), default=None)
        yield Bound(f"Okta {name}, in every stack: calls for each account, beside those for the rules",
                    CALLS[name], most, "calls", exact=True)  # fmt: skip
    most = max((figures[cell].calls["preview"] for cell in cells), default=None)
    yield Bound("no-op preview, in every stack: calls", 0, most, "calls", exact=True)
