"""One time for the library and the simulated server, in which nobody waits."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from pulumi_pwmgmt.rate import Clock

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator


class SharedTime:
    """The machine's time, moved ahead by every wait, the server's along with ours."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self.ahead)

    def wait(self, seconds: float) -> None:
        self._simulator.advance_clock(seconds)
        self.ahead += seconds

    def as_clock(self) -> Clock:
        """Return the clock that the library's own waits go by."""
        return Clock(monotonic=lambda: time.monotonic() + self.ahead, sleep=self.wait, now=self)
