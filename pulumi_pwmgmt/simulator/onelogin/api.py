"""What OneLogin does around every call: tokens, scopes, the hourly rate, media types, headers.

https://developers.onelogin.com/api-docs/2/getting-started/dev-overview
"""

import math
import uuid
from collections.abc import Sequence

from starlette.responses import Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.onelogin.errors import error_response, refusal, wrapped
from pulumi_pwmgmt.simulator.onelogin.login import Login
from pulumi_pwmgmt.simulator.onelogin.passwords import Passwords
from pulumi_pwmgmt.simulator.onelogin.policies import Policies
from pulumi_pwmgmt.simulator.onelogin.rights import SCOPES, bearer, token_of
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginTenant
from pulumi_pwmgmt.simulator.onelogin.tokens import Tokens
from pulumi_pwmgmt.simulator.onelogin.users_v1 import UsersV1
from pulumi_pwmgmt.simulator.onelogin.users_v2 import UsersV2

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_WRONG_TYPE = (
    "Content Type is not specified or specified incorrectly. Content-Type header must be set to application/json"
)
_TOO_MANY = "API rate limit exceeded"
_TROUBLES = {401: "Authentication Failure", 429: _TOO_MANY}


class OneLoginApi:
    """OneLogin's API, v1 and v2."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant
        self._operations = [
            *Tokens(tenant).operations(),
            *Passwords(tenant).operations(),
            *UsersV1(tenant).operations(),
            *UsersV2(tenant).operations(),
            *Policies(tenant).operations(),
            *Login(tenant).operations(),
        ]

    def operations(self) -> Sequence[Operation]:
        """Return everything it can do."""
        return self._operations

    def admit(self, call: Call, operation: Operation) -> None:
        """Check token, scope, rate, media type and parameters, in this order."""
        if operation.needs is not None:
            self._authorize(call, operation.needs)
        if call.path.startswith("/api/") and self._tenant.rate.take().exceeded:
            raise refusal(call, 429, _TOO_MANY)  # a choice: the status is documented nowhere
        if operation.takes_body:
            form_too = operation.path.startswith("/auth/oauth2/")
            if call.media_type != _JSON and not (form_too and call.media_type == _FORM):
                raise refusal(call, 400, _WRONG_TYPE)
        elif call.body.strip() not in {b"", b"{}"}:
            raise refusal(call, 400, "Request Failure")  # a choice, as for unknown parameters
        if set(call.query) - operation.query or call.repeated_query:
            raise refusal(call, 400, "Request Failure")

    def dress(self, call: Call, response: Response) -> None:
        """Add the request id and the rate headers: the reset in seconds that are left."""
        del call
        response.headers["X-Request-Id"] = str(uuid.uuid4()).upper()
        if "X-RateLimit-Reset" in response.headers:
            return
        left = self._tenant.rate.look()
        response.headers["X-RateLimit-Limit"] = str(left.limit)
        response.headers["X-RateLimit-Remaining"] = str(left.remaining)
        response.headers["X-RateLimit-Reset"] = str(left.seconds_left(self._tenant.clock.now()))

    def no_such_path(self, call: Call) -> Response:
        """Answer 404 ``No Route Exists``, in the shape of the path."""
        return error_response(call, 404, "No Route Exists")

    def no_such_method(self, call: Call) -> Response:
        """Answer as for an unknown path: that is how OneLogin answers a wrong method."""
        return self.no_such_path(call)

    def trouble(self, status: int, wait_s: float | None) -> Response:
        """Answer 401, 429 or 5xx; the wait is the rate header with 429, Retry-After with 503."""
        response = wrapped(status, _TROUBLES.get(status, "Internal Server Error"))
        if status == 429 and wait_s is not None:  # noqa: PLR2004 -- the status says it best
            response.headers["X-RateLimit-Limit"] = "5000"
            response.headers["X-RateLimit-Remaining"] = "0"
            response.headers["X-RateLimit-Reset"] = str(math.ceil(wait_s))
        elif wait_s is not None:
            response.headers["Retry-After"] = str(math.ceil(wait_s))
        return response

    def _authorize(self, call: Call, needs: str) -> None:
        is_v2 = call.path.startswith("/api/2/")
        if bearer(call) is None and not is_v2:
            raise refusal(call, 400, "Authorization Information is incorrect")
        token = token_of(self._tenant, call)
        if token is None:
            raise refusal(call, 401, "Unauthorized" if is_v2 else "Authentication Failure")
        if token.credential.scope not in SCOPES[needs]:
            if is_v2:
                raise refusal(call, 403, "not allowed")
            raise RefusedError(wrapped(401, "Insufficient Permission"))
