"""Credentials as a policy sees them: the checked inputs, a good one to start from, and ways to make it worse."""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.policy.configuration import Configuration
from pulumi_pwmgmt.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_NAME = {rule.name: rule for rule in RULES}
URN = "urn:pulumi:test::shop::pulumi-python:dynamic/pwmgmt:ManagedCredential::"
RECIPE = {
    "length": 32.0, "lower": 1.0, "upper": 1.0, "digits": 1.0, "symbols": 1.0,
    "symbol_set": "!@.-_", "leave_out": "", "leading_digit": True, "without": [],
}  # fmt: skip
TODAY = date(2026, 11, 23)
GOOD: dict[str, Any] = {
    "connection": "okta",
    "reason": "created",
    "system": "okta",
    "tenant": "https://example.okta.com",
    "principal": "ci-bot@example.com",
    "on_destroy": "revoke",
    "keep_in_state": False,
    "declared": "connection on_destroy password principal",
    "connection_risks": [],
    "source": {"kind": "derived", "generation": 3.0, "format": 1.0, "recipe": RECIPE},
    "facts": {
        "format": 1.0, "source": "derived", "length": 32.0, "lower": 9.0, "upper": 10.0, "digits": 8.0, "symbols": 5.0,
        "classes": 4.0, "strength_bits": 186.4, "strength": "exact", "common": False, "generation": 3.0,
        "since": "2026-11-23",
    },
}  # fmt: skip


def but(**changes: object) -> dict[str, Any]:
    """Return the good credential with changes: ``facts__length=3`` for what lies deeper, ``...`` to take it out."""
    properties = deepcopy(GOOD)
    for path, value in changes.items():
        *outer, name = path.split("__")
        place: dict[str, Any] = properties
        for step in outer:
            place = place.setdefault(step, {})
        if value is ...:
            place.pop(name, None)
        else:
            place[name] = value
    return properties


def parameters(rule: str, profile: str = "nist-800-63b-4", **over: object) -> Mapping[str, Any]:
    """Return what a rule judges by; ``over`` are parameters of its own, or of the rule that ``of`` names."""
    of = str(over.pop("of", rule))
    given: dict[str, Any] = {"profile": {"name": profile}}
    return Configuration.parse(given | ({of: over} if over else {})).parameters[rule]
