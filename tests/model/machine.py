"""Random lives of a stack: edits of the program, people at the server, runs that fail or are killed, and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pulumi_pwmgmt.errors import CurrentPasswordRejected
from pulumi_pwmgmt.system import ObservesPassword
from tests.model import invariants
from tests.model.engine import DERIVED, GENERATED, SUPPLIED, Credential
from tests.model.server import ACTIVE, CLOSED, EXPIRED, LOCKED, MISHAPS, SUSPENDED
from tests.model.world import LOGINS, World, new_world
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.model.server import AnyKind, Mishap
    from tests.model.world import Ran
    from tests.unit.in_memory import Account

NAMES = ("one", "two")
VALUES = ("CANARY-a", "CANARY-b", "CANARY-c", "CANARY-d", "CANARY-e", "CANARY-f")
names, values, logins = st.sampled_from(NAMES), st.sampled_from(VALUES), st.sampled_from(LOGINS)
OFTEN = tuple(one for one in MISHAPS if one.error in ("Killed", "OutcomeUnknown"))
sources = st.sampled_from((SUPPLIED, SUPPLIED, DERIVED, GENERATED, GENERATED))
calls = st.sampled_from((0, 0, 0, 1, 1, 2, 2, 3, 4, 5))  # numbered in a run; most runs make few
faults = st.dictionaries(calls, st.one_of(st.sampled_from(OFTEN), st.sampled_from(MISHAPS)), min_size=1, max_size=3)
_UNUSED = 10  # a generation that no other rule comes to
LET_GO = "if current_password says it already, do this before: pulumi state delete"
then = st.sampled_from(("nothing", "up", "up", "refresh and up"))


class Life(RuleBasedStateMachine):
    """One stack from the first declaration on; every step ends with the invariants."""

    kind: ClassVar[type[AnyKind]]
    steps: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.world: World = new_world(self.kind)
        self.broken: list[str] = []

    @initialize(
        remembered=st.sampled_from((0, 4)),
        second_factor=st.sampled_from((False, False, False, True)),
        tells_when=st.sampled_from((True, True, True, False)),
        replies=st.booleans(),
        names_the_live_one=st.booleans(),
        hides_locks=st.booleans(),
    )
    def a_server(
        self,
        *,
        remembered: int,
        second_factor: bool,
        tells_when: bool,
        replies: bool,
        names_the_live_one: bool,
        hides_locks: bool,
    ) -> None:
        server = self.world.server
        server.remembered, server.second_factor, server.tells_when = remembered, second_factor, tells_when
        server.replies_with_observation, server.names_the_live_one = replies, names_the_live_one
        server.hides_locks = hides_locks
        self._declare("one", Credential(LOGINS[0], on_destroy="revoke", current_password="CANARY-live-of-bot"))

    # The program

    @rule(
        name=names,
        login=logins,
        value=values,
        spelled=st.sampled_from(("login", "LOGIN", "id")),
        adopt=st.booleans(),
        then=then,
    )
    def declare(self, name: str, login: str, value: str, spelled: str, *, adopt: bool, then: str) -> None:
        account = self.world.server.find(login)
        # by an id only where a read tells that it is the same account: otherwise nobody can know it
        observed = isinstance(self.world.stack.connections["main"].system, ObservesPassword)
        id_ = account.id if account and observed else login
        principal = {"login": login, "LOGIN": login.upper(), "id": id_}[spelled]
        live = account.password if account else None
        self._declare(
            name, Credential(principal, SUPPLIED, value, on_destroy="revoke", current_password=live, adopt=adopt)
        )
        self._then(then)

    @rule(name=names, then=then)
    def take_out(self, name: str, then: str) -> None:
        self.world.program.pop(name, None)
        self._then(then)

    @rule(name=names, value=values, then=then)
    def another_password(self, name: str, value: str, then: str) -> None:
        self._edit(name, source=SUPPLIED, value=value)
        self._then(then)

    @rule(name=names)
    def a_password_too_short(self, name: str) -> None:
        self._edit(name, source=SUPPLIED, value="CANARY")

    @rule(name=names, generation=st.integers(1, 3), master=st.sampled_from(("main", "next")), then=then)
    def derive(self, name: str, generation: int, master: str, then: str) -> None:
        self._edit(name, source=DERIVED, generation=generation, master=master)
        self._then(then)

    @rule(name=names, generation=st.integers(1, 4), then=then)
    def generate(self, name: str, generation: int, then: str) -> None:
        self._edit(name, source=GENERATED, generation=generation)
        self._then(then)

    @rule(
        name=names,
        edit=st.sampled_from(
            (
                {"connection": "main"},
                {"connection": "renamed"},
                {"on_drift": None},
                {"on_drift": "accept"},
                {"on_drift": "repair"},
                {"on_destroy": "expire"},
                {"on_destroy": "deactivate"},
                {"on_destroy": "revoke"},
                {"on_destroy": None},
                {"keep_in_state": True},
                {"keep_in_state": False},
                {"keep_in_state": None},
                {"deleted_first": True},
                {"adopt": False},
            )
        ),
        then=then,
    )
    def another_argument(self, name: str, edit: dict[str, Any], then: str) -> None:
        self._edit(name, **edit)
        self._then(then)

    @rule(name=names, given=st.sampled_from(("live", "wrong", "none")), then=then)
    def another_current_password(self, name: str, given: str, then: str) -> None:
        declared = self.world.program.get(name)
        account = self.world.server.find(declared.principal) if declared else None
        live = account.password if account else None
        self._edit(name, current_password={"live": live, "wrong": "CANARY-wrong", "none": None}[given])
        self._then(then)

    @rule(then=then)
    def rename_the_resource(self, then: str) -> None:
        """Rename without an alias: for the engine a new one, and an old one that goes."""
        program = self.world.program
        self.world.program = {NAMES[1 - NAMES.index(name)]: declared for name, declared in program.items()}
        self._then(then)

    @rule(source=sources, only_one=st.booleans())
    def mend(self, source: str, *, only_one: bool) -> None:
        """Do what every refusal has asked for, all of it: the run that follows has no excuse."""
        world = self.world
        world.server.second_factor = False
        world.server.held_up.clear()
        names = NAMES[:1] if only_one else NAMES
        for name, login in zip(names, LOGINS, strict=False):
            account = world.server.find(login) or self._made(login, "CANARY-anew")
            world.meddle(account)
            account.status, account.failed = ACTIVE, 0
            generation = 1 + int(world.stack.made.get(name, {}).get("generation", 0))
            if source == DERIVED:
                generation = _UNUSED + len(world.supplied)
            value = f"CANARY-mended-{len(world.supplied)}"
            declared = Credential(login, source, value, generation, on_destroy="revoke")
            self._declare(name, replace(declared, current_password=account.password))
        world.program = {name: world.program[name] for name in names}
        world.stack.forget_the_gone()
        world.refresh({})
        ran = world.up({})
        for _ in names:
            if isinstance(ran.error, CurrentPasswordRejected) and LET_GO in str(ran.error):
                self._ran(ran)
                del world.stack.state[ran.operations[-1].name]
                ran = world.up({})
        self._ran(ran)
        self._note([f"I3: everything was mended, and the run ended with {ran.error}"] if ran.error else [])

    # Other people

    @rule(login=logins, value=values, declared=st.booleans(), then=then)
    def change_by_hand(self, login: str, value: str, *, declared: bool, then: str) -> None:
        account = self._meddled(login)
        if account:
            wanted = [it.value for it in self.world.program.values() if self.world.server.find(it.principal) is account]
            self._store(account, wanted[0] if declared and wanted else value)
        self._then(then)

    @rule(login=logins, status=st.sampled_from((LOCKED, EXPIRED, SUSPENDED, CLOSED, ACTIVE, ACTIVE, ACTIVE)), then=then)
    def change_the_status(self, login: str, status: str, then: str) -> None:
        account = self._meddled(login)
        if account:
            account.status = status
            account.failed = 0 if status == ACTIVE else account.failed
        self._then(then)

    @rule(login=logins, then=then)
    def delete_the_account(self, login: str, then: str) -> None:
        account = self._meddled(login)
        if account:
            self.world.server.accounts.remove(account)
        self._then(then)

    @rule(login=logins, value=values, then=then)
    def make_the_account(self, login: str, value: str, then: str) -> None:
        if self.world.server.find(login) is None:
            self._made(login, value)
        self._then(then)

    @precondition(lambda self: self.world.server.held_up)
    @rule()
    def held_up_requests_arrive(self) -> None:
        for request in self.world.server.held_up:
            self.world.meddle(request.account)
            if request.current is None:
                self.world.come_late.add(request.account.id)
        self.world.server.arrive()

    # Time

    @rule(seconds=st.sampled_from((0.3, 1, 61, 3600, 86400)))
    def wait(self, seconds: float) -> None:
        self.world.stack.clock.wait(seconds)

    @rule(hours=st.integers(-1, 1))
    def set_the_servers_clock(self, hours: int) -> None:
        self.world.server.skew = timedelta(hours=hours)

    # Runs

    @rule()
    def up(self) -> None:
        self._ran(self.world.up({}))

    @rule(mishaps=faults)
    def up_with_mishaps(self, mishaps: dict[int, Mishap]) -> None:
        self._ran(self.world.up(mishaps))

    @rule(source=sources, value=values, generation=st.integers(1, 4), name=names, mishaps=faults)
    def change_with_mishaps(
        self, source: str, value: str, generation: int, name: str, mishaps: dict[int, Mishap]
    ) -> None:
        self._edit(name, source=source, value=value, generation=generation)
        self._ran(self.world.up(mishaps))

    @rule()
    def refresh(self) -> None:
        self._ran(self.world.refresh({}))

    @rule(mishaps=faults)
    def refresh_with_mishaps(self, mishaps: dict[int, Mishap]) -> None:
        self._ran(self.world.refresh(mishaps))

    @precondition(lambda self: self.world.stack.state)
    @rule(mishaps=st.one_of(st.just({}), faults))
    def destroy(self, mishaps: dict[int, Mishap]) -> None:
        self._ran(self.world.destroy(mishaps))

    @invariant()
    def nothing_is_broken(self) -> None:
        type(self).steps += 1
        broken = [*self.broken, *invariants.some_password_opens(self.world)]
        assert not broken, "\n".join(broken)

    def _then(self, then: str) -> None:
        if then == "refresh and up":
            self._ran(self.world.refresh({}))
        if then != "nothing":
            self._ran(self.world.up({}))

    def _ran(self, ran: Ran) -> None:
        world = self.world
        self._note(invariants.of_a_run(world, ran))
        if isinstance(ran.error, Refused) and not ran.operations:
            self._note(invariants.refused_alike(world.clean(), ran))
        copy = world.clean()
        if ran.verb == "destroy":
            copy.program = {}
        self._note(invariants.converges(copy, after=ran))

    def _note(self, broken: Iterable[str]) -> None:
        self.broken += broken

    def _declare(self, name: str, declared: Credential) -> None:
        self.world.program[name] = declared
        self.world.supplied.add(declared.value)

    def _edit(self, name: str, **edit: Any) -> None:  # noqa: ANN401 -- any argument
        program = self.world.program
        for one in program if name not in program else (name,):  # of one, it is that one
            self._declare(one, replace(program[one], **edit))
            return

    def _made(self, login: str, value: str) -> Account:
        account = self.world.server.add(login, value, id_=f"id-{len(self.world.people)}")
        self.world.people[account.id] = {value}
        self.world.meddle(account)
        return account

    def _meddled(self, login: str) -> Account | None:
        account = self.world.server.find(login)
        if account:
            self.world.meddle(account)
        return account

    def _store(self, account: Account, value: str) -> None:
        self.world.server.store(account, value)
        self.world.people[account.id].add(value)
