from __future__ import annotations

import pytest

from pulumi_pwmgmt.errors import (
    CredentialError,
    CurrentPasswordRejected,
    PasswordRejected,
    PrincipalNotFound,
    RateLimited,
    Unreachable,
    Unsupported,
)
from tests.unit.in_memory import (
    EVERY_KIND,
    Administrator,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.refusals import etna
from tests.unit.stack import LOGIN, TENANT, credential, stack_of


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
