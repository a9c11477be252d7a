"""Times in which nothing rotates, and waiting that stands still while they last."""

from __future__ import annotations

import re
import zoneinfo
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Window: TypeAlias = tuple[datetime, datetime]
"""From the first moment to before the second."""

YEARS = range(2000, 2200)
_YEARS_LOOKED_AT = range(YEARS.start - 1, YEARS.stop + 60)  # a cron line can skip 40
_LEAP_YEAR = 2000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DAY_OF_EVERY_YEAR = re.compile(r"[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Freeze:
    """A time in which nothing rotates; what falls due in it waits for its end.

    ``start`` and ``end`` are both days of every year (``12-15``), which may lie across the new year, or both belong
    to one year: days (``2026-12-15``) or times (``2026-12-15T18:00``), in the schedule's time zone. A day as ``end``
    is frozen as a whole. 02-29 is frozen in leap years only.

    Raises:
        ValueError: there is no such day or time, the two are not of a kind, or ``end`` is not after ``start``.

    """

    start: str
    end: str

    def __post_init__(self) -> None:
        try:
            problem = self._problem()
        except ValueError as error:
            problem = str(error)
        if problem:
            raise ValueError(f"freeze {self}: {problem}")

    def windows(self) -> Iterator[Window]:
        """Yield each time it comes, in the schedule's local time, earliest first."""
        if not _is(_DAY_OF_EVERY_YEAR, self.start):
            yield _begin(self.start), _end(self.end)
            return
        month, day = _month_and_day(self.start)
        end_month, end_day = _month_and_day(self.end)
        for year in _YEARS_LOOKED_AT:
            end_year = year + (self.end < self.start)
            last_day = min(end_day, monthrange(end_year, end_month)[1])
            begin = datetime.combine(date(year, month, 1), time()) + timedelta(days=day - 1)
            end = datetime.combine(date(end_year, end_month, last_day), time()) + timedelta(days=1)
            yield begin, end  # no time at all for a 29 February that is not there

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"

    def _problem(self) -> str | None:
        match sum(_is(_DAY_OF_EVERY_YEAR, text) for text in (self.start, self.end)):
            case 0:
                return None if _begin(self.start) < _end(self.end) else "it ends before it begins"
            case 1:
                return "give both as days of every year, like 12-15, or both with their year"
        _month_and_day(self.start), _month_and_day(self.end)
        return None


@lru_cache(maxsize=64)
def local_windows(freeze: tuple[Freeze, ...]) -> tuple[Window, ...]:
    """Return all windows in local time, in order; those that touch are one."""
    merged: list[Window] = []
    for begin, end in sorted(window for one in freeze for window in one.windows()):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return tuple(merged)


@lru_cache(maxsize=64)
def windows(freeze: tuple[Freeze, ...], time_zone: str) -> tuple[Window, ...]:
    """Return all windows in UTC, in order; those that touch are one."""
    zone = zoneinfo.ZoneInfo(time_zone)

    def utc(local: datetime) -> datetime:
        return local.replace(tzinfo=zone).astimezone(timezone.utc)

    return tuple((utc(begin), utc(end)) for begin, end in local_windows(freeze))


def thawed(moment: datetime, wait: timedelta, frozen: Sequence[Window]) -> datetime:
    """Return when ``wait`` has passed since ``moment``, counting only time that is not frozen."""
    for begin, end in frozen[bisect_right(frozen, moment, key=lambda window: window[1]) :]:
        if moment + wait < begin:
            break
        wait -= max(begin - moment, timedelta())
        moment = end
    return moment + wait


def parse_day(text: str) -> date:
    """Read a day as RFC 3339 writes it, from 2000 to 2199.

    Raises:
        ValueError: it is none.

    """
    try:
        day = date.fromisoformat(text) if _is(_DAY, text) else None  # since 3.11 it reads much else
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise ValueError(f"{text!r} is no day from 2000 to 2199, like 2026-12-15")
    return day


def _begin(text: str) -> datetime:
    if not _is(_TIME, text):
        return datetime.combine(parse_day(text), time())
    day = parse_day(text[:10])
    try:
        return datetime.combine(day, time.fromisoformat(text[11:]))
    except ValueError:
        raise ValueError(f"{text!r} is no time, like 2026-12-15T18:00") from None


def _end(text: str) -> datetime:
    return _begin(text) + (timedelta() if _is(_TIME, text) else timedelta(days=1))


def _month_and_day(text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        raise ValueError(f"{text!r} is no day of any year, like 12-15") from None
    return day.month, day.day


def _is(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None
