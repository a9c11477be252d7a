"""An ETNA environment: its users, application keys and password policy, made from the seed."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.complexity import Unmet
from pulumi_pwmgmt.simulator.directory import Account, Directory
from pulumi_pwmgmt.simulator.ids import IdBook, number
from pulumi_pwmgmt.simulator.policy import policy_of
from pulumi_pwmgmt.simulator.seed import EtnaSeed, EtnaUser

_TEXTS = {
    Unmet.TOO_SHORT: "Password is too short",
    Unmet.TOO_LONG: "Password is too long",
    Unmet.NO_LOWER: "Password must have a lowercase letter",
    Unmet.NO_UPPER: "Password must have an uppercase letter",
    Unmet.NO_NUMBER: "Password must have a digit",
    Unmet.NO_SYMBOL: "Password must have a special character",
    Unmet.HAS_USERNAME: "Password must not contain the login",
    Unmet.HAS_FIRST_NAME: "Password must not contain the first name",
    Unmet.HAS_LAST_NAME: "Password must not contain the last name",
    Unmet.COMMON: "Password is too common",
    Unmet.IN_HISTORY: "Password was used before",
    Unmet.TOO_YOUNG: "Password was changed too recently",
}
"""Choices: how ETNA refuses a weak password is documented nowhere."""


@dataclass
class EtnaAccount(Account):
    """An ETNA user."""

    verification_code: str | None = None
    verification_step: str = "VerificationCode"
    expired: bool = False
    enabled: bool = True
    administrator: bool = False


@dataclass(frozen=True)
class EtnaToken:
    """A token: for every call, for the second step of a log-in (``interim``), or for a reset (``reset``)."""

    account_id: str
    expires: datetime
    kind: str


class EtnaEnvironment:
    """One environment: state only, no HTTP."""

    def __init__(self, seed: EtnaSeed, clock: Clock, ids: IdBook) -> None:
        self.seed = seed
        self.clock = clock
        self.users: Directory[EtnaAccount] = Directory(policy_of(seed.policy, longest=None), clock)
        self.policy_id = int(ids.of("etna policy", "default", lambda: str(number(3))))
        self._tokens: dict[str, EtnaToken] = {}
        for user in seed.users:
            self._take_in(user, ids)
        for bulk in seed.many:
            for position, login in enumerate(bulk.logins(), 1):
                self._take_in(EtnaUser(login=login, password=bulk.password_of(position)), ids)

    def issue(self, account: EtnaAccount, kind: str) -> str:
        """Return a new token; earlier ones stay good for their lifetime."""
        text = secrets.token_urlsafe(48)
        expires = self.clock.now() + timedelta(seconds=self.seed.token_lifetime_s)
        self._tokens[text] = EtnaToken(account.id, expires, kind)
        return text

    def owner(self, text: str, kind: str) -> EtnaAccount | None:
        """Return whose live token of this kind it is."""
        token = self._tokens.get(text)
        if token is None or token.kind != kind or token.expires <= self.clock.now():
            return None
        account = self.users.by_id(token.account_id)
        return account if account is not None and account.enabled else None

    def is_expired(self, account: EtnaAccount) -> bool:
        """Tell whether the password must be changed before it opens anything."""
        return account.expired or self.users.is_too_old(account)

    def objections(self, account: EtnaAccount, password: str) -> str | None:
        """Return why the password won't do."""
        unmet = self.users.judge(account, password, history=True, min_age=True)
        return "; ".join(_TEXTS[one] for one in sorted(unmet, key=lambda one: one.value)) or None

    def set_password(self, account: EtnaAccount, password: str) -> None:
        """Give the user this password."""
        self.users.put_password(account, password)
        account.expired = False
        account.last_updated = self.clock.now()

    def _take_in(self, user: EtnaUser, ids: IdBook) -> None:
        now = self.clock.now()
        account = EtnaAccount(
            ids.of("etna user", user.login, lambda: str(number(7))), user.login, user.email or user.login,
            user.first_name, user.last_name, "", now, now,
            verification_code=user.verification_code, verification_step=user.verification_step,
            expired=user.expired, enabled=user.enabled, administrator=user.administrator,
        )  # fmt: skip
        for earlier in reversed(user.history):
            self.users.put_password(account, earlier)
        if user.password is not None:
            self.users.put_password(account, user.password)
            account.password_changed = now - timedelta(days=user.password_age_days)
        self.users.add(account)
