"""Which cells of the fault matrix go through the real CLI: a diagonal through it, by a rule, the same in each run.

All operations stand in a row, each at the request that it is about: its write, or the last one where it writes nothing.
Behind them come those that write, at their write again; those of an ``up`` at their write once more; and those that
write at their first request: a token or a rule is asked for. Along this row the faults take turns, and after each turn
of all of them it is the other of once and twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from tests.faults import sent
from tests.faults.cell import Cell
from tests.faults.fault import FAULTS, TIMES
from tests.faults.operation import CHANGE, CREATE, DESTROY, OPERATIONS, REFRESH, Operation
from tests.faults.whole import asks

if TYPE_CHECKING:
    from tests.faults.cell import Story
    from tests.faults.fault import Fault

AT_ONCE = 8  # cells in one stack
KILLED_AT_ONCE = 4  # the plugin works on so many at a time, and the engine is killed when all have got there
Command = Literal["up", "refresh", "destroy"]
_COMMANDS: dict[str, Command] = {CREATE: "up", CHANGE: "up", REFRESH: "refresh", DESTROY: "destroy"}


class Edge(Enum):
    """Which request of an operation the fault hits."""

    WRITE = "write"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True)
class Pick:
    """A cell of the diagonal; only the operation as it is played tells which number its request has."""

    operation: Operation
    edge: Edge
    fault: Fault
    times: int

    def __str__(self) -> str:
        return f"{self.operation}: {self.fault.name}, {self.times}, {self.edge.value}"

    @property
    def command(self) -> Command:
        return _COMMANDS[self.operation.verb]

    def cell(self, undisturbed: Story) -> Cell:
        exchanges = undisturbed.faulted[0].exchanges
        writing = [number for number, one in enumerate(exchanges) if sent.writes(one, self.operation.system)]
        assert bool(writing) is writes(self.operation), self.operation
        number = {Edge.FIRST: 0, Edge.LAST: len(exchanges) - 1}.get(self.edge)
        return Cell(self.operation, self.fault, writing[0] if number is None else number, self.times)


def writes(operation: Operation) -> bool:
    """Whether it changes something where all is well."""
    if operation.verb == DESTROY:
        return not operation.outside
    return operation.verb in (CREATE, CHANGE) and asks(operation) and not operation.arguments.get("adopt")


def diagonal() -> list[Pick]:
    """Return the cells in their order."""
    row = [(one, Edge.WRITE if writes(one) else Edge.LAST) for one in OPERATIONS if asks(one)]
    writing = [one for one in OPERATIONS if writes(one)]
    row += [(one, Edge.WRITE) for one in writing]
    row += [(one, Edge.WRITE) for one in writing if _COMMANDS[one.verb] == "up"]
    row += [(one, Edge.FIRST) for one in writing]
    return [
        Pick(operation, edge, FAULTS[number % len(FAULTS)], TIMES[number // len(FAULTS) % len(TIMES)])
        for number, (operation, edge) in enumerate(row)
    ]


def stacks() -> list[list[Pick]]:
    """Return the cells by the stack that they are played in: with one command, and a kill ends all of them.

    The engine checks one after the other: who is killed at the first request keeps all others from theirs.
    """
    together: dict[tuple[Command, int, int], list[Pick]] = defaultdict(list)
    for pick in diagonal():
        kills, first = pick.fault.kills, pick.edge is Edge.FIRST
        at_once = AT_ONCE if not kills else 1 if first else KILLED_AT_ONCE
        together[pick.command, at_once, pick.times if kills else 0].append(pick)
    return [
        picks[start : start + at_once]
        for (_, at_once, _), picks in together.items()
        for start in range(0, len(picks), at_once)
    ]
