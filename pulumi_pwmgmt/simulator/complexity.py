"""What a password policy demands of a password's text, and which demands one fails to meet."""

import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass

COMMON_PASSWORDS = frozenset(
    {
        "123456", "12345678", "123456789", "1234567890", "abc123", "abcd1234", "admin123", "changeme",
        "changeme1", "changeme123", "iloveyou", "iloveyou1", "letmein", "letmein1", "password", "password1",
        "password12", "password123", "p@ssw0rd", "p@ssw0rd1", "qwerty", "qwerty1", "qwerty123", "qwertyuiop",
        "secret123", "summer2024", "welcome", "welcome1", "welcome123",
    }
)  # fmt: skip
"""Passwords found in every list of commonly used ones, lower case."""

_PART_SEPARATORS = re.compile(r"[,._#@\-]")
_SHORTEST_PART = 4


class Unmet(enum.Enum):
    """One demand of a policy that a password does not meet."""

    TOO_SHORT = enum.auto()
    TOO_LONG = enum.auto()
    NO_LOWER = enum.auto()
    NO_UPPER = enum.auto()
    NO_LETTER = enum.auto()
    NO_NUMBER = enum.auto()
    NO_SYMBOL = enum.auto()
    TOO_FEW_CLASSES = enum.auto()
    HAS_USERNAME = enum.auto()
    HAS_FIRST_NAME = enum.auto()
    HAS_LAST_NAME = enum.auto()
    COMMON = enum.auto()
    IN_HISTORY = enum.auto()
    TOO_YOUNG = enum.auto()


@dataclass(frozen=True)
class Rules:
    """What a password's text must have (lengths in characters); ``symbols`` None: all but letters and digits."""

    min_length: int = 8
    max_length: int | None = None
    lower: bool = False
    upper: bool = False
    letter: bool = False
    number: bool = False
    symbol: bool = False
    three_of_four_classes: bool = False
    symbols: str | None = None
    exclude_username: bool = False
    exclude_first_name: bool = False
    exclude_last_name: bool = False
    exclude_common: bool = False


@dataclass(frozen=True)
class Person:
    """The names that a password may have to do without."""

    login: str
    first_name: str = ""
    last_name: str = ""


def username_parts(login: str) -> frozenset[str]:
    """Split a login as Okta does: on ``, . _ # @ -``, parts under four characters and the top domain left out."""
    name, at, domain = login.partition("@")
    if at:
        domain = domain.rpartition(".")[0] or domain
    parts = _PART_SEPARATORS.split(f"{name}{at}{domain}".lower())
    return frozenset(part for part in parts if len(part) >= _SHORTEST_PART)


def unmet(rules: Rules, password: str, person: Person) -> frozenset[Unmet]:
    """Name every demand on its text that the password does not meet."""
    lower = any(char.islower() for char in password)
    upper = any(char.isupper() for char in password)
    number = any(char.isdigit() for char in password)
    symbol = any(char in rules.symbols if rules.symbols is not None else not char.isalnum() for char in password)
    folded = password.casefold()
    failed = {
        Unmet.TOO_SHORT: len(password) < rules.min_length,
        Unmet.TOO_LONG: rules.max_length is not None and len(password) > rules.max_length,
        Unmet.NO_LOWER: rules.lower and not lower,
        Unmet.NO_UPPER: rules.upper and not upper,
        Unmet.NO_LETTER: rules.letter and not (lower or upper),
        Unmet.NO_NUMBER: rules.number and not number,
        Unmet.NO_SYMBOL: rules.symbol and not symbol,
        Unmet.TOO_FEW_CLASSES: rules.three_of_four_classes and lower + upper + number + symbol < 3,  # noqa: PLR2004 -- three of four
        Unmet.HAS_USERNAME: rules.exclude_username and _holds_any(folded, username_parts(person.login)),
        Unmet.HAS_FIRST_NAME: rules.exclude_first_name and _holds_any(folded, [person.first_name]),
        Unmet.HAS_LAST_NAME: rules.exclude_last_name and _holds_any(folded, [person.last_name]),
        Unmet.COMMON: rules.exclude_common and folded in COMMON_PASSWORDS,
    }
    return frozenset(demand for demand, fails in failed.items() if fails)


def _holds_any(folded: str, words: Iterable[str]) -> bool:
    return any(word and word.casefold() in folded for word in words)
