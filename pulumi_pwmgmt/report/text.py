"""Text that others wrote, made fit to be shown: no control characters, no colours, no fingerprints, not endless."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator

HIDDEN = "[secret]"
UNKNOWN = "(known when applied)"

_LONGEST = 4000
# sdk/go/common/diag/colors: the engine's own marks, there unless the preview ran with --color never
_COLOURS = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*[A-Za-z]")
# what XML 1.0 can't hold, https://www.w3.org/TR/xml/#charsets, and what turns the direction of reading
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")
_FINGERPRINT = re.compile(r"pwmgmt:fingerprint:[\w:+/=.$-]+")


def plain(text: str) -> str:
    """Return the text without what could hurt a terminal, an XML file or a reader, cut at 4,000 characters."""
    text = _FINGERPRINT.sub(HIDDEN, _UNFIT.sub("", _COLOURS.sub("", text))).strip()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def first_line(text: str) -> str:
    """Return what stands before the first line break."""
    return text.partition("\n")[0].strip()


Plain = Annotated[str, BeforeValidator(lambda value: plain(value) if isinstance(value, str) else value)]
