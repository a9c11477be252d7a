"""Each source of passwords in each system: set, rotated, gone back; and what of it lies in the state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.simulator import seed
from pulumi_pwmgmt.systems import discover
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
GENERATED = "made = GeneratedPassword('made', recipe=Recipe.for_system('{system}'))\n"
DERIVED = "DerivedPassword(master='main', recipe=Recipe.for_system('{system}'))"
SYSTEMS = sorted(discover())
WRITES = {
    "etna": "PUT /api/v1.0/users/@me/password/change",
    "okta": "POST /api/v1/users/",
    "okta_myaccount": "PUT /idp/myaccount/password",
    "onelogin": "PUT /api/1/users/set_password_clear_text/",
}


def connected(stack: Stack, directory: Directory, system: str) -> tuple[Account, dict[str, str]]:
    account = directory.account(system)
    stack.connect("it", account.connection)
    stack.configure({"pwmgmt:now": "2026-11-01T12:00:00Z"}, secrets={"live": account.password})
    more = "on_destroy='revoke', current_password=config.require_secret('live')" if system == "etna" else ""
    return account, {"connection": "it", "principal": account.principal, "more": more}


def without_history() -> dict[str, Any]:
    """Let every account take a password that it had before."""
    directory: dict[str, Any] = yaml.safe_load(seed.default_text())
    for system in ("etna", "okta"):
        directory[system]["policy"]["history_count"] = 0
    directory["onelogin"]["policy"]["passwords_remembered"] = 0
    return directory


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_derived_password_is_in_no_state_and_rotates(stack: Stack, directory: Directory, system: str) -> None:
    account, place = connected(stack, directory, system)
    stack.configure(secrets={"pwmgmt:masters.main": MASTER})
    written = credential(password=DERIVED.format(system=system), **place)
    stack.program(program(written, "pulumi.export('accepted', bot.accepted_password)"))
    tenant = account.connection["url"].removesuffix("/api")
    recipe = Recipe.for_system(system)

    def password(generation: int) -> str:
        place = {"tenant": tenant, "principal": account.principal}
        return derive(Secret(MASTER), generation=generation, recipe=recipe, **place).reveal()

    stack.preview()
    assert stack.up().operations == {"bot": "create"}
    assert directory.logs_in(account, password(1))
    assert not directory.logs_in(account, account.password)
    calls = directory.calls()
    assert stack.up().operations == {"bot": "same"}
    assert directory.calls() == calls

    reasons = {
        4: "rotated: generation 1 → 4, 2 days old",
        3: "gone back to an earlier one: generation 4 → 3, 0 days old",
    }
    stack.configure({"pwmgmt:now": "2026-11-03T12:00:00Z"})
    for generation, reason in reasons.items():
        directory.simulator.advance_clock(60)
        stack.configure({"pwmgmt:generations.bot": str(generation)})
        assert reason in stack.preview().text
        assert stack.up().operations == {"bot": "update"}
        assert directory.logs_in(account, password(generation))
    assert stack.outputs()["accepted"] == password(3)

    entry = stack.credentials(secrets=True)["bot"]
    assert json.loads(entry["outputs"]["source"])["generation"] == 3
    for generation in (1, 3, 4):
        assert password(generation) not in json.dumps(entry)
    stack.destroy()
    assert not directory.logs_in(account, password(3))


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_generated_password_is_in_the_state_first_and_rotates(
    stack: Stack, directory: Directory, system: str
) -> None:
    directory.simulator.load(without_history())
    account, place = connected(stack, directory, system)
    stack.program(program(GENERATED.format(system=system), credential(password="made", **place)))
    preview = stack.preview()
    assert preview.planned == {"bot": "create"}
    assert stack.up().operations == {"bot": "create"}
    first = stack.generated()["value"]
    assert Recipe.for_system(system).allows(first)
    assert directory.logs_in(account, first)
    assert stack.up().operations == {"bot": "same"}

    directory.simulator.advance_clock(60)
    stack.configure({"pwmgmt:generations.made": "2"})
    assert "rotated: generation 1 → 2" in stack.preview().text
    assert stack.up().operations == {"bot": "update"}
    made = stack.generated()
    assert made["previous"] == first
    assert made["value"] != first
    assert directory.logs_in(account, made["value"])

    for generation, value, reason in ((1, first, "gone back to an earlier one"), (2, made["value"], "rotated")):
        directory.simulator.advance_clock(60)
        stack.configure({"pwmgmt:generations.made": str(generation)})
        assert f"{reason}: generation {3 - generation} → {generation}" in stack.preview().text
        assert stack.up().operations == {"bot": "update"}
        assert stack.generated()["value"] == value
        assert directory.logs_in(account, value)
    stack.destroy()
    assert not directory.logs_in(account, made["value"])


def test_another_source_sets_the_new_password_once_and_says_so(stack: Stack, directory: Directory) -> None:
    account, place = connected(stack, directory, "okta")
    stack.configure(secrets={"pwmgmt:masters.main": MASTER, "password": "CANARY-Supplied-1"})
    made = GENERATED.format(system="okta")
    stack.program(program(credential(**place)))
    stack.up()
    assert directory.logs_in(account, "CANARY-Supplied-1")
    accepted = "pulumi.export('accepted', bot.accepted_password)"
    for kinds, declared in {
        "supplied → derived": [credential(password=DERIVED.format(system="okta"), **place)],
        "derived → generated": [made, credential(password="made", **place)],
        "generated → supplied": [made, credential(**place)],
    }.items():
        directory.simulator.advance_clock(60)
        stack.configure(secrets={"password": "CANARY-Supplied-2"})
        stack.program(program(*declared, accepted))
        assert f"source changed: {kinds}" in stack.preview().text
        before = len(directory.calls())
        assert stack.up().operations == {"bot": "update"}
        assert sum(WRITES["okta"] in call for call in directory.calls()[before:]) == 1
        assert stack.credentials()["bot"]["outputs"]["reason"] == f"source changed: {kinds}"
        assert directory.logs_in(account, stack.outputs()["accepted"])
        assert stack.up().operations == {"bot": "same"}
    assert directory.logs_in(account, "CANARY-Supplied-2")


def test_a_value_that_changes_where_it_is_referred_to_is_written_once(stack: Stack, directory: Directory) -> None:
    accounts = {system: directory.account(system) for system in SYSTEMS}
    for system, account in accounts.items():
        stack.connect(system, account.connection)
    stack.configure(secrets={"live": accounts["etna"].password})
    taking_over = "on_destroy='revoke', current_password=config.require_secret('live')"

    def refer(reference: str) -> None:
        declared = [
            credential(
                system,
                connection=system,
                principal=account.principal,
                password=f"{reference}({system!r})",
                more=taking_over if system == "etna" else "",
            )
            for system, account in accounts.items()
        ]
        stack.program(program(*declared))

    def turn(number: int) -> dict[str, str]:
        return {system: f"CANARY-Turn-{number}-of-{place}" for place, system in enumerate(SYSTEMS)}

    def applied(passwords: dict[str, str], operation: str) -> None:
        before = len(directory.calls())
        assert stack.up().operations == dict.fromkeys(SYSTEMS, operation)
        calls = directory.calls()[before:]
        writes = {system: sum(write in call for call in calls) for system, write in WRITES.items()}
        assert writes == dict.fromkeys(SYSTEMS, 0 if operation == "same" else 1)
        assert [directory.logs_in(accounts[system], password) for system, password in passwords.items()] == [True] * 4

    refer("from_env")
    for number, operation in ((1, "create"), (2, "update")):
        stack.environment |= turn(number)
        applied(turn(number), operation)
        directory.simulator.advance_clock(60)

    refer("from_file")
    for number, operation in ((2, "same"), (3, "update")):
        for system, password in turn(number).items():
            (stack.directory / system).write_text(f"{password}\n")
        applied(turn(number), operation)
