"""What a server's own rules demand of a password, and of a recipe before anything is made by it.

Where a manual leaves room, the reading is the one that refuses less: what is let through here the server still judges,
and what is refused here nobody can send. Letters and digits are Unicode's.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pulumi_pwmgmt.model import Password, PasswordPolicy
    from pulumi_pwmgmt.recipe import Recipe

# "split on the following characters": https://developer.okta.com/docs/reference/api/users/#password-object
_BETWEEN_PARTS = re.compile(r"[,._#@-]")
_SHORTEST_PART = 4
_CHANCE = 1 / 1000
"""A recipe is not to blame for what one in so many of its passwords would break by mere chance."""


class _Class(NamedTuple):
    words: str
    members: tuple[str, ...]  # of a recipe's classes
    holds: Callable[[str], bool]


_CLASSES = {
    "min_letters": _Class("letter", ("lower", "upper"), str.isalpha),
    "min_lower": _Class("lower-case letter", ("lower",), str.islower),
    "min_upper": _Class("upper-case letter", ("upper",), str.isupper),
    "min_digits": _Class("digit", ("digits",), str.isdigit),
    "min_symbols": _Class("symbol", ("symbols",), lambda character: not character.isalnum()),
}
_NAMES = ("lower", "upper", "digits", "symbols")
_FOUR = ("min_lower", "min_upper", "min_digits", "min_symbols")
_FOUR_IN_WORDS = "lower case, upper case, digits and symbols"
_NO_PART = "no part of the user name"
_NOT_COMMON = "no commonly used password"


def username_parts(login: str) -> tuple[str, ...]:
    """Return the parts of a login that no password may have: of four characters and more, less the parent domain.

    ``isaac.brock@example.com`` has ``isaac``, ``brock`` and ``example``.
    """
    name, _, domain = login.lower().partition("@")
    labels = domain.split(".")
    parts = _BETWEEN_PARTS.split(".".join([name, *labels[:-1]] if len(labels) > 1 else [name, *labels]))
    return tuple(dict.fromkeys(part for part in parts if len(part) >= _SHORTEST_PART))


def unmet(policy: PasswordPolicy, password: Password, login: str) -> tuple[str, ...]:
    """Name every rule that the password does not meet, in words that tell nothing of it.

    ``login`` is the principal's; where only an id is known, no part of it will be found. What a server alone can
    judge is left to it: history, ages, attributes of the user.
    """
    text = password.reveal()
    counts = {rule: _count(policy, rule, text) for rule in _CLASSES}
    failed = {
        _at_least(policy.min_length): len(text) < policy.min_length,
        _at_most(policy.max_length): 0 < policy.max_length < len(text),
        **{_at_least(getattr(policy, rule), rule): counts[rule] < getattr(policy, rule) for rule in _CLASSES},
        _of_four(policy.min_classes): sum(counts[rule] > 0 for rule in _FOUR) < policy.min_classes,
        _NO_PART: policy.excludes_username and any(part in text.lower() for part in username_parts(login)),
        _NOT_COMMON: policy.excludes_common and text.lower() in _common(),
    }
    return tuple(rule for rule, fails in failed.items() if fails)


def unmet_by_recipe(policy: PasswordPolicy, recipe: Recipe, login: str) -> tuple[str, ...]:
    """Name every rule that some password of the recipe would break, and what to change in the recipe.

    Parts of the login and common passwords come up by chance as well: they count where that is to be expected once in
    a thousand passwords.
    """
    surely = {rule: _surely(policy, recipe, rule) for rule in _CLASSES}
    present = {rule for rule in _FOUR if surely[rule]}
    lacking = [_CLASSES[rule].members[0] for rule in _FOUR if rule not in present]
    # a text starts with a character of some class
    never_first = set() if recipe.leading_digit else {"min_digits"}
    more = policy.min_classes - len(present) - int(present <= never_first and _all_symbols_count(policy, recipe))
    parts = tuple(part for part in username_parts(login) if recipe.chance_of(part) > _CHANCE)
    advice = {
        _at_least(policy.min_length): (recipe.length < policy.min_length, f"length={policy.min_length}"),
        _at_most(policy.max_length): (0 < policy.max_length < recipe.length, f"length={policy.max_length}"),
        **{
            _at_least(least, rule): (surely[rule] < least, _amended(policy, rule, least))
            for rule in _CLASSES
            for least in [getattr(policy, rule)]
        },
        _of_four(policy.min_classes): (more > 0, f"at least 1 for {more} of {', '.join(lacking)}"),
        _NO_PART: (policy.excludes_username and parts, f"without={parts!r}"),
        _NOT_COMMON: (policy.excludes_common and len(_common()) / recipe.count > _CHANCE, "a greater length"),
    }
    return tuple(f"{rule}: say {change}" for rule, (breaks, change) in advice.items() if breaks)


def of_composition(rules: Iterable[str]) -> bool:
    """Whether one of these unmet rules demands certain kinds of characters."""
    kinds = (*(one.words for one in _CLASSES.values()), _FOUR_IN_WORDS)
    return any(kind in rule.partition(":")[0] for rule in rules for kind in kinds)


@functools.cache
def _common() -> frozenset[str]:
    """Return zxcvbn's list of common passwords, for no server shows its own; the first that is asked about loads it."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]  # noqa: PLC0415 -- 50 ms

    return frozenset(FREQUENCY_LISTS["passwords"])


def _at_least(least: int, rule: str | None = None) -> str:
    what = _CLASSES[rule].words if rule else "character"
    return f"at least {least} {what}{'' if least == 1 else 's'}"


def _at_most(most: int) -> str:
    return f"at most {most} characters"


def _of_four(least: int) -> str:
    return f"{least} of {_FOUR_IN_WORDS}"


def _count(policy: PasswordPolicy, rule: str, text: str) -> int:
    if rule == "min_symbols" and policy.symbols:
        return sum(character in policy.symbols for character in text)
    return sum(map(_CLASSES[rule].holds, text))


def _surely(policy: PasswordPolicy, recipe: Recipe, rule: str) -> int:
    """Return how many characters of this kind every password of the recipe has."""
    members = _CLASSES[rule].members
    if rule == "min_symbols" and not _all_symbols_count(policy, recipe):
        return 0
    others = [name for name in _NAMES if name not in members and recipe.characters(name)]
    if not others:
        return recipe.length
    first = int(others == ["digits"] and not recipe.leading_digit)
    return max(first, sum(getattr(recipe, name) or 0 for name in members))


def _all_symbols_count(policy: PasswordPolicy, recipe: Recipe) -> bool:
    return not policy.symbols or set(recipe.characters("symbols")) <= set(policy.symbols)


def _amended(policy: PasswordPolicy, rule: str, least: int) -> str:
    change = " or ".join(f"{name}={least}" for name in _CLASSES[rule].members)
    only = f" and a symbol_set of {policy.symbols} only" if rule == "min_symbols" and policy.symbols else ""
    return change + only
