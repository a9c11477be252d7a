from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.moment import moment


@pytest.mark.parametrize(
    "text", ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00z", "2026-11-23T13:00:00+01:00", "2026-11-23 12:00:00+00:00"]
)
def test_a_moment_is_the_same_however_it_is_written(text: str) -> None:
    assert moment(text) == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def test_without_one_it_is_the_present() -> None:
    assert abs(moment(None) - datetime.now(timezone.utc)) < timedelta(minutes=5)


def test_a_clock_that_was_never_set_is_refused() -> None:
    with pytest.raises(NotConfigured, match="clock says it is the year 1970 — set the clock"):
        moment(None, lambda: datetime.fromtimestamp(0, timezone.utc))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-23", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z", "1970-01-01T00:00:00Z"]
)
def test_what_is_no_moment_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        moment(text)
    assert f"pwmgmt:now is {text!r}" in refused.value.happened
    assert "pulumi config set pwmgmt:now 2026-11-23T12:00:00Z" in refused.value.advice
