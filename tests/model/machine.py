"""Random lives of a stack: edits of the program, people at the server, runs that fail or are killed, and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

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
calls = st.sampled_from((0, 0, 0, 1, 1, 2, 2, 3, 4, 5))  # numbered in a run; most runs make few
faults = st.dictionaries(calls, st.one_of(st.sampled_from(OFTEN), st.sampled_from(MISHAPS)), min_size=1, max_size=3)


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
        name=names, login=logins, value=values, spelled=st.sampled_from(("login", "LOGIN", "id")), adopt=st.booleans()
    )
    def declare(self, name: str, login: str, value: str, spelled: str, *, adopt: bool) -> None:
        account = self.world.server.find(login)
        principal = {"login": login, "LOGIN": login.upper(), "id": account.id if account else login}[spelled]
        live = account.password if account else None
        self._declare(
            name, Credential(principal, SUPPLIED, value, on_destroy="revoke", current_password=live, adopt=adopt)
        )

    @rule(name=names)
    def take_out(self, name: str) -> None:
        self.world.program.pop(name, None)

    @rule(name=names, value=values)
    def another_password(self, name: str, value: str) -> None:
        self._edit(name, source=SUPPLIED, value=value)

    @rule(name=names)
    def a_password_too_short(self, name: str) -> None:
        self._edit(name, source=SUPPLIED, value="CANARY")

    @rule(name=names, generation=st.integers(1, 3), master=st.sampled_from(("main", "next")))
    def derive(self, name: str, generation: int, master: str) -> None:
        self._edit(name, source=DERIVED, generation=generation, master=master)

    @rule(name=names, generation=st.integers(1, 4))
    def generate(self, name: str, generation: int) -> None:
        self._edit(name, source=GENERATED, generation=generation)

    @rule(
        name=names,
        edit=st.sampled_from(
            (
                {"connection": "main"}, {"connection": "renamed"}, {"on_drift": None}, {"on_drift": "accept"},
                {"on_drift": "repair"}, {"on_destroy": "expire"}, {"on_destroy": "deactivate"},
                {"on_destroy": "revoke"}, {"on_destroy": None}, {"keep_in_state": True}, {"keep_in_state": False},
                {"keep_in_state": None}, {"deleted_first": True}, {"adopt": False},
            )
        ),
    )  # fmt: skip
    def another_argument(self, name: str, edit: dict[str, Any]) -> None:
        self._edit(name, **edit)

    @rule(name=names, given=st.sampled_from(("live", "wrong", "none")))
    def another_current_password(self, name: str, given: str) -> None:
        declared = self.world.program.get(name)
        account = self.world.server.find(declared.principal) if declared else None
        live = account.password if account else None
        self._edit(name, current_password={"live": live, "wrong": "CANARY-wrong", "none": None}[given])

    @rule()
    def rename_the_resource(self) -> None:
        """Rename without an alias: for the engine a new one, and an old one that goes."""
        program = self.world.program
        self.world.program = {NAMES[1 - NAMES.index(name)]: declared for name, declared in program.items()}

    # Other people

    @rule(login=logins, value=values, declared=st.booleans())
    def change_by_hand(self, login: str, value: str, *, declared: bool) -> None:
        account = self._meddled(login)
        if account:
            wanted = [it.value for it in self.world.program.values() if self.world.server.find(it.principal) is account]
            self._store(account, wanted[0] if declared and wanted else value)

    @rule(login=logins, status=st.sampled_from((LOCKED, EXPIRED, SUSPENDED, CLOSED, ACTIVE, ACTIVE, ACTIVE)))
    def change_the_status(self, login: str, status: str) -> None:
        account = self._meddled(login)
        if account:
            account.status = status
            account.failed = 0 if status == ACTIVE else account.failed

    @rule(login=logins)
    def delete_the_account(self, login: str) -> None:
        account = self._meddled(login)
        if account:
            self.world.server.accounts.remove(account)

    @rule(login=logins, value=values)
    def make_the_account(self, login: str, value: str) -> None:
        server = self.world.server
        if server.find(login) is None:
            account = server.add(login, value, id_=f"id-{len(self.world.people)}")
            self.world.people[account.id] = {value}
            self.world.meddle(account)

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

    @rule(value=values, name=names)
    def change(self, value: str, name: str) -> None:
        self._edit(name, source=SUPPLIED, value=value)
        self._ran(self.world.up({}))

    @rule(value=values, name=names, mishaps=faults)
    def change_with_mishaps(self, value: str, name: str, mishaps: dict[int, Mishap]) -> None:
        self._edit(name, source=SUPPLIED, value=value)
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

    def _ran(self, ran: Ran) -> None:
        world = self.world
        self._note(invariants.of_a_run(world, ran))
        if isinstance(ran.error, Refused) and not ran.operations:
            self._note(invariants.refused_alike(world.clean(), ran))
        copy = world.clean()
        if ran.verb == "destroy":
            copy.program = {}
        self._note(invariants.converges(copy, after=ran))
        world.settled = copy.settled or not copy.failed

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

    def _meddled(self, login: str) -> Account | None:
        account = self.world.server.find(login)
        if account:
            self.world.meddle(account)
        return account

    def _store(self, account: Account, value: str) -> None:
        self.world.server.store(account, value)
        self.world.people[account.id].add(value)
