"""Rotation schedules where the calendar is odd: summer time, leap days, the new year."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pulumi_pwmgmt.freeze import Freeze
from pulumi_pwmgmt.schedule import RotationSchedule

NEW_YEAR = Freeze("12-15", "01-05")
CI_BOT = "ci-bot@example.com"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def rotations(schedule: RotationSchedule, after: str, number: int) -> list[str]:
    """Return the next rotations after a time in UTC."""
    found = [utc(after)]
    for _ in range(number):
        found.append(schedule.next_rotation(found[-1], CI_BOT))
    return [f"{moment:%Y-%m-%dT%H:%M}" for moment in found[1:]]


@pytest.mark.parametrize(
    ("time_zone", "cron", "before", "expected"),
    [  # 02:30 is not there: right after the jump; then as always
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("America/New_York", "30 2 * * *", "2026-03-07T12:00", ["2026-03-08T07:00", "2026-03-09T06:30"]),
        # it is there twice: the first time, and only then
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("America/New_York", "30 1 * * *", "2026-10-31T12:00", ["2026-11-01T05:30", "2026-11-02T06:30"]),
        # there only once, on a day of 25 hours
        ("America/New_York", "30 2 * * *", "2026-10-31T12:00", ["2026-11-01T07:30", "2026-11-02T07:30"]),
        # the day begins at one o'clock
        ("Africa/Cairo", "0 0 * * *", "2026-04-23T12:00", ["2026-04-23T22:00", "2026-04-24T21:00"]),
    ],
)
def test_a_cron_line_fires_once_a_day_whatever_the_clock_does(
    time_zone: str, cron: str, before: str, expected: list[str]
) -> None:
    assert rotations(RotationSchedule(cron=cron, time_zone=time_zone), before, 2) == expected


@pytest.mark.parametrize(
    ("time_zone", "before", "expected"),
    [
        ("Europe/Berlin", "2026-03-27T23:00", ["2026-03-28T23:00", "2026-03-29T22:00", "2026-03-30T22:00"]),
        ("Europe/Berlin", "2026-10-23T22:00", ["2026-10-24T22:00", "2026-10-25T23:00", "2026-10-26T23:00"]),
        ("America/New_York", "2026-03-07T05:00", ["2026-03-08T05:00", "2026-03-09T04:00", "2026-03-10T04:00"]),
        ("Africa/Cairo", "2026-04-22T22:00", ["2026-04-23T22:00", "2026-04-24T21:00", "2026-04-25T21:00"]),
    ],
)
def test_every_day_is_at_midnight_also_where_a_day_has_23_or_25_hours(
    time_zone: str, before: str, expected: list[str]
) -> None:
    assert rotations(RotationSchedule(every_days=1, time_zone=time_zone), before, 3) == expected


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (RotationSchedule(every_days=1), "2028-02-28T00:00", ["2028-02-29", "2028-03-01"]),
        (RotationSchedule(every_days=365), "2027-01-01T00:00", ["2028-01-01", "2028-12-31"]),
        (RotationSchedule(cron="0 0 29 2 *"), "2026-01-01T00:00", ["2028-02-29", "2032-02-29"]),
        (RotationSchedule(cron="0 0 29 2 *", start="2095-01-01"), "2095-01-01T00:00", ["2096-02-29", "2104-02-29"]),
        (RotationSchedule(cron="0 0 L 2 *"), "2027-02-28T00:00", ["2028-02-29", "2029-02-28"]),
        (RotationSchedule(cron="0 0 31 * *"), "2026-02-01T00:00", ["2026-03-31", "2026-05-31"]),
        (RotationSchedule(cron="0 0 * 2 MON#5"), "2026-01-01T00:00", ["2044-02-29", "2072-02-29"]),
        (RotationSchedule(cron="0 0 1 * MON"), "2026-06-01T00:00", ["2026-06-08", "2026-06-15"]),  # either
        (RotationSchedule(cron="0 0 */2 * MON"), "2026-06-01T00:00", ["2026-06-15", "2026-06-29"]),  # both
    ],
)
def test_days_that_are_not_in_every_month_or_year(schedule: RotationSchedule, after: str, expected: list[str]) -> None:
    assert rotations(schedule, after, 2) == [f"{day}T00:00" for day in expected]


@pytest.mark.parametrize(
    ("now", "generation"),
    [
        ("2025-06-01T00:00", 1),
        ("2026-01-30T23:59", 1),
        ("2026-01-31T00:00", 2),
        ("2026-12-14T23:59", 12),  # 11 times 30 days before the freeze
        ("2026-12-27T00:00", 12),  # the twelfth are over, frozen
        ("2027-01-05T23:59", 12),
        ("2027-01-06T00:00", 13),
        ("2027-01-25T23:59", 13),
        ("2027-01-26T00:00", 14),  # as if nothing had been frozen
    ],
)
def test_a_freeze_across_the_new_year(now: str, generation: int) -> None:
    schedule = RotationSchedule(every_days=30, freeze=(NEW_YEAR,))

    assert schedule.generation(utc(now), CI_BOT) == generation


def test_after_a_freeze_it_catches_up_with_all_it_missed_at_once() -> None:
    schedule = RotationSchedule(every_days=1, freeze=(NEW_YEAR,))
    frozen, thawed = utc("2027-01-05T23:59"), utc("2027-01-06T00:00")

    assert schedule.generation(thawed, CI_BOT) - schedule.generation(frozen, CI_BOT) == 23
    assert rotations(schedule, "2026-12-14T00:00", 2) == ["2027-01-06T00:00", "2027-01-07T00:00"]


@pytest.mark.parametrize(
    ("freeze", "expected"),
    [
        ((Freeze("2026-06-02", "2026-06-02"),), ["2026-06-01T03:00", "2026-06-02T22:00", "2026-06-03T03:00"]),
        (
            (Freeze("2026-06-01T05:00", "2026-06-01T05:30"),),
            ["2026-06-01T03:30", "2026-06-02T03:00", "2026-06-03T03:00"],
        ),
        (
            (Freeze("2026-06-01T05:00", "2026-06-02"), Freeze("2026-06-02T04:00", "2026-06-03T12:00:01")),
            ["2026-06-03T10:00"],
        ),
        ((Freeze("06-01", "06-01"), Freeze("06-02", "06-02")), ["2026-06-02T22:00", "2026-06-03T03:00"]),
        ((Freeze("06-01", "06-03"), Freeze("2026-06-02", "2026-06-02")), ["2026-06-03T22:00"]),
        ((Freeze("2026-06-01T05:00:01", "2026-06-02T05:00"),), ["2026-06-01T03:00", "2026-06-02T03:00"]),
    ],
)
def test_a_freeze_is_told_in_the_time_zone_of_the_schedule(freeze: tuple[Freeze, ...], expected: list[str]) -> None:
    schedule = RotationSchedule(cron="0 5 * * *", time_zone="Europe/Berlin", freeze=freeze)

    assert rotations(schedule, "2026-05-31T12:00", len(expected)) == expected


def test_at_the_end_of_a_decade_it_is_another_year_elsewhere() -> None:
    evening = datetime.fromisoformat("2029-12-31T23:30:00-05:00")

    assert RotationSchedule(every_days=1).next_rotation(evening, CI_BOT) == utc("2030-01-02T00:00")


def test_a_29th_of_february_is_frozen_when_there_is_one() -> None:
    schedule = RotationSchedule(every_days=1, freeze=(Freeze("02-29", "02-29"),))

    assert rotations(schedule, "2027-02-28T00:00", 1) == ["2027-03-01T00:00"]
    assert rotations(schedule, "2028-02-28T00:00", 1) == ["2028-03-01T00:00"]
    until_then = RotationSchedule(every_days=1, freeze=(Freeze("02-20", "02-29"),))
    assert rotations(until_then, "2027-02-19T00:00", 1) == ["2027-03-01T00:00"]


def test_a_schedule_that_follows_another_goes_on_counting() -> None:
    monthly = RotationSchedule(every_days=30)
    last = monthly.generation(utc("2026-11-23T12:00"), CI_BOT)

    quarterly = RotationSchedule(every_days=90, start="2026-11-24", first_generation=last + 1)

    assert quarterly.generation(utc("2026-11-23T12:00"), CI_BOT) == last + 1
    assert quarterly.generation(utc("2027-02-22T00:00"), CI_BOT) == last + 2


@pytest.mark.parametrize(
    ("schedule", "text", "longest_days"),
    [
        (RotationSchedule(every_days=30, time_zone="Europe/Berlin"), "every 30 days, Europe/Berlin", 30),
        (RotationSchedule(every_days=1, spread_days=1), "every day, UTC, spread over 1 day", 2),
        (RotationSchedule(every_days=90, spread_days=2.5), "every 90 days, UTC, spread over 2.5 days", 93),
        (RotationSchedule(cron=" 30  2 1 * * "), 'cron "30 2 1 * *", UTC', 31),
        (RotationSchedule(cron="0 5 * * mon-fri", start="2026-11-23"), 'cron "0 5 * * mon-fri", UTC', 3),
        (RotationSchedule(cron="0 0 29 2 *"), 'cron "0 0 29 2 *", UTC', 1461),
        (RotationSchedule(every_days=30, freeze=(NEW_YEAR,)), "every 30 days, UTC, frozen 12-15 to 01-05", 52),
        (
            RotationSchedule(every_days=7, spread_days=3, freeze=(Freeze("12-24", "12-26"), Freeze("12-29", "01-01"))),
            "every 7 days, UTC, spread over 3 days, frozen 12-24 to 12-26, frozen 12-29 to 01-01",
            17,  # whom the first freeze stops on its first day, the second stops again
        ),
    ],
)
def test_a_reviewer_reads_when_and_for_how_long(schedule: RotationSchedule, text: str, longest_days: int) -> None:
    assert (str(schedule), schedule.longest_days) == (text, longest_days)
