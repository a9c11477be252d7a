from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.check import check
from tests.unit.in_memory import (
    Administrator,
    Directory,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.stack import LOGIN, connected, credential, declared, forget, made

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Observation, Password


def test_a_rename_in_the_program_keeps_the_account_working() -> None:
    stack, directory = made(Administrator)
    assert stack.up(renamed=credential()) == ["create", "delete"]
    assert directory.opens(LOGIN, "CANARY-first")
    assert "declared elsewhere in this program" in stack.told[-1]


def test_a_rename_under_another_spelling_keeps_the_account_working() -> None:
    stack, directory = made(Administrator)
    assert stack.up(renamed=credential(principal="id-of-bot", password="CANARY-second")) == ["create", "delete"]
    assert directory.opens(LOGIN, "CANARY-second")
    stack.up(bot=credential(password="CANARY-third"))
    assert directory.opens(LOGIN, "CANARY-third")


def test_another_spelling_of_the_principal_replaces_and_keeps_the_account_working() -> None:
    stack, directory = made(Administrator)
    assert stack.up(bot=credential(principal="BOT@example.com", password="CANARY-second")) == ["create", "delete"]
    assert directory.opens(LOGIN, "CANARY-second")
    assert stack.up(bot=credential(principal="id-of-bot", password="CANARY-third")) == ["create", "delete"]
    assert directory.opens(LOGIN, "CANARY-third")


@pytest.mark.parametrize("kind", [OldForNew, WriteOnly])
def test_a_rename_keeps_the_account_working_where_nothing_can_be_observed(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    arguments = {"current_password": "CANARY-first"} if kind is OldForNew else {}
    stack.up(renamed=declared(kind, password="CANARY-second", **arguments))
    assert directory.opens(LOGIN, "CANARY-second")


@pytest.mark.parametrize(("before", "after"), [(LOGIN, "id-of-bot"), ("id-of-bot", LOGIN)])
def test_the_delete_may_come_first(before: str, after: str) -> None:
    """As with delete_before_replace: check of the new one has noted the claim."""

    stack, directory = made(Administrator, principal=before)
    run, entry = stack.run(), stack.state["bot"]
    _, problems = check(run, {}, credential(principal=after))
    assert problems == []
    lifecycle.delete(run, entry.record)
    assert directory.writes == 0
    assert directory.opens(LOGIN, "CANARY-first")


def test_two_connections_to_one_account_are_one_account() -> None:
    stack, directory = made(Administrator)
    stack.connections["second"] = connected(Administrator(directory), "second")
    with pytest.raises(Exception, match="can't have two owners") as refused:
        stack.up(bot=credential(), twin=credential(connection="second", password="CANARY-second"))
    assert "'main'" in str(refused.value)
    assert "'second'" in str(refused.value)
    assert directory.calls == []


def test_two_spellings_of_one_login_are_refused_in_preview() -> None:
    stack, directory = made(Administrator)
    with pytest.raises(Exception, match="can't have two owners") as refused:
        stack.preview(bot=credential(), twin=credential(principal="Bot@Example.com"))
    assert "'bot@example.com'" in str(refused.value)
    assert "'Bot@Example.com'" in str(refused.value)
    assert directory.calls == []


def test_a_login_and_an_id_that_turn_out_to_be_one_account_are_told_by_the_reply() -> None:
    stack, directory = made(Administrator)
    with pytest.raises(Exception, match="can't have two owners") as refused:
        stack.up(bot=credential(), twin=credential(principal="id-of-bot", password="CANARY-second"))
    assert "'bot@example.com'" in str(refused.value)
    assert "'id-of-bot'" in str(refused.value)
    assert directory.writes <= 1


def test_what_was_set_before_the_reply_told_that_it_is_one_account_is_said() -> None:
    stack, directory = made(Administrator)
    stack.state.clear()
    with pytest.raises(Exception, match="pulumi up --refresh") as refused:
        stack.up(bot=credential(), twin=credential(principal="id-of-bot", password="CANARY-second"))
    assert "the password declared for 'bot@example.com' is live now" in str(refused.value)
    assert directory.opens(LOGIN, "CANARY-first")


def test_two_systems_of_one_directory_and_one_login_are_refused_in_preview() -> None:
    stack, directory = made(Administrator)
    stack.connections["own"] = connected(OwnPassword(directory), "own")
    with pytest.raises(Exception, match="can't have two owners"):
        stack.up(bot=credential(), own=credential(connection="own"))
    assert directory.calls == []


def test_two_systems_of_one_directory_are_refused_where_one_names_the_id_and_the_other_the_login() -> None:
    stack, directory = made(Administrator, principal="id-of-bot")
    stack.state.clear()
    forget(directory)
    stack.connections["own"] = connected(_OwnPasswordById(directory), "own")
    with pytest.raises(Exception, match="can't have two owners"):
        stack.up(
            bot=credential(principal="id-of-bot", password="CANARY-second"),
            own=credential(connection="own", password="CANARY-third"),
        )
    assert directory.writes <= 1


class _OwnPasswordById(OwnPassword):
    """The id is the password's own, as in MyAccount, not the user's."""

    def set_password(self, principal: str, new: Password, current: Password | None) -> None:
        super().set_password(principal, new, current)

    def observe(self, principal: str) -> Observation | None:
        seen = super().observe(principal)
        return seen and replace(seen, principal_id="password-of-bot")


def test_the_same_login_in_two_tenants_or_two_systems_is_two_accounts() -> None:
    stack, directory = made(Administrator)
    other = Directory(stack.clock)
    other.add(LOGIN)
    stack.connections["other"] = connected(Administrator(other), "other", tenant="https://two.example.com")
    stack.connections["onelogin"] = connected(NoUseForCurrent(other), "onelogin")
    assert stack.up(
        bot=credential(),
        other=credential(connection="other"),
        third=credential(connection="onelogin", password="CANARY-third"),
    ) == ["create", "create"]
    assert directory.calls == []
