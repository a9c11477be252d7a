"""What the server's own time of change decides, at the edges of whole seconds and with clocks that disagree."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from pulumi_pwmgmt.errors import OutcomeUnknown
from pulumi_pwmgmt.look import Attempt, already_live, look
from pulumi_pwmgmt.model import Observation, Secret
from tests.unit.in_memory import Administrator, Clock, Directory, NoUseForCurrent, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, Stack, connected, credential, declared, made, stack_of

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
SKEWS = [timedelta(), timedelta(minutes=7), timedelta(minutes=-7), timedelta(seconds=0.6), timedelta(seconds=-0.6)]


def second(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def decided(changed: float, *, started: float, latency: float = 0, before: float | None = None) -> bool | None:
    """Return what is decided of a change at ``changed`` where both clocks agree; the look is made 20 s later."""
    attempt = Attempt(LOGIN, Secret("CANARY-new"), None if before is None else second(before), started)
    answered = second(started + 20).replace(microsecond=0)
    observation = Observation(principal_id="1", password_changed_at=second(changed), answered_at=answered)
    return attempt.applied(observation, started + 20, started + 20 + latency)


def test_equal_seconds_decide_nothing() -> None:
    assert decided(0, started=0.0) is None
    assert decided(0, started=0.5) is None
    assert decided(0, started=0.999) is None


def test_a_change_in_a_later_second_is_ours_and_one_in_an_earlier_second_is_not() -> None:
    assert decided(2, started=0.5) is True
    assert decided(-2, started=0.5) is False
    assert decided(15, started=0.5) is True
    assert decided(-3600, started=0.5) is False


def test_no_later_than_the_recorded_time_is_not_ours() -> None:
    assert decided(2, started=0.5, before=2) is None
    assert decided(2, started=0.5, before=5) is None
    assert decided(2, started=0.5, before=1) is True


def test_a_time_of_change_that_lies_ahead_of_the_servers_clock_decides_nothing() -> None:
    """The clock went back since: it may be later than our request without having been made by it."""
    attempt = Attempt(LOGIN, Secret("CANARY-new"), None, 10)
    told = Observation(principal_id="1", password_changed_at=second(22), answered_at=second(20))
    assert attempt.applied(told, 20, 20) is None
    assert attempt.applied(replace(told, password_changed_at=second(20.9)), 20, 20) is True


def test_a_clock_that_went_back_makes_nobody_elses_change_ours() -> None:
    stack, directory = stack_of(OwnPassword)
    directory.change_outside(LOGIN, "CANARY-of-somebody-else")
    directory.clock.wait(60)
    directory.skew = timedelta(hours=-1)
    directory.fail("set", OutcomeUnknown("no answer"))
    with pytest.raises(OutcomeUnknown):
        stack.up(bot=credential())
    assert stack.state == {}


def test_a_server_that_does_not_tell_a_time_decides_nothing() -> None:
    attempt = Attempt(LOGIN, Secret("CANARY-new"), None, 0)
    told = Observation(principal_id="1", password_changed_at=second(10), answered_at=second(20))
    assert attempt.applied(replace(told, password_changed_at=None), 20, 20) is None
    assert attempt.applied(replace(told, answered_at=None), 20, 20) is None


def test_a_slow_observation_does_not_make_an_earlier_change_ours() -> None:
    # The answer was written within the 5 s that it took: a change 2 s before the attempt must not pass for ours.
    attempt = Attempt(LOGIN, Secret("CANARY-new"), None, 10)
    told = Observation(principal_id="1", password_changed_at=second(8), answered_at=second(20))
    assert attempt.applied(told, 20, 25) is None
    assert attempt.applied(replace(told, password_changed_at=second(11)), 20, 25) is True


def test_a_slow_observation_does_not_make_a_later_change_somebody_elses() -> None:
    attempt = Attempt(LOGIN, Secret("CANARY-new"), None, 10)
    told = Observation(principal_id="1", password_changed_at=second(11), answered_at=second(25))
    assert attempt.applied(told, 20, 25) is None


@pytest.mark.parametrize("skew", SKEWS)
@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 0.75, 0.999])
@pytest.mark.parametrize("offset", [-3.0, -1.5, -1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0, 1.5, 3.0])
def test_it_never_decides_wrongly_whatever_the_clocks_show(skew: timedelta, fraction: float, offset: float) -> None:
    clock = Clock()
    clock.time = second(fraction)
    directory = Directory(clock, skew=skew)
    directory.add(LOGIN)
    system = connected(Administrator(directory))
    stack = Stack(clock, {"main": system})
    clock.time = second(60 + fraction + min(offset, 0))
    if offset < 0:
        directory.change_outside(LOGIN, "CANARY-of-somebody-else")
        clock.wait(-offset)
    attempt = Attempt(LOGIN, Secret("CANARY-new"), directory.accounts[0].changed_at, clock.elapsed())
    if offset >= 0:
        clock.wait(offset)
        directory.change_outside(LOGIN, "CANARY-new")
    clock.wait(12.3)
    assert look(stack.run(), system, attempt) is (offset >= 0)
    if abs(offset) > 2:
        assert directory.log_ins == 0, "the time alone decides"


@pytest.mark.parametrize("skew", SKEWS)
def test_a_slow_but_applied_change_costs_no_log_in_whatever_the_clocks_show(skew: timedelta) -> None:
    stack, directory = stack_of(Administrator)
    directory.skew = skew
    stack.up(bot=credential())
    clock = directory.clock
    account = directory.accounts[0]
    attempt = Attempt(account.id, Secret("CANARY-new"), account.changed_at, clock.elapsed())
    clock.wait(5)
    directory.change_outside(LOGIN, "CANARY-new")
    clock.wait(25)
    assert look(stack.run(), stack.connections["main"], attempt) is True
    assert directory.log_ins == 0


def test_a_time_of_change_that_stayed_the_same_costs_no_log_in() -> None:
    stack, directory = stack_of(Administrator)
    account = directory.accounts[0]
    attempt = Attempt(account.id, Secret("CANARY-new"), account.changed_at, directory.clock.elapsed())
    assert already_live(stack.connections["main"], attempt) is False
    directory.change_outside(LOGIN, "CANARY-new")
    assert already_live(stack.connections["main"], attempt) is True
    assert directory.calls == ["observe", "observe", "verify"]


def test_a_look_observes_before_it_logs_in() -> None:
    stack, directory = stack_of(Administrator)
    directory.fail("set", OutcomeUnknown("no answer"), commit="before the error")
    stack.up(bot=credential())
    assert directory.calls.index("observe") < directory.calls.index("verify")


@pytest.mark.parametrize("hours", [1, -1])
@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OwnPassword])
def test_our_clock_that_is_set_while_an_answer_is_lost_makes_nobody_elses_change_ours(
    kind: type[WriteOnly], hours: int
) -> None:
    stack, directory = made(kind)
    directory.change_outside(LOGIN, "CANARY-of-somebody-else")
    directory.clock.wait(600)
    lost = OutcomeUnknown("no answer")
    directory.fail("set", lost)
    directory.fail("set", lost)
    leave = directory.clock.wait

    def set_meanwhile(seconds: float) -> None:
        leave(seconds)
        if len(directory.passwords_sent) == 1 and not directory.skew:
            directory.clock.set_ahead(hours * 3600)
            directory.skew = timedelta(hours=-hours)

    directory.clock.wait = set_meanwhile  # type: ignore[method-assign]  # somebody sets it during the wait
    with pytest.raises(OutcomeUnknown):
        stack.up(bot=declared(kind, password="CANARY-second"))
    assert directory.skew
    assert directory.opens(LOGIN, "CANARY-of-somebody-else")


def test_what_has_elapsed_is_told_in_seconds() -> None:
    run = stack_of(Administrator)[0].run_by_the_clock()
    earlier, latest = run.elapsed(), time.monotonic()
    time.sleep(0.01)
    assert 0.009 < run.elapsed() - earlier < time.monotonic() - latest + 0.01
