"""How hard a password that somebody chose is to guess: zxcvbn's estimate, at a bounded cost.

zxcvbn looks for words, names, dates, keyboard walks, repeats and sequences, and says how many guesses whoever knows
all of these needs: https://github.com/dropbox/zxcvbn. It is imported when the first password is judged.
"""

from __future__ import annotations

import math
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi_pwmgmt.model import Password

JUDGED = 32  # characters; the work grows with their square, and a password is at least as strong as its beginning
MOST_READINGS = 3

_AROUND = 5  # digits or symbols: a year and an exclamation mark
_SHORTEST_WORD = 4
_SHORTEST_NAME = 3
_MILLION = 10**6

# Which characters may stand for which letter, as in matching.L33T_TABLE of zxcvbn.
_STANDS_FOR = {
    "a": "4@", "b": "8", "c": "({[<", "e": "3", "g": "69", "i": "1!|", "l": "1|7", "o": "0", "s": "$5", "t": "+7",
    "x": "%", "z": "2",
}  # fmt: skip
_AS_LETTERS = str.maketrans("@([{<!|$+", "accccii" + "st")
_AS_KEYS = str.maketrans("!@#$%^&*(){<|+", "1234567890[,\\=")  # the same keys of a keyboard, not shifted
_SYMBOLS = re.compile(r"[!@#$%^&*(){\[<|+]+")
_IN_A_WORD = 3  # symbols; more of them are a walk

_one_at_a_time = threading.Lock()  # zxcvbn keeps the names of the call in a global dictionary


@dataclass(frozen=True)
class Estimate:
    """``bits`` is the logarithm of the guesses; ``common`` says that it is one of those tried first.

    That is: in zxcvbn's lists of common passwords, English words and people's names, or one of the account's own
    names; in any letter case, backwards, with letters replaced as in ``p@ssw0rd``, with up to five digits or symbols
    around it, as in ``Summer2024!``. A walk over the keyboard, a sequence, a repeat or a date is common when a million
    guesses find it.
    """

    bits: float
    common: bool


def estimate(password: Password, names: Iterable[str]) -> Estimate:
    """Judge a password; ``names`` are the account's, such as its login, whose parts count as known to everybody.

    Only its first 32 characters are judged. Where so many symbols stand for letters that reading them in every way
    would take seconds, each is read in one way only. The estimate is then a few bits lower as a rule, and may be some
    bits higher where a word ends among other symbols.
    """
    text = password.reveal()
    if not text:
        return Estimate(0.0, common=False)
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415 -- see the module's docstring

    judged = legible(text[:JUDGED])
    with _one_at_a_time:
        result = zxcvbn(judged, user_inputs=list(known(names)))
    common = len(text) <= JUDGED and any(_is_common(pattern, judged) for pattern in result["sequence"])
    return Estimate(math.log2(result["guesses"]), common)


def readings(text: str) -> int:
    """Return in how many ways zxcvbn reads the characters that may stand for letters."""
    there = set(text)
    return math.prod(max(1, len(there.intersection(characters))) for characters in _STANDS_FOR.values())


def legible(text: str) -> str:
    """Return ``text`` with its symbols read in one way each, if there are too many ways: ``p@ss`` as ``pass``.

    Up to three symbols beside a letter are part of a word; others may be a walk over the keyboard, and stay one.
    """

    def read(symbols: re.Match[str]) -> str:
        beside = text[max(symbols.start() - 1, 0) : symbols.start()] + text[symbols.end() : symbols.end() + 1]
        in_a_word = len(symbols[0]) <= _IN_A_WORD and any(character.isalpha() for character in beside)
        return symbols[0].translate(_AS_LETTERS if in_a_word else _AS_KEYS)

    return text if readings(text) <= MOST_READINGS else _SYMBOLS.sub(read, text)


def known(names: Iterable[str]) -> Iterator[str]:
    """Yield each name, its words, and these joined, in lower case: what an attacker would try of it."""
    seen = set()
    for name in names:
        lower = name.lower()
        local = lower.partition("@")[0]
        words = re.findall(r"[^\W_]+", lower)
        for each in (lower, local, *words, "".join(re.findall(r"[^\W_]+", local))):
            if len(each) >= _SHORTEST_NAME and each not in seen:
                seen.add(each)
                yield each


def _is_common(pattern: Mapping[str, Any], text: str) -> bool:
    around = text[: pattern["i"]] + text[pattern["j"] + 1 :]
    if len(around) > _AROUND or any(character.isalpha() for character in around):
        return False
    if pattern["pattern"] == "dictionary":
        return not around or len(pattern["token"]) >= _SHORTEST_WORD
    return bool(pattern["pattern"] != "bruteforce" and pattern["guesses"] < _MILLION)
