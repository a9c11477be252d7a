from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    NotConfigured,
    OutcomeUnknown,
    PasswordRejected,
    Unreachable,
)
from tests.unit.in_memory import Administrator, Directory, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, Stack, connected, credential, stack_of

LOST = OutcomeUnknown("no answer came")
MOVED = "https://two.example.com"


def made(kind: type[WriteOnly], **arguments: object) -> tuple[Stack, Directory]:
    """Return a stack after its first ``up``, with what the system has seen so far forgotten."""
    stack, directory = stack_of(kind)
    stack.up(bot=declared(kind, **arguments))
    forget(directory)
    directory.clock.wait(3600)
    return stack, directory


def forget(directory: Directory) -> None:
    directory.calls.clear()
    directory.current_sent.clear()
    directory.passwords_sent.clear()
    directory.failed_log_ins = 0


def declared(kind: type[WriteOnly], **arguments: object) -> dict[str, object]:
    etna = {"on_destroy": "revoke", "current_password": "CANARY-live"} if kind is OldForNew else {}
    return credential(**(etna | arguments))


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


# --- drift ---


def test_an_observed_drift_is_repaired_once() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    directory.remembered = 0
    stack.refresh()
    assert stack.preview(bot=credential())["bot"]["reason"] == "changed outside at 2026-03-01T14:00:03Z: set again"
    assert stack.up(bot=credential()) == ["update"]
    assert directory.passwords_sent == ["CANARY-first"]
    assert directory.opens(LOGIN, "CANARY-first")
    record = stack.state["bot"].record
    assert (record.drift, record.reason) == (None, "changed outside at 2026-03-01T14:00:03Z: set again")
    assert record.password_changed_at == directory.get(LOGIN).changed_at
    stack.refresh()
    assert stack.up(bot=credential()) == []
    assert directory.passwords_sent == ["CANARY-first"]


def test_a_drift_nobody_looked_for_is_no_step() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    assert stack.up(bot=credential()) == []
    assert directory.calls == []


def test_a_refused_repair_keeps_the_drift() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential())
    assert stack.state["bot"].record.drift
    assert "set again" in stack.preview(bot=credential())["bot"]["reason"]


def test_a_repair_that_finds_its_own_password_sends_nothing_twice() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-first")  # somebody set the very same again
    stack.refresh()
    stack.up(bot=credential())
    assert directory.calls.count("set") == 1
    assert directory.failed_log_ins == 0
    stack.refresh()
    assert stack.state["bot"].record.drift is None


def test_an_accepted_drift_leaves_the_account_alone_and_stays_quiet() -> None:
    stack, directory = made(Administrator, on_drift="accept")
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    drift = stack.state["bot"].record.drift
    assert drift == "changed outside at 2026-03-01T14:00:03Z"
    for _ in range(2):
        assert stack.up(bot=credential(on_drift="accept")) == []
        stack.refresh()
    assert stack.state["bot"].record.drift == drift
    assert directory.writes == 0


def test_an_accepted_drift_ends_with_a_new_password() -> None:
    stack, directory = made(Administrator, on_drift="accept")
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    directory.clock.wait(60)
    stack.up(bot=credential(on_drift="accept", password="CANARY-second"))
    assert directory.opens(LOGIN, "CANARY-second")
    record = stack.state["bot"].record
    assert (record.drift, record.reason) == (None, "changed in the program")
    stack.refresh()
    assert stack.up(bot=credential(on_drift="accept", password="CANARY-second")) == []


def test_an_accepted_drift_is_repaired_once_the_program_says_so() -> None:
    stack, directory = made(Administrator, on_drift="accept")
    directory.remembered = 0
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    stack.up(bot=credential(on_drift="accept"))
    assert stack.up(bot=credential()) == ["update"]
    assert directory.opens(LOGIN, "CANARY-first")


def test_a_drift_found_while_accepting_begins_shows_in_the_next_update() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert stack.up(bot=credential(on_drift="accept")) == ["update"]
    assert directory.writes == 0
    assert stack.state["bot"].record.drift


# --- ignore_changes ---


def test_ignored_changes_send_nothing() -> None:
    stack, directory = made(Administrator)
    assert stack.up(ignore_changes=["password"], bot=credential(password="CANARY-second")) == []
    assert directory.calls == []
    assert stack.up(ignore_changes=["password"], bot=credential(password="CANARY-2", on_destroy="expire")) == ["update"]
    assert directory.calls == []
    assert stack.state["bot"].record.on_destroy == "expire"


def test_ignored_changes_send_the_real_password_to_the_replacement() -> None:
    stack, directory = made(Administrator)
    directory.add("other@example.com")
    stack.up(ignore_changes=["password"], bot=credential(principal="other@example.com", password="CANARY-second"))
    assert "CANARY-second" in directory.passwords_sent
    assert not [one for one in directory.passwords_sent if one.startswith("pwmgmt:")]
    assert directory.opens("other@example.com", "CANARY-second")


def test_a_drift_that_ignored_changes_keep_from_repair_is_refused_in_preview_with_a_way_out() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    with pytest.raises(Exception, match="ignore_changes"):
        stack.up(ignore_changes=["password"], bot=credential())
    assert directory.writes == 0
    assert stack.up(ignore_changes=["password"], bot=credential(on_drift="accept")) == ["update"]
    assert directory.writes == 0


# --- no answer ---


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OwnPassword])
def test_a_lost_answer_to_an_applied_change_costs_no_log_in(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)

    def slowly() -> None:
        directory.fail("set", LOST, commit="before the error", seconds=30)

    slowly()
    directory.replies_with_observation = False
    stack.clock.time = stack.clock.time.replace(microsecond=0)
    if kind is OwnPassword:  # equal seconds, and no log-in: nothing tells
        with pytest.raises(OutcomeUnknown, match="run it again"):
            stack.up(bot=credential(password="CANARY-second"))
        assert directory.calls.count("set") == 1
        return
    stack.up(bot=credential(password="CANARY-second"))
    assert directory.calls.count("set") == 1
    assert directory.failed_log_ins == 0
    assert stack.state["bot"].record.password_changed_at == directory.get(LOGIN).changed_at
    assert directory.opens(LOGIN, "CANARY-second")


def test_a_change_that_did_not_get_through_is_made_once_more_and_costs_no_log_in() -> None:
    stack, directory = made(Administrator)
    directory.fail("set", LOST, seconds=30)
    stack.up(bot=credential(password="CANARY-second"))
    assert directory.calls == ["set", "observe", "set"]
    assert directory.opens(LOGIN, "CANARY-second")


def test_a_killed_run_converges_when_it_runs_again() -> None:
    stack, directory = made(Administrator)
    directory.store(directory.get(LOGIN), "CANARY-second")  # by a run that nobody heard of
    directory.clock.wait(60)
    assert stack.up(bot=credential(password="CANARY-second")) == ["update"]
    assert directory.calls.count("set") == 1
    assert directory.failed_log_ins == 0
    assert stack.state["bot"].record.password_changed_at == directory.get(LOGIN).changed_at


def test_a_killed_run_of_a_self_managed_account_converges_when_it_runs_again() -> None:
    stack, directory = made(OldForNew)
    directory.store(directory.get(LOGIN), "CANARY-second")
    stack.up(bot=declared(OldForNew, password="CANARY-second"))
    assert directory.current_sent == ["CANARY-first"], "current_password is for the first time only"
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-second"
    assert directory.calls == ["set", "verify"]


# --- the kept password ---


def test_the_kept_password_is_the_current_one_of_the_next_change() -> None:
    stack, directory = made(OldForNew)
    stack.up(bot=credential(on_destroy="revoke", password="CANARY-second"))
    assert directory.current_sent == ["CANARY-first"]
    stack.up(bot=credential(on_destroy="revoke", password="CANARY-third"))
    assert directory.current_sent == ["CANARY-first", "CANARY-second"]
    assert directory.opens(LOGIN, "CANARY-third")


def test_the_given_current_password_is_used_only_after_the_kept_one_was_refused() -> None:
    stack, directory = made(OldForNew)
    stack.up(bot=declared(OldForNew, password="CANARY-second", current_password="CANARY-unused"))
    assert directory.current_sent == ["CANARY-first"]
    directory.change_outside(LOGIN, "CANARY-by-hand")
    stack.up(bot=declared(OldForNew, password="CANARY-third", current_password="CANARY-by-hand"))
    assert directory.current_sent == ["CANARY-first", "CANARY-second", "CANARY-by-hand"]
    assert directory.failed_log_ins == 1, "the new one is not tried where somebody has just given the live one"
    assert directory.opens(LOGIN, "CANARY-third")


def test_a_state_without_the_kept_password_goes_on_with_the_given_one() -> None:
    stack, directory = made(OldForNew)
    del stack.state["bot"].outputs["kept_password"]
    stack.up(bot=declared(OldForNew, password="CANARY-second", current_password="CANARY-first"))
    assert directory.current_sent == ["CANARY-first"]
    assert directory.opens(LOGIN, "CANARY-second")


@pytest.mark.parametrize("given", [{}, {"current_password": "CANARY-wrong"}, {"current_password": "CANARY-first"}])
def test_where_no_password_works_it_says_what_a_human_does_next(given: dict[str, object]) -> None:
    stack, directory = made(OldForNew)
    directory.change_outside(LOGIN, "CANARY-by-hand")
    before = stack.state["bot"]
    with pytest.raises(CurrentPasswordRejected, match=r"neither .*find or reset the live password in ETNA Trader"):
        stack.up(bot=credential(on_destroy="revoke", password="CANARY-second", **given))
    assert stack.state["bot"] == before
    assert directory.log_ins == 1
    assert directory.opens(LOGIN, "CANARY-by-hand")


def test_a_current_password_whose_reference_is_gone_is_no_obstacle_later() -> None:
    stack, directory = made(OldForNew)
    gone = {"env": "PWMGMT_TEST_NOT_SET"}
    assert stack.up(bot=declared(OldForNew, current_password=gone)) == []
    stack.up(bot=declared(OldForNew, current_password=gone, password="CANARY-second"))
    assert directory.opens(LOGIN, "CANARY-second")


def test_kept_for_a_system_that_can_use_it_a_change_replaces_a_set() -> None:
    stack, directory = made(Administrator, keep_in_state=True)
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-first"
    stack.up(bot=credential(keep_in_state=True, password="CANARY-second"))
    assert directory.current_sent == ["CANARY-first"]
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-second"


def test_after_a_drift_the_kept_one_is_known_to_be_wrong_and_not_sent() -> None:
    stack, directory = made(Administrator, keep_in_state=True)
    directory.remembered = 0
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    stack.up(bot=credential(keep_in_state=True))
    assert directory.current_sent == [None]
    assert directory.failed_log_ins == 0
    assert directory.opens(LOGIN, "CANARY-first")


def test_keeping_is_switched_on_and_off_without_a_call() -> None:
    stack, directory = made(Administrator)
    assert stack.up(bot=credential(keep_in_state=True)) == ["update"]
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-first"
    assert stack.up(bot=credential(keep_in_state=True)) == []
    assert stack.up(bot=credential(keep_in_state=False)) == ["update"]
    assert "CANARY-" not in str(stack.state["bot"])
    assert directory.calls == []
    assert stack.told == []


def test_keeping_under_ignored_changes_begins_with_the_next_change_and_says_so() -> None:
    stack, directory = made(Administrator)
    stack.up(ignore_changes=["password"], bot=credential(keep_in_state=True))
    assert "kept_password" not in stack.state["bot"].outputs
    assert stack.told == ["the password of 'bot@example.com' is kept in the state from its next change on"]
    stack.up(bot=credential(keep_in_state=True, password="CANARY-second"))
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-second"
    assert directory.current_sent == [None]


# --- replaced ---


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
