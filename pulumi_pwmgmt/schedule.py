"""When a password is due for its next generation: a pure function from a time and a principal to a number.

Only that number is ever an input. The explanation for users is docs/rotation.md.
"""

from __future__ import annotations

import hashlib
import math
import zoneinfo
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from itertools import count, pairwise
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from pulumi_pwmgmt.counting import MOST, is_counting
from pulumi_pwmgmt.freeze import YEARS, Freeze, local_windows, parse_day, thawed, windows
from pulumi_pwmgmt.suggestion import closest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_DAYS = 3650
_MOST_FIRST = MOST - 200 * 366  # which leaves a rotation a day for all the years that schedules know
_LONGEST_CRON = 100  # characters
_LONGEST_FREEZE = timedelta(days=366)
_CALENDAR_REPEATS = 28 * 365 + 7  # days, save that 2100 is no leap year
_CRON_FIELDS = "minute hour day-of-month month day-of-week"


@dataclass(frozen=True, kw_only=True)
class RotationSchedule:
    """When a password changes by itself: every so many days, or by a cron line.

    Args:
        every_days: so many days of the calendar, 1 to 3650, counted from ``start``; it rotates as the day begins.
        cron: instead, five fields, minute hour day-of-month month day-of-week, with one minute and one hour. What
            falls into the hour that summer time skips comes right after it, and what comes twice, the first time:
            https://manpages.debian.org/cron(8). Where both kinds of days are restricted, either is enough:
            https://manpages.debian.org/crontab(5).
        time_zone: whose days and hours they are, a name of the IANA database. The default is UTC.
        start: the day that ``first_generation`` begins with; before that day it is the same one.
        first_generation: the number to begin with, for a schedule that follows another one.
        spread_days: each principal's rotations come later by a part of so many days, always the same part, so that
            not all accounts change at once. At most the days between two rotations. The wait stands still while a
            freeze lasts. The default is 0.
        freeze: times in which nothing rotates.

    The first password can grow older than the period, by its part of the spread.

    Raises:
        ValueError: one of them can't be, or nothing would ever rotate; the text says what.

    """

    every_days: int | None = None
    cron: str | None = None
    time_zone: str = "UTC"
    start: str = "2026-01-01"
    first_generation: int = 1
    spread_days: float = 0
    freeze: tuple[Freeze, ...] = ()

    def __post_init__(self) -> None:
        if (self.every_days is None) == (self.cron is None):
            raise ValueError("give either every_days or cron")
        if self.every_days is not None:
            _judge_number(self.every_days, "every_days", "days", _MOST_DAYS)
        _judge_number(self.first_generation, "first_generation", "generations", _MOST_FIRST)
        _judge_zone(self.time_zone)
        start = _start(self.start)
        if self.cron is not None:
            _judge_cron(self.cron, start)
        _judge_spread(self.spread_days, _longest_period(self))
        _judge_freeze(self.freeze, start)

    def generation(self, now: datetime, principal: str) -> int:
        """Return which generation of ``principal``'s password it is at ``now``: never less at a later time.

        Raises:
            ValueError: ``now`` is naive, or not between 2000 and 2199.

        """
        _, rotations = self._due(now, principal)
        return self.first_generation + rotations

    def next_rotation(self, now: datetime, principal: str) -> datetime:
        """Return the next moment, in UTC, at which ``generation`` will be higher than at ``now``.

        Raises:
            ValueError: as for ``generation``.

        """
        due, rotations = self._due(now, principal)
        return thawed(due[rotations], _wait(principal, self.spread_days), windows(self.freeze, self.time_zone))

    @property
    def longest_days(self) -> int:
        """The most days that a password of this schedule can last, its freezes included; a bound, rounded up.

        Days are those of the calendar: summer time can add its hour.
        """
        wait = timedelta(days=self.spread_days)
        frozen = local_windows(self.freeze)
        longest_freeze = max((thawed(begin, wait, frozen) - begin - wait for begin, _ in frozen), default=timedelta())
        return _longest_period(self) + math.ceil((wait + longest_freeze) / timedelta(days=1))

    def __str__(self) -> str:
        every = "every day" if self.every_days == 1 else f"every {self.every_days} days"
        words = [every if self.cron is None else f'cron "{" ".join(self.cron.split())}"', self.time_zone]
        if self.spread_days:
            words.append(f"spread over {self.spread_days:g} {'day' if self.spread_days == 1 else 'days'}")
        words += [f"frozen {freeze}" for freeze in self.freeze]
        return ", ".join(words)

    def _due(self, now: datetime, principal: str) -> tuple[Sequence[datetime], int]:
        """Return the times when rotations are due, at least one of them after ``now``, and how many have happened."""
        if now.utcoffset() is None:
            raise ValueError("a time without its offset from UTC is none: use datetime.now(timezone.utc)")
        if now.year not in YEARS:
            raise ValueError(f"schedules know the years from 2000 to 2199, and it is {now.year}: is the clock right?")
        instant = now.astimezone(timezone.utc)
        due = _due_before(self, instant.year // 10 * 10 + 10)
        wait, frozen = _wait(principal, self.spread_days), windows(self.freeze, self.time_zone)
        return due, bisect_right(due, instant, key=lambda moment: thawed(moment, wait, frozen))


@lru_cache(maxsize=64)
def _due_before(schedule: RotationSchedule, year: int) -> tuple[datetime, ...]:
    """Return when rotations are due, spread and freezes apart, before ``year`` begins, and the one after."""
    found = []
    for moment in _due_times(schedule):
        found.append(moment)
        if moment.year >= year:
            break
    return tuple(found)


def _due_times(schedule: RotationSchedule) -> Iterator[datetime]:
    start = datetime.combine(parse_day(schedule.start), time(), zoneinfo.ZoneInfo(schedule.time_zone))
    local: Iterator[datetime]
    if schedule.every_days is not None:
        period = timedelta(days=schedule.every_days)
        local = (start + period * number for number in count(1))  # days of the calendar: midnight stays midnight
    else:
        local = CronSim(str(schedule.cron), start)
    return (moment.astimezone(timezone.utc) for moment in local)


def _wait(principal: str, spread_days: float) -> timedelta:
    """Return this principal's part of the spread, in whole seconds; it never changes."""
    digest = hashlib.sha256(f"pwmgmt:spread:1:{principal}".encode()).digest()
    return timedelta(seconds=int.from_bytes(digest, "big") * round(spread_days * 86400) >> 256)


def _longest_period(schedule: RotationSchedule) -> int:
    """Return the most days between two times that rotations are due, spread and freezes apart."""
    return schedule.every_days or _longest_cron_period(str(schedule.cron), schedule.start)


@lru_cache(maxsize=64)
def _longest_cron_period(cron: str, start: str) -> int:
    first = datetime.combine(parse_day(start), time())
    line = CronSim(cron, first)
    soonest = next(CronSim(cron, first)).toordinal()
    days = range(soonest, soonest + _CALENDAR_REPEATS)
    fires = [day for day in days if (on := date.fromordinal(day)).month in line.months and line.match_day(on)]
    return max(after - before for before, after in pairwise([first.toordinal(), *fires]))


def _judge_number(number: object, name: str, what: str, most: int) -> None:
    if not is_counting(number) or number > most:
        raise ValueError(f"{name} is {number!r}: it is a whole number of {what} from 1 to {most}")


def _judge_cron(cron: object, start: date) -> None:
    what = f"cron is {cron!r}"
    fields = cron.split() if isinstance(cron, str) and len(cron) <= _LONGEST_CRON else []
    if len(fields) != len(_CRON_FIELDS.split()):
        raise ValueError(f'{what}: it is a text of five fields, {_CRON_FIELDS}, like "30 2 1 * *"')
    try:
        line = CronSim(" ".join(fields), datetime.combine(start, time()))
    except CronSimError as error:
        never = ", or one that no such month has" if "day-of-month" in str(error) else ""
        raise ValueError(f"{what}: {str(error).lower()}{never}") from None
    if not (fields[0].isdigit() and fields[1].isdigit()):
        raise ValueError(f"{what}: a password rotates once a day at most, so give one minute and one hour")
    if next(line, None) is None:
        raise ValueError(f"{what}: there is no such day, so it never fires")


def _judge_spread(spread: object, period: int) -> None:
    if not isinstance(spread, (int, float)) or isinstance(spread, bool) or not 0 <= spread < math.inf:
        raise ValueError(f"spread_days is {spread!r}: it is a number of days from 0")
    if spread > period:
        raise ValueError(f"spread_days is {spread:g}: it can't be more than the {period} days between two rotations")


def _judge_freeze(freeze: object, start: date) -> None:
    if not isinstance(freeze, tuple) or not all(isinstance(one, Freeze) for one in freeze):
        raise ValueError('freeze is a tuple, like (Freeze("12-15", "01-05"),)')
    for begin, end in local_windows(freeze):
        if end.date() > start and end - begin > _LONGEST_FREEZE:
            raise ValueError(
                f"nothing would rotate for more than a year from {max(begin.date(), start)} on: shorten freeze"
            )


def _judge_zone(name: object) -> None:
    known = _zones()
    if name in known.values():
        return
    meant = closest(name, known) if isinstance(name, str) else None
    hint = f": did you mean {known[meant]}?" if meant else ", like Europe/Berlin"
    raise ValueError(f"time_zone is {name!r}, which is no name of the IANA time zone database{hint}")


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """Return the names of all time zones, each under how somebody may have meant to write it."""
    names = sorted(zoneinfo.available_timezones() - {"localtime"})  # that one is another on each machine
    return {name.rpartition("/")[2].casefold(): name for name in names} | {name.casefold(): name for name in names}


def _start(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as error:
        raise ValueError(f"start: {error}") from None
