"""Writes docs/reliability.md from what the last whole run of `make faults` left in build/.

python -m docs.reliability_page [--check]

`--check` writes nothing, and ends 1 where the page is another than that run gives.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.reliability_words import ALTERNATIVES_HEAD, BY_FAULT, COVERAGE, HEAD, MATRIX, PROMISES, REAL
from pulumi_pwmgmt import errors
from tests.faults.alternatives.alternative import ALTERNATIVES, OURS
from tests.faults.alternatives.operations import NAMES
from tests.faults.fault import FAULTS
from tests.faults.invariants import INVARIANTS
from tests.faults.operation import OPERATIONS
from tests.faults.unavoidable import UNAVOIDABLE
from tests.faults.whole import missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.faults.alternatives.alternative import Alternative

PAGE = Path(__file__).parent / "reliability.md"
BUILD = PAGE.parents[1] / "build"
OWN_SIGNS = {
    "well": ("✓", "well"),
    "EngineKilledError": ("K", "the engine was killed, and nobody was left to be told"),
    "Refused": ("R", "refused by the check, before anything was sent to be changed"),
}
_WORD = re.compile("[A-Z][a-z]+")
Cell = dict[str, Any]


@dataclass(frozen=True)
class Ran:
    """What the last run left behind: ``cells`` of the matrix, and of those with the real engine."""

    cells: list[Cell]
    real: list[Cell]

    @classmethod
    def read(cls, build: Path = BUILD) -> Ran:
        """Read a build directory."""
        cells, real = (
            [cell for file in sorted((build / name).glob("*.json")) for cell in json.loads(file.read_text("utf-8"))]
            for name in ("faults", "diagonal")
        )
        return cls(cells, real)

    def of(self, alternative: str) -> list[Cell]:
        """Return the cells of the matrix that one of them has played."""
        return [cell for cell in self.cells if cell["alternative"] == alternative]

    @property
    def compared(self) -> dict[str, tuple[str, list[Cell]]]:
        """The title and the cells of each alternative, and of ours those with the same operations."""
        ours = [cell for cell in self.of(OURS) if cell["operation"] in NAMES]
        return {OURS: ("Ours", ours)} | {each.name: (each.title, self.of(each.name)) for each in ALTERNATIVES}


def page(ran: Ran) -> str:
    """Return the page."""
    return "".join((_head(ran), _broken(ran), _promises(), _alternatives(ran), _matrix(ran.of(OURS)), COVERAGE))


def _head(ran: Ran) -> str:
    ours = ran.of(OURS)
    well = sum(cell["clean"] == "well" for cell in ours)
    refused = Counter((cell["operation"], cell["clean"]) for cell in ours if cell["clean"] != "well")
    rest = ", ".join(f"*{name}* with `{end}` ({number:,})" for (name, end), number in sorted(refused.items()))
    return HEAD.format(
        faults=len(FAULTS),
        systems=len({cell["system"] for cell in ours}),
        cells=f"{len(ours):,}",
        verdict=_verdict(ours),
        unavoidable=_unavoidable(ours),
        converged=f"{well:,} of them" if rest else "all of them",
        otherwise=f"; after the others it was refused as it is undisturbed, {rest}" if rest else "",
        alternatives="; ".join(f"{_share(cells)} with {title.lower()}" for title, cells in ran.compared.values()),
        real=REAL.format(cells=len(ran.real), verdict=_verdict(ran.real)) if ran.real else "",
    )


def _verdict(cells: list[Cell]) -> str:
    breaking = sum(bool(cell["broken"]) for cell in cells)
    counted = f"{breaking:,} break{'s' if breaking == 1 else ''}" if breaking else "None breaks"
    return f"{counted} a promise."


def _unavoidable(cells: list[Cell]) -> str:
    needs = {row: sum(row.excuses(each) for each in cells) for row in UNAVOIDABLE}
    return "".join(
        f" In {count:,} no client could keep {row.invariant} "
        f"(`{row.system}`, {' and '.join(row.operations)}): {row.why}"
        for row, count in needs.items()
        if count
    )


def _share(cells: list[Cell]) -> str:
    return f"{sum(bool(cell['broken']) for cell in cells):,} of {len(cells):,}"


def _broken(ran: Ran) -> str:
    """Name each cell of ours that breaks a promise; there is no such section where there is none."""
    lines = sorted(
        f"- {cell['system']}, {cell['operation']}, {cell['label']}, {cell['fault']}, {cell['times']} in a row: {name}\n"
        for cell in (*ran.of(OURS), *ran.real)
        for name in cell["broken"]
    )
    return f"\n## What broke\n\n{''.join(lines)}" if lines else ""


def _promises() -> str:
    return "\n## The promises\n\n" + "".join(f"- **{name}** {PROMISES[name]}\n" for name in INVARIANTS)


def _alternatives(ran: Ran) -> str:
    head = ALTERNATIVES_HEAD.format(operations=", ".join(f"*{name}*" for name in NAMES))
    about = "".join(f"- **{each.title}.** {each.about}{_not_applicable(each)}\n" for each in ALTERNATIVES)
    return f"{head}{about}\n{_table(_by_promise(ran))}{BY_FAULT}{_table(_by_fault(ran))}"


def _not_applicable(alternative: Alternative) -> str:
    return "".join(f" {name} is not applicable: {why}." for name, why in alternative.not_applicable.items())


def _by_promise(ran: Ran) -> Iterable[Sequence[str]]:
    compared = ran.compared
    yield ("cells that break", *(title for title, _ in compared.values()))
    for name in INVARIANTS:
        counts = {of: sum(name in cell["broken"] for cell in cells) for of, (_, cells) in compared.items()}
        no_measure = {each.name for each in ALTERNATIVES if name in each.not_applicable}
        yield (name, *("not applicable" if of in no_measure else f"{count:,}" for of, count in counts.items()))
    yield ("any", *(_share(cells) for _, cells in compared.values()))


def _by_fault(ran: Ran) -> Iterable[Sequence[str]]:
    compared = ran.compared
    yield ("fault", *(title for title, _ in compared.values()))
    for fault in FAULTS:
        hit = [[cell for cell in cells if cell["fault"] == fault.name] for _, cells in compared.values()]
        yield (fault.name, *(f"{sum(bool(set(cell['broken']) - {'I7'}) for cell in one)} of {len(one)}" for one in hit))


def _matrix(ours: list[Cell]) -> str:
    ends = {end for cell in ours for end in (*cell["outcomes"], cell["clean"])}
    legend = _table([("", "how it ended"), *((_sign(end), _meaning(end)) for end in sorted(ends, key=_sign))])
    systems = dict.fromkeys(operation.system for operation in OPERATIONS)
    return (
        MATRIX + legend + "".join(_system(each, [cell for cell in ours if cell["system"] == each]) for each in systems)
    )


def _system(name: str, cells: list[Cell]) -> str:
    names = [operation.name for operation in OPERATIONS if operation.system == name]
    columns = {each: [cell for cell in cells if cell["operation"] == each] for each in names}
    silent = "".join(
        f"No fault can hit *{each}*: it asks the server nothing.\n\n" for each in names if not columns[each]
    )
    played = {each: column for each, column in columns.items() if column}
    rows = [("fault", *played)]
    rows += [
        (fault.name, *(_ends([cell for cell in column if cell["fault"] == fault.name]) for column in played.values()))
        for fault in FAULTS
    ]
    return f"\n### `{name}`\n\n{len(cells):,} cells. {_verdict(cells)}\n\n{silent}{_table(rows)}"


def _ends(cells: list[Cell]) -> str:
    runs = Counter(_sign(end) for cell in cells for end in cell["outcomes"])
    clean = Counter(_sign(cell["clean"]) for cell in cells if cell["clean"] != "well")
    return _counted(runs) + (f" → {_counted(clean)}" if clean else "")


def _counted(signs: Counter[str]) -> str:
    return " ".join(f"{sign}\u00a0{number}" for sign, number in sorted(signs.items()))


def _sign(end: str) -> str:
    if end in OWN_SIGNS:
        return OWN_SIGNS[end][0]
    words = _WORD.findall(end)
    return "".join(word[0] for word in words) if words[1:] else end[:3]


def _meaning(end: str) -> str:
    if end in OWN_SIGNS:
        return OWN_SIGNS[end][1]
    summary = (inspect.getdoc(getattr(errors, end)) or "").splitlines()[0]
    return f"`{end}`: {summary[0].lower()}{summary[1:]}".replace("``", "`")


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *body))


def main(arguments: Sequence[str], build: Path = BUILD, place: Path = PAGE) -> str | None:
    """Write the page or, with ``--check``, compare it; return what is wrong, None where nothing is."""
    ran = Ran.read(build)
    if gap := next(missing(ran.cells), None):
        return f"build/faults holds no whole run ({gap}): make faults"
    text = page(ran)
    if "--check" not in arguments:
        place.write_text(text, encoding="utf-8")
    elif not place.exists() or place.read_text(encoding="utf-8") != text:
        return f"docs/{place.name} is not what this run gave; to write it: make reliability"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
