"""A change that the server makes when nobody waits for it any more, after the next run: no client can prevent it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.system import ObservesPassword
from pulumi_pwmgmt.systems import discover
from tests.faults import sent
from tests.faults.cell import Cell, tell
from tests.faults.fault import COMMITTED_LATE, ONCE
from tests.faults.middleman import Middleman
from tests.faults.operation import AFTER_THAT, CHANGE, NEXT, OPERATIONS, REFRESH, Operation
from tests.faults.shared_time import SharedTime
from tests.faults.stage import Stage

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

CHANGES = [operation for operation in OPERATIONS if operation.name.startswith("change")]


@pytest.mark.parametrize("operation", CHANGES, ids=str)
def test_a_change_that_is_made_late_is_found_and_set_right_or_refused_by_the_server(
    operation: Operation, pwmgmt_simulator: Simulator
) -> None:
    operation = replace(operation, lax=True)
    undisturbed = tell(Cell(operation), pwmgmt_simulator).faulted[0].exchanges
    at = next(number for number, one in enumerate(undisturbed) if sent.writes(one, operation.system))
    time = SharedTime(pwmgmt_simulator)
    middleman = Middleman(pwmgmt_simulator, time)
    stage = Stage(operation, pwmgmt_simulator, middleman, time)
    stage.prepare()

    stage.perform("held up", COMMITTED_LATE, at, ONCE)
    assert stage.step("the next run", CHANGE, AFTER_THAT).outcome == "well"
    (request,) = middleman.held
    stage.happen_late(request)

    refreshed = stage.step("refresh", REFRESH, AFTER_THAT)
    assert refreshed.after
    if stage.live == AFTER_THAT:
        assert refreshed.after.record.drift is None  # the server has refused it: it named a password of the past
    else:
        assert stage.live == NEXT
        assert issubclass(discover()[operation.system].System, ObservesPassword)
        assert refreshed.after.record.drift
    assert stage.step("set right", CHANGE, AFTER_THAT).outcome == "well"
    assert stage.live == AFTER_THAT
    assert stage.opens()
    middleman.close()
    time.close()
