"""What a program writes of passwords that nobody chose, and what of it becomes an input."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.output import Unknown
from pulumi.runtime import rpc

from pulumi_pwmgmt import (
    DerivedPassword,
    Freeze,
    GeneratedPassword,
    RotationSchedule,
    from_env,
    from_file,
)
from pulumi_pwmgmt.moment import moment
from tests.canary import assert_no_canary
from tests.unit.program import Engine, bot, run, world
from tests.unit.sources import MASTER, RECIPE, password
from tests.unit.stack import LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable

TYPE = "pulumi-python:dynamic/pwmgmt:GeneratedPassword"
MONTHLY = RotationSchedule(every_days=30, freeze=(Freeze("12-20", "01-05"),))


def sources(engine: Engine, name: str = "bot") -> dict[str, Any]:
    registered = engine.registered[name]["source"]
    assert not rpc.is_rpc_secret(registered)
    plain: dict[str, Any] = json.loads(registered)
    return plain


# --- derived ---


def test_of_a_derived_password_only_what_computes_it_is_registered() -> None:
    engine, directory, _ = world()
    run(lambda: bot(password=DerivedPassword(master="main", recipe=RECIPE, generation=3)).id)
    assert sources(engine) == {"kind": "derived", "master": "main", "generation": 3, "recipe": RECIPE.as_input()}
    assert directory.opens(LOGIN, password(3))
    registered = engine.registered["bot"]
    assert rpc.is_rpc_secret(registered["password"])
    assert password(3) not in str(registered)
    assert_no_canary(str(registered), "the registered inputs")


def test_its_first_generation_is_1() -> None:
    engine, directory, _ = world()
    run(lambda: bot(password=DerivedPassword(master="main", recipe=RECIPE)).id)
    assert sources(engine)["generation"] == 1
    assert directory.opens(LOGIN, password(1))


def test_a_master_by_reference_is_registered_as_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, directory, _ = world()
    monkeypatch.setenv("PWMGMT_TEST_MASTER", MASTER)
    run(lambda: bot(password=DerivedPassword(master=from_env("PWMGMT_TEST_MASTER"), recipe=RECIPE)).id)
    assert sources(engine)["master"] == {"env": "PWMGMT_TEST_MASTER"}
    assert directory.opens(LOGIN, password(1))


def test_no_text_of_one_shows_more_than_the_name_of_its_master() -> None:
    assert "master='main'" in repr(DerivedPassword(master="main"))
    shown = repr(DerivedPassword(master=from_file("/run/secrets/master"), rotation=MONTHLY))
    assert "/run/secrets/master" in shown


@pytest.mark.parametrize("master", ["", MASTER, 5, None, ["main"]])
def test_what_is_no_name_of_a_master_is_refused_and_not_shown(master: Any) -> None:  # noqa: ANN401 -- any type
    with pytest.raises(ValueError, match="never the secret itself") as refused:
        DerivedPassword(master=master)
    assert_no_canary(str(refused.value), "a refusal")


def test_an_output_is_no_name_of_a_master() -> None:
    world()
    with pytest.raises(ValueError, match="never the secret itself"):
        DerivedPassword(master=pulumi.Output.secret(MASTER))  # type: ignore[arg-type]  # what a user may try


# --- generated ---


def made(**arguments: Any) -> GeneratedPassword:  # noqa: ANN401 -- any argument
    return GeneratedPassword("made", **({"recipe": RECIPE} | arguments))


def test_a_generated_password_is_given_to_the_account_and_shown_by_nothing_but_its_value() -> None:
    engine, directory, _ = world()
    seen: list[Any] = []

    def program() -> pulumi.Output[Any]:
        it = made(keepers={"host": "a"}, rotate_after=90)
        credential = bot(password=it)
        return pulumi.Output.all(it.value, it.generation, it.made_at, it.reason, credential.id).apply(seen.extend)

    run(program)
    value, generation, made_at, reason, _ = seen
    assert rpc.is_rpc_secret(engine.registered["bot"]["password"])
    assert (generation, made_at, reason) == (1, "2026-11-23T12:00:00Z", "made")
    assert directory.opens(LOGIN, value)
    assert sources(engine) == {
        "kind": "generated",
        "generation": 1,
        "recipe": RECIPE.as_input(),
        "resource": f"urn:pulumi:stack::project::pulumi:pulumi:Stack${TYPE}::made",
        "schedule": {"text": "90 days after it was made", "longest_days": 90},
    }
    inputs = {name: it for name, it in engine.registered["made"].items() if name != "__provider"}
    recipe = {"recipe": RECIPE.as_input(), "generation": 1}
    assert inputs == recipe | {"keepers": {"host": "a"}, "rotate_after": 90}


def test_what_is_known_before_it_is_made_is_its_source() -> None:
    engine, _, _ = world(preview=True)
    engine.asks_the_provider = False
    run(lambda: bot(password=made(generation=4)).id)
    assert sources(engine)["generation"] == 4
    assert engine.registered["bot"]["in_preview"] is True


def test_two_of_the_same_name_in_two_components_are_two_passwords() -> None:
    engine, directory, _ = world()
    directory.add("other@example.com")

    def program() -> pulumi.Output[Any]:
        first, second = (pulumi.ComponentResource("test:component" + name, name) for name in ("A", "B"))
        one = made(opts=pulumi.ResourceOptions(parent=first))
        two = made(opts=pulumi.ResourceOptions(parent=second))
        return pulumi.Output.all(bot("a", password=one).id, bot("b", principal="other@example.com", password=two).id)

    run(program)
    assert directory.writes == 2
    assert sources(engine, "a")["resource"] != sources(engine, "b")["resource"]


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "30"])
def test_days_that_are_none_are_refused(days: Any) -> None:  # noqa: ANN401 -- any type
    world()
    with pytest.raises(ValueError, match="it is a whole number of days, from 1"):
        made(rotate_after=days)


def test_it_is_rotated_by_its_age_or_by_a_schedule() -> None:
    engine, _, _ = world()
    with pytest.raises(ValueError, match="give rotate_after or a rotation, not both"):
        made(rotate_after=90, rotation=MONTHLY)
    assert engine.registered == {}


# --- generations ---


@pytest.mark.parametrize("kind", [DerivedPassword, GeneratedPassword])
def test_a_generation_is_given_by_number_or_by_schedule_and_a_number_is_from_1(kind: type[Any]) -> None:
    world()
    arguments: dict[str, Any] = {"master": "main"} if kind is DerivedPassword else {"resource_name": "made"}
    for generation in (0, -1, 1.0, True, "2"):
        with pytest.raises(ValueError, match=r"generation is .*: it is a whole number, from 1"):
            kind(**arguments, generation=generation)
    with pytest.raises(ValueError, match="a generation or a rotation, not both"):
        kind(**arguments, generation=1, rotation=MONTHLY)


def test_a_schedule_says_which_generation_it_is_for_this_principal_at_this_time() -> None:
    now = moment("2026-11-23T12:00:00Z")
    spread = RotationSchedule(every_days=30, spread_days=20, time_zone="Europe/Berlin")
    for principal in (LOGIN, pulumi.Output.from_input(LOGIN), pulumi.Output.from_input("other@example.com")):
        engine, directory, _ = world()
        directory.add("other@example.com")
        derived = DerivedPassword(master="main", recipe=RECIPE, rotation=spread)
        run(functools.partial(bot, principal=principal, password=derived))
        name = engine.registered["bot"]["principal"]
        source = sources(engine)
        assert source["generation"] == spread.generation(now, name) > 1
        assert source["schedule"] == {"text": str(spread), "longest_days": spread.longest_days}
        assert directory.opens(name, password(int(source["generation"]), principal=name))


def test_a_schedule_of_a_generated_password_goes_by_its_own_name() -> None:
    engine, _, _ = world()
    run(lambda: bot(password=made(rotation=MONTHLY)).id)
    assert sources(engine)["generation"] == MONTHLY.generation(moment("2026-11-23T12:00:00Z"), "made")
    assert sources(engine)["schedule"]["longest_days"] == MONTHLY.longest_days


def test_a_schedule_of_a_principal_that_is_not_known_yet_waits() -> None:
    engine, _, _ = world(preview=True)
    engine.asks_the_provider = False

    def program() -> pulumi.Output[Any]:
        unknown = bot("first").principal_id  # which the system has still to tell
        return bot(principal=unknown, password=DerivedPassword(master="main", rotation=MONTHLY)).id

    run(program)
    assert isinstance(engine.registered["bot"]["source"], Unknown)


def test_one_of_them_is_pinned_by_the_config() -> None:
    generations = '{"bot": 5, "made": 7}'
    ways: list[dict[str, Any]] = [{"rotation": MONTHLY}, {"generation": 2}, {}]
    for written in ways:
        engine, _, _ = world(generations=generations)
        run(functools.partial(bot, password=DerivedPassword(master="main", recipe=RECIPE, **written)))
        assert (sources(engine)["generation"], sources(engine)["pinned"]) == (5, True)
    engine, _, _ = world(generations=generations)
    run(lambda: bot(password=made()).id)
    assert (sources(engine)["generation"], sources(engine)["pinned"]) == (7, True)
    assert engine.registered["made"]["generation"] == 7


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"generations": '{"bot": 0}'}, "pwmgmt:generations.bot is no whole number from 1"),
        ({"generations": '{"bot": "5"}'}, "pwmgmt:generations.bot is no whole number from 1"),
        ({"generations": '{"bot": 1.5}'}, "pwmgmt:generations.bot is no whole number from 1"),
        ({"generations": '{"bot": 2147483648}'}, "pwmgmt:generations.bot is no whole number from 1 to 2147483647"),
        ({"generations": '{"bot": true}'}, "pwmgmt:generations.bot is no whole number from 1"),
        ({"generations": "5"}, "pwmgmt:generations is not a map"),
        ({"generations": "[CANARY-x"}, "pwmgmt:generations is not a map"),
        ({"now": "yesterday"}, "pwmgmt:now is 'yesterday', which is no moment"),
    ],
)
def test_a_config_that_makes_no_sense_is_told_with_what_to_do(config: dict[str, Any], problem: str) -> None:
    _, directory, _ = world(**config)
    with pytest.raises(pulumi.RunError) as refused:
        run(lambda: bot(password=DerivedPassword(master="main")).id)
    assert str(refused.value).startswith(f"NotConfigured: {problem}")
    assert " — pulumi config set " in str(refused.value)
    assert_no_canary(repr((refused.value, refused.value.__cause__)), "a refusal")
    assert directory.calls == []


@pytest.mark.parametrize("nested", ['{"a": {"b": {"c": 2}}}', '{"made": 1, "a": {"b": {"c": 2}}}'])
def test_a_name_with_a_dot_that_is_not_quoted_is_told_whatever_the_program_declares(nested: str) -> None:
    declared: list[Callable[[], pulumi.Resource]] = [bot, made]
    for declare in declared:
        world(generations=nested)
        with pytest.raises(pulumi.RunError) as refused:
            run(declare)
        assert str(refused.value) == (
            "NotConfigured: pwmgmt:generations.a is a map, and no number: a name with a dot in it has to be quoted — "
            "pulumi config rm --path 'pwmgmt:generations.a', "
            "then pulumi config set --path 'pwmgmt:generations[\"a.b.c\"]' 2"
        )


def test_pins_are_no_obstacle_where_nothing_runs_that_could_be_over() -> None:
    _, directory, _ = world(generations='{"lost": 2}')
    it = bot()
    run(lambda: it.id)
    assert directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("wrong", [{"rotation": 30}, {"recipe": "strong"}])
def test_an_argument_of_another_type_is_told_before_anything_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is no R"):
        DerivedPassword(master="main", **wrong)
    with pytest.raises(ValueError, match="is no R"):
        GeneratedPassword("made", **wrong)
