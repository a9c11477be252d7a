"""What may stand in the fields of a server's reply. What is kept or shown of them is short, printable and no secret.

A reply with anything else is not of the documented shape.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field, PlainValidator, ValidationInfo

from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.rate import plausible

if TYPE_CHECKING:
    from pulumi_pwmgmt.redaction import Scrubber

_WORD = re.compile(r"\w{1,100}", re.ASCII)
_LONGEST_NAME = 256  # characters
_LONGEST_LINE = 200
_LONGEST_SECRET = 16 * 1024  # more than the headers of a request may have at most servers
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def _word(said: str, info: ValidationInfo) -> str:
    scrub: Scrubber | None = info.context
    if not _WORD.fullmatch(said) or (scrub is not None and scrub.quotes(said)):
        raise ValueError("must be a word")
    return said


def _name(said: str) -> str:
    if len(said) > _LONGEST_NAME or not said.isprintable():
        raise ValueError("must be a name")
    return said


def _line(said: str, info: ValidationInfo) -> str:
    scrub: Scrubber | None = info.context
    shown = scrub(said, limit=_LONGEST_LINE) if scrub else ""
    return "" if _UUID.fullmatch(shown) else shown  # one of them is what Pulumi's engine writes for an unknown value


def _secret_text(value: Any) -> Secret:  # noqa: ANN401 -- whatever a server writes
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_SECRET:
        raise ValueError("must be text")
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("must be what a header can carry")
    return Secret(value)


def text(value: object) -> str:
    """Return a text as it is and a whole number written out; empty for anything else, which no manual shows."""
    return str(value) if isinstance(value, (str, int)) else ""


def joined(*values: object) -> str:
    """Return such texts as one, in the way of ``kind: what happened``."""
    return ": ".join(map(text, values))


def same_name(told: str | None, asked: str) -> bool:
    """Whether a server's name is the one that was asked for; the case of ASCII's letters does not count.

    Nothing else is folded: of two names that only Python takes for one, the other may be somebody else's.
    """
    return told is not None and told.translate(_LOWER) == asked.translate(_LOWER)


Word = Annotated[str, AfterValidator(_word)]
"""An id or a status: up to 100 letters, digits and underscores, and none of the secrets that were sent."""

Name = Annotated[str, AfterValidator(_name)]
"""A login: up to 256 printable characters. It may hold anything else, so it is not to be shown."""

Line = Annotated[str, AfterValidator(_line)]
"""Free text, made fit to be shown: one line of up to 200 characters, the secrets that were sent taken out."""

WholeNumber = Annotated[int, Field(ge=0, lt=2**53)]
"""A count or an id: what every reader of JSON takes for the same number (RFC 8259, section 6), not below 0."""

ServerTime = Annotated[AwareDatetime, AfterValidator(plausible)]
"""A time, in UTC; None where it is centuries off, as some servers write "never"."""

SecretText = Annotated[Secret, PlainValidator(_secret_text)]
"""A field that is a secret in a server's reply, such as a token."""
