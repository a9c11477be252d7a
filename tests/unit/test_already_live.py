"""A change that an unheard-of run has made already, where no log-in can prove it: running it again ends well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import CurrentPasswordRejected, PasswordRejected
from tests.unit.in_memory import Administrator, OwnPassword
from tests.unit.stack import LOGIN, credential, made, stack_of

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Observation, Password


class SaysSo(OwnPassword):
    """Refuses the present password in words of its own, as Okta does."""

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation | None:
        known = current is None or self.directory.opens(principal, current.reveal())
        if known and self.directory.opens(principal, new.reveal()):
            self.directory.enter("set")
            raise PasswordRejected("it is the current one", is_live=True)
        return super().set_password(principal, new, current)


def test_a_change_that_is_refused_as_the_current_password_was_made() -> None:
    stack, directory = made(SaysSo)
    directory.store(directory.get(LOGIN), "CANARY-second")
    assert stack.up(bot=credential(password="CANARY-second")) == ["update"]
    assert directory.calls == ["set", "observe"], "the server's word is enough"
    assert directory.failed_log_ins == 0
    assert stack.state["bot"].record.password_changed_at == directory.get(LOGIN).changed_at
    assert stack.up(bot=credential(password="CANARY-second")) == []


def test_so_was_the_first_one() -> None:
    stack, directory = stack_of(SaysSo)
    directory.store(directory.get(LOGIN), "CANARY-first")
    assert stack.up(bot=credential()) == ["create"]


def test_one_used_before_is_refused_all_the_same() -> None:
    stack, directory = made(SaysSo)
    directory.store(directory.get(LOGIN), "CANARY-by-hand")
    with pytest.raises(PasswordRejected):
        stack.up(bot=credential(password="CANARY-live"))
    assert directory.opens(LOGIN, "CANARY-by-hand")


def test_where_the_kept_one_is_refused_it_is_set_without_one() -> None:
    stack, directory = made(SaysSo, keep_in_state=True)
    directory.store(directory.get(LOGIN), "CANARY-second")
    directory.clock.wait(60)
    assert stack.up(bot=credential(password="CANARY-second", keep_in_state=True)) == ["update"]
    assert directory.current_sent == ["CANARY-first"]
    assert directory.failed_log_ins == 1
    assert stack.state["bot"].outputs["kept_password"] == "CANARY-second"


def test_an_administrator_needs_no_current_password_where_nothing_tells() -> None:
    stack, directory = made(Administrator, keep_in_state=True)
    directory.second_factor = True
    directory.store(directory.get(LOGIN), "CANARY-by-hand")
    stack.up(bot=credential(password="CANARY-second", keep_in_state=True))
    assert directory.current_sent == ["CANARY-first", None]
    assert directory.opens(LOGIN, "CANARY-second")


def test_where_a_log_in_proves_that_neither_is_live_a_human_is_asked() -> None:
    stack, directory = made(Administrator, keep_in_state=True)
    directory.store(directory.get(LOGIN), "CANARY-by-hand")
    with pytest.raises(CurrentPasswordRejected, match="neither the password we know nor the new one"):
        stack.up(bot=credential(password="CANARY-second", keep_in_state=True))
