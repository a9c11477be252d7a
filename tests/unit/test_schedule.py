"""What holds for every rotation schedule, at any time and for any principal."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.freeze import Freeze, windows
from pulumi_pwmgmt.schedule import RotationSchedule
from tests.unit.schedules import FREEZES, MOMENTS, PRINCIPALS, STARTS, ZONES, schedules

UTC = timezone.utc
MOST = settings(max_examples=40, deadline=None)
SOONEST = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
NO_FREEZE: st.SearchStrategy[tuple[Freeze, ...]] = st.just(())


@MOST
@given(schedules(), PRINCIPALS, MOMENTS, MOMENTS)
def test_a_later_time_never_has_a_lower_generation(
    schedule: RotationSchedule, principal: str, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))

    generation = schedule.generation(earlier, principal)

    assert schedule.first_generation <= generation <= schedule.generation(later, principal)


@MOST
@given(schedules(), PRINCIPALS, MOMENTS)
def test_the_next_rotation_is_the_first_moment_of_a_higher_generation(
    schedule: RotationSchedule, principal: str, now: datetime
) -> None:
    generation = schedule.generation(now, principal)

    following = schedule.next_rotation(now, principal)

    assert following > now
    assert schedule.generation(following - SOONEST, principal) == generation
    assert schedule.generation(following, principal) > generation


@MOST
@given(st.integers(1, 400), ZONES, STARTS, MOMENTS, PRINCIPALS)
def test_so_many_days_are_days_of_the_calendar(
    every_days: int, time_zone: str, start: str, now: datetime, principal: str
) -> None:
    schedule = RotationSchedule(every_days=every_days, time_zone=time_zone, start=start)
    passed = (now.astimezone(ZoneInfo(time_zone)).date() - date.fromisoformat(start)).days

    assert schedule.generation(now, principal) == 1 + max(passed // every_days, 0)


@MOST
@given(schedules(), PRINCIPALS, MOMENTS, st.data())
def test_the_clock_that_reads_the_time_does_not_matter(
    schedule: RotationSchedule, principal: str, now: datetime, data: st.DataObject
) -> None:
    elsewhere = now.astimezone(ZoneInfo(data.draw(ZONES)))

    assert schedule.generation(elsewhere, principal) == schedule.generation(now, principal)
    assert schedule.next_rotation(elsewhere, principal) == schedule.next_rotation(now, principal)


def test_what_was_asked_before_does_not_matter() -> None:
    schedule = RotationSchedule(cron="30 2 * * *", spread_days=1, freeze=(Freeze("12-15", "01-05"),))
    times = [datetime(year, 6, 1, tzinfo=UTC) for year in (2031, 2027, 2026, 2044)]
    other_process = (
        "import datetime; from pulumi_pwmgmt.freeze import Freeze; "
        "from pulumi_pwmgmt.schedule import RotationSchedule; "
        f"print([{schedule!r}.generation(now, 'ci-bot') for now in {sorted(times)!r}])"
    )

    here = [schedule.generation(now, "ci-bot") for now in times]
    said = subprocess.run([sys.executable, "-c", other_process], capture_output=True, text=True, timeout=60, check=True)

    assert said.stdout.strip() == str(sorted(here))


@MOST
@given(schedules(NO_FREEZE), PRINCIPALS, MOMENTS)
def test_the_spread_delays_each_rotation_of_a_principal_by_the_same(
    schedule: RotationSchedule, principal: str, now: datetime
) -> None:
    together = replace(schedule, spread_days=0)
    delays = set()
    for _ in range(3):
        now = together.next_rotation(now, principal)
        late = schedule.next_rotation(now - SOONEST, principal)
        while schedule.generation(late, principal) < together.generation(now, principal):
            late = schedule.next_rotation(late, principal)
        delays.add(late - now)

    assert len(delays) == 1
    assert timedelta() <= delays.pop() <= timedelta(days=schedule.spread_days)


@pytest.mark.parametrize(("spread_days", "tenth"), [(10, timedelta(days=1)), (0.5, timedelta(hours=1.2))])
def test_the_spread_spreads(spread_days: float, tenth: timedelta) -> None:
    schedule = RotationSchedule(every_days=30, spread_days=spread_days)
    due = datetime(2026, 1, 31, tzinfo=UTC)

    tenths = Counter((schedule.next_rotation(due - SOONEST, f"bot-{number}") - due) // tenth for number in range(1000))

    assert sorted(tenths) == list(range(10))
    assert 60 < min(tenths.values()) <= max(tenths.values()) < 140


@pytest.mark.parametrize(
    ("principal", "rotates"),
    [
        ("ci-bot@example.com", "2026-01-31T01:44:51+00:00"),
        ("00ub0oNGTSWTBKOLGLNR", "2026-02-01T23:00:56+00:00"),
        ("münchen\\dienst", "2026-02-06T18:20:14+00:00"),
    ],
)
def test_a_principals_part_of_the_spread_is_the_same_for_ever(principal: str, rotates: str) -> None:
    schedule = RotationSchedule(every_days=30, spread_days=7)  # sha256sum of pwmgmt:spread:1:…, and bc, say when

    assert schedule.next_rotation(datetime(2026, 1, 2, tzinfo=UTC), principal).isoformat() == rotates


@MOST
@given(schedules(), PRINCIPALS, MOMENTS)
def test_nothing_rotates_in_a_freeze(schedule: RotationSchedule, principal: str, now: datetime) -> None:
    for begin, end in windows(schedule.freeze, schedule.time_zone):
        if abs(begin - now) < timedelta(days=1000):
            before = schedule.generation(begin - SOONEST, principal)
            assert schedule.generation(end - SOONEST, principal) == before
            assert schedule.next_rotation(begin - SOONEST, principal) >= end


@MOST
@given(schedules(NO_FREEZE), FREEZES, PRINCIPALS, MOMENTS)
def test_without_a_spread_it_has_caught_up_as_the_freeze_ends(
    schedule: RotationSchedule, freeze: tuple[Freeze, ...], principal: str, now: datetime
) -> None:
    free = replace(schedule, spread_days=0)
    freezing = replace(free, freeze=freeze)

    for begin, end in windows(freeze, schedule.time_zone):
        if abs(begin - now) < timedelta(days=1000):
            assert freezing.generation(end, principal) == free.generation(end, principal)
    assert freezing.generation(now, principal) <= free.generation(now, principal)


@MOST
@given(schedules(), PRINCIPALS, MOMENTS)
def test_a_wait_is_counted_in_time_that_is_not_frozen(
    schedule: RotationSchedule, principal: str, now: datetime
) -> None:
    """So that what a freeze held back does not come all at once when it ends."""
    together = replace(schedule, spread_days=0, freeze=())
    spread = replace(schedule, freeze=())
    due = together.next_rotation(now, principal)
    number = together.generation(due, principal)

    def reached(one: RotationSchedule) -> datetime:
        moment = due
        while one.generation(moment, principal) < number:
            moment = one.next_rotation(moment, principal)
        return moment

    late = reached(schedule)
    frozen = sum(
        (
            max(min(end, late) - max(begin, due), timedelta())
            for begin, end in windows(schedule.freeze, schedule.time_zone)
        ),
        timedelta(),
    )
    assert late - due - frozen == reached(spread) - due


@MOST
@given(schedules(), PRINCIPALS, MOMENTS)
def test_no_password_lasts_longer_than_the_longest_days(
    schedule: RotationSchedule, principal: str, now: datetime
) -> None:
    start = datetime.fromisoformat(schedule.start).replace(tzinfo=ZoneInfo(schedule.time_zone)).astimezone(UTC)
    now = max(now, start)
    rotations = [start if schedule.generation(now, principal) == schedule.first_generation else None]
    for _ in range(4):
        now = schedule.next_rotation(now, principal)
        rotations.append(now)

    known = [moment for moment in rotations if moment]
    for before, after in pairwise(known):
        assert after - before <= timedelta(days=schedule.longest_days) + HOUR
