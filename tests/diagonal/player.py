"""One cell in a stack of several: it has a server, and a machine before it, of its own, and shares only the CLI."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.end_to_end.programs import credential
from tests.faults.cell import Cell, Story, tell
from tests.faults.middleman import Middleman
from tests.faults.operation import DESTROY, FIRST, NEXT, OUTSIDE
from tests.faults.sent import accepted_by
from tests.faults.shared_time import SharedTime
from tests.faults.stage import EngineKilledError, Pulumi, Stage, Step

if TYPE_CHECKING:
    import http.client
    from collections.abc import Callable

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.diagonal.rule import Pick
    from tests.diagonal.said import Said
    from tests.faults.fault import Answer, Fault
    from tests.faults.middleman import Exchange
    from tests.unit.stack import Entry

BETWEEN_RUNS_S = 3600.0
_IMPATIENT_S = 4
_KEYS = {FIRST: "first", NEXT: "next", OUTSIDE: "outside"}


class PassingTime(SharedTime):
    """Time that passes by itself while a client waits: nobody has to move it ahead."""

    def wait(self, seconds: float) -> None:
        pass


class Before(Middleman):
    """Kills the real engine where the fault says so: the server has done what it does, and nobody has the answer."""

    def __init__(self, simulator: Simulator, kill: Callable[[], None]) -> None:
        super().__init__(simulator, PassingTime(simulator))
        self._kill = kill

    def _handled(self, server: http.client.HTTPConnection, exchange: Exchange, fault: Fault | None) -> Answer | None:
        answer = super()._handled(server, exchange, fault)
        if fault and fault.kills:
            self._kill()
        return answer


@dataclass(eq=False)
class Player:
    """``name`` is that of the credential and of its connection; ``left`` is how often the fault is still to come.

    ``labels`` are the requests of the operation where nothing goes wrong.
    """

    name: str
    cell: Cell
    stage: Stage
    labels: list[str]
    left: int
    faulted: list[Step] = field(default_factory=list)
    preview: BaseException | None = None

    @classmethod
    def of(cls, pick: Pick, name: str, simulator: Simulator, kill: Callable[[], None]) -> Player:
        """Number the operation's requests by playing it once without a fault, in this process; then start anew."""
        undisturbed = tell(Cell(pick.operation), simulator)
        accounts = simulator.control("DELETE", "/directory")
        simulator = replace(simulator, accounts=accounts if isinstance(accounts, list) else [])
        stage = Stage(pick.operation, simulator, Before(simulator, kill), SharedTime(simulator))
        return cls(name, pick.cell(undisturbed), stage, undisturbed.labels, pick.times)

    def close(self) -> None:
        self.stage.middleman.close()
        self.stage.time.close()

    @property
    def fault(self) -> Fault:
        assert self.cell.fault
        return self.cell.fault

    @property
    def is_due(self) -> bool:
        """Whether it has no fault yet, or its run was over before the second had come: as in the matrix, once more.

        What the run has removed all the same is nothing that another one would be about.
        """
        if not self.faulted:
            return True
        gone = self.cell.operation.verb == DESTROY and self.faulted[-1].after is None
        return len(self.faulted) == 1 and 0 < self.left < self.cell.times and not gone

    @property
    def _due_in_one_run(self) -> int:
        """How often it is to come: an engine dies once in a run, and what its orphan still asks is answered."""
        return 1 if self.fault.kills else self.left

    @property
    def connection(self) -> dict[str, Any]:
        """The entry of ``pwmgmt:connections``: at the machine in between."""
        impatient = {"read_timeout": _IMPATIENT_S} if self.fault.hangs else {}
        settings = {name: it for name, it in self.stage.pulumi.connection.items() if name != "read_timeout"}
        return settings | impatient

    @property
    def secrets(self) -> dict[str, str]:
        """The passwords that config has only for this one."""
        return {f"{self.name}_own": self.stage.own} if self.stage.own else {}

    def program(self, password: str | None) -> str:
        """Return what the program says."""
        declared = self.stage.declaration(password)
        sources = {
            argument: f"config.require_secret({_KEYS.get(declared.pop(argument), f'{self.name}_own')!r})"
            for argument in ("password", "current_password")
            if argument in declared
        }
        principal = declared.pop("principal")
        more = {argument: repr(value) for argument, value in declared.items() if argument != "connection"}
        more |= {argument: source for argument, source in sources.items() if argument != "password"}
        return credential(
            self.name,
            connection=self.name,
            principal=principal,
            password=sources["password"],
            more=", ".join(f"{argument}={source}" for argument, source in more.items()),
        )

    def somebody_else_changes_it(self) -> None:
        stage = self.stage
        stage.time.wait(BETWEEN_RUNS_S)
        somebody = Pulumi(stage.time, stage.middleman, stage.direct)
        somebody.up(bot=stage.declaration(OUTSIDE) | {"keep_in_state": None})
        stage.live = OUTSIDE

    def begins(self, *, with_fault: bool = False) -> None:
        """Wait for the next command, an hour after the last."""
        self.stage.time.wait(BETWEEN_RUNS_S)
        if with_fault:
            self.stage.middleman.begin(self.fault, self.cell.request, self._due_in_one_run)
        else:
            self.stage.middleman.begin()

    def is_put_off(self) -> None:
        """Take the last command for none: the engine did not go on to this one."""
        self.stage.middleman.end()

    def ends(self, name: str, before: Entry | None, after: Entry | None, said: Said, *, with_fault: bool) -> Step:
        """Return what the command was for this one."""
        stage, killed = self.stage, not self.stage.middleman.engine_lives
        exchanges, left = stage.middleman.end()
        if with_fault:  # who is refused is not seen here: it is so until the run is over
            self.left -= 1 if self.fault.refuses else self._due_in_one_run - left
        stage.live = accepted_by(exchanges, stage.live)
        error = EngineKilledError() if killed else said.error(self.name)
        step = Step(
            name, error, said.told(self.name), said.did(self.name), exchanges, before, after,
            stage.live, self._opens(exchanges), self.left if with_fault else 0,
        )  # fmt: skip
        stage.ran.append(step)
        return step

    def story(self, clean: Step, refreshed: Step, again: Step) -> Story:
        middleman = self.stage.middleman
        return Story(
            self.cell, self.stage.ran, self.faulted, clean, refreshed, again, self.preview, self.stage.own,
            declared=self.cell.operation.declares or self.stage.own,
            labels=self.labels,
            followed=middleman.somebody_followed(),
            carried_elsewhere=middleman.carried_elsewhere,
            sent_of_the_huge_one=middleman.sent_of_the_huge_one,
        )  # fmt: skip

    def _opens(self, exchanges: list[Exchange]) -> bool:
        """Log in after all that could have changed anything."""
        if self.stage.ran and not any(one.method != "GET" for one in exchanges):
            return self.stage.ran[-1].opens
        return self.stage.opens()
