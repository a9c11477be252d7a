"""One credential and its system on the stage: the real library on one side, the simulated server on the other."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from urllib.parse import quote

from pulumi_pwmgmt.configuration import Configuration
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.simulator.log_in import logs_in
from pulumi_pwmgmt.system import CurrentPassword
from tests.contract.vendor import vendor_of
from tests.faults.alternatives.calls import calls_of
from tests.faults.operation import CHANGE, CREATE, DESTROY, FIRST, OUTSIDE, REFRESH, Operation, traits_of
from tests.faults.sent import accepted_by
from tests.unit.stack import Refused, Stack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.faults.fault import Fault
    from tests.faults.middleman import Exchange, Held, Middleman
    from tests.faults.shared_time import SharedTime
    from tests.unit.stack import Entry

_BETWEEN_RUNS_S = 3600.0
PATIENT_S, IMPATIENT_S = 20.0, 0.4  # how long an answer is waited for
_ID = re.compile(r"(?<=/)(00[a-zA-Z][0-9A-Za-z]{17}|\d{2,})(?=/|$|\?)")


class EngineKilledError(BaseException):
    """What ends a run whose engine is gone; the real one ends the whole process."""


@dataclass
class Step:
    """One run of Pulumi: what it was, what came of it, and what was asked of the server meanwhile.

    ``live`` is the password that the account had at its end, None where it had none, and ``opens`` whether one gets in
    with it. ``did`` are the engine's steps.
    """

    name: str
    error: BaseException | None
    told: list[str]
    did: list[str]
    exchanges: list[Exchange]
    before: Entry | None
    after: Entry | None
    live: str | None
    opens: bool
    left: int = 0
    refused_by_preview: BaseException | None = None

    @property
    def outcome(self) -> str:
        return "well" if self.error is None else type(self.error).__name__


class Runs(Protocol):
    """Whatever keeps the account ``bot``: what it knows of it, what it told, and what it does when it is run."""

    connection: dict[str, Any]
    told: list[str]

    @property
    def state(self) -> Mapping[str, Entry]: ...

    @state.setter
    def state(self, state: Any) -> None: ...  # noqa: ANN401 -- its own kind of entries

    def preview(self, *, bot: dict[str, Any]) -> object: ...

    def up(self, *, bot: dict[str, Any]) -> list[str]: ...

    def refresh(self) -> None: ...

    def destroy(self) -> None: ...


class Pulumi(Stack):
    """A stack with a process of its own for each run, configured as Pulumi does it."""

    def __init__(self, time: SharedTime, middleman: Middleman, connection: dict[str, Any]) -> None:
        super().__init__(time, {})  # type: ignore[arg-type]  # a clock all the same
        self._time = time
        self._middleman = middleman
        self.connection = connection

    def run(self) -> Run:
        configuration = Configuration(
            json.dumps({"main": self.connection}), self._engine_must_live, self._time.as_clock()
        )
        return Run(configuration.connect, self.told.append, self._time.as_clock().monotonic)

    def _engine_must_live(self) -> None:
        if not self._middleman.engine_lives:
            raise EngineKilledError


@dataclass
class Stage:
    """``ran`` are the steps so far, ``made`` the passwords that the runs have made up where they make any up.

    ``declared`` says whether the passwords stand in a program.
    """

    declared: ClassVar[bool] = True
    operation: Operation
    simulator: Simulator
    middleman: Middleman
    time: SharedTime
    ran: list[Step] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        system = self.operation.system
        if self.operation.lax:
            self.simulator.load(vendor_of(system).lax)
        self.account = self.simulator.account(system)
        self.own: str | None = None if self.operation.enrols else self.account["password"]
        self.live = self.own
        self.direct = {**self.account["connection"], **self.operation.settings, "read_timeout": PATIENT_S}
        if self.operation.enrols:
            calls_of(self.direct).take_away(self.account["principal"], None, "")
        url = self.direct["url"].replace(self.simulator.url, self.middleman.url)
        self.pulumi = self.runs({**self.direct, "url": url})

    def runs(self, connection: dict[str, Any]) -> Runs:
        """Return what keeps the account."""
        return Pulumi(self.time, self.middleman, connection)

    def declaration(self, password: str | None) -> dict[str, Any]:
        """Return what the program says; the current password where the system demands one."""
        required = traits_of(self.operation.system).current_password is CurrentPassword.REQUIRED
        taking_over = {"on_destroy": "revoke", "current_password": self.own} if required else {}
        declared = {"connection": "main", "principal": self.account["principal"], "password": password or self.own}
        return declared | taking_over | dict(self.operation.arguments)

    def prepare(self) -> None:
        """Bring the stack to where the operation starts."""
        operation = self.operation
        if operation.exists:
            self.step("before", CREATE, FIRST)
        if operation.outside:
            self.time.wait(_BETWEEN_RUNS_S)
            somebody = Pulumi(self.time, self.middleman, self.direct)
            somebody.up(bot=self.declaration(OUTSIDE) | {"keep_in_state": None})
            self.live = OUTSIDE
        if operation.refreshed:
            self.step("refresh before", REFRESH, FIRST)

    def perform(self, name: str, fault: Fault | None = None, first: int = 0, times: int = 0) -> Step:
        """Do the operation, with a fault at its request number ``first`` and the ones after it."""
        return self.step(name, self.operation.verb, self.operation.declares, fault, first, times)

    def preview(self) -> BaseException | None:
        """Return what a preview refuses, None where it allows the operation."""
        try:
            if self.operation.verb in (CREATE, CHANGE):
                self.middleman.begin()
                self.pulumi.preview(bot=self.declaration(self.operation.declares))
        except Refused as refused:
            return refused
        finally:
            self.middleman.end()
        return None

    def refresh(self) -> Step:
        return self.step("refresh", REFRESH, self.operation.declares)

    def up(self) -> Step:
        """Run the program once more; after a destroy there is nothing in it."""
        verb = DESTROY if self.operation.verb == DESTROY else CHANGE
        return self.step("up again", verb, self.operation.declares)

    def happen_late(self, request: Held) -> None:
        """Let the server have a request that it has held up until now."""
        self.time.wait(_BETWEEN_RUNS_S)
        self.live = accepted_by([request()], self.live)

    def opens(self) -> bool:
        """Log in as the system's own page would, with the password that the account should have."""
        return self.live is not None and logs_in(self.account, self.live)

    def label(self, exchange: Exchange) -> str:
        """Return the request as the manual writes it."""
        path = exchange.path.replace(quote(self.account["principal"], safe=""), "{principal}")
        return f"{exchange.method} {_ID.sub('{id}', path)}"

    def step(
        self, name: str, verb: str, declares: str | None, fault: Fault | None = None, first: int = 0, times: int = 0
    ) -> Step:
        """Run Pulumi once, an hour after the last time; ``declares`` is the password in the program."""
        self.time.wait(_BETWEEN_RUNS_S)
        pulumi, before = self.pulumi, copy.deepcopy(self.pulumi.state)
        pulumi.told.clear()
        pulumi.connection["read_timeout"] = IMPATIENT_S if fault and fault.hangs else PATIENT_S
        self.middleman.begin(fault, first, times)
        error, did = None, []
        try:
            did = self._run(verb, declares)
        except (Exception, EngineKilledError) as raised:  # noqa: BLE001 -- whatever a run ends with is what it came to
            error = raised
        killed = not self.middleman.engine_lives
        exchanges, left = self.middleman.end()
        if killed:  # nobody was there any more to write the state
            pulumi.state, error = before, EngineKilledError()
        self.live = accepted_by(exchanges, self.live)
        step = Step(
            name, error, list(pulumi.told), did, exchanges, before.get("bot"), pulumi.state.get("bot"),
            self.live, self._opens(exchanges), left,
        )  # fmt: skip
        self.ran.append(step)
        return step

    def _run(self, verb: str, declares: str | None) -> list[str]:
        if verb == REFRESH:
            self.pulumi.refresh()
        elif verb == DESTROY:
            self.pulumi.destroy()
        else:
            return self.pulumi.up(bot=self.declaration(declares))
        return []

    def _opens(self, exchanges: list[Exchange]) -> bool:
        """Log in after all that could have changed anything."""
        if self.ran and not any(one.method != "GET" for one in exchanges):
            return self.ran[-1].opens
        return self.opens()
