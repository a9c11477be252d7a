"""One time for the library and the simulated server, in which nobody waits."""

from __future__ import annotations

import http.client
import json
import time
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pulumi_pwmgmt.rate import Clock

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator


class SharedTime:
    """The machine's time, moved ahead by every wait, the server's along with ours."""

    def __init__(self, simulator: Simulator) -> None:
        self._control = http.client.HTTPConnection(urlsplit(simulator.control_url).netloc)  # kept: it is asked a lot
        self._lock = Lock()
        self.ahead = 0.0

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc) + timedelta(seconds=self.ahead)

    def wait(self, seconds: float) -> None:
        with self._lock:
            self._control.request("POST", "/clock", json.dumps({"advance_s": seconds}))
            reply = self._control.getresponse()
            reply.read()
            assert reply.status == HTTPStatus.OK
            self.ahead += seconds

    def close(self) -> None:
        self._control.close()

    def as_clock(self) -> Clock:
        """Return the clock that the library's own waits go by."""
        return Clock(monotonic=lambda: time.monotonic() + self.ahead, sleep=self.wait, now=self)
