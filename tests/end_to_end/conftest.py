"""The real engine, the real plugin process, the simulated systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.directory import Directory
from tests.end_to_end.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack")
    yield stack
    stack.discard()


@pytest.fixture
def directory(pwmgmt_simulator: Simulator) -> Directory:
    return Directory(pwmgmt_simulator)
