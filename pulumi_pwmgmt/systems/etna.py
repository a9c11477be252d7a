"""ETNA Trader, known as AutoShares too: users change their own password with the old one; nobody else may.

https://help.etnatrader.com/rest-api/trading-api/overview
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel

from pulumi_pwmgmt import connection as settings
from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Complaint, Dialect, Refusal, Reply, Wire
from pulumi_pwmgmt.model import Observation, OnDestroy, Password, Secret
from pulumi_pwmgmt.system import Authority, CurrentPassword, Traits


class Connection(settings.Connection):
    """An environment and an application key of it; ``url`` is the API's base, the part before /token and /v1.0."""

    system: Literal["etna"]
    app_key: settings.SecretSetting


class _LogIn(BaseModel):
    State: str
    Reason: str = ""
    Token: fields.SecretText

    @property
    def has_expired_password(self) -> bool:
        return "has expired" in self.Reason


# The manual gives no status for a refused password; these are the ones that its pages on other calls refuse with.
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)


def _complaint(reply: Reply) -> Complaint | None:
    step: str | None = None
    match reply.json:
        case {"IsSucceed": False, "Errors": [*causes]} if reply.status in (HTTPStatus.OK, *_REFUSED):
            pass
        case _ if reply.status not in _REFUSED:
            return None
        case {"State": _, "Step": str(step), "Reason": reason}:
            causes = [reason]
        case {"ModelState": {**stated}}:
            texts = {field: text if isinstance(text, list) else [text] for field, text in stated.items()}
            causes = [f"{field}: {fields.text(text)}" for field in texts for text in texts[field]]
        case {"error": error, "message": message}:
            causes = [message, error]
        case {"error": said} | {"Message": said} | {"message": said}:
            causes = [said]
        case _:
            return None
    return Complaint(code=step, causes=tuple(map(fields.text, causes)))


_APP_KEY = Refusal(error=errors.AuthenticationFailed, cause="^Application key", to_do="correct the app_key")
DIALECT = Dialect(complaint=_complaint, refusals=(_APP_KEY,), request_id="X-Request-Id")
# https://help.etnatrader.com/rest-api/trading-api/authentication/requesting-tokens
_LOG_IN = (
    Refusal(
        error=errors.CurrentPasswordRejected,
        code="BaseAuthentication",
        cause="^Invalid credentials",
        to_do="give the live one as current_password; an unknown principal is answered in the same way",
    ),
    Refusal(error=errors.Unsupported, status=401, to_do="log in by hand and see what ETNA Trader asks for"),
)
_CHANGE = (
    _APP_KEY,
    # "The access level of the provided authorization token is not sufficient to perform this operation."
    Refusal(
        error=errors.PermissionDenied,
        cause="authorization has been denied|not authorized|permission",
        to_do="have ETNA Trader give this login the right to change its own password",
    ),
    Refusal(error=errors.PasswordRejected, cause="same as|differ|used|already|previous|history|last ", repeats=True),
    Refusal(error=errors.CurrentPasswordRejected, cause=r"^userPassword\.OldPassword|(old|current) password"),
    Refusal(error=errors.PasswordRejected, status=200),
    Refusal(error=errors.PasswordRejected, status=400),
    Refusal(error=errors.PasswordRejected, status=403),
    Refusal(error=errors.PasswordRejected, status=422),
)


class System:
    """The users of one environment, each with their own password only. A principal is a login.

    Its rules take a log-in to read, and a wrong one counts towards a lock: docs/decisions/0010-etna-states-no-rules.md.
    """

    traits = Traits(
        title="ETNA Trader",
        docs="https://help.etnatrader.com/rest-api/trading-api/managing-users/update-users-password",
        directory="etna",
        authority=Authority.SELF_MANAGED,
        current_password=CurrentPassword.REQUIRED,
        removals=frozenset({OnDestroy.REVOKE}),
        revoke_overwrites=True,
        header_safe=True,
    )

    def __init__(self, connection: Connection, wire: Wire) -> None:
        self._connection = connection
        self._wire = wire

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation:
        """Change it: https://help.etnatrader.com/rest-api/trading-api/managing-users/update-users-password .

        An expired one: https://help.etnatrader.com/rest-api/trading-api/password-reset/password-expiration .
        """
        if current is None:
            raise errors.Unsupported("ETNA Trader changes none without the old one", to_do="give current_password")
        log_in = self._log_in(principal, current)
        path, headers = "/v1.0/users/@me/password/change", {"Authorization": log_in.Token.map("Bearer {}".format)}
        body = {"OldPassword": current, "Password": new, "PasswordConfirm": new}
        if log_in.has_expired_password:
            path, headers = "/v1.0/users/passwords/reset/", {}
            body = {"Token": log_in.Token, "Password": new, "PasswordConfirmation": new}
        elif log_in.State != "Succeeded":
            raise errors.Unsupported("the log-in wants more than the password", to_do="turn the second step off")
        reply = self._wire.write("PUT", path, headers=self._headers | headers, json=body, refusals=_CHANGE)
        return Observation(principal_id=principal, login=principal, answered_at=reply.date)

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:  # noqa: ARG002 -- port
        """Refuse: there is no call for it; what is left is to overwrite the password."""
        raise errors.Unsupported(f"ETNA Trader has no call to {how.value} a password")

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in: https://help.etnatrader.com/rest-api/trading-api/authentication/requesting-tokens .

        A log-in that asks for a verification code, or for another password in the place of an expired one, has got
        that far because the password was right.
        """
        try:
            log_in = self._log_in(principal, password)
        except errors.CurrentPasswordRejected:
            return False
        except errors.Unsupported:
            return None
        return True if log_in.has_expired_password or log_in.State in ("Succeeded", "Expecting") else None

    @property
    def _headers(self) -> dict[str, str | Secret]:
        return {"Et-App-Key": self._connection.app_key.read()}

    def _log_in(self, principal: str, password: Password) -> _LogIn:
        headers = self._headers | {"Username": principal, "Password": password}
        return self._wire.read("POST", "/token", headers=headers, refusals=_LOG_IN, once=True).parse(_LogIn)
