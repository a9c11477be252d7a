"""The seed: what the simulator's systems hold when it starts. YAML, every field documented in ``default_seed.yaml``."""

import json
from collections.abc import Iterable
from importlib import resources
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Minutes = Annotated[int, Field(ge=0, le=36_500 * 24 * 60)]
OktaStatus = Literal[
    "STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "LOCKED_OUT", "PASSWORD_EXPIRED", "SUSPENDED", "DEPROVISIONED"
]


class BadSeedError(Exception):
    """The seed can't be used; ``problems`` names each fault and its place, never a value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Many(_Model):
    """Accounts in bulk: ``prefix0001@domain`` and so on, each with a password of its own."""

    prefix: Text
    count: Annotated[int, Field(ge=1, le=100_000)]
    domain: Text = "example.com"
    user_token: bool = False

    def logins(self) -> list[str]:
        """Return every login, in order."""
        return [f"{self.prefix}{number:04d}@{self.domain}" for number in range(1, self.count + 1)]

    @staticmethod
    def password_of(number: int) -> str:
        """Return the first password of the account with this number (from 1); it holds no part of its login."""
        return "CANARY-Start-" + "_".join(f"{number:04d}")


class Policy(_Model):
    """Password rules of a system (OneLogin's are in its own words)."""

    min_length: Annotated[int, Field(ge=1, le=72)] = 8
    lower: bool = True
    upper: bool = True
    number: bool = True
    symbol: bool = False
    exclude_username: bool = True
    exclude_first_name: bool = False
    exclude_last_name: bool = False
    exclude_common: bool = False
    history_count: Count = 4
    min_age_minutes: Minutes = 0
    max_age_days: Days = 0
    expire_warn_days: Days = 0
    max_attempts: Count = 10
    lock_minutes: Minutes = 0
    show_lockout: bool = False


class OneLoginPolicy(_Model):
    """Password rules in OneLogin's own words and with its own choices."""

    minimum_password_length: Literal[5, 6, 8, 10, 12, 16] = 8
    password_complexity_requirements: Literal[0, 1, 2, 3, 4] = 2
    passwords_remembered: Literal[0, 3, 5] = 3
    password_expiration_days: Days = 0
    maximum_invalid_login_attempts: Literal[0, 3, 4, 5, 6, 7, 8, 9, 10] = 10
    lock_effective_minutes: Literal[0, 15, 30, 60] = 15
    enforce_account_password_blacklist: bool = False
    minimum_age_minutes: Minutes = 0


class User(_Model):
    """What every system knows of a user."""

    login: Text
    password: Text | None = None
    first_name: str = "Service"
    last_name: str = "Account"
    email: str | None = None
    password_age_days: Annotated[float, Field(ge=0, le=36_500)] = 0
    history: tuple[Text, ...] = ()


class UserToken(_Model):
    """An access token of an Okta user, for MyAccount; without ``token`` an unsigned-style JWT is made."""

    token: Text | None = None
    scopes: tuple[Text, ...] = ("okta.myAccount.password.read", "okta.myAccount.password.manage")
    stale: bool = False


class OktaUser(User):
    """A user of the Okta directory; one with a user token is what MyAccount acts on."""

    status: OktaStatus = "ACTIVE"
    provider: Literal["OKTA", "FEDERATION", "IMPORT", "ACTIVE_DIRECTORY", "LDAP"] = "OKTA"
    mfa: bool = False
    transitioning: bool = False
    admin: bool = False
    recovery_question: Text | None = None
    recovery_answer: Text | None = None
    groups: tuple[Text, ...] = ()
    user_tokens: tuple[UserToken, ...] = ()


class OktaToken(_Model):
    """An administrator's token: an API token (SSWS) or an OAuth access token (Bearer)."""

    token: Text
    scheme: Literal["SSWS", "Bearer"] = "SSWS"
    scopes: tuple[Text, ...] = ("okta.users.read", "okta.users.manage", "okta.policies.read")
    expired: bool = False


class OktaPolicy(Policy):
    """Password rules for the members of some groups."""

    name: Text
    groups: Annotated[tuple[Text, ...], Field(min_length=1)]
    provider: Literal["OKTA", "ANY", "ACTIVE_DIRECTORY", "LDAP"] = "OKTA"
    active: bool = True


class OktaRates(_Model):
    """Calls a minute, for each of Okta's buckets."""

    users_read: Count = 100_000
    users_write: Count = 100_000
    authn: Count = 100_000
    policies: Count = 100_000
    myaccount: Count = 100_000


class OktaSeed(_Model):
    """An Okta org."""

    tokens: tuple[OktaToken, ...] = ()
    policies: tuple[OktaPolicy, ...] = ()
    policy: Policy = Policy()
    by_the_catalogue: bool = False
    rates: OktaRates = OktaRates()
    my_account: bool = True
    my_account_password: bool = True
    users: tuple[OktaUser, ...] = ()
    many: tuple[Many, ...] = ()


class OneLoginCredential(_Model):
    """A pair of API credentials and what it may do."""

    client_id: Text
    client_secret: Text
    scope: Literal["Authentication Only", "Read Users", "Manage users", "Read All", "Manage All"] = "Manage All"
    owner_deleted: bool = False


class OneLoginUser(User):
    """A OneLogin user; ``status`` and ``state`` are OneLogin's numbers."""

    username: Text | None = None
    status: Literal[0, 1, 2, 3, 4, 5, 7, 8] = 1
    state: Literal[0, 1, 2, 3] = 1
    directory_policy: bool = False
    mfa: bool = False
    protected: bool = False
    group: Text | None = None


class OneLoginGroup(_Model):
    """A group; without a policy of its own, its users are under the account's default one."""

    name: Text
    policy: OneLoginPolicy | None = None


class OneLoginSeed(_Model):
    """A OneLogin account."""

    subdomain: Text = "simulated"
    credentials: tuple[OneLoginCredential, ...] = ()
    policy: OneLoginPolicy = OneLoginPolicy()
    groups: tuple[OneLoginGroup, ...] = ()
    calls_per_hour: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1_000_000
    token_lifetime_s: Annotated[int, Field(ge=1, le=1_000_000_000)] = 36_000
    users: tuple[OneLoginUser, ...] = ()
    many: tuple[Many, ...] = ()

    @model_validator(mode="after")
    def _no_group_of_nobody(self) -> "OneLoginSeed":
        known = {group.name for group in self.groups}
        for user in self.users:
            if user.group is not None and user.group not in known:
                raise ValueError(f"{user.login}: there is no group {user.group}")
        return self


class EtnaUser(User):
    """An ETNA user; with ``verification_code`` a log-in takes a second step."""

    verification_code: Text | None = None
    verification_step: Literal["VerificationCode", "SecutityPin"] = "VerificationCode"
    expired: bool = False
    enabled: bool = True
    administrator: bool = False


class EtnaSeed(_Model):
    """An ETNA Trader environment."""

    app_keys: tuple[Text, ...] = ()
    policy: Policy = Policy(exclude_username=False)
    token_lifetime_s: Annotated[int, Field(ge=1, le=1_000_000_000)] = 86_400
    users: tuple[EtnaUser, ...] = ()
    many: tuple[Many, ...] = ()


class Seed(_Model):
    """Everything the simulator starts from."""

    okta: OktaSeed = OktaSeed()
    onelogin: OneLoginSeed = OneLoginSeed()
    etna: EtnaSeed = EtnaSeed()

    @model_validator(mode="after")
    def _no_login_twice(self) -> "Seed":
        for name, system in (("okta", self.okta), ("onelogin", self.onelogin), ("etna", self.etna)):
            seen: set[str] = set()
            for login in _logins(system.users, system.many):
                if login.lower() in seen:
                    raise ValueError(f"{name}: the login {login} is there twice")
                seen.add(login.lower())
        return self


def _logins(users: Iterable[User], many: Iterable[Many]) -> list[str]:
    return [user.login for user in users] + [login for bulk in many for login in bulk.logins()]


def default_text() -> str:
    """Return the default seed as YAML, comments included."""
    return resources.files(__package__).joinpath("default_seed.yaml").read_text(encoding="utf-8")


def parse(text: str) -> Seed:
    """Read a seed from JSON or YAML; raises ``BadSeedError`` naming each problem."""
    try:
        data = json.loads(text)  # YAML takes most JSON, but not its pairs of surrogates
    except (ValueError, RecursionError):
        data = _yaml(text)
    return from_data({} if data is None else data)


def _yaml(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise BadSeedError([f"not YAML: {error.problem or 'unreadable'}{place}"]) from None
    except yaml.YAMLError:
        raise BadSeedError(["not YAML: it holds characters that YAML does not allow"]) from None
    except RecursionError:
        raise BadSeedError(["not YAML: it is nested too deeply"]) from None
    except (ValueError, AttributeError):  # a date without such a day, and what is tagged as what it is not
        raise BadSeedError(["not YAML: it holds a date or a number that is none"]) from None


def from_data(data: object) -> Seed:
    """Check a seed that was already read; raises ``BadSeedError`` naming each problem."""
    try:
        return Seed.model_validate(data)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(step) for step in fault['loc']) or 'the seed'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise BadSeedError(problems) from None
