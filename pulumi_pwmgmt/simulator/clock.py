"""The simulator's clock: the machine's, moved when a test asks for it."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock:
    """Tells the time in UTC; every timestamp, expiry and ``Date`` header of the simulator comes from here."""

    def __init__(self, source: Callable[[], datetime] = _utc_now) -> None:
        self._source = source
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """Return the simulated time, with a UTC zone."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move ahead by so many seconds, at once; back where they are negative."""
        self._ahead += timedelta(seconds=seconds)

    def back_to_now(self) -> None:
        """Show the machine's time again."""
        self._ahead = timedelta(0)
