"""OneLogin: an API credential sets the password of any user.

https://developers.onelogin.com/api-docs/1/getting-started/dev-overview
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timezone
from hashlib import sha256
from http import HTTPStatus
from typing import Literal

from pydantic import AliasChoices, AwareDatetime, BaseModel, Field, RootModel, SecretStr

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors
from pulumi_pwmgmt.http import Complaint, Dialect, FetchedToken, RateHeaders, Refusal, Reply, Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, Secret
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits


class Connection(settings.Connection):
    """An account and an API credential of it with the scope Manage All; ``subdomain`` goes with every log-in.

    OneLogin can't judge the complexity of a password that comes as ``salted_sha256``.
    """

    system: Literal["onelogin"]
    client_id: settings.SecretSetting
    client_secret: settings.SecretSetting
    subdomain: str = Field(min_length=1)
    password_transport: Literal["clear", "salted_sha256"] = "clear"  # noqa: S105 -- no password


class _Token(BaseModel):
    access_token: SecretStr


class _User(BaseModel):
    id: int
    username: str | None = None
    email: str | None = None
    status: int | None = None
    password_changed_at: AwareDatetime | None = None


class _Suspended(BaseModel):
    status: Literal[2]


class _Success(BaseModel):
    code: Literal[200]


class _Wrapped(BaseModel):
    status: _Success


class _Session(BaseModel):
    token: SecretStr = Field(validation_alias=AliasChoices("session_token", "state_token"))  # the second: MFA follows


class _Sessions(BaseModel):
    data: tuple[_Session]


_Users = RootModel[list[_User]]
_Done = RootModel[_Wrapped | _Success]


def _complaint(reply: Reply) -> Complaint | None:
    # v1 of the API writes errors with `status` around them and without, and on 200 as well; v2 has a form of its own.
    match reply.json:
        case (
            {"status": {"code": code, "message": said, **more}}
            | {"code": code, "message": said, **more}
            | {"statusCode": code, "message": said, **more}
        ) if code != HTTPStatus.OK or more.get("error"):
            said = f"{said.get('attribute')}: {said.get('description')}" if isinstance(said, dict) else said
            return Complaint(code=str(code), causes=(f"{more.get('type') or more.get('name')}: {said}",))
    return None


_SCOPE = Refusal(error=errors.PermissionDenied, code="401", cause="Insufficient Permission", to_do="allow Manage All")
DIALECT = Dialect(
    complaint=_complaint,
    refusals=(
        _SCOPE,
        Refusal(error=errors.AuthenticationFailed, code="401"),
        Refusal(error=errors.AuthenticationFailed, code="400", cause="Authorization Information is incorrect"),
        Refusal(error=errors.PermissionDenied, code="403"),
        Refusal(error=errors.NotConfigured, code="404", cause="No Route Exists", to_do="correct the connection's url"),
        Refusal(error=errors.PrincipalNotFound, code="404"),
        Refusal(error=errors.PrincipalNotFound, code="400", cause="ID is incorrect"),
        # One text for three reasons, "(length, complexity, or history)": it may be a repetition.
        Refusal(error=errors.PasswordRejected, code="400", cause="history", repeats=True),
        Refusal(error=errors.PasswordRejected, code="400", cause="^Invalid Request:|Validation failed"),
        Refusal(error=errors.PasswordRejected, code="422", cause="password"),
    ),
    request_id="X-Request-Id",
    rate=RateHeaders(remaining="X-RateLimit-Remaining", reset="X-RateLimit-Reset", reset_is="seconds left"),
)
_TOKEN_CALL = (
    Refusal(error=errors.AuthenticationFailed, code="401", to_do="correct client_id and client_secret"),
    # So the manual: the credential of a deleted owner is answered like this.
    Refusal(error=errors.AuthenticationFailed, code="500", to_do="make an API credential whose owner still exists"),
)
_LOG_IN = (  # "you can use the 401 - Unauthorized status code to indicate that a user could not be authenticated"
    _SCOPE,
    Refusal(error=errors.AuthenticationFailed, code="401", cause="Authentication Failure|: Unauthorized"),
    Refusal(error=errors.Unsupported, code="401", cause="lock|suspend|inactive|not active|expired|reset|pending"),
    Refusal(error=errors.CurrentPasswordRejected, code="401"),
)
# https://developers.onelogin.com/api-docs/2/users/user-resource
_STATUS: dict[int | None, str | None] = {
    None: None,
    0: "Unactivated",
    1: "Active",
    2: "Suspended",
    3: "Locked",
    4: "Password expired",
    5: "Awaiting password reset",
    7: "Password Pending",
    8: "Security questions required",
}


def _clear(new: Password) -> tuple[str, dict[str, object]]:
    body = {"password": new, "password_confirmation": new, "validate_policy": True}
    return "/api/1/users/set_password_clear_text/{id}", body


def _salted(new: Password) -> tuple[str, dict[str, object]]:
    salt = secrets.token_hex(20)  # "a salt value that is up to 40 characters long", prepended to the password
    digest = new.map(lambda password: sha256((salt + password).encode()).hexdigest())
    form = {"password_algorithm": "salt+sha256", "password_salt": salt}
    return "/api/1/users/set_password_using_salt/{id}", {"password": digest, "password_confirmation": digest, **form}


_TRANSPORTS = {"clear": _clear, "salted_sha256": _salted}


def _is_id(principal: str) -> bool:
    return principal.isascii() and principal.isdecimal()


class System:
    """The users of one account. A principal that is all digits is an id, any other a username or e-mail address."""

    traits = Traits(
        title="OneLogin",
        docs="https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext",
        directory="onelogin",
        authority=Authority.ADMINISTRATOR,
        current_password=CurrentPassword.IGNORED,
        removals=frozenset({OnDestroy.REVOKE, OnDestroy.DEACTIVATE}),
        revoke_overwrites=True,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection = connection
        self._wire = wire
        self._token = FetchedToken(self._fetch_token)

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:  # noqa: ARG002 -- no change call
        """Set it: https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext (or -using-sha-256)."""
        user_id = self._find(principal)
        if user_id is None:
            raise errors.PrincipalNotFound("no OneLogin user has this username or e-mail address")
        path, body = _TRANSPORTS[self._connection.password_transport](new)
        reply = self._wire.write("PUT", path, id=user_id, token=self._token, json=body)
        reply.parse(_Done)
        try:
            return self._read(user_id)
        except errors.CredentialError:  # whatever this read meets, the password is set
            return Observation(principal_id=user_id, answered_at=reply.date)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- same
        """Suspend the user: https://developers.onelogin.com/api-docs/2/users/update-user ."""
        if how is not OnDestroy.DEACTIVATE:
            raise errors.Unsupported(f"OneLogin has no call to {how.value} a password")
        user_id = self._find(principal)
        if user_id is not None:
            with suppress(errors.PrincipalNotFound):
                body = {"status": 2}
                reply = self._wire.write("PUT", "/api/2/users/{id}", id=user_id, token=self._token, json=body)
                reply.parse(_Suspended)

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in: https://developers.onelogin.com/api-docs/1/login-page/create-session-login-token ."""
        seen = self.observe(principal) if _is_id(principal) else None
        if _is_id(principal) and seen is None:
            return False
        login = seen.login if seen else principal
        body = {"username_or_email": login, "password": password, "subdomain": self._connection.subdomain}
        try:
            reply = self._wire.read("POST", "/api/1/login/auth", token=self._token, json=body, refusals=_LOG_IN)
        except errors.CurrentPasswordRejected:
            return False
        except errors.Unsupported:
            return None
        reply.parse(_Sessions)
        return True

    def observe(self, principal: str) -> Observation | None:
        """Read status and time of change: https://developers.onelogin.com/api-docs/2/users/get-user ."""
        user_id = self._find(principal)
        try:
            return None if user_id is None else self._read(user_id)
        except errors.PrincipalNotFound:
            return None

    def _read(self, user_id: str) -> Observation:
        reply = self._wire.read("GET", "/api/2/users/{id}", id=user_id, token=self._token)
        user = reply.parse(_User)
        return Observation(
            principal_id=str(user.id),
            login=user.username or user.email,
            status=_STATUS.get(user.status, str(user.status)),
            password_changed_at=user.password_changed_at and user.password_changed_at.astimezone(timezone.utc),
            answered_at=reply.date,
        )

    def _find(self, principal: str) -> str | None:
        """Find the user by id, username or e-mail: https://developers.onelogin.com/api-docs/2/users/list-users ."""
        if _is_id(principal):
            return principal
        found = self._having("username", principal)
        return self._having("email", principal) if found is None and "@" in principal else found

    def _having(self, field: Literal["username", "email"], value: str) -> str | None:
        users = self._wire.read("GET", "/api/2/users", token=self._token, query={field: value}).parse(_Users).root
        same = [str(user.id) for user in users if (getattr(user, field) or "").casefold() == value.casefold()]
        if len(same) > 1:
            raise errors.PrincipalNotFound(f"{len(same)} OneLogin users have this {field}", to_do="name one by its id")
        return next(iter(same), None)

    def _fetch_token(self) -> Secret:
        """Fetch one: https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2 ."""
        form: dict[str, str | Secret] = {
            "grant_type": "client_credentials",
            "client_id": self._connection.client_id.read(),
            "client_secret": self._connection.client_secret.read(),
        }
        reply = self._wire.read("POST", "/auth/oauth2/v2/token", form=form, refusals=_TOKEN_CALL)
        return Secret(reply.parse(_Token).access_token.get_secret_value())
