"""Okta MyAccount: a user's own token sets that user's own password; no call names a user."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from contextlib import suppress
from typing import Literal

from pydantic import BaseModel, Field

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Complaint, Refusal, Reply, Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, PasswordPolicy, Secret
from pulumi_pwmgmt.once import Once
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits
from pulumi_pwmgmt.systems import _okta

_PATH = "/idp/myaccount/password"
_PASSWORD_ID = re.compile(r"00T[0-9A-Za-z]{17}")


class Connection(settings.Connection):
    """An org, and an access token that one of its users got by signing in, at most 15 minutes ago for a write."""

    system: Literal["okta_myaccount"]
    token: settings.SecretSetting


class _Password(BaseModel):
    id: fields.Word = ""
    status: fields.Word
    updated: fields.ServerTime | None = Field(None, alias="lastUpdated")


class _Requirements(BaseModel):
    description: fields.Line = ""
    complexity: _okta.Complexity


class _Claims(BaseModel):
    sub: str


def _complaint(reply: Reply) -> Complaint | None:
    complaint = _okta.complaint(reply)
    challenge = re.search(r'error="(\w+)"', reply.headers.get("WWW-Authenticate", ""))
    return Complaint(challenge[1], complaint.causes if complaint else ()) if challenge else complaint


_SCOPE = "sign in for the scope okta.myAccount.password.manage (to read: okta.myAccount.password.read)"
DIALECT = _okta.dialect(
    Refusal(error=errors.AuthenticationFailed, code="insufficient_authentication_context", to_do="sign in again"),
    Refusal(error=errors.AuthenticationFailed, code="invalid_token", to_do="sign in again"),
    Refusal(error=errors.AuthenticationFailed, code="E0000011", to_do="sign in again"),
    Refusal(error=errors.PermissionDenied, code="insufficient_scope", to_do=_SCOPE),
    _okta.denied(_SCOPE),
    Refusal(error=errors.PermissionDenied, code="E0000015", to_do="have MyAccount password switched on in the org"),
    Refusal(error=errors.Unsupported, code="E0000038", to_do="have password operations enabled in the org"),
    Refusal(error=errors.Unsupported, code="E0000157", to_do="run it again: a password was enrolled meanwhile"),
    Refusal(error=errors.CurrentPasswordRejected, cause=r"^old ?password\b|failed: oldPassword"),
    *_okta.HISTORY,
    complaint=_complaint,
    accept="application/json; okta-version=1.0.0",
)
# What a wrong old password gives is documented nowhere. The manual's one 403 here is about assurance: name both.
_LIVE_OR_SIGN_IN = "give the live one as current_password, or sign in again with the assurance that the org asks for"
_CHANGE = (Refusal(error=errors.CurrentPasswordRejected, code="E0000006", to_do=_LIVE_OR_SIGN_IN),)


class System:
    """The password of the token's user."""

    traits = Traits(
        title="Okta MyAccount",
        docs="https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/tag/Password/",
        directory="okta",
        authority=Authority.SELF_MANAGED,
        current_password=CurrentPassword.USED,
        removals=frozenset({OnDestroy.REVOKE}),
        revoke_overwrites=False,
        troubled=_okta.TROUBLED_PASSWORDS,
        longest_password=_okta.LONGEST,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection, self._wire = connection, wire
        self._requirements = Once(self._read_requirements)

    def subject(self) -> str | None:
        """Whose token it is, as it says itself (unverified, good for comparing only); None where that can't be read."""
        return _subject(self._connection.token.read())

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:
        """Change it where the current one is known, else replace or enrol it.

        Where ``principal`` is a password's id, it is the known current password that keeps the change off another
        user's account.

        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/updatepassword
        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/replacepassword
        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/createpassword
        """
        token = self._token_of(principal)
        if current:
            body = {"oldPassword": current, "newPassword": new}
            path = f"{_PATH}/change-password"
            reply = self._wire.write("POST", path, headers=_bearer(token), json=body, refusals=_CHANGE)
            return Observation(principal_id=principal, answered_at=reply.date)
        seen = self._read(principal, token)
        if seen is None and _PASSWORD_ID.fullmatch(principal):
            raise errors.PrincipalNotFound("the password with this id is gone", to_do="refresh, then run it again")
        profile = {"profile": {"password": new}}
        return _observation(
            self._wire.write("PUT" if seen else "POST", _PATH, headers=_bearer(token), json=profile), token
        )

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- port
        """Delete it; one that is not there is deleted.

        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/deletepassword
        """
        if how is not OnDestroy.REVOKE:
            raise errors.Unsupported(f"Okta MyAccount can't {how.value} a password", to_do="revoke it")
        token = self._token_of(principal)
        if _PASSWORD_ID.fullmatch(principal) and self._read(principal, token) is None:
            return
        with suppress(errors.PrincipalNotFound):
            self._wire.write("DELETE", _PATH, headers=_bearer(token))

    def observe(self, principal: str) -> Observation | None:
        """Read its status; None where the user has no password.

        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/getpassword
        """
        return self._read(principal, self._token_of(principal))

    def password_policy(self, principal: str) -> PasswordPolicy | None:
        """Read the rules, once: they are those of the token's user.

        https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/getpasswordrequirements
        """
        self._token_of(principal)
        stated = self._requirements.get()
        return PasswordPolicy(description=stated.description, **stated.complexity.stated())

    def _read_requirements(self) -> _Requirements:
        headers = _bearer(self._connection.token.read())
        return self._wire.read("GET", f"{_PATH}/complexity-requirements", headers=headers).parse(_Requirements)

    def _token_of(self, principal: str) -> Secret:
        token = self._connection.token.read()
        subject = _subject(token)
        if subject and not _PASSWORD_ID.fullmatch(principal) and subject.casefold() != principal.casefold():
            raise errors.AuthenticationFailed(
                f"this token belongs to {subject!r}, the program says {principal!r}",
                to_do=f"give the connection a token that {principal!r} signed in for",
            )
        return token

    def _read(self, principal: str, token: Secret) -> Observation | None:
        try:
            reply = self._wire.read("GET", _PATH, headers=_bearer(token))
        except errors.PrincipalNotFound:
            return None
        seen = _observation(reply, token)
        if seen.status == "NOT_ENROLLED":
            return None
        if _PASSWORD_ID.fullmatch(principal) and seen.principal_id != principal:
            raise errors.AuthenticationFailed(
                f"this token opens the password {seen.principal_id}, the state says {principal}: another user's, or "
                "the one that was removed before this was enrolled",
                to_do="give the connection the token of the password's own user; if it has that one, let go of what "
                "is gone: pulumi state delete URN",
            )
        return seen


def _bearer(token: Secret) -> dict[str, str | Secret]:
    return {"Authorization": token.map("Bearer {}".format)}


def _subject(token: Secret) -> str | None:
    try:
        return _Claims.model_validate_json(urlsafe_b64decode(token.reveal().split(".")[1] + "==")).sub
    except (IndexError, ValueError):
        return None


def _observation(reply: Reply, token: Secret) -> Observation:
    seen = reply.parse(_Password)
    changed = seen.updated if seen.status == "ACTIVE" else None  # "If password is `ACTIVE`, returns the date when …"
    return Observation(
        principal_id=seen.id,
        login=_subject(token),
        status=seen.status,
        password_changed_at=changed,
        answered_at=reply.date,
    )
