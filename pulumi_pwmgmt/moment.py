"""What time it is for everything that depends on it: ``pwmgmt:now`` where the config has it, else the clock."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable

_ENDS_IN_Z = re.compile(r"[zZ]$")
_LONGEST = 40  # characters, of what is no moment at all
_YEARS = range(2000, 2200)  # a clock that was never set says 1970, and would go back to the first generation


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def moment(text: str | None, clock: Callable[[], datetime] = _utc_now) -> datetime:
    """Return the moment that ``text`` names in RFC 3339, or the present one by ``clock`` where it is None.

    Raises:
        NotConfigured: it names none, has no offset from UTC, or lies outside of the years 2000 to 2199.

    """
    if text is None:
        now = clock()
        if now.year not in _YEARS:
            raise NotConfigured(f"this machine's clock says it is the year {now.year}", to_do="set the clock")
        return now
    try:
        named = datetime.fromisoformat(_ENDS_IN_Z.sub("+00:00", text))  # before 3.11 it takes no Z
    except ValueError:
        named = None
    if named is None or named.tzinfo is None or named.year not in _YEARS:
        raise NotConfigured(
            f"pwmgmt:now is {text[:_LONGEST]!r}, which is no moment of 2000 to 2199 in RFC 3339 with its offset",
            to_do="pulumi config set pwmgmt:now 2026-11-23T12:00:00Z (in the stack's file it needs quotes)",
        )
    return named
