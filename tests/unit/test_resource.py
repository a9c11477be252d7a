"""What a program writes of a credential, and what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest
from pulumi.runtime import mocks, rpc
from pulumi.runtime.settings import set_root_resource

import pulumi_pwmgmt
from pulumi_pwmgmt import OnDestroy, OnDrift, from_file
from pulumi_pwmgmt.model import Reference
from tests.unit.in_memory import Administrator, Directory
from tests.unit.program import Engine, bot, run, start
from tests.unit.stack import LOGIN, stack_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRETS = ("password", "current_password")


@pytest.fixture
def world() -> tuple[Engine, Directory]:
    stack, directory = stack_of(Administrator)
    engine = Engine(stack.run())
    start(engine)
    return engine, directory


def test_the_public_names() -> None:
    assert set(pulumi_pwmgmt.__all__) == {
        "DerivedPassword", "Freeze", "GeneratedPassword", "LOOK_ALIKES", "ManagedCredential", "OnDestroy", "OnDrift",
        "Recipe", "RotationSchedule", "from_env", "from_file",
    }  # fmt: skip


def test_a_plain_program_sets_the_password_and_reads_the_outputs(world: tuple[Engine, Directory]) -> None:
    engine, directory = world
    seen: list[Any] = []

    def program() -> pulumi.Output[None]:
        it = bot()
        return pulumi.Output.all(it.id, it.principal_id, it.system, it.status, it.reason, it.drift).apply(seen.extend)

    run(program)
    assert seen == ["okta:id-of-bot", "id-of-bot", "okta", "ACTIVE", "created", ""]
    assert directory.opens(LOGIN, "CANARY-first")
    assert "pulumi-python:dynamic/pwmgmt:ManagedCredential" in engine.types


def test_the_passwords_are_registered_as_secrets_however_they_are_given(world: tuple[Engine, Directory]) -> None:
    engine, directory = world
    for login in ("a", "b", "c"):
        directory.add(login)
        directory.get(login).password = "CANARY-live"

    def program() -> None:
        bot("plain", principal="a", current_password="CANARY-live")
        secret = pulumi.Output.secret("CANARY-first")
        bot("output", principal="b", password=secret, current_password=pulumi.Output.from_input("CANARY-live"))
        bot("neither", principal="c")

    run(program)
    for name in ("plain", "output"):
        for argument in SECRETS:
            assert rpc.is_rpc_secret(engine.registered[name][argument])
    assert "current_password" not in engine.registered["neither"]
    for inputs in engine.registered.values():
        assert rpc.is_rpc_secret(inputs["facts"])
        public = {name: value for name, value in inputs.items() if name not in (*SECRETS, "facts")}
        assert "CANARY-" not in str(public)
        assert not any(map(rpc.is_rpc_secret, public.values()))


def test_a_reference_is_registered_instead_of_its_value(world: tuple[Engine, Directory], tmp_path: Path) -> None:
    engine, directory = world
    file = tmp_path / "secret"
    file.write_text("CANARY-from-file", encoding="utf-8")
    run(lambda: bot(password=from_file(file)).id)
    assert rpc.unwrap_rpc_secret(engine.registered["bot"]["password"]) == {"file": str(file)}
    assert directory.opens(LOGIN, "CANARY-from-file")


def test_the_other_arguments_arrive_as_they_are(world: tuple[Engine, Directory]) -> None:
    engine, _ = world
    run(lambda: bot(on_destroy=OnDestroy.EXPIRE, on_drift=OnDrift.ACCEPT, keep_in_state=True, adopt=False).id)
    inputs = engine.registered["bot"]
    assert (inputs["on_destroy"], inputs["on_drift"]) == ("expire", "accept")
    assert (inputs["keep_in_state"], inputs["adopt"]) == (True, False)


@pytest.mark.usefixtures("world")
def test_in_the_program_facts_and_source_are_tables() -> None:
    seen: list[dict[str, Any]] = []

    def program() -> pulumi.Output[None]:
        made = bot()
        return pulumi.Output.all(made.facts, made.source).apply(seen.extend)

    run(program)
    facts, source = seen
    assert source == {"kind": "supplied"}
    assert (facts["length"], facts["source"]) == (len("CANARY-first"), "supplied")


def test_nothing_but_arguments_is_registered(world: tuple[Engine, Directory]) -> None:
    engine, _ = world
    run(lambda: bot().id)
    assert engine.registered["bot"]["source"] == '{"kind":"supplied"}'
    expected = {"connection", "principal", "password", "source", "facts", "in_clear", "__provider"}
    assert set(engine.registered["bot"]) == expected


# --- accepted_password ---


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


@pytest.mark.usefixtures("world")
def test_the_accepted_password_is_the_declared_one_and_a_secret() -> None:
    assert accepted() == ["CANARY-first"]


@pytest.mark.usefixtures("world")
def test_the_accepted_password_of_an_output() -> None:
    assert accepted(password=pulumi.Output.secret("CANARY-output")) == ["CANARY-output"]


@pytest.mark.usefixtures("world")
def test_the_accepted_password_of_a_reference(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("CANARY-from-file\n", encoding="utf-8")
    assert accepted(password=from_file(file)) == ["CANARY-from-file"]


@pytest.mark.usefixtures("world")
def test_an_awaitable_is_as_good_as_a_value() -> None:
    async def later(value: str) -> str:
        return value

    seen = accepted(connection=later("main"), principal=later(LOGIN), password=later("CANARY-awaited"))
    assert seen == ["CANARY-awaited"]


@pytest.mark.usefixtures("world")
def test_the_resource_shows_no_password() -> None:
    shown: list[str] = []
    run(lambda: shown.append(repr(vars(bot()))))
    assert shown
    assert "CANARY-" not in shown[0]


def test_there_is_none_before_the_password_is_set(world: tuple[Engine, Directory]) -> None:
    engine, directory = world
    mocks.set_mocks(engine, preview=True)
    engine.asks_the_provider = False
    seen: list[str] = []
    run(lambda: bot().accepted_password.apply(seen.append))
    assert seen == []
    assert directory.calls == []


def test_there_is_none_while_ignore_changes_holds_the_declared_one_back(world: tuple[Engine, Directory]) -> None:
    engine, _ = world
    engine.differently = {"password": "pwmgmt:fingerprint:1:of-another"}
    with pytest.raises(pulumi.RunError, match="out of ignore_changes, or include it in --target") as refused:
        accepted()
    assert "CANARY-" not in str(refused.value)


def test_there_is_none_while_a_drift_is_accepted(world: tuple[Engine, Directory]) -> None:
    engine, _ = world
    engine.differently = {"drift": "changed outside at 2026-03-01T12:00:00Z"}
    with pytest.raises(pulumi.RunError, match="changed outside at 2026-03-01T12:00:00Z and that was accepted"):
        accepted()


# --- one account, one owner ---


@pytest.mark.parametrize(
    "wrap", [lambda text: text, pulumi.Output.from_input, pulumi.Output.secret], ids=["plain", "output", "secret"]
)
@pytest.mark.parametrize("spelling", [LOGIN, "Bot@Example.COM"])
def test_two_owners_of_one_account_are_both_named(
    world: tuple[Engine, Directory], wrap: Callable[[str], Any], spelling: str
) -> None:
    world[0].asks_the_provider = False

    def program() -> object:
        first = bot("first")
        second = bot("second", principal=wrap(spelling))
        return pulumi.Output.all(first.id, second.id)

    with pytest.raises(Exception, match="can't have two owners") as refused:
        run(program)
    assert "'first' and 'second'" in str(refused.value)
    assert "CANARY-" not in str(refused.value)


@pytest.mark.usefixtures("world")
def test_two_owners_of_the_same_name_in_two_components() -> None:
    def program() -> object:
        one, two = (pulumi.ComponentResource("test:component", name) for name in ("one", "two"))
        first = bot("bot", opts=pulumi.ResourceOptions(parent=one))
        second = bot("bot", opts=pulumi.ResourceOptions(parent=two))
        return pulumi.Output.all(first.id, second.id)

    with pytest.raises(pulumi.RunError, match="'bot' and 'bot' both declare"):
        run(program)


def test_two_accounts_have_two_owners(world: tuple[Engine, Directory]) -> None:
    _, directory = world
    directory.add("other@example.com")
    run(lambda: pulumi.Output.all(bot("a").id, bot("b", principal="other@example.com").id))
    assert directory.writes == 2


def test_the_next_program_of_the_same_process_starts_anew(world: tuple[Engine, Directory]) -> None:
    engine, _ = world
    run(lambda: bot("first").id)
    start(engine)
    engine.run = stack_of(Administrator)[0].run()
    run(lambda: bot("second").id)
    assert set(engine.registered) >= {"first", "second"}


@pytest.mark.usefixtures("world")
def test_without_a_program_there_is_nothing_to_claim() -> None:
    set_root_resource(None)  # type: ignore[arg-type]  # as in a tool that only constructs the resource
    first, second = bot("first"), bot("second")
    assert first is not second


def test_a_reference_in_the_program_shows_no_value() -> None:
    assert repr(Reference("env", "CI_TOKEN")) == "Reference(kind='env', name='CI_TOKEN', optional_in_preview=False)"
