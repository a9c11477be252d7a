"""Every property here is tried from a seed that is told at the end of the run. Other cases:

pytest tests/hostile --hypothesis-seed=N
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, seed, settings

from tests.seeds import seed_of

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


class Campaign:
    """One property's tries: how many cases there were, and the seed that leads to the same ones."""

    def __init__(self, seed_number: int, told: Callable[[str, object], None]) -> None:
        self.seed = seed_number
        self.cases = 0
        self._told = told

    def count(self, cases: int = 1) -> None:
        """Note that so many cases have been tried."""
        self.cases += cases

    def run(self, examples: int, prop: Callable[[], Any]) -> None:
        """Try a property, as ``given`` returns it, with so many examples."""
        self._told("hypothesis seed", self.seed)
        try:
            seed(self.seed)(settings(QUIET, max_examples=examples)(prop))()
        finally:
            self._told("hypothesis cases", self.cases)
        assert self.cases >= examples, "some were not tried"


@pytest.fixture
def campaign(
    request: pytest.FixtureRequest, record_property: Callable[[str, object], None], caplog: pytest.LogCaptureFixture
) -> Campaign:
    caplog.set_level(logging.WARNING)  # a line for each of so many connections would take longer than they do
    return Campaign(seed_of(request), record_property)


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 -- pytest keeps its type to itself
    """Tell the seed of each property, whatever became of it, and how many cases were tried."""
    told: dict[str, dict[str, Any]] = {}
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            told.setdefault(report.nodeid, {}).update(report.user_properties)
    for test, facts in sorted(told.items()):
        if "hypothesis seed" in facts:
            cases = facts.get("hypothesis cases", 0)
            terminalreporter.write_line(f"{test}: --hypothesis-seed={facts['hypothesis seed']}, {cases:,} cases")
