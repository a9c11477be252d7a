"""Okta: an administrator's API token sets the password of any user of the org."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import AliasPath, AwareDatetime, BaseModel, Field, ValidationError

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors
from pulumi_pwmgmt.http import Complaint, Dialect, RateHeaders, Refusal, Reply
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, Secret
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits

if TYPE_CHECKING:
    from pulumi_pwmgmt.http import Wire

_USER_ID = re.compile(r"00u[0-9A-Za-z]{17}")
_RIGHT = re.compile(r"SUCCESS|PASSWORD_EXPIRED|PASSWORD_WARN|MFA_.*")
_REMOVALS = {  # the call, and the statuses in which there is nothing left to remove
    OnDestroy.EXPIRE: ("/api/v1/users/{id}/lifecycle/expire_password", ("PASSWORD_EXPIRED", "DEPROVISIONED")),
    OnDestroy.DEACTIVATE: ("/api/v1/users/{id}/lifecycle/deactivate", ("DEPROVISIONED",)),
}


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
    password_changed: AwareDatetime | None = Field(None, alias="passwordChanged")


class _Credentials(BaseModel):
    provider: dict[str, str]


class _Transaction(BaseModel):
    status: str


def _complaint(reply: Reply) -> Complaint | None:
    try:
        error = _Error.model_validate(reply.json)
    except ValidationError:
        return None
    return Complaint(error.code, tuple(cause.get("errorSummary", "") for cause in error.causes) or (error.summary,))


DIALECT = Dialect(
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
# A refusal recites all rules, whichever was broken: with history checked, it may be that one.
_HISTORY = (Refusal(error=errors.PasswordRejected, cause="cannot be any of your last", repeats=True),)
_LOG_IN = (
    Refusal(error=errors.CurrentPasswordRejected, code="E0000004"),
    Refusal(error=errors.CurrentPasswordRejected, code="E0000207"),
    Refusal(error=errors.Unsupported, code="E0000064"),
)


class System:
    """One org: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ ."""

    traits = Traits(
        title="Okta",
        docs="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/",
        directory="okta",
        authority=Authority.ADMINISTRATOR,
        current_password=CurrentPassword.USED,
        removals=frozenset(OnDestroy),
        revoke_overwrites=True,
        longest_password=72,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection, self._wire = connection, wire

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:
        """Set or change: https://developer.okta.com/docs/api/openapi/okta-management/management/user/updateuser ."""
        if current:
            return self._change(principal, new, current)
        reply = self._wire.write(
            "POST",
            "/api/v1/users/{id}",
            id=principal,
            headers=self._token,
            query=self._strict,
            json={"credentials": {"password": {"value": new}}},
            refusals=_HISTORY if self._connection.strict else (),
        )
        return _observation(reply)

    def _change(self, principal: str, new: Password, current: Password) -> Observation:
        user = principal if _USER_ID.fullmatch(principal) else self._user(principal).principal_id
        reply = self._wire.write(
            "POST",
            "/api/v1/users/{id}/credentials/change_password",
            id=user,
            headers=self._token,
            query=self._strict,
            json={
                "oldPassword": {"value": current},
                "newPassword": {"value": new},
                "revokeSessions": self._connection.revoke_sessions,
            },
            refusals=_HISTORY,
        )
        reply.parse(_Credentials)
        try:
            return self._user(user)
        except errors.CredentialError:  # the change is made: what the look after it met is no failure of it
            return Observation(principal_id=user, answered_at=reply.date)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- port
        """Expire or deactivate."""
        if how not in _REMOVALS:
            raise errors.Unsupported("Okta can't take a password away", to_do="overwrite it with one nobody keeps")
        path, done = _REMOVALS[how]
        try:
            self._wire.write("POST", path, id=principal, headers=self._token)
        except errors.PrincipalNotFound:
            return
        except errors.Unsupported:
            seen = self.observe(principal)
            if seen and seen.status not in done:
                raise

    def observe(self, principal: str) -> Observation | None:
        """Read: https://developer.okta.com/docs/api/openapi/okta-management/management/user/getuser ."""
        try:
            return self._user(principal)
        except errors.PrincipalNotFound:
            return None

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in: https://developer.okta.com/docs/reference/api/authn/#primary-authentication ."""
        try:
            login = self._user(principal).login if _USER_ID.fullmatch(principal) else principal
            body = {"username": login, "password": password}
            reply = self._wire.read("POST", "/api/v1/authn", headers=self._token, json=body, refusals=_LOG_IN)
        except (errors.PrincipalNotFound, errors.CurrentPasswordRejected):
            return False
        except errors.Unsupported:
            return None
        status = reply.parse(_Transaction).status
        return True if _RIGHT.fullmatch(status) else None

    @property
    def _token(self) -> dict[str, Secret]:
        return {"Authorization": self._connection.token.read().map("SSWS {}".format)}

    @property
    def _strict(self) -> dict[str, str]:
        return {"strict": "true"} if self._connection.strict else {}

    def _user(self, principal: str) -> Observation:
        return _observation(self._wire.read("GET", "/api/v1/users/{id}", id=principal, headers=self._token))


def _observation(reply: Reply) -> Observation:
    user = reply.parse(_User)
    return Observation(
        principal_id=user.id,
        login=user.login,
        status=user.status,
        password_changed_at=user.password_changed,
        answered_at=reply.date,
    )
