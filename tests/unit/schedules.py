"""Rotation schedules and moments for hypothesis to try."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from hypothesis import strategies as st

from pulumi_pwmgmt.freeze import Freeze
from pulumi_pwmgmt.schedule import RotationSchedule

UTC = timezone.utc
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Pacific/Auckland"])
STARTS = st.dates(date(2024, 1, 1), date(2027, 12, 31)).map(date.isoformat)
MOMENTS = st.datetimes(datetime(2024, 1, 2), datetime(2029, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- as it wants
PRINCIPALS = st.text(st.characters(codec="utf-8"), max_size=20)

_CRONS = st.tuples(
    st.integers(0, 59).map(str),
    st.integers(0, 23).map(str),
    st.sampled_from(["*", "1", "15,L", "LW", "*/4"]),
    st.sampled_from(["*", "FEB", "1-7/3"]),
    st.sampled_from(["*", "SUN", "1-5", "MON#2", "5L"]),
).map(" ".join)
_DAYS_OF_EVERY_YEAR = st.dates(date(2000, 1, 1), date(2000, 12, 31))


@st.composite
def _every_year(draw: st.DrawFn) -> Freeze:
    first = draw(_DAYS_OF_EVERY_YEAR)
    last = first + timedelta(days=draw(st.integers(0, 60)))
    return Freeze(f"{first:%m-%d}", f"{last:%m-%d}")


@st.composite
def _once(draw: st.DrawFn) -> Freeze:
    first = draw(st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)))  # noqa: DTZ001 -- the schedule's time
    last = first + timedelta(minutes=draw(st.integers(1, 60 * 24 * 60)))
    return Freeze(f"{first:%Y-%m-%dT%H:%M}", f"{last:%Y-%m-%dT%H:%M}")


FREEZES = st.lists(_every_year() | _once(), max_size=3).map(tuple)


@st.composite
def schedules(draw: st.DrawFn, freezes: st.SearchStrategy[tuple[Freeze, ...]] = FREEZES) -> RotationSchedule:
    """Draw a schedule with everything a schedule can have."""
    time_zone, start = draw(ZONES), draw(STARTS)
    if draw(st.booleans()):
        plain = RotationSchedule(every_days=draw(st.integers(1, 400)), time_zone=time_zone, start=start)
    else:
        plain = RotationSchedule(cron=draw(_CRONS), time_zone=time_zone, start=start)
    spread = draw(st.just(0.0) | st.floats(0, plain.longest_days))
    return replace(plain, spread_days=spread, freeze=draw(freezes), first_generation=draw(st.integers(1, 9)))
