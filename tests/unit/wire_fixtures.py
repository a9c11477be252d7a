"""What the tests of the wire have in common: a clock that takes no time, a vendor, and a wire to a peer."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.connection import Connection
from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CurrentPasswordRejected,
    PasswordRejected,
    PermissionDenied,
    PrincipalNotFound,
    UnexpectedReply,
)
from pulumi_pwmgmt.http import Complaint, Dialect, RateHeaders, Refusal, Reply, Wire
from pulumi_pwmgmt.rate import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

STARTED = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


class QuickClock:
    """Time that passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.elapsed += seconds

    def now(self) -> datetime:
        return STARTED + timedelta(seconds=self.elapsed)

    def as_clock(self) -> Clock:
        return Clock(monotonic=self.monotonic, sleep=self.sleep, now=self.now)


def complaint(reply: Reply) -> Complaint | None:
    match reply.json:
        case {"code": str(code), "causes": [*causes]}:
            return Complaint(code, tuple(str(cause) for cause in causes))
        case {"code": str(code)}:
            return Complaint(code)
    return None


DIALECT = Dialect(
    complaint=complaint,
    refusals=(
        Refusal(error=AuthenticationFailed, status=401, code="E1"),
        Refusal(error=PermissionDenied, status=403, code="E2", to_do="ask for more"),
        Refusal(error=PrincipalNotFound, code="E3"),
        Refusal(error=PasswordRejected, code="E4", cause="used before", repeats=True),
        Refusal(error=CurrentPasswordRejected, code="E4", cause="^old password"),
        Refusal(error=PasswordRejected, code="E4"),
        Refusal(error=PrincipalNotFound, status=500, code="E5"),
        Refusal(error=UnexpectedReply, code="E6"),
    ),
    request_id="X-Request-Id",
    rate=RateHeaders(
        limit="X-Rate-Limit-Limit", remaining="X-Rate-Limit-Remaining", reset="X-Rate-Limit-Reset", reset_is="epoch"
    ),
)


def wire_to(
    url: str,
    clock: QuickClock | None = None,
    *,
    may_go_on: Callable[[], None] = lambda: None,
    dialect: Dialect = DIALECT,
    **settings: Any,  # noqa: ANN401 -- whatever settings a connection has
) -> Wire:
    settings = {"connect_timeout": 5, "read_timeout": 10, "time_budget": 60} | settings
    connection = Connection(system="example", url=url, **settings)
    return Wire(connection, dialect, may_go_on=may_go_on, clock=(clock or QuickClock()).as_clock())
