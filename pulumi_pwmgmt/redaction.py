"""Takes secrets out of text that others wrote, however they encoded them."""

from __future__ import annotations

import base64
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pulumi_pwmgmt.model import Secret

_REPLACED = "[secret]"
_WITHHELD = "(withheld: it may quote a secret)"
_SHORT = 8  # characters; taking so short a secret out of a sentence would spell it by what is missing
_LONGEST = 4 * 1024  # characters; nobody reads more, and cutting it could cut a secret in two
_DEPTH = 4  # encodings within each other


class Scrubber:
    """Makes text that a server wrote fit to be shown: no secret of the call, one line, bounded length.

    ``composed`` are secrets made of several parts, as in the header ``Authorization: SSWS <token>``; each long part
    counts. A secret that stands there as it is, in any letter case, is replaced. A text that holds one in JSON, URL,
    HTML or base64 encoding, or encoded several times, is withheld whole; so is one that holds a secret of fewer than
    8 characters.
    """

    def __init__(self, secrets: Iterable[Secret], composed: Iterable[Secret] = ()) -> None:
        self._secrets = tuple(secrets)
        self._composed = tuple(composed)

    def __call__(self, text: str, *, limit: int = 500) -> str:
        """Return ``text`` without secrets and control characters, cut to ``limit`` characters."""
        if len(text) > _LONGEST:
            return _WITHHELD
        secrets = self._known()
        replaced = _replace(text, [secret for secret in secrets if len(secret) >= _SHORT])
        shown = _one_line(replaced)
        visible = "".join(filter(str.isprintable, replaced))
        if any(_holds(reading, secrets) for reading in {replaced, shown, visible}):
            return _WITHHELD
        return shown if len(shown) <= limit else shown[: limit - 1] + "…"

    def quotes(self, text: str) -> bool:
        """Whether a secret stands in ``text``, in whatever coat; one of fewer than 8 characters may do so by chance."""
        return _holds(text, {secret for secret in self._known() if len(secret) >= _SHORT})

    def _known(self) -> set[str]:
        parts = {part for each in self._composed for part in _parts(each.reveal())}
        return {secret for secret in parts | {each.reveal() for each in self._secrets} if secret}


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _parts(value: str) -> Iterator[str]:
    """Yield a secret and what it is composed of: ``SSWS <token>``, ``client_id:…, client_secret:…``, ``Basic …``."""
    words = [word for word in re.split(r"[\s,:=]+", value) if len(word) >= _SHORT]
    decoded = [half for word in words for half in re.split(r"[:\n]", _from_base64(word)) if len(half) >= _SHORT]
    yield from (value, *words, *decoded)


def _replace(text: str, secrets: list[str]) -> str:
    # The longest first: one that another begins with must not leave the rest of it behind.
    alternatives = "|".join(map(re.escape, sorted(secrets, key=len, reverse=True)))
    return re.sub(alternatives, _REPLACED, text, flags=re.IGNORECASE) if alternatives else text


def _holds(text: str, secrets: set[str]) -> bool:
    folded = {secret.casefold() for secret in secrets}
    return any(secret in reading for reading in _readings(text) for secret in folded)


def _readings(text: str) -> set[str]:
    """Return ``text`` as it is and decoded in every way, also one after the other."""
    known = latest = {text}
    for _ in range(_DEPTH):
        latest = {decode(each) for each in latest for decode in _DECODERS} - known
        known = known | latest
    return {each.casefold() for each in known}


def _from_json(text: str) -> str:
    def char(escape: re.Match[str]) -> str:
        return chr(int(escape[1], 16)) if escape[1] else escape[2]

    plain = re.sub(r"\\(?:u([0-9a-f]{4})|(.))", char, text, flags=re.IGNORECASE | re.DOTALL)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins pairs of surrogates


def _from_base64(text: str) -> str:
    """Decode whatever in ``text`` may be base64, in either alphabet, at each place where a group can start."""
    words = re.findall(r"[A-Za-z0-9+/_-]{4,}", text)
    return "\n".join(_decoded(word[start:]) for word in words for start in range(4))


def _decoded(word: str) -> str:
    whole = word[: len(word) - (len(word) % 4 == 1)]  # one character over is no byte
    data = base64.b64decode(whole + "=" * (-len(whole) % 4), altchars=b"-_" if set(whole) & set("-_") else None)
    return data.decode(errors="replace")


def _from_latin_1(text: str) -> str:
    """Read UTF-8 that came in a header, where bytes are taken for Latin-1."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


_DECODERS = (_from_latin_1, _from_json, _from_base64, unquote, unquote_plus, html.unescape)
