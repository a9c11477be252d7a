"""The accepted password of a program: the one that the account has, in the program and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from pulumi_pwmgmt import DerivedPassword, GeneratedPassword, from_file
from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import Secret
from tests.canary import assert_no_canary
from tests.unit.program import Engine, bot, run, world
from tests.unit.sources import MASTER, NEXT_MASTER, RECIPE, password
from tests.unit.stack import LOGIN, TENANT

HELD_BACK = "take 'password' out of ignore_changes"


def accepted(**arguments: Any) -> list[str]:  # noqa: ANN401 -- any argument
    seen: list[str] = []
    secrecy: list[bool] = []

    async def look(output: pulumi.Output[str]) -> None:
        secrecy.append(await output.is_secret())

    def program() -> pulumi.Output[Any]:
        output = bot(**arguments).accepted_password
        return pulumi.Output.all(output.apply(seen.append), look(output))

    run(program)
    assert secrecy == [True]
    return seen


def derived(generation: int, master: str = "main") -> DerivedPassword:
    return DerivedPassword(master=master, recipe=RECIPE, generation=generation)


def has_accepted(engine: Engine, text: str, source: dict[str, Any] | None) -> None:
    """Let the engine answer as where ``ignore_changes`` holds the declared password back."""
    engine.differently = {"password": fingerprint(Secret(text), TENANT, LOGIN), "source": source}


def of_derived(generation: int) -> dict[str, Any]:
    recipe = RECIPE.as_input()
    return {"kind": "derived", "generation": float(generation), "recipe": recipe, "format": 1.0, "master": "main"}


def refused(**arguments: Any) -> str:  # noqa: ANN401 -- any argument
    with pytest.raises(pulumi.RunError) as caught:
        accepted(**arguments)
    assert_no_canary(repr((caught.value, caught.value.__cause__, caught.value.__context__)), "a refusal")
    return str(caught.value)


def test_of_a_derived_one_it_is_computed_in_the_program_too() -> None:
    world()
    assert accepted(password=derived(2)) == [password(2)]


def test_of_a_generated_one_it_is_the_value_in_the_state() -> None:
    _, directory, _ = world()
    values: list[str] = []

    def program() -> pulumi.Output[Any]:
        made = GeneratedPassword("made", recipe=RECIPE)
        both = pulumi.Output.all(made.value, bot(password=made).accepted_password)
        return both.apply(values.extend)

    run(program)
    assert values[0] == values[1]
    assert directory.opens(LOGIN, values[0])


@pytest.mark.parametrize("declared", [derived(9), "CANARY-held-back"])
def test_while_another_is_held_back_an_accepted_derived_one_is_computed_again(declared: object) -> None:
    engine, _, _ = world()
    has_accepted(engine, password(2), of_derived(2))
    assert accepted(password=declared) == [password(2)]


@pytest.mark.parametrize("source", [None, {"kind": "supplied"}, {"kind": "reference"}])
def test_while_a_derived_one_is_held_back_the_accepted_one_is_known_to_nobody(source: dict[str, Any] | None) -> None:
    engine, _, _ = world()
    has_accepted(engine, "CANARY-accepted", source)
    assert HELD_BACK in refused(password=derived(1))


def test_while_a_generated_one_is_held_back_the_accepted_one_is_known_to_nobody() -> None:
    engine, _, _ = world()
    has_accepted(engine, "CANARY-accepted", {"kind": "generated"})
    with pytest.raises(pulumi.RunError, match=HELD_BACK):
        run(lambda: bot(password=GeneratedPassword("made", recipe=RECIPE)).accepted_password)


def test_there_is_none_while_a_drift_is_accepted() -> None:
    engine, _, _ = world()
    engine.differently = {"drift": "changed outside at 2026-03-01T12:00:00Z"}
    assert "changed outside at 2026-03-01T12:00:00Z and that was accepted" in refused(password=derived(1))


@pytest.mark.parametrize(
    ("masters", "problem"),
    [
        (json.dumps({"mian": NEXT_MASTER}), "NotConfigured: there is no master 'main' (did you mean mian?)"),
        (json.dumps({"main": "CANARY-short"}), "NotConfigured: the master secret has fewer than 32 bytes"),
        (json.dumps({"main": 5}), "'main' is neither a text nor a reference"),
        (json.dumps({"main": {"env": "PWMGMT_TEST_NOT_SET"}}), "PWMGMT_TEST_NOT_SET is not set"),
        (json.dumps({"main": NEXT_MASTER}), "is not the one that https://one.example.com has accepted"),
        (json.dumps([MASTER]), "pwmgmt:masters is not a map of secrets"),
        ("CANARY-no-json", "pwmgmt:masters is not a map of secrets"),
    ],
)
def test_a_master_that_the_program_can_not_use_is_told_without_it(masters: str, problem: str) -> None:
    world(masters=masters)  # the provider's own is as it was
    assert problem in refused(password=derived(1))


def test_a_broken_setting_of_masters_is_no_concern_of_others() -> None:
    world(masters="CANARY-no-json")
    assert accepted(password="CANARY-first") == ["CANARY-first"]


def test_without_masters_in_the_config_the_reference_is_enough(tmp_path: Any) -> None:  # noqa: ANN401 -- a path
    file = tmp_path / "master"
    file.write_text(MASTER + "\n", encoding="utf-8")
    engine, _, _ = world()
    pulumi.runtime.set_all_config({})
    assert accepted(password=DerivedPassword(master=from_file(file), recipe=RECIPE)) == [password(1)]
    assert_no_canary(str(engine.registered), "the registered inputs")
