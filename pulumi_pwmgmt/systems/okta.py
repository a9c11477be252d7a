"""Okta: an administrator's token sets the password of any user of the org."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any, Literal

from pydantic import AliasPath, BaseModel, Field, RootModel

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Refusal, Reply, Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, PasswordPolicy, Secret
from pulumi_pwmgmt.once import Once
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits
from pulumi_pwmgmt.systems import _okta

_USER = "/api/v1/users/{id}"
_RULES = ("settings", "password")
_USER_ID = re.compile(r"00u[0-9A-Za-z]{17}")
_RIGHT = re.compile(r"SUCCESS|PASSWORD_EXPIRED|PASSWORD_WARN|MFA_.*")
_REMOVALS = {  # the call, and the statuses in which nothing is left to remove
    OnDestroy.EXPIRE: (f"{_USER}/lifecycle/expire_password", ("PASSWORD_EXPIRED", "DEPROVISIONED")),
    OnDestroy.DEACTIVATE: (f"{_USER}/lifecycle/deactivate", ("DEPROVISIONED",)),
}


class Connection(settings.Connection):
    """An org, and a token of one of its administrators or of a service app.

    ``token`` is an API token, or an access token that OAuth issued for the scope ``okta.users.manage``. The latter
    lives an hour, so give it as a reference. It is told by its form, a JWT.
    ``strict`` holds every new password against the policy's minimum age and history too. ``revoke_sessions`` signs the
    user out when the password is changed with the current one known; a set can't.
    """

    system: Literal["okta"]
    token: settings.SecretSetting
    strict: bool = False
    revoke_sessions: bool = True


class _User(BaseModel):
    id: fields.Word
    status: fields.Word
    login: fields.Name = Field(validation_alias=AliasPath("profile", "login"))
    changed: fields.ServerTime | None = Field(None, alias="passwordChanged")


class _Credentials(BaseModel):
    provider: dict[str, str]


class _Transaction(BaseModel):
    status: str


class _Group(BaseModel):
    id: str


class _Age(BaseModel):
    remembered: _okta.Count = Field(default=0, alias="historyCount")
    min_age_minutes: _okta.Count = Field(default=0, alias="minAgeMinutes")
    max_age_days: _okta.Count = Field(default=0, alias="maxAgeDays")


class _Policy(BaseModel):
    name: fields.Line
    status: str
    priority: int
    complexity: _okta.Complexity = Field(_okta.Complexity(), validation_alias=AliasPath(*_RULES, "complexity"))
    age: _Age = Field(_Age(), validation_alias=AliasPath(*_RULES, "age"))
    groups: frozenset[str] = Field(frozenset(), validation_alias=AliasPath("conditions", "people", "groups", "include"))
    provider: str = Field("OKTA", validation_alias=AliasPath("conditions", "authProvider", "provider"))


def _unsupported(code: str, to_do: str) -> Refusal:
    return Refusal(error=errors.Unsupported, code=code, to_do=to_do)


_RIGHT_IS = "give the token's owner an administrator's role that may do this, or the token the scope "
DIALECT = _okta.dialect(
    _okta.denied(_RIGHT_IS + "okta.users.manage"),
    Refusal(error=errors.CurrentPasswordRejected, cause=r"old ?password(: the credentials| is not correct)"),
    Refusal(error=errors.Unsupported, cause="^password: Password$", to_do="make Okta its credential provider"),
    _unsupported("E0000023", "change it where the account is mastered"),
    *(_unsupported(code, "allow it in the account's password policy") for code in ("E0000034", "E0000035")),
    _unsupported("E0000038", "activate, unlock or unsuspend the account"),
    _unsupported("E0000041", "make Okta its credential provider"),
    _unsupported("E0000112", "run it again in a few minutes"),
)
_LOG_IN = (
    *(Refusal(error=errors.CurrentPasswordRejected, code=code) for code in ("E0000004", "E0000207")),
    Refusal(error=errors.Unsupported, code="E0000064"),
)


class System:
    """The users of one org. A principal is an id, a login or a login's unambiguous short name.

    What has the form of an id is taken for one.
    """

    traits = Traits(
        title="Okta",
        docs="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/",
        directory="okta",
        authority=Authority.ADMINISTRATOR,
        current_password=CurrentPassword.USED,
        removals=frozenset(OnDestroy),
        revoke_overwrites=True,
        closed=frozenset({"DEPROVISIONED"}),
        troubled=_okta.TROUBLED_USERS,
        reserved=frozenset({"me"}),  # "You can substitute `me` for the `id` to fetch the current user"
        unaddressable="/",  # "Logins with a `/` character can only be fetched by `id`"
        longest_password=_okta.LONGEST,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection, self._wire = connection, wire
        self._strict = {"strict": "true"} if connection.strict else {}
        self._policies = Once(self._list_policies)

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:
        """Set it, or change it where the current one is known.

        https://developer.okta.com/docs/api/openapi/okta-management/management/user/updateuser
        https://developer.okta.com/docs/api/openapi/okta-management/management/usercred/changepassword
        """
        if current is None:
            body = {"credentials": {"password": {"value": new}}}
            refusals = _okta.HISTORY if self._connection.strict else ()
            return _observation(self._post(_USER, principal, body, query=self._strict, refusals=refusals))
        user = principal if _USER_ID.fullmatch(principal) else self._user(principal).principal_id
        revoke = self._connection.revoke_sessions
        change = {"oldPassword": {"value": current}, "newPassword": {"value": new}, "revokeSessions": revoke}
        path = f"{_USER}/credentials/change_password"  # takes no login
        reply = self._post(path, user, change, query=self._strict, refusals=_okta.HISTORY)
        reply.parse(_Credentials)
        return Observation(principal_id=user, answered_at=reply.date)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- port
        """Expire it or deactivate the account.

        https://developer.okta.com/docs/api/openapi/okta-management/management/usercred/expirepassword
        https://developer.okta.com/docs/api/openapi/okta-management/management/userlifecycle/deactivateuser
        """
        if how not in _REMOVALS:
            raise errors.Unsupported("Okta has no call that takes a password away", to_do="overwrite it")
        path, done = _REMOVALS[how]
        try:
            reply = self._post(path, principal)
            if how is OnDestroy.EXPIRE:
                reply.parse(_User)
        except errors.PrincipalNotFound:
            return
        except errors.Unsupported:
            seen = self.observe(principal)
            if seen and seen.status not in done:
                raise

    def observe(self, principal: str) -> Observation | None:
        """Read status and time of change.

        https://developer.okta.com/docs/api/openapi/okta-management/management/user/getuser
        """
        with suppress(errors.PrincipalNotFound):
            return self._user(principal)
        return None

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in.

        False is all that Okta tells of a wrong password, of a hidden lock and of a policy that denies the log-in.
        A rate limit raises ``RateLimited``, as everywhere: that says more than None. The log-in needs no token; an API
        token makes us a trusted application, and one from OAuth is not among what it takes.

        https://developer.okta.com/docs/reference/api/authn/#primary-authentication
        """
        try:
            login = self._user(principal).login if _USER_ID.fullmatch(principal) else principal
            body = {"username": login, "password": password}
            trusted = {} if _okta.is_from_oauth(self._connection.token.read().reveal()) else self._token
            reply = self._wire.read("POST", "/api/v1/authn", json=body, headers=trusted, refusals=_LOG_IN, once=True)
        except (errors.PrincipalNotFound, errors.CurrentPasswordRejected):
            return False
        except errors.Unsupported:
            return None
        return True if _RIGHT.fullmatch(reply.parse(_Transaction).status) else None

    def password_policy(self, principal: str) -> PasswordPolicy | None:
        """Take the first by priority that has a group of the user.

        Groups are asked for only where there is a choice. Policies for Active Directory and LDAP don't count.

        https://developer.okta.com/docs/api/openapi/okta-management/management/policy/listpolicies
        https://developer.okta.com/docs/api/openapi/okta-management/management/userresources/listusergroups
        """
        policies = self._policies.get()
        if len(policies) > 1:
            groups = {one.id for one in self._get(f"{_USER}/groups", id=principal).parse(RootModel[list[_Group]]).root}
            policies = [one for one in policies if not one.groups or one.groups & groups]
        first = min(policies, key=lambda one: one.priority, default=None)
        rules = first.complexity.stated() | first.age.model_dump() if first else {}
        return PasswordPolicy(description=first.name, **rules) if first else None

    def _list_policies(self) -> list[_Policy]:
        reply = self._get("/api/v1/policies", "okta.policies.read", query={"type": "PASSWORD"})
        stated = reply.parse(RootModel[list[_Policy]]).root
        return [one for one in stated if one.status == "ACTIVE" and one.provider in {"OKTA", "ANY"}]

    @property
    def _token(self) -> dict[str, Secret]:
        return {"Authorization": self._connection.token.read().map(_okta.authorization)}

    def _user(self, principal: str) -> Observation:
        return _observation(self._get(_USER, id=principal))

    def _get(self, path: str, scope: str = "okta.users.read", **options: Any) -> Reply:  # noqa: ANN401 -- the wire's
        return self._wire.read("GET", path, headers=self._token, refusals=(_okta.denied(_RIGHT_IS + scope),), **options)

    def _post(self, path: str, principal: str, body: object = None, **options: Any) -> Reply:  # noqa: ANN401 -- the wire's
        return self._wire.write("POST", path, id=principal, json=body, headers=self._token, **options)


def _observation(reply: Reply) -> Observation:
    user = reply.parse(_User)
    when = {"password_changed_at": user.changed, "answered_at": reply.date}
    return Observation(principal_id=user.id, login=user.login, status=user.status, **when)
