"""When a connection may send again: what servers say of their rate limits, and the gate at which its calls wait."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from pulumi_pwmgmt.model import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_NUMBER = 20  # characters; what is longer is no count and no time
_LONGEST_WAIT = 366 * 86400.0  # seconds; who asks for more says nothing
_YEARS = range(1970, 2200)
_SLICE = 1.0  # seconds; no wait goes on for longer without asking whether it still should
_LONGEST_GAP = 10.0  # seconds between calls that are spread; a few calls need not wait for an hour to pass
_STACKS = 2  # how many are assumed to spread their calls over one limit at the same time
_SAME = 3.0  # seconds; by so much the same reset may seem another, as servers tell whole ones
_WORTH_TELLING = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class RateHeaders:
    """The names of a vendor's rate-limit headers, and whether ``reset`` is a UTC time or a number of seconds.

    ``per_endpoint`` says that each method on each path has a limit of its own, not the connection one for all calls.
    """

    limit: str
    remaining: str
    reset: str
    reset_is: Literal["epoch", "seconds left"]
    per_endpoint: bool = False


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Time, in seconds, as the wire sees it."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    def pause(self, seconds: float, may_go_on: Callable[[], None]) -> None:
        """Sleep that long, asking ``may_go_on`` at the start and at least each second."""
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            may_go_on()
            self.sleep(min(left, _SLICE))


@dataclass(frozen=True, kw_only=True)
class RateBudget:
    """How many calls are left of so many, and in how many seconds there are all of them again, where that is told."""

    left: int
    limit: int
    resets_in: float | None


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Why a call does not go out now: ``seconds`` until it may, and until ``until`` that is so, by the clock's count.

    ``for_others`` says that the server would still take the call.
    """

    seconds: float
    until: float
    why: str
    for_others: bool


@dataclass
class _Lane:
    """The calls that share a limit: who waits, and what is known of the limit. Times are the clock's count."""

    queue: deque[object] = field(default_factory=deque)
    opens: float = -math.inf  # the server asks for no call before
    left: int = 0
    limit: int = 0
    resets: float = -math.inf
    latest: float = -math.inf  # when the latest call went out
    waited: float = 0.0  # seconds in this window
    told: dict[tuple[str, bool], float] = field(default_factory=dict)  # the latest end, by what was said


class Gate:
    """Where the calls of a connection wait for the server's limits, each lane in the order of arrival. Thread-safe.

    ``percent_free`` of a limit is left to others, by the server's own count, which has their calls in it. A call whose
    turn comes while as much or less has been used in this window goes out at once. What lies between is spread evenly
    over the time until the reset: so what others take meanwhile is seen before it is too late. With 0 all are taken as
    fast as they come. ``tell`` hears of it when a lane's calls have waited for a second in all, once for each reason
    and window.
    """

    def __init__(self, clock: Clock, percent_free: int = 0, tell: Callable[[str], object] = lambda _: None) -> None:
        self._clock = clock
        self._percent = percent_free
        self._tell = tell
        self._turns = threading.Condition()
        self._lanes: dict[str, _Lane] = {}

    def shut(self, lane: str, seconds: float) -> None:
        """Let no call of the lane pass for that many seconds from now, or longer if it already was to."""
        with self._turns:
            known = self._lane(lane)
            known.opens = max(known.opens, self._clock.monotonic() + seconds)
            self._turns.notify_all()

    def count(self, lane: str, told: RateBudget) -> None:
        """Take in what an answer tells. Answers come in any order, so within a window the fewest calls left count."""
        if told.resets_in is None:
            return
        with self._turns:
            known, resets = self._lane(lane), self._clock.monotonic() + told.resets_in
            same_window = abs(resets - known.resets) <= _SAME
            known.left = min(known.left, told.left) if same_window else told.left
            known.waited = known.waited if same_window else 0.0
            known.limit, known.resets = told.limit, resets
            self._turns.notify_all()

    def wait(self, lane: str) -> Wait | None:
        """Return what a call of the lane would wait for now, were it the only one; None where it may pass."""
        with self._turns:
            return self._wait(self._lane(lane))

    def enter(self, lane: str, latest: float, may_go_on: Callable[[], None]) -> Wait | None:
        """Wait for one call's turn; return what would keep it longer than ``latest``, None when it may go out.

        What ``may_go_on`` raises, asked at least each second, ends the wait.
        """
        ticket = object()
        with self._turns:
            known = self._lane(lane)
            known.queue.append(ticket)
        try:
            while True:
                with self._turns:
                    wait, is_next = self._wait(known), known.queue[0] is ticket
                    if is_next and not wait:
                        known.left -= 1
                        known.latest = self._clock.monotonic()
                        return None
                    if wait and self._clock.monotonic() + wait.seconds > latest:
                        return wait
                    news = self._news(lane, known, wait) if wait else None
                    if is_next and wait:
                        known.waited += min(wait.seconds, _SLICE)
                if news:
                    self._tell(news)
                if is_next and wait:
                    self._clock.pause(min(wait.seconds, _SLICE), may_go_on)
                    continue
                may_go_on()
                with self._turns:  # only the first of a queue looks at the clock
                    if known.queue[0] is not ticket:
                        self._turns.wait(_SLICE)
        finally:
            with self._turns:
                known.queue.remove(ticket)
                self._turns.notify_all()

    def when(self, wait: Wait) -> str:
        """Write the time until which it is so, in RFC 3339 and UTC, to the second."""
        end = self._clock.now() + timedelta(seconds=wait.until - self._clock.monotonic() + 0.5)
        return rfc3339(end.replace(microsecond=0))

    def _lane(self, name: str) -> _Lane:
        return self._lanes.setdefault(name, _Lane())

    def _wait(self, lane: _Lane) -> Wait | None:
        now = self._clock.monotonic()
        if lane.opens > now:
            why = "the server asks for a pause"
            return Wait(seconds=lane.opens - now, until=lane.opens, why=why, for_others=False)
        if lane.resets <= now:
            return None
        free = lane.limit * self._percent // 100
        why = f"{max(lane.left, 0)} of {lane.limit} calls are left"
        if lane.left <= free:
            why += f", and {self._percent} % stay free for others" if free else ""
            return Wait(seconds=lane.resets - now, until=lane.resets, why=why, for_others=free > 0)
        if free and lane.left < lane.limit - free:
            due = lane.latest + min(_STACKS * (lane.resets - now) / (lane.left - free), _LONGEST_GAP)
            if due > now:
                why += ", to be spread over that time"
                return Wait(seconds=due - now, until=lane.resets, why=why, for_others=True)
        return None

    def _news(self, name: str, lane: _Lane, wait: Wait) -> str | None:
        kind = "slowed down" if wait.seconds < wait.until - self._clock.monotonic() else "waiting"
        reason = kind, wait.until == lane.opens
        if lane.waited + wait.seconds < _WORTH_TELLING or wait.until <= lane.told.get(reason, -math.inf) + _SAME:
            return None
        lane.told[reason] = wait.until
        return f"{kind} until {self.when(wait)} for the rate limit{name and ' of '}{name}: {wait.why}"


def http_date(text: str | None) -> datetime | None:
    """Read the date of an HTTP header, aware and in UTC; None where there is none or it is malformed."""
    try:
        date = parsedate_to_datetime(text or "")
    except (ValueError, IndexError, OverflowError):
        return None
    return plausible(date.replace(tzinfo=timezone.utc) if date.tzinfo is None else date)


def plausible(date: datetime) -> datetime | None:
    """Return an aware time in UTC; None where it is centuries off, so that no sum with it leaves the calendar."""
    return date.astimezone(timezone.utc) if date.year in _YEARS else None


def retry_after(headers: Mapping[str, str], at: datetime) -> float | None:
    """Read ``Retry-After``, in seconds from ``at``, the server's own time of the answer (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    seconds = _number(value)
    if seconds is None and (date := http_date(value)):
        seconds = (date - at).total_seconds()
    return seconds if seconds and 0 < seconds <= _LONGEST_WAIT else None


def until_reset(headers: Mapping[str, str], names: RateHeaders | None, at: datetime) -> float | None:
    """Seconds from ``at`` until the server's limit is reset, None where it does not say or this is over.

    Servers tell whole seconds, so one is added.
    """
    reset = _number(headers.get(names.reset, "")) if names else None
    if names is None or reset is None:
        return None
    left = reset - at.timestamp() if names.reset_is == "epoch" else reset
    return left + 1 if 0 <= left <= _LONGEST_WAIT else None


def budget(headers: Mapping[str, str], names: RateHeaders | None, at: datetime) -> RateBudget | None:
    """Read how many calls are left and how many there are in a whole window; None where the answer does not say."""
    if names is None:
        return None
    left, whole = _number(headers.get(names.remaining, "")), _number(headers.get(names.limit, ""))
    if left is None or whole is None:
        return None
    return RateBudget(left=int(left), limit=int(whole), resets_in=until_reset(headers, names, at))


def _number(text: str) -> float | None:
    text = text.strip()
    is_one = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= _LONGEST_NUMBER
    return float(text) if is_one else None
