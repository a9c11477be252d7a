from __future__ import annotations

import pytest

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    NotConfigured,
    OutcomeUnknown,
    Unreachable,
)
from tests.unit.in_memory import (
    LOST,
    Administrator,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.refusals import etna
from tests.unit.stack import LOGIN, credential, stack_of


def test_a_lost_answer_to_an_applied_change_is_success_without_a_log_in() -> None:
    stack, directory = stack_of(Administrator)
    directory.clock.wait(10)
    directory.fail("set", LOST, commit="before the error", seconds=30)
    stack.up(bot=credential())
    # The server's time of change is in the same second as our request: that decides nothing, so one log-in does.
    assert directory.calls == ["set", "observe", "verify", "observe"]
    assert directory.failed_log_ins == 0
    assert directory.opens(LOGIN, "CANARY-first")


def test_a_change_that_did_not_get_through_is_made_once_more_by_an_administrator_without_a_log_in() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, seconds=30)
    stack.up(bot=credential())
    assert directory.calls == ["set", "observe", "set"]
    assert directory.opens(LOGIN, "CANARY-first")


def test_a_log_in_tells_where_the_time_of_change_does_not() -> None:
    stack, directory = stack_of(Administrator)
    directory.tells_when = False
    directory.fail("set", LOST)
    stack.up(bot=credential())
    assert directory.calls == ["set", "observe", "verify", "set", "observe"]
    assert directory.failed_log_ins == 1


@pytest.mark.parametrize("kind", [OwnPassword, OldForNew])
def test_a_self_managed_system_stops_and_says_that_running_again_is_safe_and_why(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    directory.fail("set", LOST, seconds=30)
    with pytest.raises(OutcomeUnknown, match=r"run it again: that is safe, and it ends well") as stopped:
        stack.up(bot=etna())
    assert stopped.value.happened == "no answer came"
    assert directory.calls.count("set") == 1
    assert stack.up(bot=etna()) == ["create"]
    assert directory.opens(LOGIN, "CANARY-first")


def test_nothing_is_sent_again_where_nothing_tells() -> None:
    stack, directory = stack_of(Administrator)
    directory.second_factor, directory.tells_when = True, False
    directory.fail("set", LOST, commit="before the error")
    with pytest.raises(OutcomeUnknown, match="run it again"):
        stack.up(bot=credential())
    assert directory.calls.count("set") == 1


def test_a_look_that_fails_does_not_claim_that_nothing_was_changed() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, commit="before the error")
    directory.fail("observe", Unreachable("no route"))
    directory.fail("verify", Unreachable("no route"))
    with pytest.raises(OutcomeUnknown, match="run it again"):
        stack.up(bot=credential())
    assert directory.calls.count("set") == 1


def test_a_log_in_tells_where_observing_fails() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, commit="before the error")
    directory.fail("observe", Unreachable("no route"))
    stack.up(bot=credential())
    assert directory.opens(LOGIN, "CANARY-first")
    assert directory.calls.count("set") == 1


def test_a_second_lost_answer_is_looked_at_as_well() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, seconds=30)
    directory.fail("set", LOST, commit="before the error", seconds=30)
    stack.up(bot=credential())
    assert directory.calls.count("set") == 2
    assert directory.opens(LOGIN, "CANARY-first")
    assert stack.state["bot"].record.reason == "created"


def test_nothing_is_sent_a_third_time() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, seconds=30)
    directory.fail("set", LOST, seconds=30)
    with pytest.raises(OutcomeUnknown, match="run it again: that is safe"):
        stack.up(bot=credential())
    assert directory.calls.count("set") == 2
    assert directory.failed_log_ins == 0


def test_a_first_request_that_arrives_late_is_no_refusal_of_the_second() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", LOST, commit="late", seconds=30)
    stack.up(bot=credential())
    assert directory.opens(LOGIN, "CANARY-first")
    assert directory.get(LOGIN).history.count("CANARY-first") == 1


def test_a_wrong_current_password_after_an_earlier_run_got_through_is_success() -> None:
    stack, directory = stack_of(OldForNew)
    directory.fail("set", LOST, commit="before the error")
    directory.fail("verify", Unreachable("no route"))
    with pytest.raises(OutcomeUnknown):
        stack.up(bot=etna())
    stack.up(bot=etna())
    assert directory.opens(LOGIN, "CANARY-first")
    assert directory.failed_log_ins == 1
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-first"


def test_neither_password_works() -> None:
    stack, directory = stack_of(OldForNew)
    with pytest.raises(CurrentPasswordRejected, match=r"neither .* find or reset the live password"):
        stack.up(bot=etna(current_password="CANARY-wrong"))
    assert directory.calls == ["set", "verify"]
    assert directory.opens(LOGIN, "CANARY-live")
    assert stack.state == {}


def test_a_log_in_that_nobody_answered_is_tried_again_before_anybody_resets_a_password() -> None:
    stack, directory = stack_of(OldForNew)
    directory.fail("set", LOST, commit="before the error")
    directory.fail("verify", Unreachable("no route"))
    with pytest.raises(OutcomeUnknown):
        stack.up(bot=etna())
    directory.fail("verify", Unreachable("no route"))
    with pytest.raises(CurrentPasswordRejected, match=r"nothing tells .* — run it again; if that says the same"):
        stack.up(bot=etna())
    assert stack.up(bot=etna()) == ["create"]


def test_what_nobody_tried_is_not_said_to_fail() -> None:
    stack, _ = stack_of(OwnPassword)
    with pytest.raises(CurrentPasswordRejected) as refused:
        stack.up(bot=credential(current_password="CANARY-wrong"))
    assert "neither" not in str(refused.value)
    assert "find or reset the live password" in str(refused.value)


def test_a_password_that_no_check_of_this_process_saw_is_never_sent() -> None:
    stack, directory = stack_of(Administrator)
    stack.up(bot=credential())
    record = stack.state["bot"].record
    directory.calls.clear()

    with pytest.raises(RuntimeError, match="no check of this process"):
        lifecycle.create(stack.run(), record)
    assert directory.calls == []


def test_a_connection_that_goes_between_check_and_create_is_named() -> None:
    stack, _ = stack_of(Administrator)
    stack.connections.clear()
    with pytest.raises(Exception, match="no connection 'main'") as refused:
        stack.up(bot=credential())
    assert not isinstance(refused.value, NotConfigured)  # it is a problem of an argument, told in preview
