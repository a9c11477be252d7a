"""A pytest plugin: a test fails that prints or logs a secret, or lets a process that it started do so.

Only what pytest itself captures is looked at. What a test reads of a process is the test's own to look at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.canary import find_canary

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Look through what was captured in this phase of the test: standard output, standard error, the log."""
    report: pytest.TestReport = yield  # type: ignore[assignment]  # pytest hands over the result here
    for title, text in report.sections:
        found = find_canary(text)
        if title.endswith(report.when) and found and not report.failed:
            report.outcome = "failed"
            report.longrepr = f"a secret stands in {title}: …{found}…"
    return report  # type: ignore[return-value]
