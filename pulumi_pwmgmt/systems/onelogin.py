"""OneLogin: an API credential sets the password of any user.

https://developers.onelogin.com/api-docs/1/getting-started/dev-overview
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Literal

from pydantic import AliasChoices, AliasPath, BaseModel, Field, RootModel

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Complaint, Dialect, FetchedToken, RateHeaders, Refusal, Reply, Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, PasswordPolicy, Secret
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits
from pulumi_pwmgmt.systems import _onelogin_statuses
from pulumi_pwmgmt.systems._onelogin_policies import Policies


class Connection(settings.Connection):
    """An account and an API credential of it with the scope Manage All.

    ``subdomain`` is the account's own and goes with every log-in. A wrong one is answered like a wrong password: when
    an adoption says that the account can't log in with the declared password, look at it too.
    OneLogin can't judge the complexity of a password that comes as ``salted_sha256``.
    """

    system: Literal["onelogin"]
    client_id: settings.SecretSetting
    client_secret: settings.SecretSetting
    subdomain: str = Field(min_length=1)
    password_transport: Literal["clear", "salted_sha256"] = "clear"  # noqa: S105 -- no password


# What a log-in gives; the second where MFA follows.
_OF_LOG_IN = (AliasPath("data", 0, "session_token"), AliasPath("data", 0, "state_token"))


class _Token(BaseModel):
    token: fields.SecretText = Field(validation_alias=AliasChoices("access_token", *_OF_LOG_IN))


class _User(BaseModel):
    id: fields.WholeNumber
    username: fields.Name | None = None
    email: fields.Name | None = None
    status: fields.WholeNumber | None = None
    password_changed_at: fields.ServerTime | None = None


class _Suspended(BaseModel):
    status: Literal[2]


class _Done(BaseModel):
    code: Literal[200] = Field(validation_alias=AliasChoices(AliasPath("status", "code"), "code"))


def _complaint(reply: Reply) -> Complaint | None:
    # v1 of the API writes errors with `status` around them and without, and on 200 as well; v2 has a form of its own.
    match reply.json:
        case (
            {"status": {"code": code, "message": said, **more}}
            | {"code": code, "message": said, **more}
            | {"statusCode": code, "message": said, **more}
        ) if code != HTTPStatus.OK or more.get("error"):
            said = [said.get("attribute"), said.get("description")] if isinstance(said, dict) else [said]
            return Complaint(fields.text(code), (fields.joined(more.get("type") or more.get("name"), *said),))
    return None


_SCOPE = Refusal(error=errors.PermissionDenied, cause="Insufficient Permission", to_do="grant the scope Manage All")
DIALECT = Dialect(
    complaint=_complaint,
    refusals=(
        _SCOPE,
        Refusal(error=errors.AuthenticationFailed, code="401"),
        Refusal(error=errors.AuthenticationFailed, code="400", cause="Authorization Information is incorrect"),
        Refusal(error=errors.PermissionDenied, code="403", to_do="grant Manage All to one who may manage this user"),
        Refusal(error=errors.NotConfigured, code="404", cause="No Route Exists", to_do="correct the connection's url"),
        Refusal(error=errors.PrincipalNotFound, code="404"),
        Refusal(error=errors.PrincipalNotFound, code="400", cause="ID is incorrect"),
        # One text for three reasons, "(length, complexity, or history)": it may be a repetition.
        Refusal(error=errors.PasswordRejected, code="400", cause="history", repeats=True),
        Refusal(error=errors.PasswordRejected, code="400", cause="^Invalid Request:|Validation failed"),
        Refusal(error=errors.PasswordRejected, code="422", cause="password"),
    ),
    request_id="X-Request-Id",
    rate=RateHeaders(
        remaining="X-RateLimit-Remaining", reset="X-RateLimit-Reset", reset_is="seconds left", limit="X-RateLimit-Limit"
    ),
)
_TOKEN_CALL = (
    Refusal(error=errors.AuthenticationFailed, code="401", to_do="correct client_id and client_secret"),
    # So the manual: the credential of a deleted owner is answered like this.
    Refusal(error=errors.AuthenticationFailed, code="500", to_do="if it stays, make a credential whose owner exists"),
)
_LOG_IN = (  # "you can use the 401 - Unauthorized status code to indicate that a user could not be authenticated"
    _SCOPE,
    Refusal(error=errors.AuthenticationFailed, code="401", cause="Authentication Failure|: Unauthorized"),
    Refusal(error=errors.Unsupported, code="401", cause="lock|suspend|inactive|not active|expired|reset|pending"),
    Refusal(error=errors.CurrentPasswordRejected, code="401"),
)


def _clear(new: Password) -> dict[str, object]:
    return {"password": new, "password_confirmation": new, "validate_policy": True}


def _salted(new: Password) -> dict[str, object]:
    salt = secrets.token_hex(20)  # "a salt value that is up to 40 characters long", prepended to the password
    digest = new.map(lambda password: sha256((salt + password).encode()).hexdigest())
    form = {"password_algorithm": "salt+sha256", "password_salt": salt}
    return {"password": digest, "password_confirmation": digest, **form}


_TRANSPORTS = {"clear": ("set_password_clear_text", _clear), "salted_sha256": ("set_password_using_salt", _salted)}


def _is_id(principal: str) -> bool:
    return principal.isascii() and principal.isdecimal()


class System:
    """The users of one account. A principal that is all digits is an id, any other a username or e-mail address.

    A user whose username is all digits has to be named by the id.
    """

    traits = Traits(
        title="OneLogin",
        docs="https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext",
        directory="onelogin",
        authority=Authority.ADMINISTRATOR,
        current_password=CurrentPassword.IGNORED,
        removals=frozenset({OnDestroy.REVOKE, OnDestroy.DEACTIVATE}),
        revoke_overwrites=True,
        troubled=_onelogin_statuses.TROUBLED,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection, self._wire = connection, wire
        self._token = FetchedToken(self._fetch_token)
        self._policies = Policies(wire, self._token)

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:  # noqa: ARG002 -- no change call
        """Set it: https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext (or -using-sha-256)."""
        user_id, (call, body) = self._find(principal), _TRANSPORTS[self._connection.password_transport]
        reply = self._wire.write("PUT", f"/api/1/users/{call}/{{id}}", id=user_id, token=self._token, json=body(new))
        reply.parse(_Done)
        return Observation(principal_id=user_id, answered_at=reply.date)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- same
        """Suspend the user: https://developers.onelogin.com/api-docs/2/users/update-user ."""
        if how is not OnDestroy.DEACTIVATE:
            raise errors.Unsupported(f"OneLogin has no call to {how.value} a password")
        with suppress(errors.PrincipalNotFound):
            user_id, body = self._find(principal), {"status": 2}
            self._wire.write("PUT", "/api/2/users/{id}", id=user_id, token=self._token, json=body).parse(_Suspended)

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in: https://developers.onelogin.com/api-docs/1/login-page/create-session-login-token .

        False is all that OneLogin's manual has for a wrong password, for an unknown user and for a wrong ``subdomain``:
        401, "you can use the 401 - Unauthorized status code to indicate that a user could not be authenticated".
        """
        try:
            login = self._read(principal).login if _is_id(principal) else principal
            body = {"username_or_email": login, "password": password, "subdomain": self._connection.subdomain}
            log_in = partial(self._wire.read, "POST", "/api/1/login/auth", refusals=_LOG_IN, once=True)
            log_in(token=self._token, json=body).parse(_Token)
        except (errors.PrincipalNotFound, errors.CurrentPasswordRejected):
            return False
        except errors.Unsupported:
            return None
        return True

    def observe(self, principal: str) -> Observation | None:
        """Read status and time of change: https://developers.onelogin.com/api-docs/2/users/get-user ."""
        with suppress(errors.PrincipalNotFound):
            return self._read(self._find(principal))
        return None

    def password_policy(self, principal: str) -> PasswordPolicy | None:
        """Take the policy of the user's group, else the default one; ``salted_sha256`` keeps OneLogin from asking it.

        https://github.com/onelogin/terraform-provider-onelogin/blob/main/docs/resources/onelogin_policies.md
        """
        return self._policies.of(partial(self._find, principal))

    def _read(self, user_id: str) -> Observation:
        reply = self._wire.read("GET", "/api/2/users/{id}", id=user_id, token=self._token)
        user = reply.parse(_User)
        status = None if user.status is None else _onelogin_statuses.NAMES.get(user.status, str(user.status))
        when = {"password_changed_at": user.password_changed_at, "answered_at": reply.date}
        return Observation(principal_id=str(user.id), login=user.username or user.email, status=status, **when)

    def _find(self, principal: str) -> str:
        """Find the user by id, username or e-mail: https://developers.onelogin.com/api-docs/2/users/list-users ."""
        if _is_id(principal):
            return principal
        found = self._having("username", principal) or (self._having("email", principal) if "@" in principal else [])
        if not found:
            raise errors.PrincipalNotFound("no OneLogin user has this username or e-mail address")
        if len(found) > 1:
            raise errors.Unsupported(f"{len(found)} OneLogin users are called that", to_do="name one by its id")
        return found[0]

    def _having(self, field: Literal["username", "email"], value: str) -> list[str]:
        reply = self._wire.read("GET", "/api/2/users", token=self._token, query={field: value})
        users = reply.parse(RootModel[list[_User]]).root
        return [str(user.id) for user in users if fields.same_name(getattr(user, field), value)]

    def _fetch_token(self) -> Secret:
        """Fetch one: https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2 ."""
        own, grant = self._connection, {"grant_type": "client_credentials"}
        form = grant | {"client_id": own.client_id.read(), "client_secret": own.client_secret.read()}
        return self._wire.read("POST", "/auth/oauth2/v2/token", form=form, refusals=_TOKEN_CALL).parse(_Token).token
