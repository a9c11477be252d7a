from __future__ import annotations

import pytest

from tests.unit.in_memory import (
    EVERY_KIND,
    Administrator,
    OldForNew,
    OwnPassword,
    WriteOnly,
)
from tests.unit.stack import LOGIN, credential, declared, made


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
