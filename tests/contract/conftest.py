from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.scene import Scene

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.contract.table import Operation


@pytest.fixture
def scene(operation: Operation, pwmgmt_simulator: Simulator) -> Scene:
    """Return the system of the operation that the test is about, freshly seeded."""
    return Scene(operation.system, pwmgmt_simulator)
