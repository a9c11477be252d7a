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
_EXPECTED = {"VerificationCode": "Expecting confirmation code", "SecutityPin": "Invalid pin"}
"""What the second step asks for, in the manual's words; the second is the vendor's spelling."""
_REFUSED = {"VerificationCode": "Invalid confirmation code", "SecutityPin": "Invalid pin"}
"""What a wrong code gets; the first is a choice."""
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
        username, password = call.headers.get("username"), call.headers.get("password")
        call.account = username
        account = self._environment.users.by_login(username) if username else None
        if account is None or password is None or not account.enabled:
            raise _failed(_BASE, "Invalid credentials")
        call.account = account.login
        if self._environment.users.log_in(account, password) is not LogIn.RIGHT:
            raise _failed(_BASE, "Invalid credentials")  # a choice: a locked user gets the same
        if self._environment.is_expired(account):
            # A choice: the manual gives step, reason and token, but not the status.
            raise _failed(_BASE, _EXPIRED, self._environment.issue(account, "reset"))
        if account.verification_code is not None:
            return self._second_step(call, account, account.verification_code)
        return self._succeeded(account)

    def _second_step(self, call: Call, account: EtnaAccount, expected: str) -> Response:
        """Ask for the code, or check it: the second request repeats the first, with interim token and code."""
        step, code = account.verification_step, call.headers.get("verificationcode")
        interim = _BEARER.fullmatch(call.headers.get("authorization", ""))
        if interim is None and code is None:
            token = self._environment.issue(account, "interim")
            body = {"State": "Expecting", "Step": step, "Reason": _EXPECTED[step], "Token": token}
            return JSONResponse(body, 202)
        if interim is None or self._environment.owner(interim[1], "interim") is not account:
            raise _failed(step, "Corrupted ticket")
        if not hmac.compare_digest((code or "").encode("latin-1"), expected.encode()):
            raise _failed(step, _REFUSED[step])
        return self._succeeded(account)

    def _succeeded(self, account: EtnaAccount) -> Response:
        return JSONResponse({"State": "Succeeded", "Token": self._environment.issue(account, "access")})


def _failed(step: str, reason: str, token: str | None = None) -> RefusedError:
    body = {"State": "Failed", "Step": step, "Reason": reason}
    return RefusedError(JSONResponse(body if token is None else {**body, "Token": token}, 401))
