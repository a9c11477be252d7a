from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest

from pulumi_pwmgmt.errors import AuthenticationFailed, NotConfigured, OutcomeUnknown
from tests.unit.in_memory import Administrator, Directory, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, connected, credential
from tests.unit.test_update import declared, forget, made

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Observation, OnDestroy, Password

LOST = OutcomeUnknown("no answer came")
EVERY_KIND = [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly]


# --- read ---


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_refresh_without_news_changes_nothing_and_costs_at_most_one_read(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    before = stack.state["bot"]
    stack.refresh()
    assert stack.state["bot"] == before
    assert directory.calls in (["observe"], [])
    assert stack.up(bot=declared(kind)) == []


def test_a_system_that_tells_nothing_is_not_called() -> None:
    stack, directory = made(OldForNew)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert directory.calls == []


def test_an_account_that_is_gone_leaves_the_state_and_comes_back_with_the_next_up() -> None:
    stack, directory = made(Administrator)
    directory.accounts.clear()
    stack.refresh()
    assert stack.state == {}
    directory.add(LOGIN)
    assert stack.up(bot=credential()) == ["create"]


def test_a_changed_password_shows_with_the_servers_time_and_keeps_the_recorded_one() -> None:
    stack, directory = made(Administrator)
    recorded = stack.state["bot"].record.password_changed_at
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    entry = stack.state["bot"]
    assert entry.outputs["drift"] == entry.inputs["drift"] == "changed outside at 2026-03-01T14:00:03Z"
    assert entry.record.password_changed_at == recorded
    directory.clock.wait(60)
    directory.change_outside(LOGIN, "CANARY-again")
    stack.refresh()
    assert stack.state["bot"].outputs["drift"] == "changed outside at 2026-03-01T14:01:03Z"


def test_a_drift_hands_back_all_the_old_inputs() -> None:
    stack, directory = made(OwnPassword, current_password="CANARY-live", on_drift="accept", adopt=False)
    before = stack.state["bot"].inputs
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    after = stack.state["bot"].inputs
    assert after.pop("drift")
    assert after == before


def test_a_server_that_stops_telling_the_time_proves_no_drift() -> None:
    stack, directory = made(OwnPassword)  # as MyAccount does once a password has expired
    directory.get(LOGIN).changed_at = None
    stack.refresh()
    assert stack.state["bot"].record.drift is None


def test_the_status_follows_the_system() -> None:
    stack, directory = made(Administrator)
    directory.get(LOGIN).status = "LOCKED_OUT"
    stack.refresh()
    assert stack.state["bot"].record.status == "LOCKED_OUT"
    assert stack.state["bot"].record.drift is None


def test_a_time_that_was_never_recorded_is_no_drift() -> None:
    stack, directory = made(Administrator)
    directory.tells_when = False
    stack.up(bot=credential(password="CANARY-second"))
    assert stack.state["bot"].record.password_changed_at is None
    directory.tells_when = True
    stack.refresh()
    record = stack.state["bot"].record
    assert (record.drift, record.password_changed_at) == (None, directory.get(LOGIN).changed_at)


def test_a_drift_that_the_server_takes_back_is_gone() -> None:
    stack, directory = made(Administrator)
    account = directory.get(LOGIN)
    recorded = account.changed_at
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    account.password, account.changed_at = "CANARY-first", recorded  # restored from a backup
    stack.refresh()
    assert stack.state["bot"].record.drift is None
    assert "drift" not in stack.state["bot"].inputs
    assert stack.up(bot=credential()) == []


# --- delete ---


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OldForNew, OwnPassword])
def test_after_a_revoke_no_password_that_anybody_knows_works(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    stack.destroy()
    account = directory.get(LOGIN)
    assert account.password not in ("CANARY-first", "CANARY-live")
    assert directory.writes == 1
    assert stack.state == {}
    assert stack.told == []
    if kind is not OwnPassword:
        (random,) = directory.passwords_sent
        assert len(random) == 40


def test_an_administrators_revoke_needs_no_current_password_even_if_one_is_kept() -> None:
    stack, directory = made(Administrator, keep_in_state=True)
    stack.destroy()
    assert directory.current_sent == [None]


def test_a_self_managed_revoke_gives_the_kept_password() -> None:
    stack, directory = made(OldForNew)
    stack.destroy()
    assert directory.current_sent == ["CANARY-first"]
    assert not directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize(("how", "status"), [("expire", "PASSWORD_EXPIRED"), ("deactivate", "DEPROVISIONED")])
def test_other_removals_leave_the_password_and_close_the_account(how: str, status: str) -> None:
    stack, directory = made(Administrator, on_destroy=how)
    stack.destroy()
    assert directory.get(LOGIN).status == status
    assert not directory.opens(LOGIN, "CANARY-first")
    assert directory.calls.count("remove") == 1
    assert directory.passwords_sent == []


@pytest.mark.parametrize("how", ["revoke", "expire", "deactivate"])
def test_twice_is_once(how: str) -> None:
    stack, directory = made(Administrator, on_destroy=how)
    entry = stack.state["bot"]
    stack.destroy()
    stack.state["bot"] = entry  # the run died before the state was written
    stack.destroy()
    assert not directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OwnPassword, WriteOnly])
def test_absent_is_success(kind: type[WriteOnly]) -> None:
    stack, directory = made(kind)
    directory.accounts.clear()
    stack.destroy()
    assert stack.state == {}
    assert stack.told == []


def test_a_current_password_that_is_wrong_is_a_warning() -> None:
    stack, directory = made(OldForNew)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.destroy()
    assert stack.state == {}
    assert directory.opens(LOGIN, "CANARY-outside")
    (warning,) = stack.told
    assert "no longer works" in warning
    assert LOGIN in warning


def test_nothing_is_left_to_revoke_on_a_closed_account() -> None:
    stack, directory = made(_Closing)
    directory.get(LOGIN).status = "DEPROVISIONED"
    stack.destroy()
    assert directory.writes == 0
    assert stack.state == {}


class _Closing(Administrator):
    traits = replace(Administrator.traits, closed=frozenset({"DEPROVISIONED"}))


def test_a_lost_answer_to_a_revoke_is_looked_at() -> None:
    stack, directory = made(OldForNew)
    directory.fail("set", LOST, commit="before the error")
    stack.destroy()
    assert directory.calls == ["set", "verify"]
    assert stack.state == {}


def test_a_revoke_that_did_not_get_through_is_made_once_more() -> None:
    stack, directory = made(Administrator)
    directory.fail("set", LOST, seconds=30)
    stack.destroy()
    assert directory.calls.count("set") == 2
    assert len(set(directory.passwords_sent)) == 1
    assert not directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize("commit", ["never", "before the error"])
def test_a_lost_answer_to_another_removal_ends_well(commit: Literal["never", "before the error"]) -> None:
    stack, directory = made(Administrator, on_destroy="deactivate")
    directory.fail("remove", LOST, commit=commit)
    stack.destroy()
    assert directory.get(LOGIN).status == "DEPROVISIONED"
    assert stack.state == {}


def test_a_removal_whose_account_is_gone_meanwhile_is_success() -> None:
    stack, directory = made(Administrator, on_destroy="deactivate")
    stack.connections["main"] = connected(_Vanishing(directory))
    stack.destroy()
    assert stack.state == {}


class _Vanishing(Administrator):
    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:
        if self.directory.accounts:
            self.directory.accounts.clear()
            raise LOST
        super().remove_password(principal, how, current)


def test_a_second_lost_answer_to_a_removal_keeps_the_entry_and_says_that_the_outcome_is_unknown() -> None:
    stack, directory = made(Administrator, on_destroy="deactivate")
    directory.fail("remove", LOST)
    directory.fail("remove", LOST)
    with pytest.raises(OutcomeUnknown):
        stack.destroy()
    assert "bot" in stack.state
    assert directory.calls.count("remove") == 2


def test_an_account_taken_over_since_stays_as_it_is() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.destroy()
    assert directory.opens(LOGIN, "CANARY-outside")
    assert directory.writes == 0
    assert "taken it over" in stack.told[0]
    assert stack.state == {}


def test_an_account_whose_takeover_was_accepted_stays_as_it_is() -> None:
    stack, directory = made(Administrator, on_drift="accept")
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    stack.up(bot=credential(on_drift="accept"))
    stack.destroy()
    assert directory.opens(LOGIN, "CANARY-outside")
    assert directory.writes == 0


def test_an_earlier_time_of_change_is_no_takeover() -> None:
    stack, directory = made(Administrator)
    account = directory.get(LOGIN)
    assert account.changed_at
    account.changed_at -= timedelta(days=1)  # the directory was restored from a backup
    stack.destroy()
    assert not directory.opens(LOGIN, "CANARY-first")


def test_our_own_token_being_bad_is_an_error_and_the_entry_stays() -> None:
    stack, directory = made(OwnPassword)
    directory.fail("remove", AuthenticationFailed("the token is refused"))
    with pytest.raises(AuthenticationFailed):
        stack.destroy()
    assert "bot" in stack.state


def test_a_connection_that_is_gone_names_both_ways_out() -> None:
    stack, _ = made(Administrator)
    stack.connections.clear()
    for step in (stack.destroy, stack.refresh):
        with pytest.raises(NotConfigured) as refused:
            step()
        assert "put the connection back" in str(refused.value)
        assert "pulumi state delete" in str(refused.value)
    assert "bot" in stack.state


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"tenant": "https://two.example.com"},
        {"kind": "onelogin"},
        {"kind": "onelogin", "tenant": "https://two.example.com", "moved_from": "https://one.example.com"},
    ],
)
def test_a_connection_that_leads_elsewhere_is_neither_read_nor_written(elsewhere: dict[str, str]) -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), **elsewhere)
    for step in (stack.destroy, stack.refresh):
        with pytest.raises(NotConfigured, match="leads to"):
            step()
    assert directory.calls == []


# --- claimed by this program ---


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
    from pulumi_pwmgmt import lifecycle  # noqa: PLC0415 -- the one order that the stack does not play
    from pulumi_pwmgmt.check import check  # noqa: PLC0415 -- same

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
