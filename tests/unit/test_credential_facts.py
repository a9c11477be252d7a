"""What check tells of a password, what it takes over, and one password on two accounts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.errors import CredentialError, Unreachable
from pulumi_pwmgmt.model import UNKNOWN, Password
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator, Directory
from tests.unit.sources import MASTER, RECIPE, derived, generated, password, stack_with_master
from tests.unit.stack import Properties, Refused, Stack, connected, credential

if TYPE_CHECKING:
    from pulumi_pwmgmt.run import Run

KEY = "CANARY-key-of-the-tags-with-32-bytes-or-more"
OTHER = "other@example.com"


def two_accounts(**config: Any) -> tuple[Stack, Directory]:  # noqa: ANN401 -- any setting
    stack, directory = stack_with_master(Administrator)
    directory.add(OTHER)
    stack.config |= config
    return stack, directory


def facts_of(stack: Stack, **news: Properties) -> Properties:
    (inputs,) = stack.preview(**news).values()
    facts: Properties = inputs["facts"]
    return facts


def test_of_each_source() -> None:
    stack, _ = two_accounts()
    supplied = facts_of(stack, bot=credential(facts={}))
    assert {name: supplied[name] for name in ("format", "source", "length", "strength", "since")} == {
        "format": 1, "source": "supplied", "length": 12, "strength": "estimated", "since": "2026-03-01",
    }  # fmt: skip
    computed = facts_of(stack, bot=derived(3))
    assert (computed["source"], computed["strength"], computed["generation"]) == ("derived", "exact", 3)
    for value in (UNKNOWN, RECIPE.random().reveal()):
        made = facts_of(stack, bot=generated(value, 2))
        assert (made["source"], made["length"], made["symbols"], made["generation"]) == ("generated", 20, 1, 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PWMGMT_TEST", "CANARY-first")
        assert facts_of(stack, bot=credential(password={"env": "PWMGMT_TEST"}, facts={}))["source"] == "reference"
    assert_no_canary(str((supplied, computed, made)), "facts")


@pytest.mark.parametrize("known", [True, False])
def test_where_the_program_has_not_registered_them_there_are_none(known: bool) -> None:  # noqa: FBT001 -- a column
    stack, _ = two_accounts()
    assert "facts" not in stack.preview(bot=credential(password="CANARY-first" if known else UNKNOWN))["bot"]
    stack.up(bot=credential())
    assert "facts" not in stack.state["bot"].outputs


def test_what_was_found_out_once_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stack, _ = two_accounts()
    news = credential(facts={})
    stack.up(bot=news)
    first = stack.state["bot"].inputs["facts"]
    monkeypatch.setitem(sys.modules, "zxcvbn", None)
    stack.clock.wait(40 * 86_400)
    assert stack.up(bot=news) == []
    assert stack.up(bot=credential(facts={}, on_destroy="expire")) == ["update"]
    assert stack.state["bot"].inputs["facts"] == stack.state["bot"].outputs["facts"] == first
    with pytest.raises(ImportError):
        stack.preview(bot=credential(password="CANARY-never-seen-before", facts={}))


def test_a_saved_plan_says_the_same_a_day_later_with_the_time_fixed() -> None:
    stack, _ = two_accounts(now="2026-11-23T12:00:00Z", reuse_key=KEY)
    for news in (credential(facts={}), derived(2), generated(UNKNOWN)):
        first = stack.preview(bot=news)
        stack.clock.wait(86_400)
        assert stack.preview(bot=news) == first


def test_a_made_password_is_as_strong_as_the_recipe_that_it_was_drawn_by() -> None:
    stack, _ = two_accounts()
    digits = Recipe(length=20, lower=None, upper=None, symbols=None)
    value = digits.random().reveal()
    stack.up(bot=generated(value, recipe=digits))
    weak = stack.state["bot"].inputs["facts"]["strength_bits"]
    stronger = Recipe(length=20, lower=0, upper=0, symbols=0)
    assert stronger.allows(value)
    assert facts_of(stack, bot=generated(value, recipe=stronger))["strength_bits"] == weak
    assert facts_of(stack, bot=generated(UNKNOWN, 2, recipe=stronger))["strength_bits"] > weak


def test_facts_come_to_a_made_password_that_had_none() -> None:
    stack, _ = two_accounts()
    value = RECIPE.random().reveal()
    news = generated(value)
    stack.up(bot={name: it for name, it in news.items() if name != "facts"})
    assert facts_of(stack, bot=news)["strength"] == "exact"


# --- one password on two accounts ---


def reuse(stack: Stack, **news: Properties) -> str:
    with pytest.raises(Refused) as refused:
        stack.preview(**news)
    assert_no_canary(str(refused.value), "a refusal")
    return refused.value.problems["password"]


def test_with_a_key_one_password_for_two_accounts_is_refused_before_any_write() -> None:
    stack, directory = two_accounts(reuse_key=KEY)
    stack.connections["second"] = connected(Administrator(directory), "second", tenant="https://two.example.com")
    both = {"one": credential(facts={}), "two": credential(principal=OTHER, facts={}, connection="second")}
    assert reuse(stack, **both) == (
        "Unsupported: 'other@example.com' on connection 'second' would have the same password as 'bot@example.com' on "
        "connection 'main': who learns one of them has both — give each account one of its own"
    )
    with pytest.raises(Refused):
        stack.up(**both)
    assert directory.calls == []
    copied = credential(principal=OTHER, password=password(1))
    assert "the same password" in reuse(stack, one=derived(1), two=copied)


def test_without_a_key_nobody_looks() -> None:
    stack, _ = two_accounts()
    stack.up(one=credential(facts={}), two=credential(principal=OTHER, facts={}))
    assert "reuse_tag" not in stack.state["one"].inputs["facts"]


def test_the_same_account_in_a_second_look_is_no_second_account() -> None:
    stack, directory = two_accounts(reuse_key=KEY)
    stack.up(one=credential(facts={}))
    assert stack.up(one=credential(principal=OTHER, facts={})) == ["create", "delete"]
    assert directory.opens(OTHER, "CANARY-first")


def test_a_password_that_ignored_changes_hold_is_in_use_as_well() -> None:
    stack, _ = two_accounts(reuse_key=KEY)
    stack.up(one=credential(facts={}))
    held = credential(password=stack.state["one"].inputs["password"], facts={})
    assert "the same password" in reuse(stack, one=held, two=credential(principal=OTHER, facts={}))


def test_a_made_password_is_for_one_account_with_a_key_or_without() -> None:
    stack, _ = two_accounts()
    for value in (UNKNOWN, RECIPE.random().reveal()):
        assert "the same password" in reuse(stack, one=generated(value), two=generated(value, principal=OTHER))
        stack.preview(one=generated(value), two=generated(value, principal=OTHER, resource="another"))


@pytest.mark.parametrize("key", ["CANARY-short", {"env": "PWMGMT_TEST_NOT_SET"}])
def test_a_key_that_is_none_is_refused(key: object) -> None:
    stack, _ = two_accounts(reuse_key=key)
    assert reuse(stack, one=credential(facts={})).startswith("NotConfigured: ")


# --- known from breaches ---


class Breaches:
    def __init__(self, *, must_answer: bool = False, refusal: CredentialError | None = None) -> None:
        self.must_answer, self.refusal = must_answer, refusal
        self.asked = 0

    def count(self, password: Password) -> int:
        self.asked += 1
        if self.refusal:
            raise self.refusal
        return int(password.reveal() == "CANARY-first")


class WithBreaches(Stack):
    breaches: Breaches

    def run(self) -> Run:
        run = super().run()
        run.breaches = lambda: self.breaches
        return run


def asking(breaches: Breaches) -> WithBreaches:
    stack, _ = two_accounts()
    asking_stack = WithBreaches(stack.clock, stack.connections, {"masters": {"main": MASTER}})
    asking_stack.breaches = breaches
    return asking_stack


def test_each_supplied_password_is_asked_about_once() -> None:
    breaches = Breaches()
    stack = asking(breaches)
    stack.up(bot=credential(facts={}))
    assert stack.state["bot"].inputs["facts"]["breached"] is True
    assert stack.up(bot=credential(facts={})) == []
    assert breaches.asked == 1
    stack.up(bot=credential(password="CANARY-second", facts={}))
    assert stack.state["bot"].inputs["facts"]["breached"] is False
    stack.up(bot=derived(1))
    assert "breached" not in stack.state["bot"].inputs["facts"]
    assert breaches.asked == 2


def test_who_does_not_answer_is_a_warning_or_a_refusal() -> None:
    stack = asking(Breaches(refusal=Unreachable("nobody answers")))
    assert "breached" not in facts_of(stack, bot=credential(facts={}))
    (told,) = stack.told
    assert told.startswith("whether passwords are known from breaches is not judged: nobody answers")
    stack.breaches = Breaches(must_answer=True, refusal=Unreachable("nobody answers"))
    assert reuse(stack, bot=credential(facts={})).startswith("Unreachable: nobody answers")
