"""A small identity system in memory: it keeps passwords, remembers old ones, locks accounts and tells whole seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    OutcomeUnknown,
    PasswordRejected,
    PrincipalNotFound,
    Unsupported,
)
from pulumi_pwmgmt.model import Observation, OnDestroy, Password
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits

if TYPE_CHECKING:
    from pulumi_pwmgmt.errors import CredentialError

LOCKED_AFTER = 5
Verb = Literal["set", "remove", "verify", "observe"]
Commit = Literal["never", "before the error", "late"]


class Clock:
    """Our own clock. Somebody may set it; what has elapsed does not change by that."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc)
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return self.time

    def elapsed(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.set_ahead(seconds)
        self.seconds += seconds

    def set_ahead(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Account:
    id: str
    login: str
    password: str | None
    changed_at: datetime | None
    history: list[str] = field(default_factory=list)
    status: str = "ACTIVE"
    failed: int = 0


@dataclass
class Fault:
    """An error that one coming call of a verb ends with, and what becomes of its change."""

    verb: Verb
    error: BaseException
    commit: Commit
    seconds: float


class Directory:
    """The accounts. ``skew`` is how far the server's clock is ahead of ours."""

    def __init__(self, clock: Clock, *, skew: timedelta = timedelta()) -> None:
        self.clock = clock
        self.skew = skew
        self.accounts: list[Account] = []
        self.calls: list[Verb] = []
        self.passwords_sent: list[str] = []
        self.current_sent: list[str | None] = []
        self.failed_log_ins = 0
        self.remembered = 4
        self.second_factor = False
        self.tells_when = True
        self.replies_with_observation = True
        self._faults: list[Fault] = []
        self._late: list[tuple[Account, str]] = []

    @property
    def now(self) -> datetime:
        return (self.clock() + self.skew).replace(microsecond=0)

    @property
    def writes(self) -> int:
        return self.calls.count("set") + self.calls.count("remove")

    @property
    def log_ins(self) -> int:
        return self.calls.count("verify")

    def add(self, login: str, password: str | None = "CANARY-live", *, id_: str | None = None) -> Account:  # noqa: S107 -- a canary
        account = Account(id_ or f"id-of-{login.split('@', maxsplit=1)[0]}", login, password, self.now)
        account.history = [password] if password else []
        self.accounts.append(account)
        return account

    def fail(self, verb: Verb, error: CredentialError, *, commit: Commit = "never", seconds: float = 0) -> None:
        """Let one coming call of ``verb`` end with ``error``, ``seconds`` after it changed what it changes."""
        self._faults.append(Fault(verb, error, commit, seconds))

    def change_outside(self, login: str, password: str) -> None:
        self.store(self.get(login), password)

    def get(self, principal: str) -> Account:
        account = self.find(principal)
        if account is None:
            raise PrincipalNotFound(f"nobody is called {principal!r}")
        return account

    def find(self, principal: str) -> Account | None:
        names = principal.casefold()
        return next((one for one in self.accounts if names in (one.id.casefold(), one.login.casefold())), None)

    def opens(self, principal: str, password: str) -> bool:
        """Whether the password opens the account: the test's own log-in, which counts for nothing."""
        account = self.find(principal)
        return account is not None and account.status == "ACTIVE" and account.password == password

    def store(self, account: Account, password: str | None) -> None:
        account.password, account.changed_at = password, self.now
        if password:
            account.history.append(password)

    def enter(self, verb: Verb) -> Fault | None:
        """Note the call. A fault without a change happens now; any other is returned, to happen after the change."""
        self.calls.append(verb)
        fault = next((one for one in self._faults if one.verb == verb), None)
        if fault:
            self._faults.remove(fault)
        if fault and fault.commit == "never":
            self.clock.wait(fault.seconds)
            raise fault.error
        return fault

    def leave(self, fault: Fault | None) -> None:
        if fault:
            self.clock.wait(fault.seconds)
            raise fault.error

    def commit(self, account: Account, password: str, fault: Fault | None) -> None:
        if fault and fault.commit == "late":
            self._late.append((account, password))
        else:
            self.store(account, password)
        self.leave(fault)

    def settle(self) -> None:
        """Make the changes that were received and held up."""
        for account, password in self._late:
            self.store(account, password)
        self._late.clear()

    def log_in(self, account: Account | None, password: str) -> bool:
        if account and account.password == password and account.status == "ACTIVE":
            account.failed = 0
            return True
        self.failed_log_ins += 1
        if account:
            account.failed += 1
            account.status = "LOCKED_OUT" if account.failed >= LOCKED_AFTER else account.status
        return False

    def observation(self, account: Account) -> Observation:
        return Observation(
            principal_id=account.id,
            login=account.login,
            status=account.status,
            password_changed_at=account.changed_at if self.tells_when else None,
            answered_at=self.now,
        )


def _traits(**differences: object) -> Traits:
    usual: dict[str, object] = {
        "title": "Okta",
        "docs": "https://example.com",
        "directory": "okta",
        "authority": Authority.ADMINISTRATOR,
        "current_password": CurrentPassword.USED,
        "removals": frozenset(OnDestroy),
        "revoke_overwrites": True,
        "longest_password": 72,
    }
    return Traits(**(usual | differences))  # type: ignore[arg-type]  # each has its type in the table above


class WriteOnly:
    """Sets passwords as an administrator, and nothing else (``IdentitySystem`` without an optional protocol)."""

    traits = _traits(title="Write-only")

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation | None:
        directory = self.directory
        directory.passwords_sent.append(new.reveal())
        directory.current_sent.append(current.reveal() if current else None)
        directory.settle()
        fault = directory.enter("set")
        account = self._account(principal)
        if current is None and self.traits.current_password is CurrentPassword.REQUIRED:
            raise Unsupported("nothing is changed without the current password")
        if current and not directory.log_in(account, current.reveal()):
            raise CurrentPasswordRejected("the current password is wrong")
        remembered = account.history[-directory.remembered :] if directory.remembered else []
        if new.reveal() in remembered:
            raise PasswordRejected("it was used before", reasons=("history",), repeats=True)
        if len(new.reveal()) < len("CANARY-"):
            raise PasswordRejected("it is too short", reasons=("length",))
        directory.commit(account, new.reveal(), fault)
        if directory.replies_with_observation:
            return directory.observation(account)
        return Observation(principal_id=account.id, answered_at=directory.now)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:
        directory = self.directory
        directory.current_sent.append(current.reveal() if current else None)
        fault = directory.enter("remove")
        account = directory.find(principal)
        if account and how is OnDestroy.REVOKE:
            directory.store(account, None)
        elif account:
            account.status = "PASSWORD_EXPIRED" if how is OnDestroy.EXPIRE else "DEPROVISIONED"
        directory.leave(fault)

    def _account(self, principal: str) -> Account:
        return self.directory.get(principal)


class _Verifies:
    directory: Directory

    def verify_password(self, principal: str, password: Password) -> bool | None:
        self.directory.leave(self.directory.enter("verify"))
        if self.directory.second_factor:
            return None
        return self.directory.log_in(self.directory.find(principal), password.reveal())


class _Observes:
    directory: Directory

    def observe(self, principal: str) -> Observation | None:
        self.directory.leave(self.directory.enter("observe"))
        account = self.directory.find(principal)
        return self.directory.observation(account) if account else None


class Administrator(_Verifies, _Observes, WriteOnly):
    """Everything, as Okta."""

    traits = _traits()


class NoUseForCurrent(_Verifies, _Observes, WriteOnly):
    """Everything but a change call, as OneLogin."""

    traits = _traits(
        title="OneLogin",
        directory="onelogin",
        current_password=CurrentPassword.IGNORED,
        removals=frozenset({OnDestroy.REVOKE, OnDestroy.DEACTIVATE}),
        longest_password=1024,
    )


class OwnPassword(_Observes, WriteOnly):
    """A user's own password, observed but never proved, as Okta MyAccount."""

    traits = _traits(
        title="MyAccount",
        authority=Authority.SELF_MANAGED,
        removals=frozenset({OnDestroy.REVOKE}),
        revoke_overwrites=False,
    )


class OldForNew(_Verifies, WriteOnly):
    """A user's own password, changed only for who knows the old one, and never observed, as ETNA Trader."""

    traits = _traits(
        title="ETNA Trader",
        directory="etna",
        authority=Authority.SELF_MANAGED,
        current_password=CurrentPassword.REQUIRED,
        removals=frozenset({OnDestroy.REVOKE}),
        longest_password=1024,
        header_safe=True,
    )

    def _account(self, principal: str) -> Account:
        account = self.directory.find(principal)
        if account is None:  # a log-in does not tell who is unknown
            raise CurrentPasswordRejected("no such log-in")
        return account


EVERY_KIND: list[type[WriteOnly]] = [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly]
LOST = OutcomeUnknown("no answer came")
