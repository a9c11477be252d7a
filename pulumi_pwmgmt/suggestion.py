"""Which of the names that there are was probably meant by one that there is not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of ``known`` that ``word`` begins, or else looks most like; None where none is close."""
    folded: dict[str, str] = {}
    for name in known:
        folded.setdefault(name.casefold(), name)
    begun = [name for name in folded if word and name.startswith(word.casefold())]
    close = begun or difflib.get_close_matches(word.casefold(), folded, 1)
    return folded[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean NAME?)`` to stand behind the wrong name; empty where none is close."""
    name = closest(word, known)
    return f" (did you mean {name}?)" if name else ""
