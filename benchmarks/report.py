"""The report: Markdown for people, JSON for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.bounds import Verdict
from benchmarks.figures import ratio
from benchmarks.memory import CLI, PLUGIN
from benchmarks.plan import FLOOR, NAIVE, OURS, STEPS, Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.bounds import Bound
    from benchmarks.figures import Figures, Table
    from benchmarks.lifetime import Lifetime

_MIB = 2**20
_COLUMNS = ("N", "provider", "up", "no-op preview", "change all", "destroy", "CLI", "plugin", "state", "entry", "calls")

_EXPLAINED = """\
One stack of N Okta accounts, on the same engine, against the simulator. *floor*: a provider that does nothing, and
sleeps as long as the calls of ours would take. *naive*: a provider as Pulumi's documentation shows it. *ours*:
`ManagedCredential`. Wall times in seconds, medians of the rounds, `--skip-preview` where something changes. Memory is
the peak over all steps. State is the exported one after `up`, entry a credential's share of it. Calls are API calls
for each account in up / change / destroy."""


@dataclass(frozen=True)
class Findings:
    """Everything that a run of the benchmarks has found."""

    facts: Mapping[str, str]
    lifetimes: Sequence[Lifetime]
    figures: Table
    naive_end: int | None
    bounds: Sequence[Bound]

    @property
    def missed(self) -> list[Bound]:
        """The bounds that do not hold."""
        return [bound for bound in self.bounds if bound.verdict is Verdict.MISSED]


def as_json(found: Findings) -> str:
    """Return all figures and every single run."""
    data = {
        "facts": dict(found.facts),
        "figures": [asdict(cell) | asdict(figures) for cell, figures in found.figures.items()],
        "ratios": [_ratios(found.figures, cell) for cell in found.figures if cell.flavour == OURS],
        "most_accounts_of_the_naive_provider": found.naive_end,
        "bounds": [asdict(bound) | {"verdict": bound.verdict.value} for bound in found.bounds],
        "runs": [asdict(lifetime) for lifetime in found.lifetimes],
    }
    return json.dumps(data, indent=2) + "\n"


def as_markdown(found: Findings) -> str:
    """Return the tables."""
    latencies = sorted({cell.latency_s for cell in found.figures})
    parts = [
        "# Benchmarks",
        "\n".join(f"- {name}: {value}" for name, value in found.facts.items()),
        _EXPLAINED,
        *(_section(found.figures, latency) for latency in latencies),
        "## Ratios\n\n" + _ratio_table(found.figures),
        f"The naive provider: {_end(found.naive_end)}.",
        "## Bounds\n\n" + _bounds_table(found.bounds),
        f"{len(found.missed)} of {len(found.bounds)} bounds missed.",
    ]
    return "\n\n".join(parts) + "\n"


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; the first column of text is aligned to the left, all others to the right."""
    lines = [columns, [":--", *["--:"] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _section(figures: Table, latency_s: float) -> str:
    cells = sorted((cell for cell in figures if cell.latency_s == latency_s), key=_in_order)
    rows = [_row(cell, figures[cell]) for cell in cells]
    return f"## {latency_s * 1000:.0f} ms a call\n\n{markdown_table(_COLUMNS, rows)}"


def _in_order(cell: Cell) -> tuple[int, int]:
    return cell.accounts, (FLOOR, NAIVE, OURS).index(cell.flavour)


def _row(cell: Cell, figures: Figures) -> list[str]:
    start = [str(cell.accounts), cell.flavour]
    if figures.ended:
        return [*start, f"ends: {figures.ended}", *[""] * (len(_COLUMNS) - 3)]
    return [
        *start,
        *(f"{figures.seconds[step]:.2f}" for step in STEPS),
        *(f"{figures.memory[role] / _MIB:.0f} MiB" if role in figures.memory else "-" for role in (CLI, PLUGIN)),
        f"{figures.state_bytes / 1000:.0f} kB" if figures.state_bytes else "",
        f"{figures.entry_bytes:.0f} B" if figures.entry_bytes else "",
        " / ".join(f"{figures.calls[step]:g}" for step in STEPS if step != "preview"),
    ]


def _ratios(figures: Table, cell: Cell) -> dict[str, Any]:
    naive = Cell(cell.accounts, cell.latency_s, NAIVE)
    return {
        "accounts": cell.accounts,
        "latency_s": cell.latency_s,
        "ours_to_floor": {step: ratio(figures, cell, FLOOR, step) for step in STEPS},
        "naive_to_ours": {step: ratio(figures, naive, OURS, step) for step in STEPS},
    }


def _ratio_table(figures: Table) -> str:
    rows = []
    for cell in figures:
        if cell.flavour == OURS:
            ratios = _ratios(figures, cell)
            for name, what in (("ours_to_floor", "ours / floor"), ("naive_to_ours", "naive / ours")):
                steps = [f"{value:.2f}" if (value := ratios[name][step]) else "-" for step in STEPS]
                rows.append([f"{cell.accounts} at {cell.latency_s * 1000:.0f} ms", what, *steps])
    return markdown_table(("N", "ratio", "up", "no-op preview", "change all", "destroy"), rows)


def _end(most: int | None) -> str:
    if most is None:
        return "no end was found"
    return f"a program of {most} accounts is the largest; one more, and it dies of RecursionError"


def _bounds_table(bounds: Iterable[Bound]) -> str:
    rows = []
    for bound in bounds:
        unit = f" {bound.unit}" if bound.unit else ""
        figure = "-" if bound.figure is None else f"{_short(bound.figure)}{unit}"
        allowed = f"{'=' if bound.exact else '≤'} {_short(bound.allowed)}{unit}"
        rows.append([bound.promise, allowed, figure, bound.verdict.value])
    return markdown_table(("bound", "allowed", "measured", "verdict"), rows)


def _short(figure: float) -> str:
    return f"{figure:.3f}".rstrip("0").rstrip(".")
