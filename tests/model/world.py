"""One stack, its program and the people around it: what is true, beside what the state says. Runs are made here."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import CredentialError
from tests.model.engine import DERIVED, GENERATED, SUPPLIED, Credential, Engine, Operation, Program
from tests.model.server import ACTIVE, Event, Killed, Mishap, Server
from tests.unit.in_memory import Account, Clock
from tests.unit.sources import MASTER, NEXT_MASTER
from tests.unit.sources import password as derived_password
from tests.unit.stack import TENANT, Entry, Refused, connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.record import Record
    from tests.model.server import AnyKind

MASTERS = {"main": MASTER, "next": NEXT_MASTER}
HUMAN = "find or reset the live password"


@dataclass
class Ran:
    """What one run was asked for, and what came of it. ``disturbed`` are the accounts that were so when it began."""

    verb: str
    program: Program
    error: BaseException | None
    operations: list[Operation]
    events: list[Event]
    told: list[str]
    state: dict[str, Entry]
    disturbed: set[str]
    mishaps: dict[int, Mishap]
    writes: int = 0

    @property
    def struck(self) -> bool:
        return any(event.kind == "mishap" for event in self.events)

    def of(self, number: int, kind: str) -> list[Event]:
        """Return the events of one kind in the operation of this number."""
        return [event for event in self.events if event.operation == number and event.kind == kind]


@dataclass
class World:
    """``people`` is what people know of each account's passwords: what it had first, and what they set by hand.

    ``disturbed`` are the accounts that something else than a run which ended well was at since ours last did;
    ``removed`` those whose password was to be taken away. ``programs`` are the program as it was in the last run, and
    as it is now. ``come_late`` are the accounts that a held-up request has changed since (no client can prevent that,
    not even that its password is in nobody's hands any more), ``unheard`` those that a run has changed which then
    failed. ``generated`` are the values that each entry of a generated password has had, ``supplied`` those that the
    program has declared so far.
    """

    stack: Engine
    program: Program = field(default_factory=dict)
    last: Program = field(default_factory=dict)
    people: dict[str, set[str]] = field(default_factory=dict)
    disturbed: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    come_late: set[str] = field(default_factory=set)
    unheard: set[str] = field(default_factory=set)
    generated: dict[str, list[str]] = field(default_factory=dict)
    supplied: set[str] = field(default_factory=set)

    @property
    def server(self) -> Server:
        return self.stack.server

    @property
    def traits(self) -> Any:  # noqa: ANN401 -- the kind's
        return self.stack.connections["main"].system.traits

    def account_of(self, record: Record) -> Account | None:
        return self.server.find(record.principal_id)

    def value_of(self, name: str, declared: Credential) -> str | None:
        """Return the password that the program declares; None for one that is still to be generated."""
        if declared.source == SUPPLIED:
            return declared.value
        if declared.source == DERIVED:
            return self.derived(declared.principal, declared.generation, self._master(name, declared))
        made = self.stack.made.get(name)
        return made["value"] if made and made["generation"] == declared.generation else None

    def _master(self, name: str, declared: Credential) -> str:
        """Return the master of a derived password: an accepted generation stays with the one it was derived from."""
        entry = self.stack.state.get(name)
        source = entry.record.source if entry and entry.record.principal == declared.principal else {}
        stays = source.get("kind") == DERIVED and source["generation"] == declared.generation
        return str(source["master"]) if stays else declared.master

    def derived(self, principal: str, generation: int, master: str) -> str:
        key = (principal, generation, master)
        if key not in _DERIVED:
            _DERIVED[key] = derived_password(generation, master=MASTERS[master], principal=principal)
        return _DERIVED[key]

    def recorded(self, record: Record) -> str:
        return self.stack.marks.get(record.password, "one that nobody knows")

    def clean(self) -> World:
        """Return a copy to try things on, in which nothing else goes wrong."""
        self.stack.operations = []  # a secret can't be copied, and the run has been told
        return copy.deepcopy(self)

    def up(self, mishaps: dict[int, Mishap]) -> Ran:
        program = dict(self.program)

        def run() -> None:
            self.stack.preview_of(program)
            self.last = program
            self.stack.up_to(program)

        return self._run("up", program, run, mishaps)

    def skip_preview(self) -> Ran:
        program = dict(self.program)
        return self._run("up", program, lambda: self.stack.up_to(program), {})

    def refresh(self, mishaps: dict[int, Mishap]) -> Ran:
        return self._run("refresh", self.last, self.stack.refresh, mishaps)

    def destroy(self, mishaps: dict[int, Mishap]) -> Ran:
        return self._run("destroy", {}, self.stack.destroy, mishaps)

    def _run(self, verb: str, program: Program, run: Callable[[], None], mishaps: dict[int, Mishap]) -> Ran:
        stack, server = self.stack, self.server
        server.begin(mishaps)
        stack.told.clear()
        stack.operations = []
        state, disturbed = dict(stack.state), set(self.disturbed)
        error: BaseException | None = None
        try:
            run()
        except (CredentialError, Refused, Killed, RuntimeError) as raised:
            error = raised
        ran = Ran(
            verb, program, error, list(stack.operations), list(server.events), list(stack.told), state, disturbed,
            mishaps, server.writes,
        )  # fmt: skip
        self._take_in(ran)
        return ran

    def _take_in(self, ran: Ran) -> None:
        """Note what a run has made true."""
        for name, made in self.stack.made.items():
            values = self.generated.setdefault(name, [])
            values += [made["value"]] if made["value"] not in values[-1:] else []
        for number, operation in enumerate(ran.operations):
            touched = {event.account for kind in ("sent", "stored", "mishap") for event in ran.of(number, kind)}
            if operation.record is not None:
                touched |= {operation.record.principal_id}
            ids = {account.id for name in touched if (account := self.server.find(name))}
            if operation.verb == "delete":
                self.removed |= {event.account for event in ran.of(number, "stored")} | ids
                self.disturbed |= ids
            elif operation.well and operation.verb in ("create", "update") and ran.of(number, "sent"):
                self.removed -= ids
                self.come_late -= ids
                self.unheard -= ids
                self.disturbed -= {one for one in ids if self.server.get(one).status == ACTIVE}
            elif not operation.well:
                self.disturbed |= ids
                self.unheard |= {event.account for event in ran.of(number, "stored")}
        if ran.error is not None and ran.struck:
            self.disturbed |= {account.id for account in self.server.accounts}

    def meddle(self, account: Account) -> None:
        """Note that somebody else was at an account."""
        self.disturbed.add(account.id)

    def durable(self, account: Account) -> set[str | None]:
        """Return the passwords of an account that are in durable hands."""
        values: set[str | None] = set(self.people.get(account.id, set()))
        for program in (self.program, self.last):
            values |= {it.current_password for it in program.values()}
            values |= {self.value_of(name, it) for name, it in program.items()}
        for record in (entry.record for entry in self.stack.state.values()):
            values |= self._derivable(record)
        for made in self.stack.made.values():
            values |= {made["value"], made.get("previous")}
        for entry in self.stack.state.values():
            kept = entry.record.kept_password
            values |= {kept.reveal()} if kept else set()
        return values - {None}

    def _derivable(self, record: Record) -> set[str]:
        """Return the password that a record says how to compute."""
        source = record.source
        if source.get("kind") != DERIVED:
            return set()
        return {self.derived(record.principal, int(source["generation"]), str(source["master"]))}


_DERIVED: dict[tuple[str, int, str], str] = {}


def new_world(kind: type[AnyKind]) -> World:
    """Return a stack with nothing in it, and a system with three accounts and two connections to it."""
    clock = Clock()
    server = Server(clock)
    world = World(Engine(clock, {}))
    for login in LOGINS:
        account = server.add(login, f"CANARY-live-of-{login.split('@', maxsplit=1)[0]}")
        world.people[account.id] = {str(account.password)}
    clock.wait(3600)
    main = connected(kind(server))
    world.stack.connections = {"main": main, "renamed": connected(main.system, "renamed")}  # type: ignore[arg-type]  # in memory
    return world


LOGINS = ("bot@example.com", "ci@example.com", "db@example.com")
__all__ = ["GENERATED", "HUMAN", "LOGINS", "TENANT", "Ran", "World", "new_world"]
