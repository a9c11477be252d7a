"""What a reviewer may know of a password: a plain dict without the password or a part of it.

Keys, each absent where it is not known or does not apply:

=================  ====================================================================================================
``format``         1
``source``         ``supplied``, ``reference``, ``generated`` or ``derived``
``length``         in Unicode code points, as NIST SP 800-63B-4, section 3.1.1.2, counts them
``lower`` …        how many of each: ``lower``, ``upper``, ``digits``, ``symbols``; for a generated one, at least
``classes``        how many of these four occur
``strength_bits``  base-2 logarithm of the guesses it takes, rounded down to a tenth
``strength``       ``exact`` for a random choice, ``estimated`` for what somebody chose
``common``         whether it is one of those that are tried first (``estimate.Estimate``)
``breached``       whether it occurs in known breaches; absent where nobody asked
``generation``     the number of its generation, from 1
``since``          the day, in UTC, since which it is declared: ``2026-11-23``
``reuse_tag``      equal for two accounts with the same password, and says nothing else without the key
``server``         the rules that the system itself states (``model.PasswordPolicy``), those that it has
=================  ====================================================================================================

A number that has been through Pulumi's engine is a float; both are read here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
import unicodedata
from dataclasses import asdict
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pulumi_pwmgmt.counting import whole
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.estimate import estimate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pulumi_pwmgmt.model import Password, PasswordPolicy, Secret
    from pulumi_pwmgmt.recipe import Recipe

Facts: TypeAlias = dict[str, Any]

FORMAT = 1
SHORTEST_KEY = 32  # bytes

_CLASSES = ("lower", "upper", "digits", "symbols")
_CATEGORIES = {"Ll": "lower", "Lu": "upper", "Nd": "digits", "P": "symbols", "S": "symbols", "Z": "symbols"}
_OF_A_VALUE = ("length", *_CLASSES, "classes", "strength_bits", "strength", "common", "breached")
_TAG = 16  # bytes
_TAGGED_AS = b"pulumi_pwmgmt reuse 1\0"  # the key's owner may use it elsewhere as well


def of_value(
    password: Password,
    source: Literal["supplied", "reference"],
    *,
    names: Iterable[str],
    before: Mapping[str, Any] | None = None,
) -> Facts:
    """Return the facts of a password that somebody chose.

    ``names`` are the account's own, such as its login and its connection: a password that holds a part of one is weaker
    for it. ``before`` are the facts of the same password, None if it is another one now; what they say is taken over,
    so that an estimate is made once.
    """
    if before and before.get("format") == FORMAT and before.get("strength") == "estimated":
        return _head(source, None) | {name: whole(before[name]) for name in _OF_A_VALUE if name in before}
    judged = estimate(password, names)
    strength = {"strength_bits": _tenths(judged.bits), "strength": "estimated", "common": judged.common}
    return _head(source, None) | _counted(password) | strength


def of_recipe(recipe: Recipe, *, generation: int | None = None) -> Facts:
    """Return the facts of a generated password, known before there is one: what its recipe promises."""
    least = {name: getattr(recipe, name) or 0 for name in _CLASSES}
    counted = {"length": recipe.length, **least, "classes": sum(number > 0 for number in least.values())}
    return _head("generated", generation) | counted | _exact(recipe)


def of_derived(password: Password, recipe: Recipe, *, generation: int) -> Facts:
    """Return the facts of a derived password: its own counts, and the strength of its recipe.

    HKDF-SHA-256 carries 256 bits and no more, however long the recipe is.
    """
    return _head("derived", generation) | _counted(password) | _exact(recipe, most=256)


def dated(facts: Facts, now: datetime, before: Mapping[str, Any] | None) -> Facts:
    """Return ``facts`` with the day since which the password is declared.

    It is the password's age, for whoever knows what day it is. The age itself would be another one each day: it would
    rewrite every entry of the state, and make a saved plan stale overnight.

    ``before`` are the facts from when the same password was looked at last; None where it begins now, empty where
    nobody knows since when it is in use: taken over from elsewhere, or declared by a version without facts. Then no day
    is told: one that is too late would make it pass for a young password.
    """
    since = now.astimezone(timezone.utc).date() if before is None else _day(before.get("since"))
    return facts if since is None else facts | {"since": since.isoformat()}


def age(facts: Mapping[str, Any], now: datetime) -> int | None:
    """Return for how many whole days the password has been declared, None where nobody knows."""
    since = _day(facts.get("since"))
    return None if since is None else max((now.astimezone(timezone.utc).date() - since).days, 0)


def carried(before: Mapping[str, Any]) -> Facts:
    """Return the facts of a password that is the same and not at hand: all as they were."""
    return {name: whole(value) for name, value in before.items()}


def tag(password: Password, key: Secret | None) -> Facts:
    """Return the ``reuse_tag``, or nothing where there is no key: HMAC-SHA-256, cut to 128 bits, in base64url.

    The key is what keeps whoever reads the facts from trying passwords against them. What is tagged is the password in
    Unicode's normal form C, so that one which two keyboards write in different bytes is the same.

    Raises:
        NotConfigured: the key has fewer than 32 bytes.

    """
    if key is None:
        return {}
    secret = key.reveal().encode(errors="surrogatepass")
    if len(secret) < SHORTEST_KEY:
        raise NotConfigured(
            f"pwmgmt:reuse_key has fewer than {SHORTEST_KEY} bytes",
            to_do="openssl rand -base64 48 | pulumi config set --secret pwmgmt:reuse_key",
        )
    text = unicodedata.normalize("NFC", password.reveal()).encode(errors="surrogatepass")
    digest = hmac.digest(secret, _TAGGED_AS + text, hashlib.sha256)
    return {"reuse_tag": base64.urlsafe_b64encode(digest[:_TAG]).decode().rstrip("=")}


def server(policy: PasswordPolicy | None) -> Facts:
    """Return the system's own rules under ``server``, those that it has; nothing where it states none."""
    if policy is None:
        return {}
    stated = {name: value for name, value in asdict(policy).items() if value}
    return {"server": {name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()}}


def _head(source: str, generation: int | None) -> Facts:
    return {"format": FORMAT, "source": source} | ({} if generation is None else {"generation": int(generation)})


def _counted(password: Password) -> Facts:
    text = password.reveal()
    numbers = dict.fromkeys(_CLASSES, 0)
    for category in map(unicodedata.category, text):
        name = _CATEGORIES.get(category) or _CATEGORIES.get(category[0])
        if name:  # an ideograph is a letter of no case; an accent of its own belongs to the letter before it
            numbers[name] += 1
    return {"length": len(text), **numbers, "classes": sum(number > 0 for number in numbers.values())}


def _exact(recipe: Recipe, most: float = math.inf) -> Facts:
    return {"strength_bits": _tenths(min(recipe.bits, most)), "strength": "exact", "common": False}


def _tenths(bits: float) -> float:
    return math.floor(bits * 10) / 10


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
