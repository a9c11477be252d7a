"""From one source of passwords to another, and what holds while ignore_changes keeps the switch from happening."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.record import Declaration
from tests.unit.in_memory import Administrator, OldForNew, WriteOnly
from tests.unit.sources import RECIPE, derived, for_system, generated, password, stack_with_master
from tests.unit.stack import LOGIN, Stack, credential, declared, forget

KINDS = [Administrator, OldForNew]
MADE = RECIPE.random().reveal()


@pytest.mark.parametrize("kind", KINDS)
def test_each_switch_is_one_write_with_the_old_password_and_says_so(kind: type[WriteOnly]) -> None:
    stack, directory = stack_with_master(kind)
    more: dict[str, Any] = for_system(kind)
    second = credential(password="CANARY-second", facts={}, **more)
    ways = [
        ("created", credential(facts={}, **more), "CANARY-first"),
        ("source changed: supplied → derived", derived(2, **more), password(2)),
        ("source changed: derived → generated", generated(MADE, 1, **more), MADE),
        ("source changed: generated → supplied", second, "CANARY-second"),
        ("source changed: supplied → generated", generated(MADE, 2, **more), MADE),
        ("source changed: generated → derived", derived(2, **more), password(2)),
        ("source changed: derived → supplied", credential(facts={}, **more), "CANARY-first"),
    ]
    before = "CANARY-live"
    for reason, news, expected in ways:
        forget(directory)
        assert stack.preview(bot=news)["bot"]["reason"] == reason
        stack.up(bot=news)
        assert directory.opens(LOGIN, expected)
        assert (directory.writes, directory.failed_log_ins) == (1, 0)
        assert directory.current_sent == [before if kind is OldForNew else None]
        assert stack.state["bot"].inputs["reason"] == reason
        assert stack.up(bot=news) == []
        kept = kind is OldForNew and news["source"]["kind"] != "derived" if "source" in news else kind is OldForNew
        assert ("kept_password" in stack.state["bot"].outputs) is kept
        before = expected


def test_from_a_reference_and_to_one() -> None:
    stack, _ = stack_with_master(Administrator)
    stack.up(bot=credential(facts={}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PWMGMT_TEST", "CANARY-second")
        by_reference = credential(password={"env": "PWMGMT_TEST"}, facts={})
        assert stack.preview(bot=by_reference)["bot"]["reason"] == "source changed: supplied → reference"
        stack.up(bot=by_reference)
        patch.setenv("PWMGMT_TEST", "CANARY-third")
        assert stack.preview(bot=by_reference)["bot"]["reason"] == "changed in the program"


def test_to_a_password_that_is_still_to_be_generated_is_said_before_it_is_made() -> None:
    stack, _ = stack_with_master(Administrator)
    stack.up(bot=credential(facts={}))
    assert stack.preview(bot=generated(UNKNOWN))["bot"]["reason"] == "source changed: supplied → generated"
    stack.up(bot=generated(MADE))
    stack.clock.wait(86_400)
    assert stack.preview(bot=generated(UNKNOWN, 2))["bot"]["reason"] == "rotated: generation 1 → 2, 1 day old"
    assert stack.preview(bot=generated(UNKNOWN, 1))["bot"]["reason"] == "another one was generated, 1 day old"
    assert stack.preview(bot=credential(password=UNKNOWN))["bot"]["reason"] is UNKNOWN


def test_another_value_of_the_same_generation_is_said_to_be_another_one() -> None:
    stack, _ = stack_with_master(Administrator)
    stack.up(bot=generated(MADE))
    another = generated(RECIPE.random().reveal())
    assert stack.preview(bot=another)["bot"]["reason"].startswith("another one was generated")


@pytest.mark.parametrize("generation", [1, 2])
def test_another_resource_that_generates_it_is_said_to_be_another_one(generation: int) -> None:
    stack, _ = stack_with_master(Administrator)
    urn = "urn:pulumi:test::stranger::pulumi-python:dynamic/pwmgmt:GeneratedPassword"
    stack.up(bot=generated(MADE, resource=f"{urn}::one"))
    other = generated(RECIPE.random().reveal(), generation, resource=f"{urn}::other")
    assert stack.preview(bot=other)["bot"]["reason"] == "it is another GeneratedPassword now: 'other'"


def without_what_is_new(stack: Stack) -> None:
    """Make the state that of the version before sources and facts."""
    entry = stack.state["bot"]
    for properties in (entry.inputs, entry.outputs):
        for name in ("source", "facts", "declared", "connection_risks"):
            properties.pop(name, None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_the_version_before_shows_no_difference(kind: type[WriteOnly]) -> None:
    stack, directory = stack_with_master(kind)
    stack.up(bot=declared(kind))
    without_what_is_new(stack)
    forget(directory)
    news = declared(kind, facts={})
    assert stack.up(bot=news) == []
    inputs = stack.state["bot"].inputs
    assert inputs["source"] == {"kind": "supplied"}
    assert inputs["facts"]["length"] == len("CANARY-first")
    assert "since" not in inputs["facts"]  # nobody knows
    assert stack.up(bot=news) == []
    stack.refresh()
    stack.up(bot=declared(kind, password="CANARY-second", facts={}))
    assert stack.state["bot"].inputs["reason"] == "changed in the program"
    assert stack.state["bot"].inputs["facts"]["since"] == "2026-03-01"
    assert directory.opens(LOGIN, "CANARY-second")


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_the_version_before_takes_each_new_source(kind: type[WriteOnly]) -> None:
    for news, reason in (
        (derived(1, **for_system(kind)), "source changed: supplied → derived"),
        (generated(MADE, **for_system(kind)), "source changed: supplied → generated"),
    ):
        stack, directory = stack_with_master(kind)
        stack.up(bot=declared(kind))
        without_what_is_new(stack)
        forget(directory)
        assert stack.preview(bot=news)["bot"]["reason"] == reason
        stack.up(bot=news)
        assert directory.writes == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_of_the_version_before_under_ignored_changes_shows_no_difference(kind: type[WriteOnly]) -> None:
    stack, directory = stack_with_master(kind)
    stack.up(bot=declared(kind))
    without_what_is_new(stack)
    forget(directory)
    for news in (declared(kind, password="CANARY-other", facts={}), derived(1, **for_system(kind))):
        assert stack.up(ignore_changes=["password"], bot=news) == []
        assert stack.preview(bot=news | {"password": stack.state["bot"].inputs["password"], "on_drift": UNKNOWN})
    assert not stack.state["bot"].inputs["source"]
    assert directory.calls == []
    stack.destroy()
    assert not directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("kind", KINDS)
def test_ignored_changes_keep_the_password_its_source_and_its_facts(kind: type[WriteOnly]) -> None:
    more: dict[str, Any] = for_system(kind)
    supplied = credential(facts={}, **more)
    accepted = {"supplied": supplied, "derived": derived(1, **more), "generated": generated(MADE, **more)}
    others = [credential(password="CANARY-x", facts={}, **more), derived(2, **more), generated("CANARY-y", 3, **more)]
    for kept_kind, first in accepted.items():
        stack, directory = stack_with_master(kind)
        stack.up(bot=first)
        entry = stack.state["bot"]
        forget(directory)
        for other in others:
            assert stack.up(ignore_changes=["password"], bot=other) == []
            now = stack.state["bot"].inputs
            assert {name: now[name] for name in ("password", "source", "facts", "reason", "keep_in_state")} == {
                name: entry.inputs[name] for name in ("password", "source", "facts", "reason", "keep_in_state")
            }, kept_kind
        assert stack.state["bot"].outputs == entry.outputs
        assert directory.calls == []
        stack.up(bot=derived(5, **more))  # and it can be changed afterwards
        assert directory.opens(LOGIN, password(5))
        assert directory.failed_log_ins == 0


def test_the_same_value_from_another_source_is_no_write_and_the_state_says_what_computes_it() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    forget(directory)
    copied = credential(password=password(1), facts={})
    assert stack.up(bot=copied) == ["update"]
    assert stack.state["bot"].outputs["source"] == {"kind": "supplied"}
    stack.config["masters"] = {}  # nobody needs it any more
    assert stack.up(bot=copied) == []
    assert Declaration.parse(stack.state["bot"].outputs).facts["source"] == "supplied"
    stack.config["masters"] = stack_with_master(Administrator)[0].config["masters"]
    assert stack.up(bot=derived(1)) == ["update"]
    assert stack.state["bot"].outputs["source"]["generation"] == 1
    assert directory.calls == []


def test_a_kept_password_is_gone_from_the_state_once_it_can_be_computed_and_back_once_it_can_not() -> None:
    stack, directory = stack_with_master(OldForNew)
    more: dict[str, Any] = for_system(OldForNew)
    copied = credential(password=password(1), **more)
    stack.up(bot=copied)
    assert stack.state["bot"].outputs["kept_password"] == password(1)
    forget(directory)
    stack.up(bot=derived(1, **more))
    assert "kept_password" not in stack.state["bot"].outputs
    stack.up(bot=copied)
    assert stack.state["bot"].outputs["kept_password"] == password(1)
    assert directory.calls == []
