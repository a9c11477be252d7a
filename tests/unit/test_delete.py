from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import pytest

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    NotConfigured,
    OutcomeUnknown,
    PasswordRejected,
)
from pulumi_pwmgmt.run import Run
from tests.model.server import Killed
from tests.unit.in_memory import (
    LOST,
    Administrator,
    NoUseForCurrent,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.stack import LOGIN, connected, credential, made

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import OnDestroy, Password
    from pulumi_pwmgmt.system import Connected


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


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OldForNew, OwnPassword])
def test_a_refresh_in_the_same_process_claims_nothing(kind: type[WriteOnly]) -> None:
    """As ``pulumi destroy --refresh`` does it: no program runs, so there is no check before the diff."""
    stack, directory = made(kind)
    run, entry = stack.run(), stack.state["bot"]
    found = lifecycle.read(run, entry.record)
    assert found
    lifecycle.diff(run, found, entry.inputs)
    lifecycle.delete(run, found)
    assert not directory.opens(LOGIN, "CANARY-first")
    assert stack.told == []


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


def test_a_revoke_that_broke_off_after_its_change_is_told_by_the_next_destroy() -> None:
    stack, directory = made(Administrator)
    directory.fail("set", Killed(), commit="before the error")  # type: ignore[arg-type]  # nobody is left to be told
    with pytest.raises(Killed):
        stack.destroy()
    stack.destroy()
    assert "or a destroy before this one broke off: then it is revoked already" in stack.told[0]
    assert not directory.opens(LOGIN, "CANARY-first")


@pytest.mark.parametrize(("kind", "others"), [(Administrator, "deactivate or expire"), (OldForNew, None)])
def test_a_revoke_that_the_policy_refuses_tells_what_is_left(kind: type[WriteOnly], others: str | None) -> None:
    stack, directory = made(kind)
    directory.fail("set", PasswordRejected("it is too long", reasons=("length",)))
    with pytest.raises(PasswordRejected) as refused:
        stack.destroy()
    assert "let the system's own policy take the random 40 characters of a revoke" in refused.value.advice
    assert ("on_destroy=" in refused.value.advice) == (others is not None)
    assert not others or f"say on_destroy={others!r}" in refused.value.advice
    assert refused.value.reasons == ("length",)
    assert list(stack.state) == ["bot"]


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
    with pytest.raises(OutcomeUnknown, match="run it again: that is safe"):
        stack.destroy()
    assert "bot" in stack.state
    assert directory.calls.count("remove") == 2
    stack.destroy()
    assert stack.state == {}


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


def test_an_earlier_time_of_change_is_not_ours_either() -> None:
    stack, directory = made(Administrator)
    directory.skew = -timedelta(days=1)  # the clock went back, or the directory was restored from a backup
    directory.change_outside(LOGIN, "CANARY-by-hand")
    stack.destroy()
    assert directory.opens(LOGIN, "CANARY-by-hand")
    assert "somebody has taken it over" in stack.told[0]


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


def test_a_secret_that_is_missing_is_told_as_what_it_is() -> None:
    stack, _ = made(Administrator)

    def connect(name: str, *, in_preview: bool = False) -> Connected:
        assert not in_preview
        raise NotConfigured(f"connection {name!r}: the variable TOKEN is not set", to_do="set it where pulumi runs")

    with pytest.raises(NotConfigured) as refused:
        lifecycle.read(Run(connect, stack.told.append), stack.state["bot"].record)
    assert "set it where pulumi runs" in str(refused.value)
    assert "pulumi state delete" in str(refused.value)


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
