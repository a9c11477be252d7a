"""When a generated password is made anew, when it stays, and when it goes back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_pwmgmt import generated
from pulumi_pwmgmt.errors import NotConfigured, Unsupported
from pulumi_pwmgmt.generated import Generated, Wanted
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import assert_no_canary
from tests.unit.stack import Properties, through_the_engine

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
RECIPE = Recipe(length=12)


def wanted(recipe: Recipe = RECIPE, generation: int = 1, **more: Any) -> Properties:  # noqa: ANN401 -- any input
    inputs, problems = generated.check(
        through_the_engine({"recipe": recipe.as_input(), "generation": generation, **more})
    )
    assert problems == []
    checked: Properties = through_the_engine(inputs)
    return checked


def stored(made: Generated) -> Generated:
    return Generated.parse(through_the_engine(made.properties()))


def made(days: int = 0, **inputs: Any) -> Generated:  # noqa: ANN401 -- any input
    """Return a value as the state has it, made so many days ago."""
    return stored(generated.create(NOW - timedelta(days=days), Wanted.parse(wanted(**inputs))))


def updated(before: Generated, inputs: Properties) -> Generated:
    assert generated.diff(NOW, before, inputs)
    after = stored(generated.update(NOW, before, Wanted.parse(inputs)))
    assert not generated.diff(NOW, after, inputs)
    return after


def test_it_meets_its_recipe_and_stays_while_nothing_changes() -> None:
    first = made(keepers={"host": "a", "port": 5}, rotate_after=30)
    assert RECIPE.allows(first.value.reveal())
    assert (first.reason, first.previous, first.previous_generation) == ("made", None, None)
    assert first.properties()["made_at"] == "2026-11-23T12:00:00Z"
    assert "previous" not in first.properties()
    assert not generated.diff(NOW, first, wanted(keepers={"port": 5, "host": "a"}, rotate_after=30))


def test_no_two_are_the_same_and_no_text_shows_one() -> None:
    one, other = made(), made()
    assert one.value != other.value
    assert one.value.reveal() not in repr(one)


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"generation": 2}, "rotated: generation 1 → 2, 40 days old"),
        ({"generation": 7}, "rotated: generation 1 → 7, 40 days old"),
        ({"keepers": {"host": "b"}}, "keepers changed, 40 days old"),
        ({"keepers": {}}, "keepers changed, 40 days old"),
        ({"keepers": {"host": "a"}, "rotate_after": 40}, "rotated after 40 days, 40 days old"),
        ({"keepers": {"host": "a"}, "recipe": Recipe(length=13)}, "the recipe changed, and the value does not meet it"),
    ],
)
def test_each_reason_makes_another_and_keeps_the_one_before(inputs: dict[str, Any], reason: str) -> None:
    first = made(40, keepers={"host": "a"})
    second = updated(first, wanted(**({"keepers": {"host": "a"}} | inputs)))
    assert second.reason == reason
    assert second.made_at == NOW
    assert second.value != first.value
    assert (second.previous, second.previous_generation) == (first.value, 1)


def test_exactly_one_before_is_kept() -> None:
    first = made()
    second = updated(first, wanted(generation=2))
    third = updated(second, wanted(generation=3))
    assert (third.previous, third.previous_generation) == (second.value, 2)
    assert first.value.reveal() not in str(third.properties())


@pytest.mark.parametrize(("days", "changes"), [(0, False), (29, False), (30, True), (31, True)])
def test_it_is_made_anew_so_many_days_after_it_was_made(days: int, changes: bool) -> None:  # noqa: FBT001 -- a column
    assert generated.diff(NOW, made(days), wanted(rotate_after=30)) is changes


def test_a_time_set_back_is_no_age() -> None:
    ahead = made(-10)
    assert not generated.diff(NOW, ahead, wanted(rotate_after=1))
    assert updated(ahead, wanted(generation=2)).reason == "rotated: generation 1 → 2, 0 days old"


def test_a_changed_recipe_that_the_value_meets_leaves_it() -> None:
    first = made(recipe=Recipe(length=12, lower=2, upper=2))
    assert not generated.diff(NOW, first, wanted(recipe=Recipe(length=12)))
    assert not generated.diff(NOW, first, wanted(recipe=Recipe(length=12, symbol_set="._-", without=("zzzzzz",))))


def test_without_a_reason_an_update_leaves_it_too() -> None:
    first = made(3)
    after = generated.update(NOW, first, Wanted.parse(wanted(recipe=Recipe(length=12, symbol_set="._-"))))
    assert (after.value, after.made_at, after.reason, after.previous) == (first.value, first.made_at, "made", None)


def test_going_back_brings_the_one_before_back() -> None:
    first = made()
    second = updated(first, wanted(generation=4))
    third = updated(second, wanted(generation=1))
    assert third.value == first.value
    assert (third.previous, third.previous_generation) == (second.value, 4)
    assert third.reason == "gone back to an earlier one: generation 4 → 1, 0 days old"


def test_going_on_to_the_generation_that_is_kept_brings_it_back_too() -> None:
    second = updated(made(), wanted(generation=2))
    first = updated(second, wanted(generation=1))
    again = updated(first, wanted(generation=2))
    assert again.value == second.value
    assert (again.previous, again.previous_generation) == (first.value, 1)
    assert again.reason == "rotated: generation 1 → 2, 0 days old"
    third = updated(first, wanted(generation=3))
    assert third.value.reveal() not in (first.value.reveal(), second.value.reveal())


def test_going_on_to_one_that_the_recipe_no_longer_allows_makes_another() -> None:
    longer = Recipe(length=20)
    first = updated(updated(made(), wanted(generation=2)), wanted(generation=1))
    second = updated(first, wanted(recipe=longer, generation=2))
    assert longer.allows(second.value.reveal())
    assert (second.previous, second.previous_generation) == (first.value, 1)


def test_going_back_further_is_refused_with_what_there_is() -> None:
    fourth = updated(updated(made(generation=2), wanted(generation=3)), wanted(generation=4))
    with pytest.raises(
        Unsupported,
        match="generation 2 of the generated password is not kept: there are generation 4"
        " and generation 3 — go on to a higher generation",
    ):
        generated.diff(NOW, fourth, wanted(generation=2))
    with pytest.raises(Unsupported, match="there are generation 5 and none of an earlier generation"):
        generated.diff(NOW, made(generation=5), wanted(generation=1))
    again = updated(made(generation=5), wanted(generation=5, keepers={"a": "b"}))
    with pytest.raises(Unsupported, match="there are generation 5 and none of an earlier generation"):
        generated.diff(NOW, again, wanted(generation=4))


def test_going_back_to_one_that_the_recipe_no_longer_allows_is_refused() -> None:
    longer = Recipe(length=20)
    second = updated(made(), wanted(recipe=longer, generation=2))
    with pytest.raises(Unsupported, match="generation 1 of the generated password does not meet the recipe of today"):
        generated.diff(NOW, second, wanted(recipe=longer, generation=1))


class NotKnownYet:
    """What the SDK makes of the engine's marker inside of a map."""


def test_keepers_that_are_not_known_yet_make_another() -> None:
    unknown = NotKnownYet()
    inputs = wanted() | {"keepers": {"host": unknown}}
    assert generated.check(inputs)[0]["keepers"] == {"host": unknown}
    assert generated.diff(NOW, made(keepers={"host": "a"}), inputs)


def test_nested_keepers_with_nothing_in_them_are_no_difference() -> None:
    keepers = {"a": {"b": [1, 2.5, True, None]}, "c": ""}
    assert not generated.diff(NOW, made(keepers=keepers), wanted(keepers=keepers))


def test_of_two_passwords_the_next_is_the_other_one() -> None:
    narrow = Recipe(length=1, lower=None, upper=None, symbols=None, digits=1, leave_out="01234567")
    for _ in range(20):
        first = made(recipe=narrow)
        second = updated(first, wanted(recipe=narrow, generation=2))
        assert {first.value.reveal(), second.value.reveal()} == {"8", "9"}


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"recipe": {"length": 3, "digits": 9}}, "Unsupported: the recipe: the recipe can't be met"),
        ({"recipe": {"lenght": 3}}, "the recipe: a recipe has no 'lenght' (did you mean length?)"),
        ({"recipe": "CANARY-x"}, "the recipe: a recipe is a map"),
        ({"keepers": "CANARY-x"}, 'keepers is no map — give it as {"name": value}'),
        ({"keepers": ["CANARY-x"]}, "keepers is no map"),
        ({"keepers": 5}, "keepers is no map"),
        ({"generation": 0}, "generation is no whole number from 1 to 2147483647"),
        ({"generation": 1.5}, "generation is no whole number from 1 to 2147483647"),
        ({"generation": "CANARY-x"}, "generation is no whole number from 1 to 2147483647"),
        ({"generation": True}, "generation is no whole number from 1 to 2147483647"),
        ({"generation": 2.0**31}, "generation is no whole number from 1 to 2147483647"),
        ({"rotate_after": -1}, "rotate_after is no whole number from 1 to 2147483647"),
        ({"rotate_after": float("nan")}, "rotate_after is no whole number from 1 to 2147483647"),
        ({"rotate_after": float("inf")}, "rotate_after is no whole number from 1 to 2147483647"),
        ({"rotate_after": 0.5}, "rotate_after is no whole number from 1 to 2147483647"),
    ],
)
def test_what_is_wrong_is_told_without_its_value(inputs: dict[str, Any], problem: str) -> None:
    _, problems = generated.check({"recipe": RECIPE.as_input(), "generation": 1} | inputs)
    (told,) = [one.line for one in problems]
    assert problem in told
    assert_no_canary(told, "a refusal")


def test_only_inputs_are_stored() -> None:
    nulls = dict.fromkeys(("value", "previous", "keepers", "rotate_after", "made_at"))
    assert set(generated.check(wanted() | nulls)[0]) == {"recipe", "generation"}


@pytest.mark.parametrize(
    "edited",
    [
        {"value": None},
        {"value": ["CANARY-x"]},
        {"made_at": "CANARY-when"},
        {"made_at": "2026-11-23T12:00:00"},
        {"generation": "CANARY-x"},
        {"previous": 5},
        {"keepers": "CANARY-x"},
        {"recipe": []},
    ],
)
def test_a_state_that_was_edited_by_hand_is_told_without_its_values(edited: dict[str, object]) -> None:
    with pytest.raises(NotConfigured, match="not as this provider wrote it — restore an earlier state") as refused:
        Generated.parse(made().properties() | edited)
    assert_no_canary(repr(refused.value), "a refusal")
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
