from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.derivation import FORMAT, SHORTEST_MASTER, derive
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import LONGEST, LOOK_ALIKES, Recipe
from tests.unit import independent_derivation as independent
from tests.unit.uniformity import looks_uniform

PAGE = (Path(__file__).parents[2] / "docs" / "derived-passwords.md").read_text(encoding="utf-8")
[VECTORS] = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
TEXTS = re.findall(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
MASTER = "CANARY-master-for-these-tests-Yx3vQ0bM"
PLACE: dict[str, Any] = {"tenant": "https://example.okta.com", "principal": "ci-bot", "generation": 1}
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECIPES = st.builds(
    Recipe,
    length=st.integers(8, 40),
    lower=st.sampled_from([0, 1, 2]),
    upper=st.sampled_from([None, 0, 1]),
    digits=st.sampled_from([None, 0, 3]),
    symbol_set=st.sampled_from(["._", "!", "!#$%&*+-=?@~"]),
    leave_out=st.sampled_from(["", LOOK_ALIKES]),
    leading_digit=st.booleans(),
    without=st.sampled_from([(), ("admin",), ("x-y", "ROOT")]),
)


def derived(master: str = MASTER, recipe: Recipe | None = None, **place: Any) -> str:  # noqa: ANN401 -- of three types
    return derive(Secret(master), recipe=recipe or Recipe(), **(PLACE | place)).reveal()


# --- the published format ---


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_the_published_vectors_come_out(vector: dict[str, Any]) -> None:
    place = {name: vector[name] for name in ("tenant", "principal", "generation")}

    assert derived(vector["master"], Recipe.parse(vector["recipe"]), **place) == vector["password"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_a_second_reading_of_the_page_comes_to_the_same(vector: dict[str, Any]) -> None:
    given = {name: vector[name] for name in ("master", "tenant", "principal", "generation", "recipe")}

    assert independent.derived(**given) == (vector["attempt"], vector["password"])


def test_the_vectors_show_what_matters() -> None:
    recipes = [vector["recipe"] for vector in VECTORS]
    for name, least in {"master": 3, "tenant": 4, "principal": 4, "generation": 4, "attempt": 3}.items():
        assert len({vector[name] for vector in VECTORS}) >= least, name
    assert {LONGEST, 72, 6} <= {recipe["length"] for recipe in recipes}
    assert any(recipe["without"] for recipe in recipes)
    assert any(not recipe["leading_digit"] for recipe in recipes)
    assert any(recipe["leave_out"] for recipe in recipes)
    assert any("none" in recipe.values() for recipe in recipes)
    assert all(Recipe.parse(recipe).as_input() == recipe for recipe in recipes), "as the state has them"
    assert not all(vector["principal"].isascii() and vector["master"].isascii() for vector in VECTORS)
    assert len({vector["password"] for vector in VECTORS}) == len(VECTORS) >= 12


def test_the_example_of_the_page_is_right_step_by_step() -> None:
    example = VECTORS[0]
    tenant, principal, generation, recipe = (example[name] for name in ("tenant", "principal", "generation", "recipe"))
    text, shown_info = TEXTS
    passwords = independent.Passwords(recipe)
    info = [independent.information(tenant, principal, generation, recipe, attempt) for attempt in range(3)]
    outputs = [independent.hkdf_sha256(example["master"].encode(), one, 24) for one in info]
    numbers = [int.from_bytes(output, "big") for output in outputs]
    key = independent.hmac_sha256(bytes(32), example["master"].encode())

    assert Recipe().canonical == text == independent.text_of(recipe).decode()
    assert shown_info.replace("\n", "") == info[0].hex()
    assert f"| *N* | `{Recipe().count}` |" in PAGE
    assert f"| *b*, *L* | {passwords.count().bit_length()}, {len(outputs[0])} |" in PAGE
    assert f"pseudorandom key | `{key.hex()}` |" in PAGE
    for attempt in range(2):
        shown = f"| {attempt} | `{outputs[attempt].hex()}` | `{numbers[attempt]}` | not below *N* |"
        assert shown in PAGE
        assert numbers[attempt] >= passwords.count()
    assert f"| 2 | `{outputs[2].hex()}` | `{numbers[2]}` | `{example['password']}` |" in PAGE
    assert passwords.at(numbers[2]).decode() == example["password"]


@settings(max_examples=50, deadline=None)
@given(WORDS, WORDS, WORDS, st.integers(1, 10**20), RECIPES)
def test_both_readings_agree_on_whatever_is_derived(
    ending: str, tenant: str, principal: str, generation: int, recipe: Recipe
) -> None:
    place: dict[str, Any] = {"tenant": tenant, "principal": principal, "generation": generation}
    _, expected = independent.derived(MASTER + ending, **place, recipe=recipe.as_input())

    assert derived(MASTER + ending, recipe, **place) == expected
    assert recipe.allows(expected)


def test_the_second_reading_needs_nothing_but_python() -> None:
    program = f"import runpy; print(runpy.run_path({independent.__file__!r})['hkdf_sha256'](b'', b'', 3).hex())"
    alone = [sys.executable, "-I", "-S", "-c", program]  # without what is installed, and without this checkout
    ended = subprocess.run(alone, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.stdout.strip(), ended.stderr) == (independent.hkdf_sha256(b"", b"", 3).hex(), "")


def test_the_hkdf_by_hand_is_that_of_rfc_5869() -> None:
    # test case 3 of its appendix A: SHA-256 with neither salt nor info
    output = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert independent.hkdf_sha256(b"\x0b" * 22, b"", 42).hex() == output


def test_the_format_has_a_number() -> None:
    assert PAGE.startswith(f"# Derived passwords, format {FORMAT}\n")
    assert f"`pulumi-pwmgmt derived password, format {FORMAT}`" in PAGE


# --- one password for one place ---


@pytest.mark.parametrize(
    "changed",
    [
        {"master": MASTER.swapcase()},
        {"master": MASTER + " "},
        {"tenant": "https://example.okta.com:444"},
        {"tenant": ""},
        {"principal": "CI-bot"},
        {"principal": "ci-bot "},
        {"generation": 2},
        {"generation": 11},
        {"recipe": Recipe(lower=2)},
        {"recipe": Recipe(symbol_set=".-")},
        {"recipe": Recipe(leading_digit=False)},
        {"recipe": Recipe(without=("admin",))},
    ],
)
def test_whatever_changes_gives_another_password(changed: dict[str, Any]) -> None:
    assert derived(**changed) == derived(**changed)
    assert derived(**changed) != derived()


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS, WORDS, WORDS, st.integers(1, 120), st.integers(1, 120))
def test_no_two_places_share_a_password(a: str, b: str, c: str, d: str, one: int, other: int) -> None:
    places = {(a + b, c, one), (a, b + c, one), (a, b, one), (c, d, one), (a, b, other), (f"{a}{one}", b, other)}
    passwords = {derived(tenant=tenant, principal=who, generation=number) for tenant, who, number in places}

    assert len(passwords) == len(places)


def test_no_field_can_pass_for_two() -> None:
    """Not even one that contains the length which stands before the next."""
    length = "\0\0\0\1"
    assert derived(tenant=f"a{length}b", principal="c") != derived(tenant="a", principal=f"b{length}c")


def test_equal_recipes_give_the_same_password() -> None:
    one = Recipe(symbol_set="!?*", leave_out="?", without=("Root", "admin"))
    other = Recipe(symbol_set="*!", without=("ADMIN", "root"))

    assert derived(recipe=one) == derived(recipe=other)


def test_two_masters_serve_side_by_side() -> None:
    by_generation = [derived(master, generation=n) for master in (MASTER, MASTER + "-next") for n in (1, 2)]
    assert len(set(by_generation)) == 4


# --- to the recipe, without bias ---


@settings(max_examples=100, deadline=None)
@given(RECIPES, st.integers(1, 10**6))
def test_what_is_derived_meets_the_recipe(recipe: Recipe, generation: int) -> None:
    assert recipe.allows(derived(recipe=recipe, generation=generation))


FEW: dict[str, Any] = {"length": 3, "upper": None, "symbols": None, "leave_out": "defghijklmnopqrstuvwxyz3456789"}


@pytest.mark.parametrize("without", [(), ("ab", "0b")])
def test_derived_ones_are_uniform(without: tuple[str, ...]) -> None:
    recipe = Recipe(**FEW, without=without)
    possible = [text for text in map(recipe.nth, range(recipe.count)) if recipe.allows(text)]
    drawn = (derived(recipe=recipe, generation=number) for number in range(1, 30 * len(possible)))

    assert looks_uniform(drawn, possible), "the same draws each time: this can't come and go"


def test_the_longest_comes_out_too() -> None:
    every = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    recipe = Recipe(length=LONGEST, symbol_set=every)

    assert recipe.allows(derived(recipe=recipe))
    assert recipe.count.bit_length() <= 8 * 105, "the page says that HKDF gives 105 bytes at most"


# --- refusals ---


@pytest.mark.parametrize(
    "master",
    ["", "CANARY-short", "CANARY-" + "x" * (SHORTEST_MASTER - 8), "CANARY-half-of-a-pair-\udc80-" + "x" * 40],
    ids=["empty", "short", "one byte short", "not UTF-8"],
)
def test_a_master_that_is_too_short_is_refused_with_the_way_to_a_good_one(master: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        derived(master)
    error = refused.value

    assert "fewer than 32 bytes" in str(error)
    assert "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'" in str(error)
    assert "CANARY" not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_master_is_measured_in_bytes() -> None:
    assert derived("CANARY-" + "x" * 25)
    assert derived("CANARY-" + "ü" * 13)


@pytest.mark.parametrize("generation", [0, -1, True, 1.0, "1", None])
def test_a_generation_is_a_whole_number_from_1(generation: Any) -> None:  # noqa: ANN401 -- whatever it may be
    with pytest.raises(ValueError, match="generation"):
        derived(generation=generation)
