"""What is wrong, and what is done about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_pwmgmt.errors import CredentialError
    from pulumi_pwmgmt.redaction import Scrubber

_LONGEST = 1000  # characters of one text
UP = "pulumi up"
REFRESH = "pulumi up --refresh"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that somebody has to look at.

    ``about`` is the connection, the credential or the setting by its name. ``kind`` is for scripts; docs/doctor.md
    lists them. ``command`` is the one that puts it in order, None where no command does.
    """

    about: str
    kind: str
    happened: str
    to_do: str
    command: str | None = None

    def without(self, scrub: Scrubber) -> Finding:
        """Return it without what is not to be shown."""
        happened, to_do = (scrub(text, limit=_LONGEST) for text in (self.happened, self.to_do))
        return replace(self, happened=happened, to_do=to_do)


def of_error(about: str, error: CredentialError) -> Finding:
    """Return the finding that an error of the library is: its kind is the error's name."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()
    return Finding(about=about, kind=kind, happened=error.happened, to_do=error.advice)
