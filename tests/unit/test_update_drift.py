from __future__ import annotations

import pytest

from pulumi_pwmgmt.errors import PasswordRejected, Unreachable
from tests.unit.in_memory import LOST, Administrator
from tests.unit.stack import LOGIN, credential, made


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


def test_a_refused_repair_fails_one_log_in_a_run_whatever_else_goes_wrong() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    directory.fail("set", LOST)
    directory.fail("observe", Unreachable("no route"))
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential())
    assert directory.failed_log_ins == 1
    assert directory.opens(LOGIN, "CANARY-outside")


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


def test_a_repair_that_the_history_refuses_says_what_ends_it() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    with pytest.raises(PasswordRejected, match=r"declare a new password, or accept .* on_drift='accept'"):
        stack.up(bot=credential())
    assert stack.up(bot=credential(on_drift="accept")) == ["update"]
    assert stack.up(bot=credential(on_drift="accept", password="CANARY-second")) == ["update"]
    assert directory.opens(LOGIN, "CANARY-second")
