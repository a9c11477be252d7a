"""Takes secrets out of text that others wrote, however they encoded them."""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulumi_pwmgmt.model import Secret

_REPLACED = "[secret]"
_WITHHELD = "(withheld: it may quote a secret)"
_SHORT = 8  # characters; taking so short a secret out of a sentence would spell it by what is missing


class Scrubber:
    """Makes text that a server wrote fit to be shown: no secret of the call, no control characters, bounded length.

    ``composed`` are secrets made of several parts, as in the header ``Authorization: SSWS <token>``; each long part
    counts. A secret is found in any letter case, as it is and JSON-, URL-, HTML- or base64-encoded, also in the middle
    of other encoded text. A text that holds a secret of fewer than 8 characters is withheld whole.
    """

    __slots__ = ("__long", "__short")

    def __init__(self, secrets: Iterable[Secret], composed: Iterable[Secret] = ()) -> None:
        raw = {secret.reveal() for secret in secrets} | {part for each in composed for part in _parts(each.reveal())}
        self.__long = _pattern(value for value in raw if len(value) >= _SHORT)
        self.__short = _pattern(value for value in raw if 0 < len(value) < _SHORT)

    def __call__(self, text: str, *, limit: int = 500) -> str:
        """Return ``text`` on one line, without secrets, cut to ``limit`` characters."""
        scrubbed = self.__long.sub(_REPLACED, _one_line(self.__long.sub(_REPLACED, text)))
        if self.__short.search(text) or self.__short.search(scrubbed.replace(_REPLACED, "\0")):
            return _WITHHELD
        return scrubbed if len(scrubbed) <= limit else scrubbed[: limit - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _parts(value: str) -> Iterator[str]:
    """Yield a secret and what it is composed of: ``SSWS <token>``, ``client_id:…, client_secret:…``, ``Basic …``."""
    yield value
    words = [word for word in re.split(r"[\s,:=]+", value) if len(word) >= _SHORT]
    yield from words
    for word in words:
        try:
            pair = base64.b64decode(word, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        yield from (half for half in pair.partition(":")[::2] if len(half) >= _SHORT)


def _pattern(values: Iterable[str]) -> re.Pattern[str]:
    forms = {form for value in values for form in _forms(value)}
    # The longest first: a form that another one begins with must not leave the rest of it behind.
    alternatives = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(alternatives or r"(?!)", re.IGNORECASE)


def _forms(value: str) -> Iterator[str]:
    for text in (value, *_base64_forms(value.encode(errors="surrogatepass"))):
        data = text.encode(errors="surrogatepass")
        escaped = json.dumps(text)[1:-1]
        yield from (text, escaped, escaped.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1])
        yield from (
            quote(data, safe=""),
            quote(data),
            quote_plus(data),
            html.escape(text),
            html.escape(text, quote=False),
        )


def _base64_forms(data: bytes) -> Iterator[str]:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(data).decode().rstrip("=")
        if len(data) >= _SHORT:
            # In the middle of encoded text: at each of the three ways its bits can fall, less the characters
            # it shares with its neighbours.
            for before in range(3):
                encoded = encode(b"\0" * before + data).decode()
                yield encoded[(before * 8 + 5) // 6 : (before + len(data)) * 8 // 6]
