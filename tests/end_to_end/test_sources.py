"""Each source of passwords in each system: set, rotated, gone back; and what of it lies in the state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
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
    stack.destroy()
    assert not directory.logs_in(account, made["value"])


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
