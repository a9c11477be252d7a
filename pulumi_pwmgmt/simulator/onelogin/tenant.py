"""A OneLogin account: its users, API credentials and password policy, made from the seed."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.complexity import Rules
from pulumi_pwmgmt.simulator.directory import Account, Directory, PasswordPolicy
from pulumi_pwmgmt.simulator.ids import IdBook, number
from pulumi_pwmgmt.simulator.rate import RateLimit
from pulumi_pwmgmt.simulator.seed import OneLoginCredential, OneLoginGroup, OneLoginPolicy, OneLoginSeed, OneLoginUser

# The characters that the manual says are valid for policies.
SYMBOLS = "!@#€%&.,$+§/()=*;:_-"
ACTIVE, SUSPENDED, LOCKED, EXPIRED = 1, 2, 3, 4
AWAITING_RESET, PENDING = 5, 7
APPROVED = 1


@dataclass
class OneLoginAccount(Account):
    """A OneLogin user; ``login`` is the user name, ``number`` and ``state`` are OneLogin's numbers."""

    number: int = ACTIVE
    state: int = APPROVED
    directory_policy: bool = False
    mfa: bool = False
    protected: bool = False
    invited: datetime | None = None
    extra: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class IssuedToken:
    """An access token that was given for a pair of credentials."""

    text: str
    credential: OneLoginCredential
    created: datetime
    expires: datetime


@dataclass(frozen=True)
class UserPolicy:
    """A policy for users as the API shows it, and the rules that it stands for."""

    id: int
    name: str
    seed: OneLoginPolicy
    rules: PasswordPolicy


@dataclass(frozen=True)
class Group:
    """A group, and the policy that its users are under; None: the default one."""

    id: int
    name: str
    policy: UserPolicy | None


class OneLoginTenant:
    """One account of OneLogin: state only, no HTTP."""

    def __init__(self, seed: OneLoginSeed, clock: Clock, ids: IdBook) -> None:
        self.seed = seed
        self.clock = clock
        self._ids = ids
        self.default_policy = self._user_policy("Default policy", seed.policy)
        self.groups = [self._group(group) for group in seed.groups]
        self.users: Directory[OneLoginAccount] = Directory(self.default_policy.rules, clock, self._rules_for)
        self.credentials = {one.client_id: one for one in seed.credentials}
        self.tokens: dict[str, IssuedToken] = {}
        self.rate = RateLimit(seed.calls_per_hour, 3600, clock)
        self.account_id = int(ids.of("onelogin account", seed.subdomain, lambda: str(number(6))))
        self.app_policy_id = int(ids.of("onelogin app policy", "default", lambda: str(number(6))))
        for user in seed.users:
            self._take_in(user)
        for bulk in seed.many:
            for position, login in enumerate(bulk.logins(), 1):
                self._take_in(OneLoginUser(login=login, password=bulk.password_of(position)))

    @property
    def policies(self) -> list[UserPolicy]:
        """The policies for users, the default one first."""
        return [self.default_policy, *(group.policy for group in self.groups if group.policy)]

    def _user_policy(self, name: str, seed: OneLoginPolicy) -> UserPolicy:
        policy_id = int(self._ids.of("onelogin policy", name, lambda: str(number(6))))
        return UserPolicy(policy_id, name, seed, policy_of(seed))

    def _group(self, group: OneLoginGroup) -> Group:
        group_id = int(self._ids.of("onelogin group", group.name, lambda: str(number(6))))
        return Group(group_id, group.name, self._user_policy(group.name, group.policy) if group.policy else None)

    def _rules_for(self, account: OneLoginAccount) -> PasswordPolicy:
        own = next((group.policy for group in self.groups if group.id == account.extra.get("group_id")), None)
        return (own or self.default_policy).rules

    def by_username_or_email(self, name: str) -> OneLoginAccount | None:
        """Find a user by user name, or by an e-mail address that only one has."""
        found = self.users.by_login(name)
        if found is not None:
            return found
        having = [user for user in self.users if user.email.lower() == name.lower()]
        return having[0] if len(having) == 1 else None

    def number_of(self, account: OneLoginAccount) -> int:
        """Return the status as the API shows it: a lock shows in the place of active."""
        if account.number == ACTIVE and self.users.is_locked(account):
            return LOCKED
        return account.number

    def issue(self, credential: OneLoginCredential) -> IssuedToken:
        """Return the token of these credentials: the same one until it expires or is revoked."""
        now = self.clock.now()
        for token in self.tokens.values():
            if token.credential == credential and token.expires > now:
                return token
        expires = now + timedelta(seconds=self.seed.token_lifetime_s)
        token = IssuedToken(secrets.token_hex(32), credential, now, expires)
        self.tokens[token.text] = token
        return token

    def revoke_all(self, credential: OneLoginCredential) -> None:
        """End every token of these credentials."""
        self.tokens = {text: one for text, one in self.tokens.items() if one.credential != credential}

    def live_token(self, text: str) -> IssuedToken | None:
        """Return the token if it is known and not expired."""
        token = self.tokens.get(text)
        return token if token is not None and token.expires > self.clock.now() else None

    def new_account(self, username: str, account_id: str | None = None) -> OneLoginAccount:
        """Return a new user without a password, awaiting one, not yet in the directory."""
        now = self.clock.now()
        new_id = account_id or self._ids.another(lambda: str(number(9)))
        return OneLoginAccount(new_id, username, username, "", "", "", now, now, number=PENDING)

    def password_was_set(self, account: OneLoginAccount) -> None:
        """Move on a user who was waiting for a password; a lock and a suspension stay (a choice)."""
        if account.number in {EXPIRED, AWAITING_RESET, PENDING}:
            account.number = ACTIVE
            account.activated = account.activated or self.clock.now()
        account.last_updated = self.clock.now()

    def _take_in(self, user: OneLoginUser) -> None:
        username = user.username or user.login
        account = self.new_account(username, self._ids.of("onelogin user", user.login, lambda: str(number(9))))
        account.email = user.email or user.login
        account.first_name, account.last_name = user.first_name, user.last_name
        account.state, account.mfa, account.protected = user.state, user.mfa, user.protected
        account.directory_policy = user.directory_policy
        account.extra["group_id"] = next((group.id for group in self.groups if group.name == user.group), None)
        for earlier in reversed(user.history):
            self.users.put_password(account, earlier)
        if user.password is not None:
            self.users.put_password(account, user.password)
            account.password_changed = self.clock.now() - timedelta(days=user.password_age_days)
        account.number = ACTIVE if user.status == LOCKED else user.status
        if user.status == LOCKED:
            self.users.lock(account, None)
        account.activated = account.created if account.number else None
        self.users.add(account)


def policy_of(policy: OneLoginPolicy) -> PasswordPolicy:
    """Return the seed's rules as the directory keeps them."""
    level = policy.password_complexity_requirements
    rules = Rules(
        min_length=policy.minimum_password_length,
        letter=level == 1,
        lower=level in {2, 3},
        upper=level in {2, 3},
        number=level in {1, 2, 3},
        symbol=level == 3,  # noqa: PLR2004 -- OneLogin's own number
        three_of_four_classes=level == 4,  # noqa: PLR2004 -- OneLogin's own number
        symbols=SYMBOLS,
        exclude_common=policy.enforce_account_password_blacklist,
    )
    days = policy.password_expiration_days
    return PasswordPolicy(
        rules=rules,
        history_count=policy.passwords_remembered,
        min_age=timedelta(minutes=policy.minimum_age_minutes),
        max_age=timedelta(days=days) if days else None,
        max_attempts=policy.maximum_invalid_login_attempts,
        lock_minutes=policy.lock_effective_minutes or None,
    )
