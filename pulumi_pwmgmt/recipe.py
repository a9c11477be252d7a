"""What a made password looks like: its length, its classes of characters, and what must not be in it.

All passwords that meet a recipe are numbered, so a uniform number is a uniform password. How a password is derived
from a number, and the canonical text of a recipe, are a published format: docs/derived-passwords.md.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.counting import whole
from pulumi_pwmgmt.enumeration import Texts
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 128
"""The longest password of a recipe, in characters. 43 of the default alphabet are already 256 bits."""

LOOK_ALIKES = "0O1Il|"
"""What people take for each other when they read a password aloud or from paper."""

_CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "symbols": string.punctuation,
}
_WORDS = {"lower": "lower-case letter", "upper": "upper-case letter", "digits": "digit", "symbols": "symbol"}
_DIGITS = list(_CLASSES).index("digits")
_NONE = "none"  # as an input; a null inside a map may not survive the way through Pulumi's engine


@dataclass(frozen=True, kw_only=True)
class _Manual:
    """What a system's manual says of the passwords it takes."""

    symbols: str = string.punctuation
    longest: int = LONGEST


_MANUALS = {
    # The password and the login travel in HTTP headers: https://github.com/etnatrader/gitbookHelp
    "etna": _Manual(),
    # "Password value": up to 72 characters; https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
    "okta": _Manual(longest=72),
    "okta_myaccount": _Manual(longest=72),
    # https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext, without its two that are not ASCII
    "onelogin": _Manual(symbols="!@#%&.,$+/()=*;:_-"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Recipe:
    """A rule that passwords are made by, each that meets it as likely as any other.

    ``length`` is in characters, 1 to 128. ``lower``, ``upper``, ``digits`` and ``symbols`` say how many of the class
    there are at least; None: none at all. ``symbol_set`` is what may come as a symbol, of ASCII's punctuation. The
    default is what needs no quoting in a shell, a URL or a configuration file and starts no option.
    ``leave_out`` are characters that are never used, for example ``LOOK_ALIKES``. ``leading_digit=False``: it does not
    start with a digit. ``without`` are parts that must not occur in it, in upper or lower case; at least half of the
    passwords have to be left without them.

    Recipes that mean the same are equal, however they are written.

    Raises:
        ValueError: no password, or a single one, can meet it, or an argument is not what it should be.

    """

    length: int = 32
    lower: int | None = 1
    upper: int | None = 1
    digits: int | None = 1
    symbols: int | None = 1
    symbol_set: str = "._"
    leave_out: str = ""
    leading_digit: bool = True
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_numbers(self)
        _check_texts(self)
        for name, least in zip(_CLASSES, self._texts.minima, strict=True):
            if least and not self.characters(name):
                left = "symbol_set and leave_out leave" if name == "symbols" else "leave_out leaves"
                raise ValueError(
                    f"the recipe can't be met: it wants at least {_counted(least, name)}, and {left} none to choose"
                )
        if sum(self._texts.minima) > self.length:
            *most, last = [_counted(n, name) for n, name in zip(self._texts.minima, _CLASSES, strict=True) if n]
            wanted = f"{', '.join(most)} and {last}" if most else last
            raise ValueError(
                f"the recipe can't be met: at least {wanted} need a length of {sum(self._texts.minima)}, "
                f"and it is {self.length}"
            )
        if not self.count:
            raise ValueError(
                "the recipe can't be met: leading_digit is False, and nothing but a digit could come first"
            )
        if 2 * self._lost > self.count:
            raise ValueError(
                "the recipe may leave less than half of its passwords: "
                "without has too many or too short parts; single characters belong in leave_out",
            )
        if self.count - self._lost == 1:
            raise ValueError("a single password meets the recipe: make it longer or give it more characters")

    @staticmethod
    def for_system(name: str, **changes: Any) -> Recipe:  # noqa: ANN401 -- the arguments of a recipe
        """Return a recipe for the identity system ``name``; ``changes`` are arguments of ``Recipe``.

        It uses only symbols that the system's manual allows, and is no longer than the system takes. What the
        policy of *your* tenant demands is checked in preview.

        Raises:
            ValueError: no system has that name, the recipe can't be met, or its symbols or length are not the system's.

        """
        if not isinstance(name, str) or name not in _MANUALS:
            raise ValueError(
                f"there is no system {name!r}{did_you_mean(str(name), _MANUALS)}; there are {', '.join(_MANUALS)}"
            )
        manual, recipe = _MANUALS[name], Recipe(**changes)
        forbidden = set(recipe.characters("symbols")) - set(manual.symbols)
        if forbidden:
            told = " ".join(sorted(forbidden))
            raise ValueError(f"symbol_set: {told} is not among what {name} takes: {' '.join(manual.symbols)}")
        if recipe.length > manual.longest:
            raise ValueError(f"length {recipe.length}: {name} takes {manual.longest} characters at most")
        return recipe

    @staticmethod
    def parse(value: Mapping[str, Any]) -> Recipe:
        """Read a recipe as ``as_input`` writes it; what is missing has its default.

        Whole floats are taken for numbers: that is what Pulumi's engine makes of them.

        Raises:
            ValueError: it is no map, a key is unknown, or the recipe can't be met.

        """
        if not hasattr(value, "keys"):
            raise ValueError("a recipe is a map")
        known = [field.name for field in dataclasses.fields(Recipe)]
        for key in value:
            if key not in known:
                raise ValueError(f"a recipe has no {key!r}{did_you_mean(str(key), known)}; it has {', '.join(known)}")
        return Recipe(**{key: _argument(key, value[key]) for key in value})

    def as_input(self) -> dict[str, Any]:
        """Return every field as a resource input, the same for equal recipes. A class that is not used is ``none``."""
        used = {name: _NONE if not self.characters(name) else getattr(self, name) for name in _CLASSES}
        possible = "".join(all_of for name, all_of in _CLASSES.items() if used[name] != _NONE and name != "symbols")
        return {
            "length": self.length,
            **used,
            "symbol_set": self.characters("symbols"),
            "leave_out": "".join(sorted(set(self.leave_out) & set(possible))),
            "leading_digit": self.leading_digit,
            "without": list(self._parts),
        }

    @functools.cached_property
    def canonical(self) -> str:
        """The text that stands for this recipe in a derivation: the same for equal recipes, and for good."""
        lines = [f"length {self.length}"]
        for name, least in zip(_CLASSES, self._texts.minima, strict=True):
            if self.characters(name):
                lines.append(f"{name} {least} {self.characters(name)}")
        lines.append(f"leading digit {'yes' if self.leading_digit else 'no'}")
        lines += [f"without {part}" for part in self._parts]
        return "".join(f"{line}\n" for line in lines)

    @property
    def count(self) -> int:
        """How many passwords meet the recipe, exactly, without regard to ``without``."""
        return self._texts.count

    @functools.cached_property
    def bits(self) -> float:
        """The entropy in bits: exact, or with ``without`` a proven lower bound of it."""
        return math.log2(self.count - self._lost)

    def nth(self, index: int) -> str:
        """Return the password that ``index`` others come before in order of code points, without regard to ``without``.

        Raises:
            IndexError: ``index`` is below 0 or not below ``count``.

        """
        return self._texts.nth(index)

    def allows(self, text: str) -> bool:
        """Whether ``text`` meets the recipe, ``without`` included."""
        return (
            len(text) == self.length
            and set(text) <= set("".join(self._texts.classes))
            and all(
                sum(character in characters for character in text) >= least
                for characters, least in zip(self._texts.classes, self._texts.minima, strict=True)
            )
            and (self.leading_digit or text[0] not in string.digits)
            and not any(part in text.lower() for part in self._parts)
        )

    def random(self) -> Secret:
        """Return a random password that meets the recipe, each as likely as any other, from the system's generator."""
        while True:
            password = Secret(self.nth(secrets.randbelow(self.count)))
            if self.allows(password.reveal()):
                return password

    def chance_of(self, part: str) -> float:
        """Return how likely a password has this part in it, in upper or lower case: an upper bound, 0 to 1."""
        if any(forbidden in part.lower() for forbidden in self._parts):
            return 0.0
        return min(1.0, self._with(part.lower()) / (self.count - self._lost))

    def characters(self, name: str) -> str:
        """Return what may come of the class ``lower``, ``upper``, ``digits`` or ``symbols``, in order."""
        if getattr(self, name) is None:
            return ""
        all_of = self.symbol_set if name == "symbols" else _CLASSES[name]
        return "".join(sorted(set(all_of) - set(self.leave_out)))

    @functools.cached_property
    def _texts(self) -> Texts:
        lower, upper, digits, symbols = map(self.characters, _CLASSES)
        return Texts(
            length=self.length,
            classes=(lower, upper, digits, symbols),
            minima=(self.lower or 0, self.upper or 0, self.digits or 0, self.symbols or 0),
            never_first=None if self.leading_digit else _DIGITS,
        )

    @functools.cached_property
    def _parts(self) -> tuple[str, ...]:
        return tuple(sorted({part.lower() for part in self.without}))

    @functools.cached_property
    def _lost(self) -> int:
        """No more passwords than this contain one of the parts, each counted once for each place it can stand at."""
        return sum(map(self._with, self._parts))

    def _with(self, part: str) -> int:
        """Count the passwords with ``part``, once for each place, or more: a letter counts for both its classes."""
        if len(part) > self.length:
            return 0
        alphabet = "".join(self._texts.classes)
        spellings = math.prod(sum(one in alphabet for one in {c, c.upper()}) for c in part)
        found = [sum(c in all_of or c.upper() in all_of for c in part) for all_of in _CLASSES.values()]
        one, two, three, four = (max(0, least - given) for least, given in zip(self._texts.minima, found, strict=True))
        places = self.length - len(part) + 1
        return places * spellings * self._texts.ways(self.length - len(part), (one, two, three, four))

    def __eq__(self, other: object) -> bool:
        return self.canonical == other.canonical if isinstance(other, Recipe) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.canonical)


def _counted(number: int, name: str) -> str:
    return f"{number} {_WORDS[name]}{'' if number == 1 else 's'}"


def _check_numbers(recipe: Recipe) -> None:
    if type(recipe.length) is not int or not 1 <= recipe.length <= LONGEST:
        raise ValueError(f"length must be a whole number from 1 to {LONGEST}")
    for name in _CLASSES:
        least = getattr(recipe, name)
        if least is not None and (type(least) is not int or least < 0):
            raise ValueError(f"{name} must be a whole number, 0 or more, or None for none at all")
    if type(recipe.leading_digit) is not bool:
        raise ValueError("leading_digit must be True or False")


def _check_texts(recipe: Recipe) -> None:
    symbols = recipe.symbol_set
    if not isinstance(symbols, str) or not set(symbols) <= set(string.punctuation):
        raise ValueError(f"symbol_set must be a text of characters among {string.punctuation}")
    if len(set(symbols)) < len(symbols):
        raise ValueError("symbol_set must not have a character twice")
    if not _is_printable(recipe.leave_out):
        raise ValueError("leave_out must be a text of printable ASCII")
    if not isinstance(recipe.without, tuple) or not all(part and _is_printable(part) for part in recipe.without):
        raise ValueError('without must be a tuple of texts of printable ASCII, none empty, for example ("admin",)')


def _is_printable(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _argument(name: str, value: object) -> Any:  # noqa: ANN401 -- Recipe looks at what it is
    if name in _CLASSES and value == _NONE:
        return None
    return tuple(value) if isinstance(value, list) else whole(value)
