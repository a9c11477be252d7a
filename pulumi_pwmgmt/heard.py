"""What an answer tells of the way it came, whatever it says: the server's clock, its certificate, its rate limit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pulumi_pwmgmt.rate import RateBudget, budget, http_date

if TYPE_CHECKING:
    from pulumi_pwmgmt.outcome import Answer
    from pulumi_pwmgmt.rate import RateHeaders

_SECOND = timedelta(seconds=1)  # servers tell time in whole seconds, cut off


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One answer. Each is None where the answer does not tell it.

    ``ahead`` is how much the server's clock is ahead of ours at least, negative where it is behind, and zero where the
    time that the exchange took and the server's whole seconds leave room for both to be right.
    ``certificate_ends`` is when the server's certificate runs out; None too where there is no TLS.
    """

    status: int
    ahead: timedelta | None
    rate: RateBudget | None
    certificate_ends: datetime | None


def heard(answer: Answer, names: RateHeaders | None, asked: datetime, now: datetime) -> Heard:
    """Read an answer that was asked for and had at these times of our own clock."""
    date = http_date(answer.headers.get("Date"))
    return Heard(
        status=answer.status,
        ahead=_ahead(date, asked, now) if date else None,
        rate=budget(answer.headers, names, date or now),
        certificate_ends=answer.certificate_ends,
    )


def _ahead(date: datetime, asked: datetime, now: datetime) -> timedelta:
    return max(date - now, timedelta()) + min(date + _SECOND - asked, timedelta())
