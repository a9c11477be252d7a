"""Every rule of a policy, against passwords and against recipes; what each reads like, and what it must not tell."""

from __future__ import annotations

import dataclasses
import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.demands import of_composition, unmet, unmet_by_recipe, username_parts
from pulumi_pwmgmt.model import PasswordPolicy, Secret
from pulumi_pwmgmt.recipe import Recipe

LOGIN = "isaac.brock@example.com"
FOUR = "lower case, upper case, digits and symbols"
ONELOGIN = "!@#€%&.,$+§/()=*;:_-"
BROKEN: dict[
    str, tuple[PasswordPolicy, str, str, str]
] = {  # the rule's words, a password that breaks it, one that doesn't
    "min_length": (PasswordPolicy(min_length=12), "at least 12 characters", "CANARY-long", "CANARY-longer"),
    "max_length": (PasswordPolicy(max_length=12), "at most 12 characters", "CANARY-longer", "CANARY-long1"),
    "min_letters": (PasswordPolicy(min_letters=7), "at least 7 letters", "CANARY-1", "CANARY-é"),
    "min_lower": (PasswordPolicy(min_lower=2), "at least 2 lower-case letters", "CANARY-a", "CANARY-aß"),
    "min_upper": (PasswordPolicy(min_upper=7), "at least 7 upper-case letters", "CANARY-a", "CANARY-Ä"),
    "min_digits": (PasswordPolicy(min_digits=1), "at least 1 digit", "CANARY-one", "CANARY-1"),
    "min_symbols": (PasswordPolicy(min_symbols=2), "at least 2 symbols", "CANARY-1", "CANARY-~"),
    "symbols": (PasswordPolicy(min_symbols=2, symbols=ONELOGIN), "at least 2 symbols", "CANARY-~", "CANARY-€"),
    "min_classes": (PasswordPolicy(min_classes=3), f"3 of {FOUR}", "CANARY-", "CANARY-1"),
    "excludes_username": (
        PasswordPolicy(excludes_username=True),
        "no part of the user name",
        "CANARY-BrocK",
        "CANARY-b",
    ),
    "excludes_common": (
        PasswordPolicy(excludes_common=True),
        "no commonly used password",
        "PassWord",
        "CANARY-password",
    ),
}
# what takes more than the password's text to judge
LEFT_TO_THE_SERVER = {"excluded_attributes", "remembered", "min_age_minutes", "max_age_days", "description"}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_that_is_broken_is_named(rule: str) -> None:
    policy, words, broken, kept = BROKEN[rule]
    assert unmet(policy, Secret(broken), LOGIN) == (words,)
    assert unmet(policy, Secret(kept), LOGIN) == ()


def test_rules_of_composition_are_those_about_kinds_of_characters() -> None:
    others = {"min_length", "max_length", "excludes_username", "excludes_common"}
    for rule, (policy, _, bad, _) in BROKEN.items():
        assert of_composition(unmet(policy, Secret(bad), LOGIN)) is (rule not in others)
    assert not of_composition(["no part of the user name: say without=('digit', 'symbol')"])


def test_there_is_no_other_rule() -> None:
    assert {field.name for field in dataclasses.fields(PasswordPolicy)} == set(BROKEN) | LEFT_TO_THE_SERVER


def test_what_only_the_server_can_judge_is_left_to_it() -> None:
    policy = PasswordPolicy(excluded_attributes=("firstName",), remembered=9, min_age_minutes=9, max_age_days=9)
    assert unmet(policy, Secret("CANARY-Isaac"), LOGIN) == ()
    assert unmet_by_recipe(policy, Recipe(), LOGIN) == ()


def test_all_rules_that_are_broken_are_named_and_nothing_of_the_password() -> None:
    policy = PasswordPolicy(min_length=40, max_length=2, min_digits=3, min_symbols=5, excludes_username=True)
    rules = unmet(policy, Secret("CANARY-brock"), LOGIN)
    assert rules == (
        "at least 40 characters",
        "at most 2 characters",
        "at least 3 digits",
        "at least 5 symbols",
        "no part of the user name",
    )


@pytest.mark.parametrize(
    ("login", "parts"),
    [
        (LOGIN, ("isaac", "brock", "example")),
        ("Isaac_Brock#jr,esq-phd", ("isaac", "brock")),
        ("bot@mail.example.info", ("mail", "example")),  # the parent domain may be as long as it likes
        ("ci-bot@localhost", ("localhost",)),
        ("bob", ()),
        ("00ub0oNGTSWTBKOLGLNR", ("00ub0ongtswtbkolglnr",)),
        ("brock.brock", ("brock",)),
        ("", ()),
    ],
)
def test_a_login_has_parts_of_four_characters_and_more(login: str, parts: tuple[str, ...]) -> None:
    assert username_parts(login) == parts


RECIPES: dict[str, tuple[PasswordPolicy, Recipe, str]] = {
    "min_length": (PasswordPolicy(min_length=40), Recipe(), "at least 40 characters: say length=40"),
    "max_length": (PasswordPolicy(max_length=12), Recipe(), "at most 12 characters: say length=12"),
    "min_letters": (
        PasswordPolicy(min_letters=2),
        Recipe(upper=None),
        "at least 2 letters: say lower=2 or upper=2",
    ),
    "min_lower": (PasswordPolicy(min_lower=2), Recipe(), "at least 2 lower-case letters: say lower=2"),
    "min_upper": (PasswordPolicy(min_upper=1), Recipe(upper=0), "at least 1 upper-case letter: say upper=1"),
    "min_digits": (PasswordPolicy(min_digits=1), Recipe(digits=None), "at least 1 digit: say digits=1"),
    "min_symbols": (PasswordPolicy(min_symbols=1), Recipe(symbols=None), "at least 1 symbol: say symbols=1"),
    "symbols": (
        PasswordPolicy(min_symbols=1, symbols="!-"),
        Recipe(symbol_set="!~"),
        "at least 1 symbol: say symbols=1 and a symbol_set of !- only",
    ),
    "min_classes": (
        PasswordPolicy(min_classes=4),
        Recipe(symbols=None, digits=0),
        f"4 of {FOUR}: say at least 1 for 2 of digits, symbols",
    ),
    "excludes_username": (
        PasswordPolicy(excludes_username=True),
        Recipe(lower=None, upper=None, symbols=None),
        "no part of the user name: say without=('1234',)",
    ),
    "excludes_common": (
        PasswordPolicy(excludes_common=True),
        Recipe(length=6, lower=None, upper=None, symbols=None),
        "no commonly used password: say a greater length",
    ),
}


@pytest.mark.parametrize("rule", RECIPES)
def test_a_rule_that_some_password_of_a_recipe_breaks_is_named_with_the_change(rule: str) -> None:
    policy, recipe, words = RECIPES[rule]
    assert unmet_by_recipe(policy, recipe, "bot-1234") == (words,)


def test_recipes_are_held_against_every_rule() -> None:
    assert set(RECIPES) == set(BROKEN)


def test_a_recipe_that_leaves_a_part_out_keeps_the_rule() -> None:
    policy = PasswordPolicy(excludes_username=True)
    numbers: dict[str, Any] = {"lower": None, "upper": None, "symbols": None}
    assert unmet_by_recipe(policy, Recipe(**numbers, without=("1234",)), "bot-1234") == ()
    assert unmet_by_recipe(policy, Recipe(**numbers, without=("23",)), "bot-1234") == ()
    assert unmet_by_recipe(policy, Recipe(**numbers), "bot-bots") == ()  # it has no letters


def test_what_a_long_recipe_breaks_by_mere_chance_is_not_held_against_it() -> None:
    strict = PasswordPolicy(excludes_username=True, excludes_common=True)
    assert unmet_by_recipe(strict, Recipe(), LOGIN) == ()
    assert unmet_by_recipe(strict, Recipe(), "bot-0004@example.com") == ()


LIMITS = st.integers(0, 3)
POLICIES = st.builds(
    PasswordPolicy,
    min_length=st.integers(0, 8),
    max_length=st.sampled_from([0, 5, 8]),
    min_letters=LIMITS,
    min_lower=LIMITS,
    min_upper=LIMITS,
    min_digits=LIMITS,
    min_symbols=LIMITS,
    min_classes=st.integers(0, 4),
    symbols=st.sampled_from(["", "!-", "!-._~"]),
)
LEAST = st.none() | st.integers(0, 2)


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Return a recipe that can be met."""
    arguments: dict[str, Any] = {name: draw(LEAST) for name in ("lower", "upper", "digits", "symbols")}
    arguments |= {"length": draw(st.integers(3, 8)), "leading_digit": draw(st.booleans())}
    arguments["symbol_set"] = draw(st.sampled_from(["!-", "~", "._~"]))
    try:
        return Recipe(**arguments)
    except ValueError:
        return Recipe(length=arguments["length"] + 1)


def worst(recipe: Recipe) -> list[str]:
    """Return passwords of the recipe among which each rule it may break is broken: as much as may be of one class."""
    classes = [recipe.characters(name) for name in ("lower", "upper", "digits", "symbols")]
    least = [getattr(recipe, name) or 0 for name in ("lower", "upper", "digits", "symbols")]
    left = recipe.length - sum(least)
    needed = "".join(members[-1] * count for members, count in zip(classes, least, strict=True) if members)
    filled = [needed + end * left for members in classes for end in (members[:1], members[-1:]) if end]
    turned = [text[at:] + text[:at] for text in filled for at in range(len(text))]
    first = [text for text in turned if recipe.allows(text)]
    if not recipe.leading_digit and recipe.digits is not None:  # all digits but the first
        openers = [character for members in (classes[0], classes[1], classes[3]) for character in members]
        rest = recipe.length - 1
        first += [text for text in (opener + "7" * rest for opener in openers) if recipe.allows(text)]
        first += [
            text
            for opener in openers
            for text in [opener + (needed.replace(opener, "", 1) + "7" * rest)[:rest]]
            if recipe.allows(text)
        ]
    return first


@settings(max_examples=150, deadline=None)
@given(POLICIES, recipes())
def test_a_recipe_is_refused_where_and_only_where_some_password_of_it_would_be(
    policy: PasswordPolicy, recipe: Recipe
) -> None:
    broken = {rule for text in worst(recipe) for rule in unmet(policy, Secret(text), LOGIN)}
    assert {rule.partition(": say")[0] for rule in unmet_by_recipe(policy, recipe, LOGIN)} == broken


@settings(max_examples=100, deadline=None)
@given(POLICIES, recipes(), st.data())
def test_no_password_of_a_recipe_that_keeps_the_rules_breaks_one(
    policy: PasswordPolicy, recipe: Recipe, data: st.DataObject
) -> None:
    text = recipe.nth(data.draw(st.integers(0, recipe.count - 1)))
    named = {rule.partition(": say")[0] for rule in unmet_by_recipe(policy, recipe, LOGIN)}
    assert set(unmet(policy, Secret(text), LOGIN)) <= named


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=string.printable, min_size=5, max_size=40))
def test_no_rule_tells_anything_of_the_password(text: str) -> None:
    policy = PasswordPolicy(
        min_length=50,
        max_length=1,
        min_letters=50,
        min_lower=50,
        min_upper=50,
        min_digits=50,
        min_symbols=50,
        min_classes=5,
        excludes_username=True,
        excludes_common=True,
    )
    known = set(unmet(policy, Secret("CANARY-brock"), LOGIN)) | {"no commonly used password"}
    assert set(unmet(policy, Secret(text), LOGIN)) <= known
