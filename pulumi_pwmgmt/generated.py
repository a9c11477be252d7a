"""The life of a generated password: made once, kept while it serves, replaced with one previous value in hand.

It lies in the state before an account is touched: the engine's own checkpoint is the log written ahead of the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_pwmgmt.counting import MOST, is_counting, whole
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, Unsupported
from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.record import RESTORE, Kept, Moment
from pulumi_pwmgmt.rotation import aged, rotated

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Self

    from pulumi_pwmgmt.model import Secret

Properties = dict[str, Any]

_BROKEN = "the state of this generated password is not as this provider wrote it"


class Wanted(BaseModel):
    """The inputs. ``rotate_after`` is in days; ``keepers`` are whatever the program says."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    recipe: dict[str, Any]
    generation: int
    keepers: dict[str, Any] = {}
    rotate_after: int | None = None

    @classmethod
    def parse(cls, properties: Properties) -> Self:
        """Read the properties that the engine hands over.

        Raises:
            NotConfigured: they are not what this provider wrote, as after editing the state by hand.

        """
        try:
            return cls.model_validate(properties)
        except ValidationError:
            pass  # told below, outside of an error that holds the properties
        raise NotConfigured(_BROKEN, to_do=RESTORE)


class Generated(Wanted):
    """The outputs: what was wanted when the value was made, the value, and the one before it with its generation."""

    value: Kept
    made_at: Moment
    reason: str
    previous: Kept | None = None
    previous_generation: int | None = None

    def properties(self) -> Properties:
        """Return the plain properties for the engine."""
        return self.model_dump(mode="json", exclude_none=True)


def check(news: Properties) -> tuple[Properties, list[CredentialError]]:
    """Judge what a program wants; return the inputs to store, with what is wrong with them."""
    problems: list[CredentialError] = []
    inputs = {name: news[name] for name in Wanted.model_fields if news.get(name) is not None}
    try:
        inputs["recipe"] = Recipe.parse(inputs.get("recipe", {})).as_input()
    except ValueError as error:
        problems.append(Unsupported(f"the recipe: {error}", to_do="correct it"))
    if inputs.get("keepers") is not UNKNOWN and not isinstance(inputs.get("keepers", {}), dict):
        problems.append(Unsupported("keepers is no map", to_do='give it as {"name": value}'))
    problems += [
        Unsupported(f"{name} is no whole number from 1 to {MOST}", to_do="correct it")
        for name in ("rotate_after", "generation")
        if name in inputs and not is_counting(whole(inputs[name]))
    ]
    return inputs, problems


def diff(now: datetime, made: Generated, wanted: Properties) -> bool:
    """Whether a new value is to be made. A changed recipe that the present value meets is none of the reasons.

    Raises:
        Unsupported: the program goes back to a generation whose value is no longer kept, or doesn't meet the recipe.

    """
    if _goes_back(made, wanted):
        _refuse_lost(made, wanted)
    return _reason(now, made, wanted) is not None


def _refuse_lost(made: Generated, wanted: Properties) -> None:
    generation = f"generation {wanted['generation']:g} of the generated password"
    problem = None
    if wanted["generation"] != made.previous_generation or made.previous is None:
        others = made.previous_generation not in (None, made.generation)
        kept = f"generation {made.previous_generation}" if others else "none of an earlier generation"
        problem = f"{generation} is not kept: there are generation {made.generation} and {kept}"
    elif not Recipe.parse(wanted["recipe"]).allows(made.previous.reveal()):
        problem = f"{generation} does not meet the recipe of today"
    if problem:
        raise Unsupported(problem, to_do="go on to a higher generation")


def create(now: datetime, wanted: Wanted) -> Generated:
    """Make the first value."""
    value = Recipe.parse(wanted.recipe).random()
    return Generated(**wanted.model_dump(), value=value, made_at=now, reason="made")


def update(now: datetime, made: Generated, wanted: Wanted) -> Generated:
    """Make the next value, or take the previous one if its generation is wanted; exactly one is kept beside it.

    Without a reason for another one the value stays.
    """
    declared = wanted.model_dump()
    reason = _reason(now, made, declared)
    if reason is None:
        return made.model_copy(update=declared)
    value = _previous(made, declared) or _other_than(made.value, Recipe.parse(wanted.recipe))
    return Generated(
        **declared,
        value=value,
        made_at=now,
        reason=reason,
        previous=made.value,
        previous_generation=made.generation,
    )


def _previous(made: Generated, wanted: Properties) -> Secret | None:
    """Return the previous value where its generation is wanted again and the recipe of today allows it."""
    is_wanted = made.generation != wanted["generation"] == made.previous_generation
    if made.previous is None or not is_wanted:
        return None
    return made.previous if Recipe.parse(wanted["recipe"]).allows(made.previous.reveal()) else None


def _other_than(present: Secret, recipe: Recipe) -> Secret:
    """Draw until it is another one: every recipe has two at least."""
    value = recipe.random()
    while value == present:
        value = recipe.random()
    return value


def _goes_back(made: Generated, wanted: Properties) -> bool:
    return bool(wanted["generation"] < made.generation)


def _reason(now: datetime, made: Generated, wanted: Properties) -> str | None:
    age = max((now - made.made_at).days, 0)
    if wanted["generation"] != made.generation:
        return rotated(made.generation, int(wanted["generation"]), age)
    if wanted.get("keepers", {}) != made.keepers:
        return f"keepers changed{aged(age)}"
    rotate_after = wanted.get("rotate_after")
    if rotate_after is not None and age >= rotate_after:
        return f"rotated after {rotate_after:g} days{aged(age)}"
    if not Recipe.parse(wanted["recipe"]).allows(made.value.reveal()):
        return "the recipe changed, and the value does not meet it"
    return None
