"""What a reviewer is told of a password."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.facts import age, carried, dated, of_derived, of_recipe, of_value, server, tag
from pulumi_pwmgmt.model import PasswordPolicy, Secret
from pulumi_pwmgmt.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
NAMES = ("ci-bot@example.com", "okta-main")
KEY = Secret("CANARY-" + "k" * 25)
PLAIN = (str, int, float, bool)


def facts_of(text: str) -> dict[str, Any]:
    return of_value(Secret(text), "supplied", names=NAMES)


def through_the_engine(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Make each number a float, as a protobuf Struct does."""

    def number(value: object) -> object:
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    return {name: number(value) for name, value in facts.items()}


def test_a_supplied_password_is_counted_and_estimated() -> None:
    facts = facts_of("CANARY-g7!Qx 2vW#")
    assert facts["strength_bits"] > 40
    assert facts | {"strength_bits": 0} == {
        "format": 1,
        "source": "supplied",
        "length": 17,
        "lower": 3,
        "upper": 8,
        "digits": 2,
        "symbols": 4,
        "classes": 4,
        "strength_bits": 0,
        "strength": "estimated",
        "common": False,
    }


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("Ünïcödé", (1, 6, 0, 0)),
        ("密码", (0, 0, 0, 0)),
        ("e\u0301", (0, 1, 0, 0)),  # an accent on its own is no symbol
        ("€ 😀", (0, 0, 0, 3)),
        ("Ⅷ²", (0, 0, 0, 0)),  # numbers that no system's digit rule means
    ],
)
def test_characters_of_other_scripts(text: str, counts: tuple[int, ...]) -> None:
    facts = facts_of(text)
    assert tuple(facts[name] for name in ("upper", "lower", "digits", "symbols")) == counts
    assert facts["length"] == len(text)
    assert facts["classes"] == sum(count > 0 for count in counts)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_facts_are_plain_and_hold_nothing_of_the_password(ending: str) -> None:
    secret = Secret(f"CANARY-{ending}")
    facts = dated(of_value(secret, "reference", names=NAMES), NOW, None) | tag(secret, KEY)
    assert all(type(value) in PLAIN for value in facts.values())
    assert "CANARY" not in json.dumps(facts)
    texts = {name for name, value in facts.items() if isinstance(value, str)}
    assert texts == {"source", "strength", "since", "reuse_tag"}
    assert len(json.dumps(facts)) < 400


def test_a_generated_password_is_known_by_its_recipe() -> None:
    recipe = Recipe(length=20, lower=2, upper=3, digits=None, symbols=0)
    assert of_recipe(recipe, generation=3) == {
        "format": 1,
        "source": "generated",
        "generation": 3,
        "length": 20,
        "lower": 2,
        "upper": 3,
        "digits": 0,
        "symbols": 0,
        "classes": 2,
        "strength_bits": math.floor(recipe.bits * 10) / 10,
        "strength": "exact",
        "common": False,
    }
    assert "generation" not in of_recipe(recipe)


def test_a_generation_that_comes_as_a_float_is_a_whole_number() -> None:
    generation: Any = 3.0
    assert type(of_recipe(Recipe(), generation=generation)["generation"]) is int


def test_a_derived_password_has_its_own_counts_and_the_strength_of_its_recipe() -> None:
    recipe = Recipe(length=16)
    facts = of_derived(Secret("CANARYcanary.123"), recipe, generation=7)
    assert facts["strength_bits"] == of_recipe(recipe)["strength_bits"]
    assert facts["strength"] == "exact"
    assert (facts["source"], facts["generation"]) == ("derived", 7)
    assert [facts[name] for name in ("length", "lower", "upper", "digits", "symbols")] == [16, 6, 6, 3, 1]


def test_strength_is_never_rounded_up() -> None:
    recipe = Recipe(length=19)
    assert 0 <= recipe.bits - of_recipe(recipe)["strength_bits"] < 0.1


# --- carried over ---


def test_an_estimate_is_made_once() -> None:
    before = through_the_engine(facts_of("CANARY-one") | {"strength_bits": 12.3, "breached": True, "length": 77})
    again = of_value(Secret("CANARY-one"), "reference", names=NAMES, before=before)
    assert again == facts_of("CANARY-one") | {
        "source": "reference",
        "strength_bits": 12.3,
        "breached": True,
        "length": 77,
    }
    assert type(again["length"]) is int


@pytest.mark.parametrize(
    "before",
    [None, {}, {"format": 2, "strength": "estimated", "length": 77}, of_recipe(Recipe(length=77)), {"format": "x"}],
)
def test_facts_that_are_missing_or_of_another_kind_are_made_anew(before: dict[str, Any] | None) -> None:
    assert of_value(Secret("CANARY-one"), "supplied", names=NAMES, before=before) == facts_of("CANARY-one")


def test_a_password_ages_from_the_day_that_it_is_declared() -> None:
    first = dated(facts_of("CANARY-one"), NOW, None)
    assert (first["since"], age(first, NOW)) == ("2026-11-23", 0)
    later = dated(facts_of("CANARY-one"), NOW + timedelta(days=93), first)
    assert (later["since"], age(later, NOW + timedelta(days=93))) == ("2026-11-23", 93)
    assert dated(facts_of("CANARY-two"), NOW + timedelta(days=94), None)["since"] == "2027-02-25"


def test_a_day_is_one_of_utc() -> None:
    west = datetime(2026, 11, 23, 20, tzinfo=timezone(timedelta(hours=-8)))
    assert dated({}, west, None)["since"] == "2026-11-24"


def test_a_clock_that_goes_back_makes_no_password_younger_than_new() -> None:
    first = dated(facts_of("CANARY-one"), NOW, None)
    earlier = dated(facts_of("CANARY-one"), NOW - timedelta(days=2), first)
    assert (earlier["since"], age(earlier, NOW - timedelta(days=2))) == ("2026-11-23", 0)


@pytest.mark.parametrize("before", [{}, {"since": None}, {"since": "yesterday"}, {"since": 20261123.0}])
def test_no_age_is_told_where_nobody_knows_it(before: dict[str, Any]) -> None:
    assert "since" not in dated(facts_of("CANARY-one"), NOW, before)
    assert age(before, NOW) is None


def test_facts_of_a_password_that_is_not_at_hand_stay_as_they_were() -> None:
    first = dated(facts_of("CANARY-one"), NOW, None) | tag(Secret("CANARY-one"), KEY) | {"breached": False}
    later = carried(through_the_engine(first))
    assert later == first
    assert type(later["length"]) is int
    assert later["breached"] is False


# --- the tag ---


def test_a_tag_is_an_hmac_that_anybody_can_compute_again() -> None:
    message = b"pulumi_pwmgmt reuse 1\0CANARY-one"
    digest = hmac.new(KEY.reveal().encode(), message, hashlib.sha256).digest()
    assert tag(Secret("CANARY-one"), KEY) == {"reuse_tag": base64.urlsafe_b64encode(digest[:16]).decode()[:22]}


def test_a_tag_is_equal_for_the_same_password_only() -> None:
    one = tag(Secret("CANARY-one"), KEY)
    assert one == tag(Secret("CANARY-one"), KEY)
    assert one != tag(Secret("CANARY-One"), KEY)
    assert one != tag(Secret("CANARY-one"), Secret("CANARY-" + "l" * 25))
    assert tag(Secret("CANARY-\u00e9"), KEY) == tag(Secret("CANARY-e\u0301"), KEY)
    assert tag(Secret("CANARY-\ufb01"), KEY) != tag(Secret("CANARY-fi"), KEY)


def test_without_a_key_there_is_no_tag() -> None:
    assert tag(Secret("CANARY-one"), None) == {}


@pytest.mark.parametrize("key", ["", "CANARY-", "CANARY-" + "k" * 24])
def test_a_short_key_is_refused_with_the_way_to_a_good_one(key: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        tag(Secret("CANARY-one"), Secret(key))
    assert "pwmgmt:reuse_key has fewer than 32 bytes" in refused.value.line
    assert "openssl rand -base64 48 | pulumi config set --secret pwmgmt:reuse_key" in refused.value.line
    assert "CANARY" not in refused.value.line


def test_a_key_is_measured_in_bytes() -> None:
    assert tag(Secret("CANARY-one"), Secret("CANARY-" + "é" * 13)).keys() == {"reuse_tag"}


# --- the server's rules ---


def test_the_rules_that_a_server_has() -> None:
    policy = PasswordPolicy(min_length=12, excludes_username=True, excluded_attributes=("firstName",))
    assert server(policy) == {
        "server": {"min_length": 12, "excludes_username": True, "excluded_attributes": ["firstName"]}
    }
    assert server(PasswordPolicy()) == {"server": {}}
    assert server(None) == {}
