"""Accounts and what happens to them: log-ins, lockout, password history, minimum age. No HTTP, no vendor."""

import enum
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.complexity import Person, Rules, Unmet, unmet
from pulumi_pwmgmt.simulator.stored_password import ClientHash, StoredPassword


@dataclass(frozen=True)
class PasswordPolicy:
    """A system's password rules; 0 attempts means no lockout, a lock of None minutes stays until it is lifted."""

    rules: Rules
    history_count: int = 0
    min_age: timedelta = timedelta(0)
    max_age: timedelta | None = None
    expire_warning: timedelta = timedelta(0)
    max_attempts: int = 0
    lock_minutes: int | None = None
    show_lockout: bool = False


class LogIn(enum.Enum):
    """What a directory says to a user name and a password."""

    RIGHT = enum.auto()
    WRONG = enum.auto()
    LOCKED = enum.auto()


@dataclass
class Account:
    """One account; ``status`` is the vendor's own word, a lock is kept apart from it."""

    id: str
    login: str
    email: str
    first_name: str
    last_name: str
    status: str
    created: datetime
    last_updated: datetime
    password: StoredPassword | None = None
    earlier: list[StoredPassword] = field(default_factory=list)
    password_changed: datetime | None = None
    activated: datetime | None = None
    status_changed: datetime | None = None
    last_login: datetime | None = None
    failed_logins: int = 0
    locked: bool = False
    locked_until: datetime | None = None
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def person(self) -> Person:
        """The names that this account's password may have to do without."""
        return Person(self.login, self.first_name, self.last_name)

    @property
    def has_password(self) -> bool:
        """Whether any password opens this account."""
        return self.password is not None


AnyAccount = TypeVar("AnyAccount", bound=Account)


class Directory(Generic[AnyAccount]):
    """The accounts of one system, found by id and by login (in any case).

    They are under one password policy, or each under that which ``policy_of`` says.
    """

    def __init__(
        self,
        policy: PasswordPolicy,
        clock: Clock,
        policy_of: Callable[[AnyAccount], PasswordPolicy] | None = None,
    ) -> None:
        self.policy_of: Callable[[AnyAccount], PasswordPolicy] = policy_of or (lambda _account: policy)
        self.policy = policy
        self.clock = clock
        self.hear: Callable[[str], object] | None = None
        """Told every password that is set, for tests that look for them elsewhere; usually nobody."""
        self._accounts: dict[str, AnyAccount] = {}
        self._ids_by_login: dict[str, str] = {}

    def __iter__(self) -> Iterator[AnyAccount]:
        return iter(list(self._accounts.values()))

    def add(self, account: AnyAccount) -> None:
        """Take in a new account."""
        self._accounts[account.id] = account
        self._ids_by_login[account.login.lower()] = account.id

    def remove(self, account: AnyAccount) -> None:
        """Forget an account."""
        del self._accounts[account.id]
        del self._ids_by_login[account.login.lower()]

    def rename(self, account: AnyAccount, login: str) -> None:
        """Give an account another login."""
        del self._ids_by_login[account.login.lower()]
        account.login = login
        self._ids_by_login[login.lower()] = account.id

    def by_id(self, account_id: str) -> AnyAccount | None:
        """Return the account with this id."""
        return self._accounts.get(account_id)

    def by_login(self, login: str) -> AnyAccount | None:
        """Return the account with this login, upper and lower case being the same."""
        account_id = self._ids_by_login.get(login.lower())
        return self._accounts[account_id] if account_id else None

    def is_locked(self, account: AnyAccount) -> bool:
        """Tell whether too many failed log-ins (or a lock by hand) still hold; a lock that has run out is lifted."""
        if account.locked and account.locked_until and account.locked_until <= self.clock.now():
            self.unlock(account)
        return account.locked

    def lock(self, account: AnyAccount, minutes: int | None) -> None:
        """Lock an account for so many minutes, or until it is unlocked."""
        account.locked = True
        account.locked_until = self.clock.now() + timedelta(minutes=minutes) if minutes else None

    def unlock(self, account: AnyAccount) -> None:
        """Lift a lock and forget failed log-ins."""
        account.locked = False
        account.locked_until = None
        account.failed_logins = 0

    def log_in(self, account: AnyAccount, password: str) -> LogIn:
        """Try a password; a wrong one counts towards the lockout, a right one is the account's last log-in."""
        if self.is_locked(account):
            return LogIn.LOCKED
        if account.password is None or not account.password.matches(password):
            account.failed_logins += 1
            policy = self.policy_of(account)
            if policy.max_attempts and account.failed_logins >= policy.max_attempts:
                self.lock(account, policy.lock_minutes)
            return LogIn.WRONG
        account.failed_logins = 0
        account.last_login = self.clock.now()
        return LogIn.RIGHT

    def is_current(self, account: AnyAccount, password: str) -> bool:
        """Tell whether this is the account's password, without counting anything."""
        return account.password is not None and account.password.matches(password)

    def is_too_old(self, account: AnyAccount) -> bool:
        """Tell whether the password has outlived the policy's maximum age."""
        age = self.policy_of(account).max_age
        return age is not None and account.password_changed is not None and (
            self.clock.now() - account.password_changed >= age
        )  # fmt: skip

    def judge(self, account: AnyAccount, password: str, *, history: bool, min_age: bool) -> frozenset[Unmet]:
        """Name every demand that this new password would not meet; history and minimum age only when asked for."""
        failed = set(unmet(self.policy_of(account).rules, password, account.person))
        if history and self._was_used(account, password):
            failed.add(Unmet.IN_HISTORY)
        if min_age and self._is_too_young(account):
            failed.add(Unmet.TOO_YOUNG)
        return frozenset(failed)

    def put_password(self, account: AnyAccount, text: str, client_hash: ClientHash | None = None) -> None:
        """Make this the account's password, the one it had becoming history."""
        if account.password is not None:
            account.earlier = [account.password, *account.earlier][: max(self.policy_of(account).history_count, 1)]
        account.password = StoredPassword.of(text, account.salt, client_hash)
        if self.hear is not None:
            self.hear(text)
        account.password_changed = self.clock.now()

    def drop_password(self, account: AnyAccount) -> None:
        """Take the account's password away; it stays in history."""
        if account.password is not None:
            account.earlier = [account.password, *account.earlier][: max(self.policy_of(account).history_count, 1)]
        account.password = None

    def _is_too_young(self, account: AnyAccount) -> bool:
        min_age = self.policy_of(account).min_age
        if account.password_changed is None or not account.has_password or not min_age:
            return False
        return self.clock.now() - account.password_changed < min_age

    def _was_used(self, account: AnyAccount, password: str) -> bool:
        used = [account.password, *account.earlier] if account.password else account.earlier
        return any(one.matches(password) for one in used[: self.policy_of(account).history_count])
