"""What the matrix came to, over all workers: written to build/faults, counted, and held against its own table."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.faults.fault import FAULTS, TIMES
from tests.faults.unavoidable import UNAVOIDABLE
from tests.faults.whole import PLAYED, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "faults"
CELLS = "cells of the matrix"
_TESTS = sum(map(len, PLAYED.values())) * len(FAULTS) * len(TIMES)


@dataclass
class Matrix:
    """The cells that the workers have told of, and what is wrong with the whole of them."""

    tests: int = 0
    cells: list[dict[str, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, cells in report.user_properties:
            if report.when == "call" and name == CELLS:
                self.tests += 1
                self.cells += cast("list[dict[str, Any]]", cells)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.cells:
            self._write()
        if self.tests == _TESTS:
            self.problems = list(self._wrong())
        if self.problems:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.cells:
            counts = Counter((cell["alternative"], bool(cell["broken"])) for cell in self.cells)
            for name in PLAYED:
                if cells := counts[name, True] + counts[name, False]:
                    counted = f"{cells} cells, {counts[name, True]} break a promise"
                    terminalreporter.write_line(f"fault matrix, {name}: {counted}")
            excused = sum(bool(cell["unavoidable"]) for cell in self.cells)
            terminalreporter.write_line(f"fault matrix: {excused} more can't keep one; see {BUILD.relative_to(ROOT)}")
        for problem in self.problems:
            terminalreporter.write_line(f"fault matrix: {problem}", red=True)

    def _write(self) -> None:
        BUILD.mkdir(parents=True, exist_ok=True)
        by_system: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for cell in self.cells:
            by_system[cell["system"]].append(cell)
        for system, cells in by_system.items():
            (BUILD / f"{system}.json").write_text(json.dumps(cells, indent=1, sort_keys=True), encoding="utf-8")

    def _wrong(self) -> Iterator[str]:
        yield from missing(self.cells)
        for name in (name for row in UNAVOIDABLE for name in row.unneeded(self.cells)):
            yield f"nothing needs what is said to be unavoidable: {name}"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Matrix(), "fault-matrix")
