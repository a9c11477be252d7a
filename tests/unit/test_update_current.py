from __future__ import annotations

import pytest

from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    OutcomeUnknown,
    PasswordRejected,
)
from tests.unit.in_memory import (
    LOST,
    Administrator,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.stack import LOGIN, credential, declared, made


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


def test_who_was_let_in_with_the_current_password_need_not_try_the_new_one() -> None:
    stack, directory = made(OldForNew)
    with pytest.raises(PasswordRejected):
        stack.up(bot=declared(OldForNew, password="CANARY-live"))  # which it had before ours
    assert directory.calls == ["set"]
    assert directory.failed_log_ins == 0


def test_an_account_that_was_reset_to_what_was_once_given_is_taken_over_anew_as_the_refusal_says() -> None:
    stack, directory = made(OldForNew)
    directory.remembered = 0
    directory.change_outside(LOGIN, "CANARY-live")  # as a vendor's support does, to the same first password each time
    with pytest.raises(CurrentPasswordRejected, match=r"if current_password says it already, .*: pulumi state delete"):
        stack.up(bot=declared(OldForNew, password="CANARY-second"))
    assert directory.failed_log_ins == 2
    del stack.state["bot"]
    assert stack.up(bot=declared(OldForNew, password="CANARY-second")) == ["create"]
    assert directory.current_sent == ["CANARY-first", "CANARY-live"]
    assert directory.opens(LOGIN, "CANARY-second")


def test_the_way_back_from_a_change_by_hand_fails_three_log_ins_over_its_runs() -> None:
    stack, directory = made(OldForNew)
    directory.change_outside(LOGIN, "CANARY-by-hand")
    with pytest.raises(CurrentPasswordRejected, match=r"neither .* find or reset"):
        stack.up(bot=declared(OldForNew, password="CANARY-second"))
    stack.up(bot=declared(OldForNew, password="CANARY-second", current_password="CANARY-by-hand"))
    assert directory.failed_log_ins == 3, "two fewer than what locks an account"
    assert directory.opens(LOGIN, "CANARY-second")
