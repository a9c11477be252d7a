"""Okta: an administrator's API token sets the password of any user of the org."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AliasPath, AwareDatetime, BaseModel, BeforeValidator, Field, RootModel, ValidationError

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors
from pulumi_pwmgmt.http import Complaint, Dialect, RateHeaders, Refusal, Reply
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, PasswordPolicy, Secret
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits

if TYPE_CHECKING:
    from pulumi_pwmgmt.http import Wire

_USER = "/api/v1/users/{id}"
_USER_ID = re.compile(r"00u[0-9A-Za-z]{17}")
_RIGHT = re.compile(r"SUCCESS|PASSWORD_EXPIRED|PASSWORD_WARN|MFA_.*")
_REMOVALS = {  # the call, and the statuses in which nothing is left to remove
    OnDestroy.EXPIRE: (f"{_USER}/lifecycle/expire_password", ("PASSWORD_EXPIRED", "DEPROVISIONED")),
    OnDestroy.DEACTIVATE: (f"{_USER}/lifecycle/deactivate", ("DEPROVISIONED",)),
}
_Count = Annotated[int, BeforeValidator(lambda stated: stated or 0)]  # a rule that is off may be null


class Connection(settings.Connection):
    """An org, and an API token of one of its administrators.

    ``strict`` holds every new password against the policy's minimum age and history too. ``revoke_sessions`` signs the
    user out when the password is changed with the current one known; a set can't.
    """

    system: Literal["okta"]
    token: settings.SecretSetting
    strict: bool = False
    revoke_sessions: bool = True


class _Error(BaseModel):
    code: str = Field(alias="errorCode")
    summary: str = Field("", alias="errorSummary")
    causes: list[dict[str, str]] = Field([], alias="errorCauses")


class _User(BaseModel):
    id: str
    status: str
    login: str = Field(validation_alias=AliasPath("profile", "login"))
    changed: AwareDatetime | None = Field(None, alias="passwordChanged")


class _Credentials(BaseModel):
    provider: dict[str, str]


class _Transaction(BaseModel):
    status: str


class _Group(BaseModel):
    id: str


def _rule(*path: str, default: object = 0) -> Any:  # noqa: ANN401 -- what pydantic's own Field returns
    return Field(default, validation_alias=AliasPath("settings", "password", *path))


class _Rules(BaseModel):
    min_length: _Count = _rule("complexity", "minLength")
    min_lower: _Count = _rule("complexity", "minLowerCase")
    min_upper: _Count = _rule("complexity", "minUpperCase")
    min_digits: _Count = _rule("complexity", "minNumber")
    min_symbols: _Count = _rule("complexity", "minSymbol")
    excludes_username: bool = _rule("complexity", "excludeUsername")
    excluded_attributes: tuple[str, ...] = _rule("complexity", "excludeAttributes", default=())
    excludes_common: bool = _rule("complexity", "dictionary", "common", "exclude")
    remembered: _Count = _rule("age", "historyCount")
    min_age_minutes: _Count = _rule("age", "minAgeMinutes")
    max_age_days: _Count = _rule("age", "maxAgeDays")


class _Policy(_Rules):
    name: str
    status: str
    priority: int
    groups: frozenset[str] = Field(frozenset(), validation_alias=AliasPath("conditions", "people", "groups", "include"))
    provider: str = Field("OKTA", validation_alias=AliasPath("conditions", "authProvider", "provider"))


def _complaint(reply: Reply) -> Complaint | None:
    try:
        error = _Error.model_validate(reply.json)
    except ValidationError:
        return None
    return Complaint(error.code, tuple(cause.get("errorSummary", "") for cause in error.causes) or (error.summary,))


DIALECT = Dialect(  # the codes: https://developer.okta.com/docs/reference/error-codes/
    complaint=_complaint,
    request_id="X-Okta-Request-Id",
    rate=RateHeaders(remaining="X-Rate-Limit-Remaining", reset="X-Rate-Limit-Reset", reset_is="epoch"),
    refusals=(
        Refusal(error=errors.AuthenticationFailed, code="E0000011"),
        Refusal(error=errors.PermissionDenied, code="E0000006"),
        Refusal(error=errors.PrincipalNotFound, code="E0000007"),
        Refusal(error=errors.CurrentPasswordRejected, cause=r"old ?password(: the credentials| is not correct)"),
        Refusal(error=errors.PasswordRejected, cause="cannot be your current password", repeats=True),
        Refusal(error=errors.PasswordRejected, code="E0000014"),
        Refusal(error=errors.Unsupported, cause="^password: Password$", to_do="make Okta its credential provider"),
        Refusal(error=errors.PasswordRejected, code="E0000001", cause="password"),
        Refusal(error=errors.PasswordRejected, code="E0000080"),
        Refusal(error=errors.Unsupported, code="E0000023", to_do="change it where the account is mastered"),
        Refusal(error=errors.Unsupported, code="E0000034", to_do="allow it in the account's password policy"),
        Refusal(error=errors.Unsupported, code="E0000035", to_do="allow it in the account's password policy"),
        Refusal(error=errors.Unsupported, code="E0000038", to_do="activate, unlock or unsuspend the account"),
        Refusal(error=errors.Unsupported, code="E0000041", to_do="make Okta its credential provider"),
        Refusal(error=errors.Unsupported, code="E0000112", to_do="run it again in a few minutes"),
        Refusal(error=errors.Unreachable, code="E0000010", to_do="run it again once the org can be written to"),
    ),
)
# A refusal recites all rules, whichever was broken; where history is checked at all, it may be that one.
_HISTORY = (Refusal(error=errors.PasswordRejected, cause="cannot be any of your last", repeats=True),)
_LOG_IN = (
    Refusal(error=errors.CurrentPasswordRejected, code="E0000004"),
    Refusal(error=errors.CurrentPasswordRejected, code="E0000207"),
    Refusal(error=errors.Unsupported, code="E0000064"),
)


class System:
    """The users of one org."""

    traits = Traits(
        title="Okta",
        docs="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/",
        directory="okta",
        authority=Authority.ADMINISTRATOR,
        current_password=CurrentPassword.USED,
        removals=frozenset(OnDestroy),
        revoke_overwrites=True,
        closed=frozenset({"DEPROVISIONED"}),
        longest_password=72,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection, self._wire = connection, wire
        self._strict = {"strict": "true"} if connection.strict else {}

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:
        """Set it, or change it where the current one is known.

        https://developer.okta.com/docs/api/openapi/okta-management/management/user/updateuser
        https://developer.okta.com/docs/api/openapi/okta-management/management/usercred/changepassword
        """
        if current:
            return self._change(principal, new, current)
        body = {"credentials": {"password": {"value": new}}}
        refusals = _HISTORY if self._connection.strict else ()
        return _observation(self._post(_USER, principal, body, query=self._strict, refusals=refusals))

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- port
        """Expire it or deactivate the account.

        https://developer.okta.com/docs/api/openapi/okta-management/management/usercred/expirepassword
        https://developer.okta.com/docs/api/openapi/okta-management/management/userlifecycle/deactivateuser
        """
        if how not in _REMOVALS:
            raise errors.Unsupported("Okta has no call that takes a password away", to_do="overwrite it")
        path, done = _REMOVALS[how]
        try:
            self._post(path, principal)
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
        A rate limit raises ``RateLimited``, as everywhere: that says more than None.

        https://developer.okta.com/docs/reference/api/authn/#primary-authentication
        """
        try:
            login = self._user(principal).login if _USER_ID.fullmatch(principal) else principal
            body = {"username": login, "password": password}
            reply = self._wire.read("POST", "/api/v1/authn", json=body, headers=self._token, refusals=_LOG_IN)
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
        reply = self._wire.read("GET", "/api/v1/policies", query={"type": "PASSWORD"}, headers=self._token)
        stated = reply.parse(RootModel[list[_Policy]]).root
        policies = [one for one in stated if one.status == "ACTIVE" and one.provider in {"OKTA", "ANY"}]
        if len(policies) > 1:
            reply = self._wire.read("GET", f"{_USER}/groups", id=principal, headers=self._token)
            groups = {group.id for group in reply.parse(RootModel[list[_Group]]).root}
            policies = [one for one in policies if not one.groups or one.groups & groups]
        first = min(policies, key=lambda one: one.priority, default=None)
        rules = first.model_dump(include={*_Rules.model_fields}) if first else {}
        return PasswordPolicy(description=first.name, **rules) if first else None

    @property
    def _token(self) -> dict[str, Secret]:
        return {"Authorization": self._connection.token.read().map("SSWS {}".format)}

    def _user(self, principal: str) -> Observation:
        return _observation(self._wire.read("GET", _USER, id=principal, headers=self._token))

    def _change(self, principal: str, new: Password, current: Password) -> Observation:
        user = principal if _USER_ID.fullmatch(principal) else self._user(principal).principal_id
        revoke = self._connection.revoke_sessions
        body = {"oldPassword": {"value": current}, "newPassword": {"value": new}, "revokeSessions": revoke}
        reply = self._post(f"{_USER}/credentials/change_password", user, body, query=self._strict, refusals=_HISTORY)
        reply.parse(_Credentials)
        try:
            return self._user(user)
        except errors.CredentialError:  # the change is made: what the look after it met is no failure of it
            return Observation(principal_id=user, answered_at=reply.date)

    def _post(self, path: str, principal: str, body: object = None, **options: Any) -> Reply:  # noqa: ANN401 -- the wire's
        return self._wire.write("POST", path, id=principal, json=body, headers=self._token, **options)


def _observation(reply: Reply) -> Observation:
    user = reply.parse(_User)
    return Observation(
        principal_id=user.id,
        login=user.login,
        status=user.status,
        password_changed_at=user.changed,
        answered_at=reply.date,
    )
