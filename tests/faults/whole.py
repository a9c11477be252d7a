"""Whether a run was a whole one: every request of every operation, with every fault, once and twice."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.model import OnDrift
from pulumi_pwmgmt.system import ObservesPassword
from pulumi_pwmgmt.systems import discover
from tests.faults.alternatives.alternative import ALTERNATIVES, OURS
from tests.faults.alternatives.operations import COMPARED
from tests.faults.fault import FAULTS, TIMES
from tests.faults.operation import OPERATIONS, REFRESH, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Cells = list[dict[str, Any]]
PLAYED = {OURS: OPERATIONS, **{alternative.name: COMPARED for alternative in ALTERNATIVES}}


def asks(operation: Operation) -> bool:
    """Whether it sends any request: what can't be observed is refreshed without one, and to accept takes none."""
    if operation.verb == REFRESH:
        return issubclass(discover()[operation.system].System, ObservesPassword)
    return operation.arguments.get("on_drift") != OnDrift.ACCEPT.value


def missing(cells: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Name each operation of which there are not all cells, or more than those."""
    groups: dict[tuple[str, str, str], Cells] = defaultdict(list)
    for cell in cells:
        groups[cell["alternative"], cell["system"], cell["operation"]].append(cell)
    for name, operations in PLAYED.items():
        for operation in operations:
            group = groups[name, operation.system, operation.name]
            requests = group[0]["requests"] if group else int(asks(operation))
            wanted = product(range(1, requests + 1), (fault.name for fault in FAULTS), TIMES)
            played = sorted((cell["request"], cell["fault"], cell["times"]) for cell in group)
            if played != sorted(wanted):
                yield f"{name}, {operation}: {len(group)} cells are not its {requests * len(FAULTS) * len(TIMES)}"
