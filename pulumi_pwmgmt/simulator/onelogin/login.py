"""OneLogin's log-in for API clients.

https://developers.onelogin.com/api-docs/1/login-page/create-session-login-token
"""

import secrets
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.directory import LogIn
from pulumi_pwmgmt.simulator.ids import number
from pulumi_pwmgmt.simulator.onelogin.body import body_of, text
from pulumi_pwmgmt.simulator.onelogin.errors import refusal, success
from pulumi_pwmgmt.simulator.onelogin.tenant import ACTIVE, APPROVED, EXPIRED, OneLoginAccount, OneLoginTenant

_FIELDS = frozenset({"username_or_email", "password", "subdomain", "return_to_url", "ip_address", "browser_id"})
# A choice: the manual promises 401 and no text. It differs from the text for a bad token, "Authentication Failure".
_NOT_AUTHENTICATED = "Authentication Failed: Invalid user credentials"
_EXPIRED = "Authentication Failed: Password expired"


class Login:
    """Creating a session login token."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [Operation("POST", "/api/1/login/auth", self.log_in, "log in", takes_body=True)]

    def log_in(self, call: Call) -> Response:
        """Log in; with a second factor due, the answer holds a state token."""
        body = body_of(call, _FIELDS)
        name, password, subdomain = (
            text(call, body, field) for field in ("username_or_email", "password", "subdomain")
        )
        if not name or password is None or not subdomain:
            raise refusal(call, 400, "username_or_email, password and subdomain are required")
        call.account = name
        account = self._tenant.by_username_or_email(name)
        if account is None or subdomain != self._tenant.seed.subdomain:
            raise refusal(call, 401, _NOT_AUTHENTICATED)
        call.account = account.login
        if account.number not in {ACTIVE, EXPIRED} or account.state != APPROVED:
            raise refusal(call, 401, _NOT_AUTHENTICATED)
        if self._tenant.users.log_in(account, password) is not LogIn.RIGHT:
            raise refusal(call, 401, _NOT_AUTHENTICATED)
        if self._tenant.users.is_too_old(account):
            account.number = EXPIRED
        if account.number == EXPIRED:
            raise refusal(call, 401, _EXPIRED)
        return JSONResponse(self._opened(call, account))

    def _opened(self, call: Call, account: OneLoginAccount) -> dict[str, object]:
        user = {
            "username": account.login,
            "email": account.email,
            "firstname": account.first_name,
            "lastname": account.last_name,
            "id": int(account.id),
        }
        if account.mfa:
            device = {"device_type": "OneLogin Protect", "device_id": number(6)}
            data: dict[str, object] = {
                "user": user,
                "state_token": secrets.token_hex(20),
                "callback_url": f"{call.base_url}/api/1/login/verify_factor",
                "devices": [device],
            }
            return {"status": success("MFA is required for this user"), "data": [data]}
        expires = self._tenant.clock.now() + timedelta(minutes=2)
        data = {
            "status": "Authenticated",
            "user": user,
            "return_to_url": None,
            "expires_at": f"{expires:%Y/%m/%d %H:%M:%S} +0000",
            "session_token": secrets.token_hex(32),
        }
        return {"status": success(), "data": [data]}
