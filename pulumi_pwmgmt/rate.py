"""When a connection may send again: what servers say of their rate limits, and the gate at which its calls wait."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST_NUMBER = 20  # characters; what is longer is no count and no time
_LONGEST_WAIT = 366 * 86400.0  # seconds; who asks for more says nothing
_YEARS = range(1970, 2200)
_SLICE = 1.0  # seconds; no wait goes on for longer without asking whether it still should


@dataclass(frozen=True, kw_only=True)
class RateHeaders:
    """The names of a vendor's rate-limit headers, and whether ``reset`` is a UTC time or a number of seconds."""

    remaining: str
    reset: str
    reset_is: Literal["epoch", "seconds left"]
    limit: str | None = None


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


class Gate:
    """Stays shut until the server's limit is reset; every call of a connection goes through. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._opens = -math.inf

    def shut(self, seconds: float) -> None:
        """Stay shut for that many seconds from now, or longer if it already was to."""
        with self._lock:
            self._opens = max(self._opens, self._clock.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds until it opens; 0 where it is open."""
        with self._lock:
            return max(0.0, self._opens - self._clock.monotonic())


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


def budget(headers: Mapping[str, str], names: RateHeaders | None) -> tuple[int, int] | None:
    """Read how many calls are left and how many there are in a whole window; None where the answer does not say."""
    if names is None or names.limit is None:
        return None
    left, whole = _number(headers.get(names.remaining, "")), _number(headers.get(names.limit, ""))
    return None if left is None or whole is None else (int(left), int(whole))


def used_up(headers: Mapping[str, str], names: RateHeaders | None) -> bool:
    """Whether the answer says that no further call is left before the reset."""
    return names is not None and _number(headers.get(names.remaining, "")) == 0


def _number(text: str) -> float | None:
    text = text.strip()
    is_one = text.isascii() and text.replace(".", "", 1).isdigit() and len(text) <= _LONGEST_NUMBER
    return float(text) if is_one else None
