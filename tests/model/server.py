"""The simulated world's half that is not ours: servers with people at them, requests that go astray, and a log of it.

It builds on the in-memory systems of the unit tests. What is new: a mishap strikes a call by its number in the run, a
run can be killed at any call, a held-up request arrives when the machine says so, and accounts have statuses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    NotConfigured,
    OutcomeUnknown,
    PasswordRejected,
    PermissionDenied,
    RateLimited,
    UnexpectedReply,
    Unreachable,
    Unsupported,
)
from pulumi_pwmgmt.model import PasswordPolicy
from tests.unit import in_memory
from tests.unit.in_memory import Account, Directory, Fault

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Observation, Password
    from tests.unit.in_memory import Commit, Verb

ACTIVE, LOCKED, EXPIRED, SUSPENDED, CLOSED = "ACTIVE", "LOCKED_OUT", "PASSWORD_EXPIRED", "SUSPENDED", "DEPROVISIONED"
SHORTEST = len("CANARY-")


class Killed(BaseException):
    """The run's process ends here: what it holds in memory is gone, and nothing of ours gets to handle it."""


@dataclass(frozen=True)
class Mishap:
    """What befalls one call of a run: ``error`` is the name of one of ours, or ``Killed``.

    Only of an answer that is lost, unheard or not understood nobody knows whether the change was made. The others say
    that nothing was changed (docs/contract.md), so a server that raises one has changed nothing.
    """

    error: str
    commit: Commit = "never"
    seconds: float = 0

    def __str__(self) -> str:
        return f"{self.error}, commits {self.commit}"


_ERRORS: dict[str, Any] = {
    "AuthenticationFailed": lambda: AuthenticationFailed("the token is refused"),
    "Killed": Killed,
    "NotConfigured": lambda: NotConfigured("the variable TOKEN is not set"),
    "OutcomeUnknown": lambda: OutcomeUnknown("no answer came"),
    "PermissionDenied": lambda: PermissionDenied("the token may not do this"),
    "RateLimited": lambda: RateLimited("too many requests", retry_after=5),
    "UnexpectedReply": lambda: UnexpectedReply("status 418", status=418),
    "Unreachable": lambda: Unreachable("no route"),
}
COMMITS: tuple[Commit, ...] = ("never", "before the error", "late")
MISHAPS = tuple(
    Mishap(error, commit, seconds)
    for error in _ERRORS
    for commit in (COMMITS if error in ("Killed", "OutcomeUnknown", "UnexpectedReply") else COMMITS[:1])
    for seconds in ((0, 30) if error == "OutcomeUnknown" else (0,))
)


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run: a password ``sent`` or ``stored``, a log-in that ``failed``, a ``mishap``.

    ``operation`` is what the engine was at, as in ``update bot``. ``again`` says of a stored or sent password that it
    was the live one already.
    """

    kind: str
    operation: int
    account: str = ""
    value: str = ""
    again: bool = False


@dataclass
class HeldUp:
    """A request that the server got and has not dealt with."""

    account: Account
    new: str
    current: str | None


class Server(Directory):
    """The accounts, the mishaps to come in this run, and what happened in it. ``operation`` is told by the engine."""

    def __init__(self, clock: in_memory.Clock) -> None:
        super().__init__(clock)
        self.mishaps: dict[int, Mishap] = {}
        self.events: list[Event] = []
        self.operation = 0
        self.held_up: list[HeldUp] = []
        self.names_the_live_one = False
        self.hides_locks = False
        self._number = 0

    def begin(self, mishaps: dict[int, Mishap]) -> None:
        """Start a run: count its calls from 0, and forget the last one's."""
        self.mishaps, self.events, self.operation, self._number = dict(mishaps), [], 0, 0
        self.calls.clear()

    def note(self, kind: str, account: Account | None = None, value: str = "") -> None:
        live = account is not None and account.password == value
        self.events.append(Event(kind, self.operation, account.id if account else "", value, live))

    def enter(self, verb: Verb) -> Fault | None:
        mishap = self.mishaps.get(self._number)
        self._number += 1
        if mishap is None or (verb in ("verify", "observe") and mishap.error == "OutcomeUnknown"):
            return super().enter(verb)  # what only reads has no unknown outcome
        if mishap.commit == "late" and verb != "set":
            mishap = replace(mishap, commit="never")
        self.note("mishap", value=str(mishap))
        self._faults.append(Fault(verb, _ERRORS[mishap.error](), mishap.commit, mishap.seconds))
        return super().enter(verb)

    def settle(self) -> None:
        """Leave held-up requests where they are: ``arrive`` lets them through."""

    def commit(self, account: Account, password: str, fault: Fault | None) -> None:
        if fault and fault.commit == "late":
            self.held_up.append(HeldUp(account, password, self.current_sent[-1]))
            self.leave(fault)
        self.store(account, password)
        self.leave(fault)

    def arrive(self) -> None:
        """Let the held-up requests through, to be judged as any other."""
        for request in self.held_up:
            account = request.account
            gone = account not in self.accounts or account.status == CLOSED
            refused = request.current is not None and request.current != account.password
            if not (gone or refused or request.new in self.remembered_of(account)):
                self.store(account, request.new)
        self.held_up.clear()

    def remembered_of(self, account: Account) -> list[str]:
        return account.history[-self.remembered :] if self.remembered else []

    def store(self, account: Account, password: str | None) -> None:
        self.note("stored", account, password or "")
        super().store(account, password)
        if account.status == EXPIRED and password:
            account.status = ACTIVE

    def log_in(self, account: Account | None, password: str) -> bool:
        let_in = super().log_in(account, password)
        if not let_in:
            self.note("failed", account, password)
        return let_in


class _Sets(in_memory.WriteOnly):
    """What all kinds have in common here."""

    tells_closed = True

    def __init__(self, directory: Server) -> None:
        super().__init__(directory)
        troubled = dict.fromkeys((LOCKED, EXPIRED, SUSPENDED, CLOSED), "see to it")
        self.traits = replace(type(self).traits, closed=frozenset({CLOSED}), troubled=troubled)

    @property
    def server(self) -> Server:
        assert isinstance(self.directory, Server)
        return self.directory

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation | None:
        server = self.server
        server.note("sent", server.find(principal), new.reveal())
        try:
            return super().set_password(principal, new, current)
        except PasswordRejected as refused:
            if not (server.names_the_live_one and server.get(principal).password == new.reveal()):
                raise
            reasons = refused.reasons
        raise PasswordRejected("it is the current one", reasons=reasons, is_live=True)

    def _account(self, principal: str) -> Account:
        account = super()._account(principal)
        if account.status == CLOSED and self.tells_closed:
            raise Unsupported("a closed account takes no password")
        return account

    def _hides(self, principal: str) -> bool:
        """Whether a log-in can't tell: the account lets nobody in, and says so. Some lie about it."""
        account = self.server.find(principal)
        hides = account is not None and account.status != ACTIVE and not self.server.hides_locks
        if hides:
            self.server.leave(self.server.enter("verify"))
        return hides


class Administrator(_Sets, in_memory.Administrator):
    """As Okta; states a rule of its policy as well."""

    def password_policy(self, _principal: str) -> PasswordPolicy:
        return PasswordPolicy(min_length=SHORTEST)

    def verify_password(self, principal: str, password: Password) -> bool | None:
        return None if self._hides(principal) else super().verify_password(principal, password)


class NoUseForCurrent(_Sets, in_memory.NoUseForCurrent):
    """As OneLogin."""

    def verify_password(self, principal: str, password: Password) -> bool | None:
        return None if self._hides(principal) else super().verify_password(principal, password)


class OldForNew(_Sets, in_memory.OldForNew):
    """As ETNA Trader: whoever is not let in is told nothing more."""

    tells_closed = False

    def verify_password(self, principal: str, password: Password) -> bool | None:
        return None if self._hides(principal) else super().verify_password(principal, password)


class OwnPassword(_Sets, in_memory.OwnPassword):
    """As Okta MyAccount."""


class WriteOnly(_Sets, in_memory.WriteOnly):
    """The least that a system can do."""

    tells_closed = False


AnyKind = _Sets
KINDS: tuple[type[AnyKind], ...] = (Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly)
