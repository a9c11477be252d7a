"""Where a promise can't be kept by any client, each with the reason. A row that no cell needs is an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from tests.faults.cell import Cell


@dataclass(frozen=True)
class Unavoidable:
    """``faults`` None: whatever the fault."""

    system: str
    operation: str
    invariant: str
    why: str
    faults: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        assert self.system in discover(), self

    def covers(self, cell: Cell, invariant: str) -> bool:
        return (
            (self.system, self.operation, self.invariant) == (cell.operation.system, cell.operation.name, invariant)
            and cell.fault is not None
            and (self.faults is None or cell.fault.name in self.faults)
        )


UNAVOIDABLE = (
    Unavoidable(
        "okta_myaccount",
        "change, the old one kept",
        "I4",
        "MyAccount has no log-in to prove a password with. After a change whose answer was lost, the old password is "
        "refused, and only the refusal of a second write as the current password tells that the first got through: "
        "the value is sent twice more, and changes nothing.",
    ),
)
