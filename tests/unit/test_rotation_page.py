"""What docs/rotation.md says of a schedule is what that schedule says."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pulumi_pwmgmt.freeze import Freeze
from pulumi_pwmgmt.schedule import RotationSchedule

PAGE = (Path(__file__).parents[2] / "docs" / "rotation.md").read_text(encoding="utf-8")
NAMES = {"RotationSchedule": RotationSchedule, "Freeze": Freeze}


def shown(pattern: str) -> re.Match[str]:
    found = re.search(pattern, PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no {pattern}"
    return found


def monthly() -> RotationSchedule:
    schedule = eval(shown(r"^monthly = (.*?^\))")[1], NAMES)  # noqa: S307 -- our own page
    assert isinstance(schedule, RotationSchedule)
    return schedule


def test_the_table_shows_when_each_generation_begins() -> None:
    rows = re.findall(r"^\| (\d{4}-\S+) \| (\d+) \|$", PAGE, re.MULTILINE)
    principal = shown(r'principal="(.*?)"')[1]

    assert len(rows) == 7
    for text, generation in rows:
        begins = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
        assert monthly().generation(begins, principal) == int(generation)
        if int(generation) > 1:
            assert monthly().generation(begins - timedelta(seconds=1), principal) == int(generation) - 1


def test_a_reviewer_reads_what_the_page_shows() -> None:
    assert f"`{monthly()}`" in PAGE.replace("\n", " ")
    assert monthly().longest_days == int(shown(r"what a freeze adds: (\d+) days")[1])


def test_the_schedule_that_follows_begins_with_the_next_number() -> None:
    following = eval(shown(r"`(RotationSchedule\(every_days=90.*?\))`")[1], NAMES)  # noqa: S307 -- our own page
    day_before = datetime.fromisoformat(following.start).replace(tzinfo=timezone.utc) - timedelta(days=1)

    assert RotationSchedule(every_days=30).generation(day_before, "ci-bot") + 1 == following.first_generation


def test_every_argument_is_explained() -> None:
    explained = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)

    assert explained == list(RotationSchedule.__dataclass_fields__)
