from __future__ import annotations

import itertools
import json
import math
import secrets
import shlex
import string
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.recipe import LONGEST, LOOK_ALIKES, Recipe
from pulumi_pwmgmt.systems import discover
from tests.unit.independent_derivation import Passwords, text_of
from tests.unit.uniformity import looks_uniform

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "symbols": string.punctuation,
}
CHARACTERS = "abABk12.!"
LETTERS_AND_DIGITS = string.ascii_letters + string.digits


def arguments_over(used: set[str], **others: Any) -> dict[str, Any]:  # noqa: ANN401 -- the arguments of a recipe
    symbols = "".join(sorted(used & set(".!")))
    return {"symbol_set": symbols, "leave_out": "".join(sorted(set(LETTERS_AND_DIGITS) - used)), **others}


@st.composite
def tiny(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments with so few passwords that all can be tried; many can't be met."""
    used = draw(st.sets(st.sampled_from(CHARACTERS), max_size=5))
    least = {name: draw(st.one_of(st.none(), st.integers(0, 2))) for name in CLASSES}
    return arguments_over(used, length=draw(st.integers(1, 4)), leading_digit=draw(st.booleans()), **least)


@st.composite
def small(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments with few passwords that can be met."""
    used = draw(st.sets(st.sampled_from(CHARACTERS), min_size=4, max_size=5).filter(lambda used: used - set("12")))
    least = {name: draw(st.integers(0, 1)) if used & set(all_of) else None for name, all_of in CLASSES.items()}
    needed = sum(count or 0 for count in least.values())
    length = draw(st.integers(max(3, needed), 4))
    return arguments_over(used, length=length, leading_digit=draw(st.booleans()), **least)


@st.composite
def large(draw: st.DrawFn) -> Recipe:
    return Recipe(
        length=draw(st.integers(12, LONGEST)),
        **{name: draw(st.one_of(st.none(), st.integers(0, 3))) for name in ("upper", "digits", "symbols")},
        symbol_set="".join(draw(st.sets(st.sampled_from("!#-._~"), min_size=1))),
        leave_out="".join(draw(st.sets(st.sampled_from(LOOK_ALIKES)))),
        leading_digit=draw(st.booleans()),
        without=tuple(draw(st.lists(st.sampled_from(["admin", "Root", "ci-bot", "x.y.z", "4711"]), max_size=3))),
    )


def meeting(arguments: dict[str, Any]) -> list[str]:
    """All passwords that meet small arguments, found by trying every text."""
    classes = {
        name: set(arguments["symbol_set"] if name == "symbols" else all_of) - set(arguments["leave_out"])
        for name, all_of in CLASSES.items()
        if arguments[name] is not None
    }
    tried = map("".join, itertools.product(sorted(set().union(*classes.values())), repeat=arguments["length"]))
    return [
        text
        for text in tried
        if all(sum(character in classes[name] for character in text) >= arguments[name] for name in classes)
        and (arguments["leading_digit"] or text[0] not in string.digits)
    ]


def recipe_or_none(arguments: dict[str, Any]) -> Recipe | None:
    try:
        return Recipe(**arguments)
    except ValueError:
        return None


# --- the list of passwords ---


@settings(max_examples=150, deadline=None)
@given(tiny())
def test_the_passwords_are_those_that_meet_it_in_order(arguments: dict[str, Any]) -> None:
    expected = meeting(arguments)
    recipe = recipe_or_none(arguments)

    assert (recipe is None) == (len(expected) < 2), "refused if and only if there is nothing to choose"
    if recipe:
        assert recipe.count == len(expected)
        assert [recipe.nth(index) for index in range(recipe.count)] == expected
        assert recipe.bits == math.log2(len(expected))


@settings(max_examples=60, deadline=None)
@given(small(), st.text(CHARACTERS + "zZ9#€", max_size=5))
def test_what_is_allowed_is_what_is_in_the_list(arguments: dict[str, Any], other: str) -> None:
    recipe, passwords = Recipe(**arguments), meeting(arguments)
    alphabet = "".join(map(recipe.characters, CLASSES))
    tried = map("".join, itertools.product(sorted(alphabet), repeat=recipe.length))

    assert list(filter(recipe.allows, tried)) == passwords
    assert recipe.allows(other) == (other in passwords)
    assert not any(recipe.allows(password + password[-1]) for password in passwords)


@settings(max_examples=75, deadline=None)
@given(small(), st.lists(st.text(CHARACTERS, min_size=2, max_size=4), min_size=1, max_size=2))
def test_without_forbids_its_parts_and_bits_are_no_more_than_is_left(
    arguments: dict[str, Any], parts: list[str]
) -> None:
    passwords = meeting(arguments)
    left = [text for text in passwords if not any(part.lower() in text.lower() for part in parts)]
    recipe = recipe_or_none({**arguments, "without": tuple(parts)})
    assume(recipe)
    assert recipe

    assert [text for text in passwords if recipe.allows(text)] == left
    assert len(left) >= len(passwords) / 2
    assert len(passwords) / 2 <= 2**recipe.bits * (1 + 1e-9)
    assert recipe.bits <= math.log2(len(left))
    assert recipe.count == len(passwords), "without regard to the parts"
    assert {recipe.chance_of(part) for part in parts} == {0.0}
    whole = recipe_or_none(arguments)
    assert whole
    for part in parts:
        found = sum(part.lower() in text.lower() for text in passwords)
        assert found <= whole.chance_of(part) * len(passwords) * (1 + 1e-9)
        assert whole.chance_of(part) <= 1


@settings(max_examples=60, deadline=None)
@given(large(), st.randoms(use_true_random=False))
def test_a_large_recipe_agrees_with_plain_recursion(recipe: Recipe, chosen: random.Random) -> None:
    other = Passwords(recipe.as_input())
    index = chosen.randrange(recipe.count - 1)
    password, following = recipe.nth(index), recipe.nth(index + 1)

    assert recipe.count == other.count()
    assert password == other.at(index).decode()
    assert password < following
    assert all(Recipe.parse({**recipe.as_input(), "without": []}).allows(text) for text in (password, following))


@settings(max_examples=30, deadline=None)
@given(large())
def test_a_random_one_meets_the_recipe(recipe: Recipe) -> None:
    assert recipe.allows(recipe.random().reveal())
    assert recipe.random() != recipe.random()


@pytest.mark.parametrize("least", [16, 20, 30, 32])
def test_much_of_each_class_in_a_long_password(least: int) -> None:
    recipe = Recipe(length=LONGEST, lower=least, upper=least, digits=least, symbols=least, leading_digit=False)
    at_random = [recipe.nth(secrets.randbelow(recipe.count)) for _ in range(5)]

    assert all(map(recipe.allows, [recipe.nth(0), *at_random, recipe.nth(recipe.count - 1)]))
    assert recipe.nth(0) == "." * least + (
        "0" * least + "A" * least + "a" * least if least == 32 else recipe.nth(0)[least:]
    )


@pytest.mark.parametrize("index", [-1, Recipe().count, Recipe().count + 1])
def test_there_is_no_password_outside_the_list(index: int) -> None:
    with pytest.raises(IndexError):
        Recipe().nth(index)


# --- chance ---

UNEVEN: dict[str, Any] = {
    "length": 3,
    "lower": 1,
    "upper": None,
    "digits": 1,
    "symbols": 0,
    "leave_out": "defghijklmnopqrstuvwxyz3456789",
}


def test_random_ones_are_uniform() -> None:
    recipe = Recipe(**UNEVEN)
    possible = [recipe.nth(index) for index in range(recipe.count)]
    assert looks_uniform((recipe.random().reveal() for _ in range(50 * len(possible))), possible)


def test_random_ones_come_from_all_over_a_long_list() -> None:
    recipe = Recipe(lower=0, upper=0, digits=0, symbols=0)
    alphabet = "".join(map(recipe.characters, CLASSES))
    drawn = [recipe.random().reveal() for _ in range(50 * len(alphabet))]

    for place in (0, 15, 31):
        assert looks_uniform((password[place] for password in drawn), alphabet)


def test_random_ones_without_a_part_are_uniform_too() -> None:
    recipe = Recipe(**UNEVEN, without=("a0", "b1"))
    possible = [text for text in map(recipe.nth, range(recipe.count)) if recipe.allows(text)]
    assert len(possible) < recipe.count
    assert looks_uniform((recipe.random().reveal() for _ in range(50 * len(possible))), possible)


def one_of_each_then_shuffled() -> str:
    """Draw the way that comes to mind first, which is not uniform."""
    characters = [secrets.choice("abc"), secrets.choice("012"), secrets.choice("abc012._")]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def remainders() -> str:
    recipe = Recipe(**UNEVEN)
    return recipe.nth(secrets.randbelow(400) % recipe.count)


@pytest.mark.parametrize("draw", [one_of_each_then_shuffled, remainders])
def test_a_bias_would_be_seen(draw: Callable[[], str]) -> None:
    recipe = Recipe(**UNEVEN)
    possible = [recipe.nth(index) for index in range(recipe.count)]
    assert not looks_uniform((draw() for _ in range(50 * len(possible))), possible)


# --- refusals ---


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"length": 0}, "length"),
        ({"length": 129}, "from 1 to 128"),
        ({"length": 32.0}, "length"),
        ({"length": True}, "length"),
        ({"length": "32"}, "length"),
        ({"lower": -1}, "lower"),
        ({"upper": True}, "upper"),
        ({"digits": 1.5}, "digits"),
        ({"symbols": "1"}, "symbols"),
        ({"symbol_set": 5}, "symbol_set"),
        ({"symbol_set": "!a"}, "symbol_set"),
        ({"symbol_set": "!1"}, "symbol_set"),
        ({"symbol_set": "! "}, "symbol_set"),
        ({"symbol_set": "!€"}, "symbol_set"),
        ({"symbol_set": "!\n"}, "symbol_set"),
        ({"symbol_set": "!!"}, "twice"),
        ({"symbol_set": ""}, "can't be met: it wants at least 1 symbol, and symbol_set and leave_out leave none"),
        ({"leave_out": None}, "leave_out"),
        ({"leave_out": "é"}, "leave_out"),
        (
            {"leave_out": string.digits, "digits": 2},
            "can't be met: it wants at least 2 digits, and leave_out leaves none",
        ),
        ({"leave_out": string.ascii_lowercase}, "can't be met: it wants at least 1 lower-case letter, and leave_out"),
        ({"leave_out": "\t"}, "leave_out"),
        ({"leading_digit": 1}, "leading_digit"),
        ({"without": "admin"}, "without"),
        ({"without": ("",)}, "without"),
        ({"without": ("müller",)}, "without"),
        ({"without": (5,)}, "without"),
        ({"without": ["admin"]}, "without"),
        ({"without": ("a",)}, "leave_out"),
        ({"without": tuple(string.ascii_lowercase)}, "less than half"),
        (
            {"length": 3},
            "1 lower-case letter, 1 upper-case letter, 1 digit and 1 symbol need a length of 4, and it is 3",
        ),
        ({"length": 7, "digits": 6, "upper": None}, "1 lower-case letter, 6 digits and 1 symbol need a length of 8"),
        (
            {"lower": None, "upper": None, "symbols": None, "leading_digit": False},
            "can't be met: leading_digit is False, and nothing but a digit could come first",
        ),
        (
            {"lower": None, "upper": None, "symbols": None, "length": 4, "digits": 4, "leading_digit": False},
            "can't be met",
        ),
        ({"lower": None, "upper": None, "digits": None, "symbols": None}, "can't be met"),
        ({"lower": None, "upper": None, "digits": None, "symbol_set": "!"}, "a single password"),
        (
            {"length": 1, "lower": None, "upper": None, "symbols": None, "leave_out": "01234567", "without": ("8",)},
            "a single",
        ),
    ],
)
def test_a_recipe_that_is_wrong_says_so_at_once_and_why(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Recipe(**arguments)


# --- the default, and systems ---


def test_the_default_needs_no_quoting() -> None:
    symbols = Recipe().characters("symbols")
    assert shlex.quote(symbols) == symbols == quote(symbols, safe="")
    assert not symbols.startswith("-")
    assert 191 < Recipe().bits < 192


def test_look_alikes_are_left_out() -> None:
    recipe = Recipe(leave_out=LOOK_ALIKES)
    assert not {"0", "O", "1", "l", "I"} & set("".join(map(recipe.characters, CLASSES)))
    assert len(recipe.characters("lower")) == 25


@pytest.mark.parametrize("name", discover())
def test_there_is_a_recipe_for_every_system(name: str) -> None:
    recipe = Recipe.for_system(name)
    assert recipe.allows(recipe.random().reveal())
    assert Recipe.for_system(name, length=20, digits=4) == Recipe(length=20, digits=4)


def test_every_system_takes_the_longest_of_its_recipes() -> None:
    for name, module in discover().items():
        longest = min(module.System.traits.longest_password, LONGEST)
        assert Recipe.for_system(name, length=longest).length == longest
        if longest < LONGEST:
            with pytest.raises(ValueError, match=f"{name} takes {longest} characters at most"):
                Recipe.for_system(name, length=longest + 1)


def test_symbols_that_are_not_in_the_manual_are_refused() -> None:
    allowed = "!@#%&.,$+/()=*;:_-"
    assert set(Recipe.for_system("onelogin").characters("symbols")) <= set(allowed)
    assert Recipe.for_system("onelogin", symbol_set=allowed).symbols == 1
    assert Recipe.for_system("onelogin", symbol_set="!<", leave_out="<").allows("Aa1!" * 8)
    with pytest.raises(ValueError, match=r"symbol_set: < \? is not among what onelogin takes"):
        Recipe.for_system("onelogin", symbol_set="!<?")


def test_a_system_that_is_unknown_is_named_with_those_that_are_known() -> None:
    with pytest.raises(
        ValueError, match=r"'onelogon' .did you mean onelogin..; there are etna, okta, okta_myaccount, onelogin"
    ):
        Recipe.for_system("onelogon")
    nothing: Any
    for nothing in (None, 5, []):
        with pytest.raises(ValueError, match="there is no system"):
            Recipe.for_system(nothing)


# --- its forms ---


@settings(max_examples=100, deadline=None)
@given(large())
def test_what_is_written_as_an_input_is_read_back(recipe: Recipe) -> None:
    written = recipe.as_input()
    as_the_engine_has_it = json.loads(json.dumps(written), parse_int=float)

    assert Recipe.parse(written) == recipe == Recipe.parse(as_the_engine_has_it)
    assert Recipe.parse(written).as_input() == written
    assert Recipe.parse(as_the_engine_has_it).as_input() == written
    assert None not in written.values(), "it may not get through the engine"


@settings(max_examples=200, deadline=None)
@given(small(), small())
def test_recipes_are_equal_if_and_only_if_they_are_written_alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = Recipe(**one), Recipe(**other)
    alike = first.canonical == second.canonical
    assert (first == second) == alike == (first.as_input() == second.as_input())
    assert (hash(first) == hash(second)) == alike


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"symbol_set": "!?"}, {"symbol_set": "?!"}),
        ({"symbol_set": "!?", "leave_out": "?"}, {"symbol_set": "!"}),
        ({"leave_out": "lO"}, {"leave_out": "OlOl"}),
        ({"leave_out": "~|"}, {}),
        ({"symbols": None}, {"symbols": None, "symbol_set": "!"}),
        ({"symbols": None}, {"symbols": 0, "symbol_set": ""}),
        ({"digits": None, "leave_out": "0"}, {"digits": 0, "leave_out": string.digits}),
        ({"without": ("Root", "admin")}, {"without": ("ADMIN", "root", "Admin")}),
    ],
)
def test_recipes_that_mean_the_same_are_equal(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = Recipe(**one), Recipe(**other)
    assert first == second
    assert hash(first) == hash(second)
    assert first.as_input() == second.as_input()


def test_a_recipe_is_no_text() -> None:
    assert Recipe() != Recipe().canonical


@settings(max_examples=100, deadline=None)
@given(large())
def test_the_canonical_text_is_that_of_the_published_format(recipe: Recipe) -> None:
    assert recipe.canonical.encode() == text_of(recipe.as_input())


def test_what_is_missing_in_an_input_has_its_default() -> None:
    assert Recipe.parse({}) == Recipe()
    assert Recipe.parse({"length": 24.0, "symbols": None}) == Recipe(length=24, symbols=None)
    assert Recipe.parse({"without": ["admin"]}) == Recipe(without=("admin",))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"lenght": 24}, "a recipe has no 'lenght' .did you mean length."),
        ({1: 24}, "a recipe has no 1"),
        ({"length": 24.5}, "length"),
        ({"length": "none"}, "length"),
        ({"length": float("nan")}, "length"),
        ({"lower": "some"}, "lower"),
        ({"without": "admin"}, "without"),
        ("length 24", "a recipe is a map"),
        (None, "a recipe is a map"),
    ],
)
def test_an_input_that_is_no_recipe_is_refused(value: Any, told: str) -> None:  # noqa: ANN401 -- whatever an input may be
    with pytest.raises(ValueError, match=told):
        Recipe.parse(value)
