"""What time it is for everything that depends on it: ``pwmgmt:now`` where the config has it, else the clock."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from pulumi_pwmgmt.errors import NotConfigured

_ENDS_IN_Z = re.compile(r"[zZ]$")


def moment(text: str | None) -> datetime:
    """Return the moment that ``text`` names in RFC 3339, or the present one where it is None.

    Raises:
        NotConfigured: it names none, or has no offset from UTC.

    """
    if text is None:
        return datetime.now(timezone.utc)
    try:
        named = datetime.fromisoformat(_ENDS_IN_Z.sub("+00:00", text))  # before 3.11 it takes no Z
    except ValueError:
        named = None
    if named is None or named.tzinfo is None:
        raise NotConfigured(
            f"pwmgmt:now is {text!r}, which is no moment in RFC 3339 with its offset from UTC",
            to_do="pulumi config set pwmgmt:now 2026-11-23T12:00:00Z",
        )
    return named
