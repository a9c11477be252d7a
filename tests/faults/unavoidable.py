"""Where a promise can't be kept by any client, each with the reason. A row that no cell needs is an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.faults.cell import Cell


@dataclass(frozen=True)
class Unavoidable:
    """``more`` is how many more there may be than promised, of what the promise counts: I5 in a run without a fault.

    ``faults`` None: whatever the fault, and without one.
    """

    system: str
    operations: tuple[str, ...]
    invariant: str
    more: int
    why: str
    faults: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        assert self.system in discover(), self

    def covers(self, cell: Cell) -> bool:
        fault = cell.fault.name if cell.fault else None
        ours = cell.operation.system == self.system and cell.operation.name in self.operations
        return ours and (self.faults is None or fault in self.faults)

    def excuses(self, played: Mapping[str, Any]) -> bool:
        """Whether a cell that was played needs the row."""
        ours = played["system"] == self.system and played["operation"] in self.operations
        return ours and self.invariant in played["unavoidable"]

    def unneeded(self, cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        """Name what of the row no cell needs."""
        need = [cell for cell in cells if self.excuses(cell)]
        for field, names in (("operation", self.operations), ("fault", self.faults or ())):
            for name in sorted(set(names) - {cell[field] for cell in need}):
                yield f"{self.system}, {self.invariant}, {name}"


UNAVOIDABLE = (
    Unavoidable(
        "okta_myaccount",
        ("change, the old one kept",),
        "I4",
        1,
        "MyAccount has no log-in to prove a password with. After a change whose answer was lost, the old password is "
        "refused, and only the refusal of a second write as the current password tells that the first got through: "
        "the value is sent twice more, and changes nothing.",
        (
            "hang up after commit",
            "no answer in time, committed",
            "500, committed",
            "503 without Retry-After, committed",
            "wrong JSON: none at all",
            "HTML from a proxy, committed",
            "an answer 50 MB long",
            "redirect to another host, committed",
            "engine killed, not committed",
            "engine killed, committed",
        ),
    ),
    Unavoidable(
        "onelogin",
        ("repair of a drift, under a history", "refresh that finds a drift"),
        "I5",
        1,
        "OneLogin refuses the password that somebody else has replaced, as used before; that may also mean that it is "
        "the present one, set by hand once more, and only a log-in tells. It fails once in every run, until another "
        "password is declared or the change accepted.",
    ),
)


def granted(cell: Cell) -> dict[str, int]:
    """Return how many more than promised there may be in a cell, by promise."""
    return {row.invariant: row.more for row in UNAVOIDABLE if row.covers(cell)}
