"""Limits on what one run may do to credentials. Policies can't hold them: they see no removal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pulumi_pwmgmt.report.credentials import Credential


@dataclass(frozen=True)
class Gate:
    """A limit, and what the plan comes to: ``counted`` are the names of the credentials that count."""

    what: str
    most: int
    counted: tuple[str, ...]

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
        return f"{self.what}: {len(self.counted)}, at most {self.most} allowed"


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
        removed = tuple(one.name for one in planned if one.removes and not {one.name, one.urn} & {*self.allowed})
        changed = tuple(one.name for one in planned if one.changes)
        limits = (("removals", self.removals, removed), ("changes", self.changes, changed))
        return tuple(Gate(what, most, counted) for what, most, counted in limits if most is not None)
