"""Rules about where a password comes from, and for how long it stays."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pulumi_pwmgmt.policy.characters import CLASSES, guaranteed, too_short, too_uniform
from pulumi_pwmgmt.policy.credential import Credential, NotRecorded
from pulumi_pwmgmt.policy.parameter import Kind, Parameter
from pulumi_pwmgmt.policy.rule import Level, Parameters, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCES = ("supplied", "reference", "generated", "derived")


def _source(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if credential.text("source", "kind") not in parameters["allowed"]:
        yield f"the password comes from a source that is none of {', '.join(parameters['allowed']) or 'those allowed'}"


def _recipe(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if not credential.has("source", "recipe"):
        return
    length = credential.number("source", "recipe", "length")
    least = {
        kind: credential.number("source", "recipe", kind) if credential.has("source", "recipe", kind) else None
        for kind in CLASSES
    }
    counts, classes = guaranteed(length, least)
    for problem in (*too_short(length, parameters), *too_uniform(counts, classes, parameters)):
        yield f"the recipe may make a password that {problem}"


def _rotation(credential: Credential, parameters: Parameters, today: date) -> Iterator[str]:
    limit = parameters["max_days"]
    if not limit:
        return
    scheduled = credential.has("source", "schedule")
    if scheduled and credential.number("source", "schedule", "longest_days") > limit:
        yield f"the schedule lets the password become older than {limit} days"
    if parameters["schedule_required"] and not scheduled:
        yield "no schedule changes the password"
    # a schedule that holds makes up for an age that nobody knows
    if (credential.has("facts", "since") or not scheduled) and (today - _since(credential)).days > limit:
        yield f"the password is older than {limit} days"


def _since(credential: Credential) -> date:
    """Return the day since which the password is declared."""
    try:
        return date.fromisoformat(credential.text("facts", "since"))
    except (NotRecorded, ValueError):
        raise NotRecorded("facts.since", "its age is known once the password has been changed") from None


SOURCE_RULE = Rule(
    name="source",
    what="A password comes from a source that is allowed.",
    why="Nobody has to remember a service account's password, so nobody should choose it.",
    how="take a GeneratedPassword or a DerivedPassword",
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    parameters=(
        Parameter(
            name="allowed",
            kind=Kind.TEXTS,
            default=("reference", "generated", "derived"),
            about="The sources that are allowed: `supplied` is a value that the program or the stack's config gives, "
            "`reference` one from an environment variable or a file.",
            choices=_SOURCES,
        ),
    ),
    find=_source,
)
RECIPE_RULE = Rule(
    name="recipe",
    what="Every password that a recipe can make satisfies the rules.",
    why="One password that satisfies them says nothing of the next generation.",
    how="raise the recipe's length, or its least number of the characters that are named",
    severity=Severity.HIGH,
    borrows=("minimum-length", "character-classes"),
    find=_recipe,
)
ROTATION_RULE = Rule(
    name="rotation",
    what="A password does not grow too old.",
    why="Where a framework limits the life of a password, nobody has to remember to change it.",
    how="give it a RotationSchedule, let a GeneratedPassword rotate, or declare another one",
    severity=Severity.MEDIUM,
    parameters=(
        Parameter(
            name="max_days",
            kind=Kind.WHOLE,
            default=0,
            about="The age in days that a password may reach; 0 is no limit.",
            most=36500,
        ),
        Parameter(
            name="schedule_required",
            kind=Kind.FLAG,
            default=False,
            about="Refuse a credential without a schedule. It says nothing where `max_days` is 0.",
        ),
    ),
    find=_rotation,
)
