"""The engine's order of calls for a whole program, generated passwords included, and a state that survives each run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pulumi_pwmgmt import generated, lifecycle
from pulumi_pwmgmt.errors import Unsupported
from pulumi_pwmgmt.generated import Generated, Wanted
from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.record import Declaration, Record
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.settings import Settings
from tests.unit.sources import MASTER, NEXT_MASTER, RECIPE
from tests.unit.stack import Entry, Properties, Refused, Stack, through_the_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_pwmgmt.model import Password
    from tests.model.server import Server
    from tests.unit.in_memory import Account

SUPPLIED, DERIVED, GENERATED = "supplied", "derived", "generated"


@dataclass(frozen=True)
class Credential:
    """What the program declares of one. ``value`` is of a supplied password, ``generation`` of the other kinds."""

    principal: str
    source: str = SUPPLIED
    value: str = "CANARY-first"
    generation: int = 1
    master: str = "main"
    connection: str = "main"
    on_drift: str | None = None
    on_destroy: str | None = None
    keep_in_state: bool | None = None
    current_password: str | None = None
    adopt: bool = False
    deleted_first: bool = False

    def news(self, name: str, value: object) -> Properties:
        """Return what the provider's check gets, with ``value`` as the generated password."""
        recipe = RECIPE.as_input()
        password: object = {SUPPLIED: self.value, DERIVED: {"computed": "from its source"}, GENERATED: value}[
            self.source
        ]
        source: Properties = {"kind": self.source}
        if self.source == DERIVED:
            source |= {"generation": self.generation, "recipe": recipe, "master": self.master}
        elif self.source == GENERATED:
            source |= {"generation": self.generation, "recipe": recipe, "resource": f"made-{name}"}
        rest = {
            "connection": self.connection,
            "principal": self.principal,
            "on_drift": self.on_drift,
            "on_destroy": self.on_destroy,
            "keep_in_state": self.keep_in_state,
            "current_password": self.current_password,
            "adopt": self.adopt or None,
        }
        return {"password": password, "source": source, "facts": {}} | rest


Program = dict[str, Credential]


class Watched(Run):
    """A run that also tells the test what stands behind each fingerprint."""

    marks: dict[str, str]

    def remember(self, password: Password, tenant: str, principal: str) -> str:
        mark = super().remember(password, tenant, principal)
        self.marks[mark] = password.reveal()
        return mark


@dataclass
class Operation:
    """One create, update, delete or read: the accounts before and after it, and whether it ended well."""

    verb: str
    name: str
    record: Record | None
    before: dict[str, Account]
    after: dict[str, Account] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    well: bool = False

    @property
    def label(self) -> str:
        return f"{self.verb} {self.name}"


@dataclass
class Engine(Stack):
    """A stack with its state, which keeps what it had when a run stops.

    ``made`` are the entries of generated passwords, ``condemned`` those of credentials that were replaced and wait for
    their deletion. ``marks`` are the passwords behind the fingerprints, ``operations`` what the last run was at.
    """

    made: dict[str, Properties] = field(default_factory=dict)
    condemned: list[Entry] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    @property
    def server(self) -> Server:
        return self.connections["main"].system.directory  # type: ignore[attr-defined, no-any-return]  # an in-memory one

    def run(self) -> Run:
        now = {"now": self.clock().isoformat(), "masters": {"main": MASTER, "next": NEXT_MASTER}}
        settings = Settings({f"pwmgmt:{name}": it for name, it in now.items()})
        run = Watched(self._connect, self.told.append, self.clock.elapsed, settings)
        run.marks = self.marks
        return run

    def preview_of(self, program: Program) -> None:
        """Do what comes before every update, in a process of its own; raise what it refuses."""
        run = self.run()
        _refuse_two_owners(program)
        for name, declared in program.items():
            value: object = None
            if declared.source == GENERATED:
                made, wanted = self._made(name), self._wanted(declared)
                moves = made is None or generated.diff(self.clock(), made, wanted)
                value = UNKNOWN if moves or made is None else made.value.reveal()
            news = declared.news(name, value) | {"in_preview": True}
            inputs = self._checked(run, self._olds(name), news)
            if name in self.state and lifecycle.diff(run, self.state[name].record, inputs).replaces:
                self._checked(run, {}, news)

    def up_to(self, program: Program) -> None:
        """Make the stack what the program declares, one credential after the other, and then take away the rest."""
        run = self._begun()
        _refuse_two_owners(program)
        for name, declared in program.items():
            self._up_to_one(run, name, declared)
        for name in [name for name in self.state if name not in program]:
            with self._at("delete", name, self.state[name].record):
                lifecycle.delete(run, self.state[name].record)
                del self.state[name]
        for entry in list(self.condemned):
            with self._at("delete", entry.record.principal, entry.record):
                lifecycle.delete(run, entry.record)
                self.condemned.remove(entry)
        for name in list(self.made):
            if name not in program or program[name].source != GENERATED:
                del self.made[name]

    def _up_to_one(self, run: Run, name: str, declared: Credential) -> None:
        value = self._generate(name, declared) if declared.source == GENERATED else None
        news = declared.news(name, value)
        inputs = self._checked(run, self._olds(name), news)
        entry = self.state.get(name)
        if entry is None:
            with self._at("create", name):
                self._create(run, name, inputs)
            return
        difference = lifecycle.diff(run, entry.record, inputs)
        if difference.replaces:
            inputs = self._checked(run, {}, news)
            if declared.deleted_first:
                with self._at("delete", name, self.state[name].record):
                    lifecycle.delete(run, entry.record)
                    del self.state[name]
            with self._at("create", name):
                self._create(run, name, inputs)
            if not declared.deleted_first:
                self.condemned.append(entry)
        elif difference.changes:
            with self._at("update", name, entry.record):
                self._store(name, inputs, lifecycle.update(run, entry.record, Declaration.parse(inputs)))
        else:
            self.state[name] = Entry(entry.id, inputs, entry.outputs)

    def refresh(self) -> None:
        run = self._begun()
        for name, entry in list(self.state.items()):
            with self._at("read", name, entry.record):
                found = lifecycle.read(run, entry.record)
                if found is None:
                    del self.state[name]
                else:
                    self._store(name, through_the_engine(found.as_inputs()), found)

    def forget_the_gone(self) -> None:
        """Do what a human does, with ``pulumi state delete``, about accounts that nobody can look up any more."""
        gone = [name for name, entry in self.state.items() if self.server.find(entry.record.principal_id) is None]
        for name in gone:
            del self.state[name]

    def destroy(self) -> None:
        self.up_to({})

    def _generate(self, name: str, declared: Credential) -> str:
        made, inputs = self._made(name), self._wanted(declared)
        if made is None:
            made = generated.create(self.clock(), Wanted.parse(inputs))
        elif generated.diff(self.clock(), made, inputs):
            made = generated.update(self.clock(), made, Wanted.parse(inputs))
        self.made[name] = through_the_engine(made.properties())
        return made.value.reveal()

    def _made(self, name: str) -> Generated | None:
        return Generated.parse(self.made[name]) if name in self.made else None

    @staticmethod
    def _wanted(declared: Credential) -> Properties:
        inputs, problems = generated.check(
            through_the_engine({"recipe": RECIPE.as_input(), "generation": declared.generation})
        )
        if problems:
            raise Refused([("generation", problem) for problem in problems])
        wanted: Properties = through_the_engine(inputs)
        return wanted

    def _begun(self) -> Run:
        self.operations = []
        return self.run()

    @contextmanager
    def _at(self, verb: str, name: str, record: Record | None = None) -> Iterator[None]:
        self.clock.wait(3)
        operation = Operation(verb, name, record, self._accounts())
        self.operations.append(operation)
        self.server.operation = len(self.operations) - 1
        said = len(self.told)
        try:
            yield
            operation.well = True
        finally:
            operation.after, operation.told = self._accounts(), self.told[said:]

    def _accounts(self) -> dict[str, Account]:
        return {one.id: replace(one, history=list(one.history)) for one in self.server.accounts}


def _refuse_two_owners(program: Program) -> None:
    """Do what the resource's own class does in the program, before the engine hears of it."""
    owners = [(declared.connection, declared.principal.casefold()) for declared in program.values()]
    if len(set(owners)) < len(owners):
        raise Refused([("principal", Unsupported("one password can't have two owners"))])
