from __future__ import annotations

import pytest

from pulumi_pwmgmt.errors import (
    CredentialError,
    CurrentPasswordRejected,
    NotConfigured,
    OutcomeUnknown,
    PasswordRejected,
    PrincipalNotFound,
    RateLimited,
    Unreachable,
    Unsupported,
)
from tests.unit.in_memory import Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, TENANT, credential, stack_of

LOST = OutcomeUnknown("no answer came")
EVERY_KIND = [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly]


def etna(**arguments: object) -> dict[str, object]:
    return credential(on_destroy="revoke", **({"current_password": "CANARY-live"} | arguments))


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_sets_the_password_with_one_write_and_no_log_in(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    stack.up(bot=etna() if kind is OldForNew else credential())
    assert directory.opens(LOGIN, "CANARY-first")
    assert not directory.opens(LOGIN, "CANARY-live")
    assert directory.calls == ["set"]
    assert stack.told == []


def test_records_what_the_system_told() -> None:
    stack, directory = stack_of(Administrator)
    stack.up(bot=credential())
    record = stack.state["bot"].record
    assert record.id == "okta:id-of-bot"
    assert (record.principal_id, record.system, record.tenant) == ("id-of-bot", "okta", TENANT)
    assert (record.status, record.password_changed_at) == ("ACTIVE", directory.get(LOGIN).changed_at)
    assert (record.reason, record.drift) == ("created", None)
    assert stack.state["bot"].outputs["password_changed_at"] == "2026-03-01T13:00:03Z"


def test_observes_once_where_the_reply_does_not_tell_when() -> None:
    stack, directory = stack_of(Administrator)
    directory.replies_with_observation = False
    stack.up(bot=credential())
    assert directory.calls == ["set", "observe"]
    assert stack.state["bot"].record.password_changed_at == directory.get(LOGIN).changed_at
    assert stack.state["bot"].record.principal_id == "id-of-bot"


def test_records_what_was_accepted_even_if_reading_it_back_fails() -> None:
    stack, directory = stack_of(Administrator)
    directory.replies_with_observation = False
    directory.fail("observe", RateLimited("too many calls"))
    stack.up(bot=credential())
    assert stack.state["bot"].record.reason == "created"
    assert stack.state["bot"].record.password_changed_at is None
    assert "too many calls" in stack.told[0]


def test_keeps_no_password_unless_the_system_demands_the_old_one() -> None:
    stack, _ = stack_of(Administrator)
    stack.up(bot=credential())
    assert "CANARY-" not in str(stack.state)
    stack, _ = stack_of(OldForNew)
    stack.up(bot=etna())
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-first"
    assert "CANARY-" not in str(stack.state["bot"].inputs)


def test_gives_the_current_password_to_a_self_managed_system() -> None:
    stack, directory = stack_of(OwnPassword)
    stack.up(bot=credential(current_password="CANARY-live"))
    assert directory.current_sent == ["CANARY-live"]
    assert directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("kind", [Administrator, OwnPassword, WriteOnly])
def test_an_unknown_principal_is_named_for_what_it_is(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    with pytest.raises(PrincipalNotFound):
        stack.up(bot=credential(principal="nobody@example.com"))
    assert directory.calls == ["set"]
    assert stack.state == {}


@pytest.mark.parametrize("error", [Unreachable("no route"), RateLimited("wait"), PasswordRejected("weak")])
def test_a_refusal_leaves_no_entry_in_the_state(error: CredentialError) -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", error)
    with pytest.raises(type(error)):
        stack.up(bot=credential())
    assert directory.calls == ["set"]
    assert stack.state == {}
    assert directory.opens(LOGIN, "CANARY-live")


# --- adopt ---


def test_adoption_proves_by_one_log_in_and_writes_nothing() -> None:
    stack, directory = stack_of(Administrator)
    changed = directory.get(LOGIN).changed_at
    stack.up(bot=credential(adopt=True, password="CANARY-live"))
    assert directory.writes == 0
    assert directory.log_ins == 1
    assert directory.calls.count("observe") <= 2
    record = stack.state["bot"].record
    assert (record.reason, record.principal_id, record.password_changed_at) == ("adopted", "id-of-bot", changed)


def test_an_adopted_password_is_kept_where_the_system_demands_it() -> None:
    stack, directory = stack_of(OldForNew)
    stack.up(bot=credential(adopt=True, password="CANARY-live", on_destroy="revoke"))
    assert directory.calls == ["verify"]
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-live"


@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_another_password_is_not_adopted(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    with pytest.raises(CurrentPasswordRejected, match="not adopted"):
        stack.up(bot=credential(adopt=True, on_destroy="revoke"))
    assert (directory.writes, directory.log_ins) == (0, 1)
    assert stack.state == {}


def test_what_a_log_in_can_not_tell_is_not_adopted() -> None:
    stack, directory = stack_of(Administrator)
    directory.second_factor = True
    with pytest.raises(Unsupported, match="does not tell"):
        stack.up(bot=credential(adopt=True, password="CANARY-live"))
    assert (directory.writes, directory.log_ins) == (0, 1)


def test_nobody_is_not_adopted_and_costs_no_log_in() -> None:
    stack, directory = stack_of(Administrator)
    with pytest.raises(PrincipalNotFound):
        stack.up(bot=credential(adopt=True, principal="nobody@example.com"))
    assert (directory.writes, directory.log_ins) == (0, 0)


def test_nobody_is_not_adopted_where_a_log_in_does_not_tell_who_is_unknown() -> None:
    stack, directory = stack_of(OldForNew)
    with pytest.raises(CurrentPasswordRejected):
        stack.up(bot=credential(adopt=True, principal="nobody", on_destroy="revoke"))
    assert directory.writes == 0


# --- refused because it was used before ---


def test_already_ours_is_success_and_nothing_is_sent_twice() -> None:
    stack, directory = stack_of(Administrator)
    stack.up(bot=credential(password="CANARY-live"))
    assert directory.calls.count("set") == 1
    assert directory.failed_log_ins == 0
    assert directory.opens(LOGIN, "CANARY-live")
    assert stack.state["bot"].record.password_changed_at == directory.get(LOGIN).changed_at


def test_used_before_but_not_live_is_a_refusal_with_the_systems_reasons() -> None:
    stack, directory = stack_of(Administrator)
    directory.change_outside(LOGIN, "CANARY-newer")
    with pytest.raises(PasswordRejected) as refused:
        stack.up(bot=credential(password="CANARY-live"))
    assert refused.value.reasons == ("history",)
    assert directory.calls.count("set") == 1
    assert stack.state == {}


@pytest.mark.parametrize("kind", [OwnPassword, WriteOnly])
def test_used_before_where_nothing_tells_which_is_live_is_a_refusal(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="CANARY-live"))
    assert directory.calls.count("set") == 1


def test_a_refusal_for_another_reason_costs_no_look() -> None:
    stack, directory = stack_of(Administrator)
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="weak"))
    assert directory.calls == ["set"]


def test_a_refusal_is_told_as_one_though_the_look_fails() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("verify", Unreachable("no route"))
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="CANARY-live"))


# --- no answer ---


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
    with pytest.raises(OutcomeUnknown, match=r"run it again: that is safe, because") as stopped:
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
    from pulumi_pwmgmt import lifecycle  # noqa: PLC0415 -- the one test that goes past the stack

    with pytest.raises(RuntimeError, match="no check of this process"):
        lifecycle.create(stack.run(), record)
    assert directory.calls == []


def test_a_connection_that_goes_between_check_and_create_is_named() -> None:
    stack, _ = stack_of(Administrator)
    stack.connections.clear()
    with pytest.raises(Exception, match="no connection 'main'") as refused:
        stack.up(bot=credential())
    assert not isinstance(refused.value, NotConfigured)  # it is a problem of an argument, told in preview
