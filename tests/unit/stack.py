"""The engine's order of calls for the credentials of one stack, with a process of its own for each run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.errors import CredentialError, NotConfigured
from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.record import Declaration, Record
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.settings import Settings
from pulumi_pwmgmt.system import Connected
from tests.unit.in_memory import Clock, Directory, OldForNew, WriteOnly

if TYPE_CHECKING:
    from collections.abc import Collection

Properties = dict[str, Any]
TENANT = "https://one.example.com"
LOGIN = "bot@example.com"


class Refused(Exception):
    """What a preview says: the problems by argument."""

    def __init__(self, problems: list[tuple[str, CredentialError]]) -> None:
        self.problems = {argument: error.line for argument, error in problems}
        self.errors = dict(problems)
        super().__init__(self.problems)


def connected(system: WriteOnly, name: str = "main", **differences: Any) -> Connected:  # noqa: ANN401 -- any field
    kind = system.traits.title.split(maxsplit=1)[0].lower()
    return replace(Connected(name=name, kind=kind, tenant=TENANT, system=system), **differences)


def credential(**arguments: Any) -> Properties:  # noqa: ANN401 -- any argument
    """Return what a program declares."""
    return {"connection": "main", "principal": LOGIN, "password": "CANARY-first"} | arguments


def through_the_engine(value: Any) -> Any:  # noqa: ANN401 -- any property
    """Return what comes out of the engine: no null, and a float for every number."""
    if isinstance(value, dict):
        return {name: through_the_engine(it) for name, it in value.items() if it is not None}
    if isinstance(value, (list, tuple)):
        return [through_the_engine(it) for it in value]
    return float(value) if type(value) is int else value


@dataclass
class Entry:
    id: str
    inputs: Properties
    outputs: Properties

    @property
    def record(self) -> Record:
        return Record.of(self.id, self.outputs)


@dataclass
class Stack:
    """Its state, its connections, its config under ``pwmgmt:``, and what the user was told."""

    clock: Clock
    connections: dict[str, Connected]
    config: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Entry] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def run(self) -> Run:
        now = {"now": self.clock().isoformat()}  # what the clock of this machine says has no part in it
        settings = Settings({f"pwmgmt:{name}": it for name, it in (now | self.config).items()})
        return Run(self._connect, self.told.append, self.clock.elapsed, settings)

    def run_by_the_clock(self) -> Run:
        return Run(self._connect, self.told.append)

    def preview(self, **declared: Properties) -> dict[str, Properties]:
        """Return the checked inputs, or raise what is refused."""
        run = self.run()
        return {name: self._checked(run, self._olds(name), news) for name, news in declared.items()}

    def up(self, *, ignore_changes: Collection[str] = (), **declared: Properties) -> list[str]:
        """Make the stack what is declared. Returns the steps, in order."""
        run, steps = self.run(), []
        gone = [name for name in self.state if name not in declared]
        replaced: list[Record] = []
        plans = {}
        for name, news in declared.items():
            held = {one: self._olds(name)[one] for one in ignore_changes if one in self._olds(name)}
            plans[name] = self._checked(run, self._olds(name), news | held)
        for name, inputs in plans.items():
            self.clock.wait(3)
            entry = self.state.get(name)
            if entry is None:
                steps.append("create")
                self._create(run, name, inputs)
                continue
            difference = lifecycle.diff(run, entry.record, inputs)
            if difference.replaces:
                steps += ["create", "delete"]
                replaced.append(entry.record)
                self._create(run, name, self._checked(run, {}, declared[name]))
            elif difference.changes:
                steps.append("update")
                self._store(name, inputs, lifecycle.update(run, entry.record, Declaration.parse(inputs)))
            else:
                self.state[name] = Entry(entry.id, inputs, entry.outputs)  # which the engine does without a step
        for name in gone:
            steps.append("delete")
            lifecycle.delete(run, self.state[name].record)
            del self.state[name]
        for record in replaced:
            lifecycle.delete(run, record)
        return steps

    def refresh(self) -> None:
        run = self.run()
        for name, entry in list(self.state.items()):
            found = lifecycle.read(run, entry.record)
            if found is None:
                del self.state[name]
            else:
                self._store(name, through_the_engine(found.as_inputs()), found)

    def destroy(self) -> None:
        run = self.run()
        self.clock.wait(3)
        for name, entry in list(self.state.items()):
            lifecycle.delete(run, entry.record)
            del self.state[name]

    def _create(self, run: Run, name: str, inputs: Properties) -> None:
        self._store(name, inputs, lifecycle.create(run, Declaration.parse(inputs)))

    def _store(self, name: str, inputs: Properties, record: Record) -> None:
        self.state[name] = Entry(record.id, inputs, through_the_engine(record.properties()))

    def _olds(self, name: str) -> Properties:
        return self.state[name].inputs if name in self.state else {}

    def _checked(self, run: Run, olds: Properties, news: Properties) -> Properties:
        inputs, problems = check(run, olds, through_the_engine(news))
        for argument in ("password", "current_password"):
            value = inputs.get(argument)
            assert value is None or value is UNKNOWN or "CANARY-" not in value, "the value itself came back from check"
        if problems:
            raise Refused(problems)
        checked: Properties = through_the_engine(inputs)
        return checked

    def _connect(self, name: str, *, in_preview: bool = False) -> Connected:  # noqa: ARG002 -- as a Run wants it
        if name not in self.connections:
            raise NotConfigured(f"there is no connection {name!r}")
        return self.connections[name]


def stack_of(kind: type[WriteOnly], **differences: Any) -> tuple[Stack, Directory]:  # noqa: ANN401 -- any field
    """Return a stack with the connection ``main`` to a new system, and its directory with one account."""
    clock = Clock()
    directory = Directory(clock)
    directory.add(LOGIN)
    clock.wait(3600)
    return Stack(clock, {"main": connected(kind(directory), **differences)}), directory


def made(kind: type[WriteOnly], **arguments: Any) -> tuple[Stack, Directory]:  # noqa: ANN401 -- any argument
    """Return a stack after its first ``up``, with what the system has seen so far forgotten."""
    stack, directory = stack_of(kind)
    stack.up(bot=declared(kind, **arguments))
    forget(directory)
    directory.clock.wait(3600)
    return stack, directory


def forget(directory: Directory) -> None:
    directory.calls.clear()
    directory.current_sent.clear()
    directory.passwords_sent.clear()
    directory.failed_log_ins = 0


def declared(kind: type[WriteOnly], **arguments: Any) -> Properties:  # noqa: ANN401 -- any argument
    etna = {"on_destroy": "revoke", "current_password": "CANARY-live"} if kind is OldForNew else {}
    return credential(**(etna | arguments))
