"""ETNA's log-in: a token for user name and password, both in headers.

https://help.etnatrader.com/rest-api/authentication
"""

import hmac
import re

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.directory import LogIn
from pulumi_pwmgmt.simulator.etna.environment import EtnaAccount, EtnaEnvironment

_BASE = "BaseAuthentication"
_EXPIRED = "Your Password has expired and must be changed"
_BEARER = re.compile(r"Bearer (\S+)")


class Token:
    """The one operation that needs no token."""

    def __init__(self, environment: EtnaEnvironment) -> None:
        self._environment = environment

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [Operation("POST", "/api/token", self.create)]

    def create(self, call: Call) -> Response:
        """Give a token, or say which step is due; headers are Latin-1, so no other character can arrive."""
        interim = _BEARER.fullmatch(call.headers.get("authorization", ""))
        if interim is not None:
            return self._second_step(call, interim[1])
        username, password = call.headers.get("username"), call.headers.get("password")
        call.account = username
        account = self._environment.by_login(username) if username else None
        if account is None or password is None or not account.enabled:
            raise _failed(_BASE, "Invalid credentials")
        call.account = account.login
        if self._environment.users.log_in(account, password) is not LogIn.RIGHT:
            raise _failed(_BASE, "Invalid credentials")  # a choice: a locked user gets the same
        if self._environment.is_expired(account):
            # A choice: the manual gives step, reason and token, but not the status.
            raise _failed(_BASE, _EXPIRED, self._environment.issue(account, "reset"))
        if account.verification_code is not None:
            step = account.verification_step
            interim_token = self._environment.issue(account, "interim")
            reason = f"{step} is required"
            body = {"State": "Expecting", "Step": step, "Reason": reason, "Token": interim_token}
            return JSONResponse(body, 202)
        return self._succeeded(account)

    def _second_step(self, call: Call, interim: str) -> Response:
        account = self._environment.owner(interim, "interim")
        if account is None:
            raise _failed(_BASE, "Invalid credentials")
        call.account = account.login
        code = call.headers.get("verificationcode", "")
        if not hmac.compare_digest(code.encode("latin-1"), (account.verification_code or "").encode()):
            # A choice: what a wrong code gets is documented nowhere.
            raise _failed(account.verification_step, "Invalid verification code")
        return self._succeeded(account)

    def _succeeded(self, account: EtnaAccount) -> Response:
        return JSONResponse({"State": "Succeeded", "Token": self._environment.issue(account, "access")})


def _failed(step: str, reason: str, token: str | None = None) -> RefusedError:
    body = {"State": "Failed", "Step": step, "Reason": reason}
    return RefusedError(JSONResponse(body if token is None else {**body, "Token": token}, 401))
