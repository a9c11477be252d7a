"""How calls wait for a server's limits: together, within their budget, and never past the end of the engine."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import RateLimited
from pulumi_pwmgmt.http import Dialect
from pulumi_pwmgmt.rate import RateHeaders, budget, http_date, retry_after, until_reset
from tests.unit.loopback_peer import Received, answers, hangs_up, peering
from tests.unit.wire_fixtures import DIALECT, STARTED, QuickClock, wire_to

if TYPE_CHECKING:
    import socket

    from tests.unit.loopback_peer import Action

GOOD = answers(200, {"ok": True})
DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
EPOCH = int(STARTED.timestamp())

LIMITS = {
    "429 with seconds": (answers(429, Retry_After="7"), 7),
    "429 with a date": (answers(429, Retry_After="Sun, 01 Mar 2026 12:00:09 GMT", Date=DATE), 9),
    "503 with seconds": (answers(503, Retry_After="7"), 7),
    "429 with a reset": (answers(429, X_Rate_Limit_Reset=str(EPOCH + 20), Date=DATE), 21),
    "Retry-After before the reset": (answers(429, Retry_After="3", X_Rate_Limit_Reset=str(EPOCH + 20)), 3),
}


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize(("limit", "seconds"), LIMITS.values(), ids=LIMITS.keys())
def test_a_limited_call_waits_as_long_as_the_server_says(verb: str, limit: Action, seconds: float) -> None:
    clock = QuickClock()
    with peering(limit, GOOD) as peer:
        assert getattr(wire_to(peer.url, clock), verb)("PUT", "/x").json == {"ok": True}
    assert len(peer.received) == 2
    assert clock.elapsed == pytest.approx(seconds)


def test_the_servers_own_clock_counts_not_ours() -> None:
    clock = QuickClock()
    reset = datetime(2031, 1, 1, 0, 0, 30, tzinfo=timezone.utc).timestamp()
    limit = answers(429, X_Rate_Limit_Reset=str(int(reset)), Date="Wed, 01 Jan 2031 00:00:00 GMT")
    with peering(limit, GOOD) as peer:
        wire_to(peer.url, clock).write("PUT", "/x")
    assert clock.elapsed == pytest.approx(31)


@pytest.mark.parametrize(
    "limit",
    [
        answers(429),
        answers(429, Retry_After="soon"),
        answers(503, Retry_After="-1"),
        answers(429, X_Rate_Limit_Reset="0"),
    ],
)
def test_without_a_usable_time_it_backs_off(limit: Action) -> None:
    clock = QuickClock()
    with peering(limit, limit, GOOD) as peer:
        assert wire_to(peer.url, clock).write("PUT", "/x").json == {"ok": True}
    assert len(peer.received) == 3
    assert 0 < clock.elapsed < 5


@pytest.mark.parametrize("verb", ["read", "write"])
def test_too_long_a_wait_is_refused_at_once(verb: str) -> None:
    clock = QuickClock()
    with peering(answers(429, Retry_After="3600")) as peer, pytest.raises(RateLimited) as caught:
        getattr(wire_to(peer.url, clock), verb)("PUT", "/x")
    assert len(peer.received) == 1
    assert clock.elapsed == 0
    assert caught.value.retry_after == pytest.approx(3600)


def test_after_that_no_call_of_the_connection_goes_out_until_the_reset() -> None:
    clock = QuickClock()
    with peering(answers(429, Retry_After="3600"), GOOD) as peer:
        wire = wire_to(peer.url, clock)
        for _ in range(3):
            with pytest.raises(RateLimited):
                wire.read("GET", "/x")
        assert len(peer.received) == 1
        clock.sleep(3590)
        assert wire.read("GET", "/x").json == {"ok": True}
        assert clock.elapsed == pytest.approx(3600)


def test_a_wait_that_would_leave_no_time_for_the_answer_is_refused() -> None:
    with peering(answers(429, Retry_After="59")) as peer, pytest.raises(RateLimited):
        wire_to(peer.url, time_budget=60).write("PUT", "/x")
    assert len(peer.received) == 1


def test_a_limit_that_does_not_end_is_given_up() -> None:
    with peering(answers(429, Retry_After="1")) as peer, pytest.raises(RateLimited) as caught:
        wire_to(peer.url).write("PUT", "/x")
    assert len(peer.received) == 5
    assert caught.value.retry_after == pytest.approx(1)


def test_no_further_call_goes_out_when_the_last_one_is_used_up() -> None:
    clock = QuickClock()
    last = answers(
        200, {}, X_Rate_Limit_Limit="9", X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=str(EPOCH + 10), Date=DATE
    )
    with peering(last, GOOD) as peer:
        wire = wire_to(peer.url, clock)
        assert wire.write("PUT", "/x").status == 200
        assert clock.elapsed == 0
        wire.read("GET", "/x")
    assert clock.elapsed == pytest.approx(11)


def test_a_reset_told_in_seconds_left() -> None:
    clock = QuickClock()
    names = RateHeaders(limit="Limit", remaining="Remaining", reset="Reset", reset_is="seconds left")
    dialect = Dialect(complaint=DIALECT.complaint, refusals=(), request_id="X-Id", rate=names)
    with peering(answers(200, {}, Limit="9", Remaining="0", Reset="8"), GOOD) as peer:
        wire = wire_to(peer.url, clock, dialect=dialect)
        wire.read("GET", "/x")
        wire.read("GET", "/x")
    assert clock.elapsed == pytest.approx(9)


def test_four_threads_wait_for_the_reset_together() -> None:
    clock = QuickClock()
    all_four = threading.Barrier(4)
    arrivals: list[float] = []

    def limited_until_30(connection: socket.socket, request: Received) -> bool:
        arrivals.append(clock.elapsed)
        if len(arrivals) > 4:
            return GOOD(connection, request)
        all_four.wait(timeout=20)  # all are under way before the first hears of the limit
        return answers(429, Retry_After="30")(connection, request)

    with peering(limited_until_30) as peer, ThreadPoolExecutor(4) as threads:
        wire = wire_to(peer.url, clock, time_budget=3600)
        replies = list(threads.map(lambda _: wire.write("PUT", "/x"), range(4)))
    assert [reply.status for reply in replies] == [200] * 4
    assert len(arrivals) == 8
    assert min(arrivals[4:]) >= 30


def test_it_asks_whether_it_may_go_on_before_each_write_and_each_second_of_a_wait() -> None:
    clock, asked = QuickClock(), list[float]()
    with peering(answers(429, Retry_After="30"), GOOD) as peer:
        wire_to(peer.url, clock, may_go_on=lambda: asked.append(clock.elapsed)).write("PUT", "/x")
    assert asked[0] == 0
    assert asked[-1] == pytest.approx(30)
    assert max(later - earlier for earlier, later in pairwise(asked)) <= 1


@pytest.mark.parametrize("first", [answers(429, Retry_After="30"), hangs_up])
def test_a_wait_ends_when_it_may_not_go_on(first: Action) -> None:
    clock = QuickClock()

    class EngineGone(Exception):
        pass

    def gone() -> None:
        raise EngineGone

    with peering(first) as peer, pytest.raises(EngineGone):
        wire_to(peer.url, clock, may_go_on=gone).read("GET", "/x")
    assert len(peer.received) == 1
    assert clock.elapsed == 0


def test_a_write_does_not_go_out_when_it_may_not() -> None:
    def gone() -> None:
        raise InterruptedError

    with peering(GOOD) as peer, pytest.raises(InterruptedError):
        wire_to(peer.url, may_go_on=gone).write("PUT", "/x")
    assert peer.connections == 0


NAMES = RateHeaders(limit="Limit", remaining="Left", reset="Reset", reset_is="seconds left")


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5), (" 5 ", 5), ("0", None), ("-5", None), ("inf", None), ("nan", None), ("", None)]
)
def test_retry_after_in_seconds(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, STARTED) == seconds


@pytest.mark.parametrize("text", ["Sun, 01 Mar 2026 11:00:00 GMT", "yesterday", "Sun, 99 Mar 2026 11:00:00 GMT"])
def test_a_time_that_is_over_or_none_is_no_time(text: str) -> None:
    assert retry_after({"Retry-After": text}, STARTED) is None


@pytest.mark.parametrize("headers", [{}, {"Reset": ""}, {"Reset": "later"}, {"Reset": "1e9"}, {"Reset": "²"}])
def test_a_malformed_reset_is_none(headers: dict[str, str]) -> None:
    assert until_reset(headers, NAMES, STARTED) is None
    told = budget(headers | {"Limit": "9", "Left": "0"}, NAMES, STARTED)
    assert told
    assert told.resets_in is None


def test_a_vendor_without_rate_headers() -> None:
    assert until_reset({"Reset": "5"}, None, STARTED) is None
    assert budget({"Limit": "9", "Left": "0"}, None, STARTED) is None


def test_dates_are_aware_and_in_utc() -> None:
    noon = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
    assert http_date("Sun, 01 Mar 2026 12:00:00 GMT") == noon
    assert http_date("Sun, 01 Mar 2026 12:00:00 -0000") == noon
    assert http_date("Sun, 01 Mar 2026 13:00:00 +0100") == noon
    assert http_date("nonsense") is None
    assert http_date("Fri, 31 Dec 9999 23:59:59 -0100") is None
    assert http_date(None) is None
