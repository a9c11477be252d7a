"""Rules about the password itself, judged by its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt.policy.characters import CLASSES, COMPOSITION, LENGTH, grouped, too_short, too_uniform
from pulumi_pwmgmt.policy.parameter import Kind, Parameter
from pulumi_pwmgmt.policy.rule import Level, Parameters, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pulumi_pwmgmt.policy.credential import Credential

MADE = ("generated", "derived")
"""The sources whose passwords nobody chose."""


def _length(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    for problem in too_short(credential.number("facts", "length"), parameters):
        yield f"the password {problem}"


def _classes(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if not any(parameters[parameter.name] for parameter in COMPOSITION):
        return
    counts = grouped({kind: credential.number("facts", kind) for kind in CLASSES})
    for problem in too_uniform(counts, credential.number("facts", "classes"), parameters):
        yield f"the password {problem}"


def _strength(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if parameters["bits"] and credential.number("facts", "strength_bits") < parameters["bits"]:
        yield f"the password is easier to guess than {parameters['bits']:g} bits"


def _common(credential: Credential, _parameters: Parameters, _today: date) -> Iterator[str]:
    if credential.text("facts", "source") not in MADE and credential.flag("facts", "common"):
        yield "the password is one of the most common ones, or nearly"


def _breached(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if credential.text("facts", "source") in MADE:
        return
    if credential.has("facts", "breached"):
        if credential.flag("facts", "breached"):
            yield "the password has been published in a breach"
    elif parameters["required"]:
        yield "nobody has looked whether the password was published in a breach"


LENGTH_RULE = Rule(
    name="minimum-length",
    what="A password has a minimum length.",
    why="Length is what makes guessing expensive, more than any other property.",
    how="take a longer one, or a GeneratedPassword or DerivedPassword whose recipe says the length",
    severity=Severity.HIGH,
    parameters=(LENGTH,),
    find=_length,
)
CLASSES_RULE = Rule(
    name="character-classes",
    what="A password has characters of the kinds that are demanded.",
    why="Some frameworks demand it; NIST forbids to, because it makes people choose predictable passwords.",
    how="take one that has them, or a recipe that says at least so many of each",
    severity=Severity.MEDIUM,
    parameters=COMPOSITION,
    find=_classes,
)
STRENGTH_RULE = Rule(
    name="strength",
    what="A password is hard to guess.",
    why="A long password can still be a guessable one. The strength is exact for a recipe, estimated for a chosen one.",
    how="take a GeneratedPassword or DerivedPassword, or one with less structure",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    parameters=(
        Parameter(
            name="bits",
            kind=Kind.NUMBER,
            default=60,
            about="The binary logarithm of the guesses that it takes at least; 0 demands nothing.",
            most=1024,
        ),
    ),
    find=_strength,
)
COMMON_RULE = Rule(
    name="common-password",
    what="A password is not a common one.",
    why="Common passwords are what attackers try first.",
    how="take a GeneratedPassword or DerivedPassword",
    severity=Severity.CRITICAL,
    find=_common,
)
BREACHED_RULE = Rule(
    name="breached-password",
    what="A password has not been published in a breach.",
    why="Published passwords are tried against every account.",
    how="take another one. Who wants it looked up sets pwmgmt:breached.endpoint in the stack's config",
    severity=Severity.CRITICAL,
    parameters=(
        Parameter(
            name="required",
            kind=Kind.FLAG,
            default=False,
            about="Refuse a password that was supplied and not looked up.",
        ),
    ),
    find=_breached,
)
