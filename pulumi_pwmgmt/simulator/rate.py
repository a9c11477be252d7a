"""Rate limits in fixed windows."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulumi_pwmgmt.simulator.clock import Clock


@dataclass(frozen=True)
class Allowance:
    """What is left of a window: ``reset`` is when the next one starts."""

    limit: int
    remaining: int
    reset: datetime
    exceeded: bool

    @property
    def reset_epoch_s(self) -> int:
        """The start of the next window in epoch seconds, rounded up."""
        return math.ceil(self.reset.timestamp())

    def seconds_left(self, now: datetime) -> int:
        """Return the whole seconds until the next window, rounded up."""
        return max(math.ceil((self.reset - now).total_seconds()), 0)


class RateLimit:
    """So many calls in a window of so many seconds, counted from the window's first call."""

    def __init__(self, limit: int, window_s: int, clock: Clock) -> None:
        self._limit = limit
        self._window = timedelta(seconds=window_s)
        self._clock = clock
        self._ends = clock.now()
        self._used = 0

    def look(self) -> Allowance:
        """Tell what is left, counting nothing."""
        if self._clock.now() >= self._ends:
            self._ends = self._clock.now() + self._window
            self._used = 0
        left = max(self._limit - self._used, 0)
        return Allowance(self._limit, left, self._ends, exceeded=left == 0)

    def take(self) -> Allowance:
        """Count one call; ``exceeded`` tells that it was one too many."""
        before = self.look()
        if before.exceeded:
            return before
        self._used += 1
        return Allowance(before.limit, before.remaining - 1, before.reset, exceeded=False)
