"""What Okta does around every call of the management API: tokens, rates, media types, parameters, headers.

https://developer.okta.com/docs/api/ and https://developer.okta.com/docs/reference/rate-limits/
"""

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.okta.authn import Authn
from pulumi_pwmgmt.simulator.okta.credentials import Credentials
from pulumi_pwmgmt.simulator.okta.errors import error_response, refusal
from pulumi_pwmgmt.simulator.okta.groups import Groups
from pulumi_pwmgmt.simulator.okta.lifecycle import Lifecycle
from pulumi_pwmgmt.simulator.okta.org import OktaOrg
from pulumi_pwmgmt.simulator.okta.policies import Policies
from pulumi_pwmgmt.simulator.okta.users import Users
from pulumi_pwmgmt.simulator.rate import Allowance

# The vendor's own SDK (okta 3.4.6) leaves out the blank between scheme and token, and is used against the service.
_AUTHORIZATION = re.compile(r"(SSWS|Bearer) ?(\S+)")
_JSON_RANGES = {"*/*", "application/*", "application/json"}


class OktaApi:
    """The management API and primary authentication of one org."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org
        self._operations = [
            *Users(org).operations(),
            *Lifecycle(org).operations(),
            *Credentials(org).operations(),
            *Policies(org).operations(),
            *Groups(org).operations(),
            *Authn(org).operations(),
        ]

    def operations(self) -> Sequence[Operation]:
        """Return everything it can do."""
        return self._operations

    def admit(self, call: Call, operation: Operation) -> None:
        """Check rate, token, scope, media types and parameters, in this order."""
        if self._org.rates[operation.bucket].take().exceeded:
            raise refusal("E0000047")
        self._authorize(call, operation)
        check_accept(call)
        check_body(call, operation)
        check_query(call, operation)

    def dress(self, call: Call, response: Response) -> None:
        """Add request id and rate headers."""
        dress(response, self._org.rates[self._bucket_of(call)].look())

    def no_such_path(self, call: Call) -> Response:
        """Answer E0000008."""
        del call
        return error_response("E0000008")

    def no_such_method(self, call: Call) -> Response:
        """Answer E0000022."""
        del call
        return error_response("E0000022")

    def trouble(self, status: int, wait_s: float | None) -> Response:
        """Answer E0000011, E0000047, E0000010 or E0000009; the wait is a rate header with 429, Retry-After with 503."""
        return trouble(self._org, status, wait_s)

    def _authorize(self, call: Call, operation: Operation) -> None:
        sent = call.headers.get("authorization")
        if operation.needs is None and sent is None:
            return
        match = _AUTHORIZATION.fullmatch(sent or "")
        token = self._org.tokens.get(match[2]) if match else None
        if match is None or token is None or token.scheme != match[1] or token.expired:
            raise refusal("E0000011")
        read_of = (operation.needs or "").replace(".read", ".manage")
        if operation.needs is not None and not {operation.needs, read_of} & set(token.scopes):
            raise refusal("E0000006")

    def _bucket_of(self, call: Call) -> str:
        if call.path.startswith("/api/v1/authn"):
            return "authn"
        if call.path.startswith("/api/v1/policies"):
            return "policies"
        return "users_read" if call.method == "GET" else "users_write"


def check_accept(call: Call) -> None:
    """Refuse a client that does not take JSON (E0000019)."""
    ranges = {part.partition(";")[0].strip().lower() for part in call.headers.get("accept", "*/*").split(",")}
    if not ranges & _JSON_RANGES:
        raise refusal("E0000019")


def check_body(call: Call, operation: Operation) -> None:
    """Refuse a body that is missing, is not JSON by its type, or is there where none is due."""
    framed = "content-length" in call.headers or "transfer-encoding" in call.headers
    if call.method in {"POST", "PUT"} and not framed:
        # A POST or PUT with neither body nor Content-Length is answered 411; the body of that answer is a choice.
        raise RefusedError(Response(status_code=411))
    if operation.takes_body:
        if call.media_type != "application/json":
            raise refusal("E0000021")
    elif call.body.strip() not in {b"", b"{}"}:
        # A choice: Okta does not say what it makes of a body that no operation takes.
        raise refusal("E0000003")


def check_query(call: Call, operation: Operation) -> None:
    """Refuse parameters that the operation does not know, or that are there twice; a choice, Okta may ignore them."""
    unknown = sorted(set(call.query) - operation.query)
    if unknown or call.repeated_query:
        raise refusal("E0000001", "query", [f"{name}: Unknown query parameter" for name in unknown])


def dress(response: Response, left: Allowance) -> None:
    """Add the request id and the rate headers: the reset in epoch seconds."""
    response.headers["X-Okta-Request-Id"] = secrets.token_urlsafe(20)
    if "X-Rate-Limit-Reset" not in response.headers:
        response.headers["X-Rate-Limit-Limit"] = str(left.limit)
        response.headers["X-Rate-Limit-Remaining"] = str(left.remaining)
        response.headers["X-Rate-Limit-Reset"] = str(left.reset_epoch_s)
    response.headers.setdefault("Cache-Control", "no-cache, no-store")


def trouble(org: OktaOrg, status: int, wait_s: float | None) -> Response:
    """Answer 401, 429 or 5xx in Okta's words."""
    code = {401: "E0000011", 429: "E0000047", 503: "E0000010"}.get(status, "E0000009")
    response = error_response(code)
    response.status_code = status
    if status == 429 and wait_s is not None:  # noqa: PLR2004 -- the status says it best
        reset = org.clock.now() + timedelta(seconds=wait_s)
        response.headers["X-Rate-Limit-Limit"] = "600"
        response.headers["X-Rate-Limit-Remaining"] = "0"
        response.headers["X-Rate-Limit-Reset"] = str(Allowance(600, 0, reset, exceeded=True).reset_epoch_s)
    elif wait_s is not None:
        response.headers["Retry-After"] = f"{wait_s:g}"
    return response
