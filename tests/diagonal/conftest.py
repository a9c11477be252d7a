"""The simulated servers, one for each cell of a stack; and what the diagonal came to, written to build/diagonal."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from pulumi_pwmgmt.simulator.pytest_plugin import running
from tests.diagonal.rule import AT_ONCE
from tests.end_to_end.conftest import stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

__all__ = ["simulators", "stack"]
BUILD = Path(__file__).resolve().parents[2] / "build" / "diagonal"
CELLS = "cells of the diagonal"


@pytest.fixture(scope="session")
def simulators(pytestconfig: pytest.Config) -> Iterator[list[Simulator]]:
    with ExitStack() as all_of_them:
        arguments = pytestconfig.getini("pwmgmt_simulator_args")
        yield [all_of_them.enter_context(contextmanager(running)(arguments)) for _ in range(AT_ONCE)]


class Diagonal:
    """The cells that each worker has told of."""

    def __init__(self) -> None:
        self.cells: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, cells in report.user_properties:
            if report.when == "call" and name == CELLS:
                worker = getattr(report, "worker_id", "alone")
                self.cells[worker] += cast("list[dict[str, Any]]", cells)

    def pytest_sessionfinish(self) -> None:
        if not self.cells:
            return
        BUILD.mkdir(parents=True, exist_ok=True)
        for old in BUILD.glob("*.json"):
            old.unlink()
        for worker, cells in self.cells.items():
            (BUILD / f"{worker}.json").write_text(json.dumps(cells, indent=1, sort_keys=True), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        told = [cell for cells in self.cells.values() for cell in cells]
        if told:
            broken = sum(bool(cell["broken"]) for cell in told)
            counted = f"{len(told)} cells through the real CLI, {broken} break a promise"
            terminalreporter.write_line(f"fault diagonal: {counted}; see {BUILD.relative_to(Path.cwd())}")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Diagonal(), "fault-diagonal")
