"""The words for a password's next generation, as the reader of a diff sees them."""

from __future__ import annotations


def rotated(before: int, after: int, days: int | None) -> str:
    """Say which generation follows which, and how old the one before has become."""
    what = "rotated" if after > before else "gone back to an earlier one"
    return f"{what}: generation {before} → {after}{aged(days)}"


def aged(days: int | None) -> str:
    """Say how many days old it is, with a comma before; nothing where nobody knows."""
    if days is None:
        return ""
    return f", {days} {'day' if days == 1 else 'days'} old"
