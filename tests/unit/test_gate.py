"""The gate of a connection: what is left free for others, who goes first, what is told, and when it is given up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import RateLimited
from pulumi_pwmgmt.rate import Gate, RateBudget
from pulumi_pwmgmt.simulator.clock import Clock as SimulatedClock
from pulumi_pwmgmt.simulator.rate import RateLimit
from tests.unit.loopback_peer import answers, peering
from tests.unit.wire_fixtures import DIALECT, STARTED, QuickClock, wire_to

if TYPE_CHECKING:
    from pulumi_pwmgmt.http import Wire
    from pulumi_pwmgmt.rate import Wait
    from tests.unit.loopback_peer import Action

FREE = 25  # percent, the default
FAR = 10.0**9
EPOCH = int(STARTED.timestamp())


class Shared(QuickClock):
    """The time of a server whose limit another client uses as well, one call each so many seconds."""

    def __init__(self, limit: int, window_s: int, *, others_every_s: float) -> None:
        super().__init__()
        self.limit = RateLimit(limit, window_s, SimulatedClock(self.now))
        self.refused, self.refused_to_others = 0, 0
        self._every, self._due = others_every_s, 0.0

    def sleep(self, seconds: float) -> None:
        until = self.elapsed + seconds
        while self._due <= until:
            self.elapsed = max(self.elapsed, self._due)
            self.refused_to_others += self.limit.take().exceeded
            self._due += self._every
        self.elapsed = until

    def call(self, gate: Gate, seconds: float) -> None:
        """Go through the gate, and make a call that takes that long."""
        assert gate.enter("", FAR, lambda: None) is None
        told = self.limit.take()
        self.refused += told.exceeded
        self.sleep(seconds)
        resets_in = told.seconds_left(self.now()) + 1.0
        gate.count("", RateBudget(left=told.remaining, limit=told.limit, resets_in=resets_in))


@pytest.mark.parametrize("stacks", [1, 2])
@pytest.mark.parametrize(
    ("limit", "window_s", "calls"), [(600, 60, 900), (50, 60, 100), (5000, 3600, 7000)], ids=["okta", "trial", "hourly"]
)
def test_another_client_that_takes_half_never_meets_the_limit(
    limit: int, window_s: int, calls: int, stacks: int
) -> None:
    server = Shared(limit, window_s, others_every_s=window_s / (limit / 2))
    gates = [Gate(server.as_clock(), FREE) for _ in range(stacks)]
    for number in range(calls):
        server.call(gates[number % stacks], 0.05)
    assert server.refused == 0
    assert server.refused_to_others == 0
    # Others take half and a quarter stays free, so a quarter is ours at least: no window goes by unused.
    assert server.elapsed < (calls / (limit / 4) + 1) * window_s


def test_all_are_taken_at_once_where_nothing_is_left_free() -> None:
    server = Shared(600, 60, others_every_s=FAR)
    gate = Gate(server.as_clock(), 0)
    for _ in range(599):  # one went to the other client
        server.call(gate, 0.01)
    assert server.elapsed == pytest.approx(5.99)
    server.call(gate, 0.01)
    assert server.elapsed > 60
    assert server.refused == 0


class Interrupts:
    """What may not go on any more after so many times."""

    def __init__(self, *, after: int) -> None:
        self._left = after

    def __call__(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise InterruptedError


def told(gate: Gate, left: int, limit: int = 600, resets_in: float | None = 60.0, lane: str = "") -> None:
    gate.count(lane, RateBudget(left=left, limit=limit, resets_in=resets_in))


def passes(gate: Gate, lane: str = "") -> bool:
    return gate.wait(lane) is None


@pytest.mark.parametrize(("percent", "left"), [(25, 150), (25, 0), (90, 540), (0, 0)])
def test_what_is_to_stay_free_stays_until_the_reset(percent: int, left: int) -> None:
    clock = QuickClock()
    gate = Gate(clock.as_clock(), percent)
    told(gate, left)
    wait = gate.wait("")
    assert wait
    assert (wait.seconds, wait.for_others) == (60, percent > 0)
    clock.sleep(60)
    assert passes(gate)


@pytest.mark.parametrize(("percent", "left", "limit"), [(25, 151, 600), (90, 541, 600), (0, 1, 600), (90, 1, 1)])
def test_one_more_than_stays_free_goes_out(percent: int, left: int, limit: int) -> None:
    gate = Gate(QuickClock().as_clock(), percent)
    told(gate, left, limit)
    assert passes(gate)


def test_calls_are_counted_before_their_answers_come() -> None:
    gate = Gate(QuickClock().as_clock(), 0)
    told(gate, 2)
    for _ in range(2):
        assert gate.enter("", FAR, lambda: None) is None
    assert not passes(gate)
    told(gate, 1)  # an answer that was overtaken
    assert not passes(gate)
    told(gate, 599, resets_in=120)  # the next window
    assert passes(gate)


def test_a_count_without_a_reset_says_nothing() -> None:
    gate = Gate(QuickClock().as_clock(), FREE)
    told(gate, 0, resets_in=None)
    assert passes(gate)


def test_a_few_calls_need_not_wait_for_an_hour_to_pass() -> None:
    gate = Gate(QuickClock().as_clock(), FREE)
    told(gate, 1260, 5000, 3600)
    assert gate.enter("", FAR, lambda: None) is None
    wait = gate.wait("")
    assert wait
    assert wait.seconds == pytest.approx(10)


def test_each_lane_has_a_limit_of_its_own() -> None:
    gate = Gate(QuickClock().as_clock(), FREE)
    told(gate, 0, lane="POST /x")
    gate.shut("GET /y", 5)
    assert not passes(gate, "POST /x")
    assert not passes(gate, "GET /y")
    assert passes(gate, "GET /x")


def test_it_opens_at_the_latest_of_all_times() -> None:
    clock = QuickClock()
    gate = Gate(clock.as_clock())
    gate.shut("", 10)
    gate.shut("", 1)
    wait = gate.wait("")
    assert wait
    assert (wait.seconds, wait.for_others) == (10, False)
    clock.sleep(11)
    assert passes(gate)


def test_they_go_in_the_order_in_which_they_came() -> None:
    clock, went = QuickClock(), list[int]()
    queued = threading.Semaphore(0)
    everybody_waits = threading.Event()

    def sleep(seconds: float) -> None:
        everybody_waits.wait(20)
        clock.sleep(seconds)

    gate = Gate(replace(clock.as_clock(), sleep=sleep), FREE)
    told(gate, 150)

    def go(number: int) -> Wait | None:
        def may_go_on() -> None:
            queued.release()

        wait = gate.enter("", FAR, may_go_on)
        went.append(number)
        return wait

    with ThreadPoolExecutor(6) as threads:
        waits = []
        for number in range(6):
            waits.append(threads.submit(go, number))
            assert queued.acquire(timeout=20)
            while queued.acquire(blocking=False):
                pass
        everybody_waits.set()
        assert [wait.result(20) for wait in waits] == [None] * 6
    assert went == sorted(went)


def test_one_that_gives_up_leaves_the_queue() -> None:
    clock = QuickClock()
    gate = Gate(clock.as_clock(), FREE)
    told(gate, 150)

    def gone() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        gate.enter("", FAR, gone)
    refused = gate.enter("", 59, lambda: None)
    assert refused
    assert clock.elapsed == 0
    assert gate.enter("", 60, lambda: None) is None
    assert clock.elapsed == pytest.approx(60)


def test_each_wait_is_told_once_with_its_reason_and_its_end() -> None:
    clock, lines = QuickClock(), list[str]()
    gate = Gate(clock.as_clock(), FREE, lines.append)
    lane = "POST /users/{id}"
    told(gate, 15, 50, lane=lane)
    for _ in range(4):
        assert gate.enter(lane, FAR, lambda: None) is None
    gate.shut("", 30)
    gate.enter("", FAR, lambda: None)
    of = f"for the rate limit of {lane}"
    assert lines == [
        f"slowed down until 2026-03-01T12:01:00Z {of}: 14 of 50 calls are left, to be spread over that time",
        f"waiting until 2026-03-01T12:01:00Z {of}: 12 of 50 calls are left, and 25 % stay free for others",
        "waiting until 2026-03-01T12:01:30Z for the rate limit: the server asks for a pause",
    ]


def test_a_pause_is_told_beside_what_stays_free_until_the_same_time() -> None:
    clock, lines = QuickClock(), list[str]()
    gate = Gate(clock.as_clock(), FREE, lines.append)
    told(gate, 150)
    with pytest.raises(InterruptedError):
        gate.enter("", FAR, Interrupts(after=2))
    gate.shut("", 60 - clock.elapsed)
    gate.enter("", FAR, lambda: None)
    until = "waiting until 2026-03-01T12:01:00Z for the rate limit"
    assert lines == [
        f"{until}: 150 of 600 calls are left, and 25 % stay free for others",
        f"{until}: the server asks for a pause",
    ]


def test_small_waits_are_told_when_they_add_up() -> None:
    clock, lines = QuickClock(), list[str]()
    gate = Gate(clock.as_clock(), FREE, lines.append)
    told(gate, 449)
    for _ in range(3):  # 0.4 s each but the first, which does not wait
        gate.enter("", FAR, lambda: None)
    assert lines == []
    for _ in range(9):
        gate.enter("", FAR, lambda: None)
    until = "2026-03-01T12:01:00Z for the rate limit"
    assert lines == [f"slowed down until {until}: 446 of 600 calls are left, to be spread over that time"]


def says(left: int, seconds: int) -> Action:
    return answers(
        200,
        {},
        X_Rate_Limit_Limit="600",
        X_Rate_Limit_Remaining=str(left),
        X_Rate_Limit_Reset=str(EPOCH + seconds),
        Date="Sun, 01 Mar 2026 12:00:00 GMT",
    )


def test_a_wait_longer_than_the_budget_says_until_when_and_what_to_do() -> None:
    clock = QuickClock()
    with peering(says(150, 3600)) as peer:
        wire = wire_to(peer.url, clock)
        wire.write("PUT", "/x")
        with pytest.raises(RateLimited) as caught:
            wire.write("PUT", "/x")
    assert len(peer.received) == 1
    assert clock.elapsed == 0
    assert caught.value.retry_after == pytest.approx(3601)
    assert caught.value.line == (
        "RateLimited: PUT /x: 150 of 600 calls are left, and 25 % stay free for others until 2026-03-01T13:00:01Z, the "
        "next call in 3601 s — run it again later, or raise the connection's time_budget or lower its rate_share_free"
    )


def test_a_pause_that_the_server_asks_for_says_until_when() -> None:
    with peering(answers(429, Retry_After="3600")) as peer, pytest.raises(RateLimited) as caught:
        wire_to(peer.url).write("PUT", "/x")
    assert caught.value.line == (
        "RateLimited: PUT /x: the server asks for a pause until 2026-03-01T13:00:00Z, the next call in 3600 s — "
        "run it again later, or raise the connection's time_budget"
    )


@pytest.mark.parametrize(("per_endpoint", "seconds"), [(True, 0), (False, 11)])
def test_whether_endpoints_share_a_limit_is_the_vendors_word(per_endpoint: bool, seconds: float) -> None:  # noqa: FBT001 -- a row
    assert DIALECT.rate
    clock, dialect = QuickClock(), replace(DIALECT, rate=replace(DIALECT.rate, per_endpoint=per_endpoint))
    with peering(says(0, 10), answers(200, {})) as peer:
        wire: Wire = wire_to(peer.url, clock, dialect=dialect)
        wire.write("POST", "/users/{id}", id="a")
        wire.read("GET", "/users/{id}", id="a")
        assert clock.elapsed == pytest.approx(seconds)
        wire.write("POST", "/users/{id}", id="b")
    assert clock.elapsed == pytest.approx(11)
