"""What a rotation schedule can't be, and that it says why."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.freeze import Freeze
from pulumi_pwmgmt.schedule import RotationSchedule

DAYS = "it is a whole number of days from 1 to 3650"
ONCE_A_DAY = "a password rotates once a day at most, so give one minute and one hour"
FIVE_FIELDS = 'it is a text of five fields, minute hour day-of-month month day-of-week, like "30 2 1 * *"'
NOW = datetime(2026, 11, 23, tzinfo=timezone.utc)
DAY = "is no day from 2000 to 2199, like 2026-12-15"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "give either every_days or cron"),
        ({"every_days": 30, "cron": "30 2 1 * *"}, "give either every_days or cron"),
        ({"every_days": 0}, f"every_days is 0: {DAYS}"),
        ({"every_days": -30}, f"every_days is -30: {DAYS}"),
        ({"every_days": 3651}, f"every_days is 3651: {DAYS}"),
        ({"every_days": 1.5}, f"every_days is 1.5: {DAYS}"),
        ({"every_days": True}, f"every_days is True: {DAYS}"),
        ({"every_days": "30"}, f"every_days is '30': {DAYS}"),
        ({"cron": ""}, f"cron is '': {FIVE_FIELDS}"),
        ({"cron": 5}, f"cron is 5: {FIVE_FIELDS}"),
        ({"cron": "@daily"}, f"cron is '@daily': {FIVE_FIELDS}"),
        ({"cron": "0 30 2 1 * *"}, f"cron is '0 30 2 1 * *': {FIVE_FIELDS}"),
        ({"cron": "60 2 1 * *"}, "cron is '60 2 1 * *': bad minute"),
        ({"cron": "30 24 1 * *"}, "cron is '30 24 1 * *': bad hour"),
        ({"cron": "30 2 0 * *"}, "cron is '30 2 0 * *': bad day-of-month, or one that no such month has"),
        ({"cron": "30 2 1 13 *"}, "cron is '30 2 1 13 *': bad month"),
        ({"cron": "30 2 * * MOON"}, "cron is '30 2 * * MOON': bad day-of-week"),
        ({"cron": "30 2 30 2 *"}, "cron is '30 2 30 2 *': bad day-of-month, or one that no such month has"),
        ({"cron": "30 2 31 4,6 *"}, "cron is '30 2 31 4,6 *': bad day-of-month, or one that no such month has"),
        ({"cron": "30 2 */15 2 FRI#5"}, "cron is '30 2 */15 2 FRI#5': there is no such day, so it never fires"),
        ({"cron": "0 * * * *"}, f"cron is '0 * * * *': {ONCE_A_DAY}"),
        ({"cron": "* 2 * * *"}, f"cron is '* 2 * * *': {ONCE_A_DAY}"),
        ({"cron": "0 2,14 1 * *"}, f"cron is '0 2,14 1 * *': {ONCE_A_DAY}"),
        ({"cron": "*/30 2 1 * *"}, f"cron is '*/30 2 1 * *': {ONCE_A_DAY}"),
        ({"time_zone": "Berlin"}, "time_zone is 'Berlin', which is no name … did you mean Europe/Berlin?"),
        ({"time_zone": "europe/berlin"}, "time_zone is 'europe/berlin', which … did you mean Europe/Berlin?"),
        ({"time_zone": "Amerika/New_York"}, "time_zone is 'Amerika/New_York', … did you mean America/New_York?"),
        ({"time_zone": "Mars"}, "time_zone is 'Mars', which is no name of the IANA time zone database…"),
        ({"time_zone": "CEST-1"}, "time_zone is 'CEST-1', which is no name of the IANA time zone database…"),
        ({"time_zone": ""}, "time_zone is '', which is no name of the IANA time zone database, like Europe/Berlin"),
        ({"time_zone": "Europe"}, "time_zone is 'Europe', which is no name of the IANA time zone database…"),
        ({"time_zone": "localtime"}, "time_zone is 'localtime', which is no name of the IANA time zone database…"),
        ({"time_zone": "../../etc/localtime"}, "time_zone is '../../etc/localtime', which is no name of the IANA…"),
        ({"time_zone": None}, "time_zone is None, which is no name of the IANA time zone database, like Europe/Berlin"),
        ({"start": "2026-02-29"}, f"start: '2026-02-29' {DAY}"),
        ({"start": "1999-12-31"}, f"start: '1999-12-31' {DAY}"),
        ({"start": "2200-01-01"}, f"start: '2200-01-01' {DAY}"),
        ({"start": "20260101"}, f"start: '20260101' {DAY}"),
        ({"start": 2026}, f"start: 2026 {DAY}"),
        ({"first_generation": 0}, "first_generation is 0: it is a whole number of generations from 1 to 2147410447"),
        ({"spread_days": -1}, "spread_days is -1: it is a number of days from 0"),
        ({"spread_days": float("nan")}, "spread_days is nan: it is a number of days from 0"),
        ({"spread_days": float("inf")}, "spread_days is inf: it is a number of days from 0"),
        ({"spread_days": "7"}, "spread_days is '7': it is a number of days from 0"),
        ({"spread_days": 31}, "spread_days is 31: it can't be more than the 30 days between two rotations"),
        (
            {"cron": "30 2 * * SUN", "spread_days": 7.5},
            "spread_days is 7.5: it can't be more than the 7 days between two rotations",
        ),
        ({"freeze": Freeze("12-15", "01-05")}, 'freeze is a tuple, like (Freeze("12-15", "01-05"),)'),
        ({"freeze": [Freeze("12-15", "01-05")]}, 'freeze is a tuple, like (Freeze("12-15", "01-05"),)'),
        ({"freeze": ("12-15", "01-05")}, 'freeze is a tuple, like (Freeze("12-15", "01-05"),)'),
        (
            {"freeze": (Freeze("01-01", "12-31"),)},
            "nothing would rotate for more than a year from 2026-01-01 on: shorten freeze",
        ),
        (
            {"freeze": (Freeze("03-01", "02-28"),)},
            "nothing would rotate for more than a year from 2026-01-01 on: shorten freeze",
        ),
        (
            {"freeze": (Freeze("12-15", "06-30"), Freeze("2027-06-30T12:00", "2027-12-15"))},
            "nothing would rotate for more than a year from 2026-12-15 on: shorten freeze",
        ),
    ],
)
def test_what_can_not_be_is_refused(arguments: dict[str, Any], text: str) -> None:
    when: dict[str, Any] = {} if not arguments or arguments.keys() & {"every_days", "cron"} else {"every_days": 30}

    with pytest.raises(ValueError, match=r"\A" + re.escape(text).replace("…", ".*") + r"\Z"):
        RotationSchedule(**when, **arguments)


def test_a_freeze_that_was_over_when_the_schedule_began_is_nobodys_trouble() -> None:
    over = Freeze("2023-01-01", "2024-12-31")

    assert RotationSchedule(every_days=30, freeze=(over,)).longest_days > 30


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-12-24", "2026-12-23", "it ends before it begins"),
        ("2026-12-24T18:00", "2026-12-24T18:00", "it ends before it begins"),
        ("12-15", "2027-01-05", "give both as days of every year, like 12-15, or both with their year"),
        ("2026-12-15T12:00", "01-05", "give both as days of every year, like 12-15, or both with their year"),
        ("02-30", "03-01", "'02-30' is no day of any year, like 12-15"),
        ("12-15", "13-01", "'13-01' is no day of any year, like 12-15"),
        ("2026-02-29", "2026-03-01", f"'2026-02-29' {DAY}"),
        ("2026-12-15T24:00", "2026-12-16", "'2026-12-15T24:00' is no time, like 2026-12-15T18:00"),
        ("2026-02-30T12:00", "2026-12-16", f"'2026-02-30' {DAY}"),
        ("2026-12-15T18:00Z", "2026-12-16", f"'2026-12-15T18:00Z' {DAY}"),
        ("Christmas", "2026-12-16", f"'Christmas' {DAY}"),
        ("2026-12-15", None, f"None {DAY}"),
    ],
)
def test_what_can_not_be_frozen_is_refused(start: str, end: Any, text: str) -> None:  # noqa: ANN401 -- anything
    with pytest.raises(ValueError, match=re.escape(f"freeze {start} to {end}: {text}") + r"\Z"):
        Freeze(start, end)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (datetime(2026, 11, 23), "a time without its offset from UTC is none"),  # noqa: DTZ001 -- what is refused
        (datetime(1970, 1, 1, tzinfo=timezone.utc), "and it is 1970: is the clock right?"),
        (datetime(2200, 1, 1, tzinfo=timezone.utc), "and it is 2200: is the clock right?"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "and it is 1: is the clock right?"),
    ],
)
def test_a_clock_that_can_not_be_right_is_refused(now: datetime, text: str) -> None:
    schedule = RotationSchedule(every_days=30)

    for ask in (schedule.generation, schedule.next_rotation):
        with pytest.raises(ValueError, match=re.escape(text)):
            ask(now, "ci-bot")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.text("0123456789*/,-#LWSUNFEB²٣ ", max_size=6), min_size=5, max_size=5).map(" ".join)
    | st.from_regex(r"\A30 2 [0-9*/,L#W-]{1,5} [0-9*/,-]{1,4} [0-9*/,L#-]{1,5}\Z")
)
@example("30 2 1 * 5L/2")
@example("30 2 L/2 * *")
@example("30 2 LW/2,*/3 * 1#1/2")
@example("9" * 5000 + " 2 1 * *")
def test_any_text_is_a_cron_line_or_refused(text: str) -> None:
    refusal, following = "", None
    try:
        following = RotationSchedule(cron=text).next_rotation(NOW, "ci-bot")
    except ValueError as error:
        refusal = str(error)

    assert refusal.startswith("cron is ") if following is None else following > NOW


def test_a_schedule_says_it_at_the_end_of_time_too() -> None:
    schedule = RotationSchedule(cron="0 0 * 2 MON#5", spread_days=20, freeze=(Freeze("02-01", "12-30"),))
    last = datetime(2199, 12, 31, 23, 59, tzinfo=timezone.utc)

    assert schedule.next_rotation(last, "ci-bot") > last
