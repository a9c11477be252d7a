from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_pwmgmt.errors import (
    NotConfigured,
    PasswordRejected,
    PrincipalNotFound,
    Unreachable,
)
from tests.unit.in_memory import (
    Administrator,
    Directory,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.stack import LOGIN, connected, credential, declared, made

MOVED = "https://two.example.com"


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly])
def test_nothing_changed_is_no_step_and_no_call(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    before = stack.state["bot"]
    assert stack.up(bot=declared(kind)) == []
    assert directory.calls == []
    assert stack.state["bot"] == before


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly])
def test_a_changed_password_is_sent_once_and_the_old_one_no_longer_works(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    assert stack.up(bot=declared(kind, password="CANARY-second")) == ["update"]
    assert directory.calls == ["set"]
    assert directory.opens(LOGIN, "CANARY-second")
    assert not directory.opens(LOGIN, "CANARY-first")
    assert stack.state["bot"].record.reason == "changed in the program"
    assert stack.up(bot=declared(kind, password="CANARY-second")) == []


def test_another_argument_changes_the_record_without_a_call() -> None:
    stack, directory = made(Administrator)
    assert stack.up(bot=credential(on_destroy="deactivate")) == ["update"]
    assert directory.calls == []
    assert stack.state["bot"].record.on_destroy == "deactivate"
    assert stack.state["bot"].record.reason == "created"


@pytest.mark.parametrize("arguments", [{"current_password": "CANARY-any"}, {"adopt": True}, {"adopt": False}])
def test_arguments_of_a_create_are_no_difference_afterwards(arguments: dict[str, object]) -> None:
    stack, directory = made(Administrator)
    assert stack.up(bot=credential(**arguments)) == []
    assert directory.calls == []


def test_dropping_current_password_is_no_difference() -> None:
    stack, directory = made(OldForNew)
    assert stack.up(bot=credential(on_destroy="revoke")) == []
    assert directory.calls == []


def test_a_renamed_connection_to_the_same_tenant_is_an_update_without_a_call() -> None:
    stack, directory = made(Administrator)
    stack.connections = {"renamed": connected(Administrator(directory), "renamed")}
    assert stack.up(bot=credential(connection="renamed")) == ["update"]
    assert directory.calls == []
    assert stack.state["bot"].record.connection == "renamed"
    stack.refresh()
    assert stack.up(bot=credential(connection="renamed")) == []


def test_a_refused_change_leaves_the_state_as_it_was() -> None:
    stack, directory = made(Administrator)
    before = stack.state["bot"]
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="CANARY-live"))
    assert stack.state["bot"] == before
    assert directory.opens(LOGIN, "CANARY-first")
    assert directory.failed_log_ins == 0, "the time of change tells that it is not live"
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="CANARY-live"))


def test_the_tenant_has_moved() -> None:
    stack, directory = made(Administrator)
    first = stack.state["bot"].inputs["password"]
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED, moved_from="https://one.example.com")
    assert stack.up(bot=credential()) == ["update"]
    assert directory.calls == []
    record = stack.state["bot"].record
    assert record.tenant == MOVED
    assert record.password != first, "salted anew"
    assert record.reason == "created"
    assert stack.up(bot=credential()) == []
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED)
    assert stack.up(bot=credential()) == []
    assert directory.calls == []


def test_a_refresh_between_the_move_and_the_next_up_asks_the_new_tenant() -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED, moved_from="https://one.example.com")
    stack.refresh()
    assert directory.calls == ["observe"]
    assert stack.up(bot=credential()) == ["update"]
    assert directory.writes == 0


def test_a_move_and_a_new_password_at_once_is_one_write() -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED, moved_from="https://one.example.com")
    stack.up(bot=credential(password="CANARY-second"))
    assert directory.calls == ["set"]
    assert stack.state["bot"].record.reason == "changed in the program"


def test_another_principal_replaces() -> None:
    stack, directory = made(Administrator)
    directory.add("other@example.com")
    assert stack.up(bot=credential(principal="other@example.com")) == ["create", "delete"]
    assert directory.opens("other@example.com", "CANARY-first")
    assert not directory.opens(LOGIN, "CANARY-first")


def test_another_tenant_replaces_by_another_connection() -> None:
    stack, old = made(Administrator)
    new = Directory(stack.clock)
    new.add(LOGIN)
    stack.connections["other"] = connected(Administrator(new), "other", tenant=MOVED)
    assert stack.up(bot=credential(connection="other")) == ["create", "delete"]
    assert new.opens(LOGIN, "CANARY-first")
    assert not old.opens(LOGIN, "CANARY-first")


def test_another_system_of_the_same_tenant_replaces_and_the_account_keeps_its_password() -> None:
    stack, directory = made(Administrator)
    stack.connections["own"] = connected(OwnPassword(directory), "own")
    assert stack.up(bot=credential(connection="own", password="CANARY-second")) == ["create", "delete"]
    assert directory.opens(LOGIN, "CANARY-second")


def test_the_same_connection_that_leads_elsewhere_is_refused_and_nothing_is_sent() -> None:
    stack, old = made(Administrator)
    new = Directory(stack.clock)
    new.add(LOGIN)
    stack.connections["main"] = replace(connected(Administrator(new)), tenant=MOVED)
    with pytest.raises(Exception, match="must not go elsewhere"):
        stack.up(bot=credential(password="CANARY-second"))
    assert old.calls == []
    assert new.calls == []


def test_a_lost_refresh_is_an_error_and_changes_nothing() -> None:
    stack, directory = made(Administrator)
    before = stack.state["bot"]
    directory.fail("observe", Unreachable("no route"))
    with pytest.raises(Unreachable):
        stack.refresh()
    assert stack.state["bot"] == before


def test_a_connection_that_is_gone_is_refused_in_preview() -> None:
    stack, _ = made(Administrator)
    stack.connections.clear()
    with pytest.raises(Exception, match=NotConfigured.__name__):
        stack.up(bot=credential())


def test_an_account_that_was_made_anew_is_taken_over_by_a_refresh_as_the_refusal_says() -> None:
    stack, directory = made(Administrator)
    directory.accounts.clear()
    directory.add(LOGIN, id_="another-id")
    with pytest.raises(PrincipalNotFound, match="pulumi up --refresh"):
        stack.up(bot=credential(password="CANARY-second"))
    stack.refresh()
    assert stack.up(bot=credential(password="CANARY-second")) == ["create"]
    assert directory.opens(LOGIN, "CANARY-second")
