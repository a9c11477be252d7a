"""Limits on what one run may do to credentials. Policies can't hold them: they see no removal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_pwmgmt.report.credentials import Credential


@dataclass(frozen=True)
class Gate:
    """A limit, and what the plan comes to.

    ``counted`` are the names of the credentials that count, ``meant`` is how many more do not, since they are allowed
    by name.
    """

    what: str
    most: int
    counted: tuple[str, ...]
    meant: int = 0

    @property
    def rule(self) -> str:
        """Its name in a report, that of the option."""
        return f"max-{self.what}"

    @property
    def exceeded(self) -> bool:
        """Whether the plan goes beyond it."""
        return len(self.counted) > self.most

    @property
    def says(self) -> str:
        """What the plan comes to, in words."""
        by_name = f", and {self.meant} by name" if self.meant else ""
        return f"{self.what}: {len(self.counted)}, at most {self.most} allowed{by_name}"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one run may do; None: as much as it plans.

    Args:
        removals: accounts that lose their password: those deleted, and those replaced, whose old account loses it too.
        changes: credentials for which anything is planned.
        allowed: names or URNs of credentials whose removal is meant, so that it does not count as one.

    """

    removals: int | None = None
    changes: int | None = None
    allowed: tuple[str, ...] = ()

    def applied_to(self, planned: Iterable[Credential]) -> tuple[Gate, ...]:
        """Return a gate for each limit that is set."""
        planned = tuple(planned)
        removed = [one for one in planned if one.removes]
        unnamed = tuple(one.name for one in removed if not {one.name, one.urn} & {*self.allowed})
        changed = tuple(one.name for one in planned if one.changes)
        gates = []
        if self.removals is not None:
            gates.append(Gate("removals", self.removals, unnamed, len(removed) - len(unnamed)))
        if self.changes is not None:
            gates.append(Gate("changes", self.changes, changed))
        return tuple(gates)
