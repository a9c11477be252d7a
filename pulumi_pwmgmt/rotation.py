"""The words for a password's next generation, as the reader of a diff sees them."""

from __future__ import annotations

from datetime import date, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def rotated(before: int, after: int, days: int | None) -> str:
    """Say which generation follows which, and how old the one before has become."""
    what = "rotated" if after > before else "gone back to an earlier one"
    return f"{what}: generation {before} → {after}{aged(days)}"


def aged(days: int | None) -> str:
    """Say how many days old it is, with a comma before; nothing where nobody knows."""
    if days is None:
        return ""
    return f", {days} {'day' if days == 1 else 'days'} old"


def days_since(facts: Mapping[str, Any], now: datetime) -> int | None:
    """Return for how many days the password that ``facts`` are about has been declared, where they tell."""
    if not isinstance(facts.get("since"), str):
        return None
    return max((now.astimezone(timezone.utc).date() - date.fromisoformat(facts["since"])).days, 0)
