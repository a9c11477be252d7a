"""Tell the seed of each life-long test at the end of the run, whatever became of it, and how many steps it took."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:  # noqa: ANN401 -- pytest keeps its type to itself
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            told = dict(report.user_properties)
            if "seed of lives" in told:
                steps = told.get("steps of lives", 0)
                terminalreporter.write_line(
                    f"{report.nodeid}: --hypothesis-seed={told['seed of lives']}, {steps:,} steps"
                )
