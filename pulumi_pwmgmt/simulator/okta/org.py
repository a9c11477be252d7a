"""An Okta org: its users, tokens and password policy, made from the seed."""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.directory import Account, Directory, PasswordPolicy
from pulumi_pwmgmt.simulator.ids import IdBook, okta_id
from pulumi_pwmgmt.simulator.policy import policy_of
from pulumi_pwmgmt.simulator.rate import RateLimit
from pulumi_pwmgmt.simulator.seed import Many, OktaPolicy, OktaSeed, OktaToken, OktaUser, Policy, UserToken
from pulumi_pwmgmt.simulator.stored_password import StoredPassword

MAX_PASSWORD_LENGTH = 72
EVERYONE = "Everyone"


@dataclass
class OktaAccount(Account):
    """A user of the Okta directory."""

    provider: str = "OKTA"
    mfa: bool = False
    transitioning: bool = False
    admin: bool = False
    extra_profile: dict[str, object] = field(default_factory=dict)
    recovery_question: str | None = None
    recovery_answer: StoredPassword | None = None
    password_id: str = ""
    password_created: datetime | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupPolicy:
    """A password policy as the API shows it, and the rules that it stands for."""

    id: str
    name: str
    priority: int
    groups: tuple[str, ...]
    provider: str
    active: bool
    seed: Policy
    rules: PasswordPolicy

    def applies_to(self, account: OktaAccount) -> bool:
        """Tell whether the account is in one of its groups, and its password is Okta's own."""
        return self.active and self.provider in {"OKTA", "ANY"} and bool({EVERYONE, *account.groups} & {*self.groups})


@dataclass(frozen=True)
class UserGrant:
    """What a user token stands for."""

    account_id: str
    scopes: frozenset[str]
    stale: bool


class OktaOrg:
    """One org: state only, no HTTP."""

    def __init__(self, seed: OktaSeed, clock: Clock, ids: IdBook) -> None:
        self.seed = seed
        self.clock = clock
        self.ids = ids
        self.policies = [*map(self._group_policy, seed.policies, count(1)), self._default_policy()]
        self.users: Directory[OktaAccount] = Directory(self.policies[-1].rules, clock, self._rules_for)
        self.tokens: dict[str, OktaToken] = {token.token: token for token in seed.tokens}
        self.user_tokens: dict[str, UserGrant] = {}
        self.rates = {bucket: RateLimit(limit, 60, clock) for bucket, limit in seed.rates.model_dump().items()}
        self.state_tokens: dict[str, str] = {}
        self.user_type_id = ids.of("okta user type", "default", lambda: okta_id("oty"))
        for user in seed.users:
            self._take_in(user)
        for bulk in seed.many:
            self._take_in_many(bulk)

    def group_id(self, name: str) -> str:
        """Return the id of the group with this name."""
        return self.ids.of("okta group", name, lambda: okta_id("00g"))

    def _group_policy(self, policy: OktaPolicy, priority: int) -> GroupPolicy:
        return GroupPolicy(
            self.ids.of("okta policy", policy.name, lambda: okta_id("00p")), policy.name, priority, policy.groups,
            policy.provider, policy.active, policy, policy_of(policy, longest=MAX_PASSWORD_LENGTH),
        )  # fmt: skip

    def _default_policy(self) -> GroupPolicy:
        seed = self.seed
        return GroupPolicy(
            self.ids.of("okta policy", "default", lambda: okta_id("00p")), "Default Policy", len(seed.policies) + 1,
            (EVERYONE,), "OKTA", active=True, seed=seed.policy,
            rules=policy_of(seed.policy, longest=MAX_PASSWORD_LENGTH),
        )  # fmt: skip

    def _rules_for(self, account: OktaAccount) -> PasswordPolicy:
        return next(policy.rules for policy in self.policies if policy.applies_to(account))

    def account(self, key: str) -> OktaAccount | None:
        """Find a user by id or as ``named`` does."""
        return self.users.by_id(key) or self.named(key)

    def named(self, name: str) -> OktaAccount | None:
        """Find a user by login, or by the part of the login before ``@`` if that is unambiguous."""
        found = self.users.by_login(name)
        if found is None and "@" not in name:
            short = [user for user in self.users if user.login.lower().partition("@")[0] == name.lower()]
            found = short[0] if len(short) == 1 else None
        return found

    def status_of(self, account: OktaAccount) -> str:
        """Return the status as the API shows it: a lock shows in the place of ACTIVE and PASSWORD_EXPIRED."""
        if self.users.is_locked(account) and account.status in {"ACTIVE", "PASSWORD_EXPIRED"}:
            return "LOCKED_OUT"
        return account.status

    def set_status(self, account: OktaAccount, status: str) -> None:
        """Move a user to another status."""
        if account.status != status:
            account.status = status
            account.status_changed = self.clock.now()
            if status == "ACTIVE" and account.activated is None:
                account.activated = self.clock.now()

    def new_account(self, login: str, account_id: str | None = None) -> OktaAccount:
        """Return a new user without a password, STAGED, not yet in the directory."""
        now = self.clock.now()
        return OktaAccount(
            id=account_id or okta_id("00u"), login=login, email=login, first_name="", last_name="",
            status="STAGED", created=now, last_updated=now,
        )  # fmt: skip

    def give_password(self, account: OktaAccount, text: str) -> None:
        """Set a password, enrolling the password authenticator if the user has none."""
        if not account.has_password:
            account.password_id = okta_id("00T")
            account.password_created = self.clock.now()
        self.users.put_password(account, text)
        account.provider = "OKTA"

    def _take_in(self, user: OktaUser) -> None:
        account = self.new_account(user.login, self.ids.of("okta user", user.login, lambda: okta_id("00u")))
        account.email = user.email or user.login
        account.first_name, account.last_name = user.first_name, user.last_name
        account.provider, account.mfa = user.provider, user.mfa
        account.transitioning, account.admin = user.transitioning, user.admin
        account.groups = user.groups
        for earlier in reversed(user.history):
            self.users.put_password(account, earlier)
        if user.password is not None:
            self.give_password(account, user.password)
            account.provider = user.provider
            account.password_changed = self.clock.now() - timedelta(days=user.password_age_days)
            account.password_created = account.password_changed
            account.password_id = self.ids.of("okta password", user.login, lambda: okta_id("00T"))
        if user.recovery_question and user.recovery_answer:
            account.recovery_question = user.recovery_question
            account.recovery_answer = StoredPassword.of(user.recovery_answer, account.salt)
        account.status = "ACTIVE" if user.status == "LOCKED_OUT" else user.status
        if user.status == "LOCKED_OUT":
            self.users.lock(account, None)
        if user.status not in {"STAGED", "PROVISIONED"}:
            account.activated = account.status_changed = account.created
        self.users.add(account)
        for token in user.user_tokens:
            grant = UserGrant(account.id, frozenset(token.scopes), token.stale)
            self.user_tokens[user_token_text(user.login, token)] = grant

    def _take_in_many(self, bulk: Many) -> None:
        tokens = (UserToken(),) if bulk.user_token else ()
        for number, login in enumerate(bulk.logins(), 1):
            self._take_in(OktaUser(login=login, password=bulk.password_of(number), user_tokens=tokens))

    def new_state_token(self, account: OktaAccount) -> str:
        """Return a token for the next step of a log-in."""
        token = "00" + secrets.token_urlsafe(30)
        self.state_tokens[token] = account.id
        return token


def user_token_text(login: str, token: UserToken) -> str:
    """Return the token as it goes over the wire: as seeded, or a JWT whose ``sub`` is the login.

    The JWT never changes, so that a stack's config stays valid; its signature is none.
    """
    if token.token is not None:
        return token.token
    header = {"kid": "CANARY-simulated", "alg": "RS256"}
    claims = {"ver": 1, "jti": "AT.CANARY-simulated", "cid": "simulated", "scp": list(token.scopes), "sub": login}
    return ".".join([_base64url(header), _base64url(claims), "CANARY-unsigned"])


def _base64url(data: Mapping[str, object]) -> str:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()
