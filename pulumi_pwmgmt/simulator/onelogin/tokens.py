"""OneLogin's OAuth endpoints: a token for API credentials, its end, and what is left of the rate.

https://developers.onelogin.com/api-docs/2/oauth20-tokens/generate-tokens-2
"""

import base64
import binascii
import math
import re
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject, RefusedError
from pulumi_pwmgmt.simulator.onelogin.body import body_of, text
from pulumi_pwmgmt.simulator.onelogin.errors import refusal, success, wrapped
from pulumi_pwmgmt.simulator.onelogin.tenant import IssuedToken, OneLoginTenant
from pulumi_pwmgmt.simulator.onelogin.view import timestamp
from pulumi_pwmgmt.simulator.seed import OneLoginCredential

_OWN_HEADER = re.compile(r"client_id:\s*([^,\s]+),\s*client_secret:\s*(\S+)")
_FORM = "application/x-www-form-urlencoded"


class Tokens:
    """The operations under ``/auth``; those on tokens are for API credentials, not for a token."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [
            Operation("POST", "/auth/oauth2/v2/token", self.generate, takes_body=True),
            Operation("POST", "/auth/oauth2/token", self.generate_v1, takes_body=True),
            Operation("POST", "/auth/oauth2/revoke", self.revoke, takes_body=True),
            Operation("GET", "/auth/rate_limit", self.rate_limit, "read"),
        ]

    def generate(self, call: Call) -> Response:
        """Give a token: the same one until it expires or is revoked."""
        credential = self._credential_for_token(call)
        return JSONResponse(self._shown(self._tenant.issue(credential)))

    def generate_v1(self, call: Call) -> Response:
        """Give a token the old way: earlier ones end, and the answer is wrapped."""
        credential = self._credential_for_token(call)
        self._tenant.revoke_all(credential)
        return JSONResponse({"status": success(), "data": [self._shown(self._tenant.issue(credential))]})

    def revoke(self, call: Call) -> Response:
        """End a token of the caller's own credentials."""
        body = self._body(call, frozenset({"access_token", "client_id", "client_secret"}))
        credential = self._credential(call, body)
        token = self._tenant.tokens.get(text(call, body, "access_token") or "")
        if token is None or token.credential != credential:
            raise refusal(call, 400, "The access token is not valid")  # a choice: documented nowhere
        del self._tenant.tokens[token.text]
        return JSONResponse({"status": success()})

    def rate_limit(self, _call: Call) -> Response:
        """Tell what is left of this hour's calls; the reset is in seconds."""
        left = self._tenant.rate.look()
        data = {
            "X-RateLimit-Limit": left.limit,
            "X-RateLimit-Remaining": left.remaining,
            "X-RateLimit-Reset": left.seconds_left(self._tenant.clock.now()),
        }
        return JSONResponse({"status": success(), "data": data})

    def _credential_for_token(self, call: Call) -> OneLoginCredential:
        body = self._body(call, frozenset({"grant_type", "client_id", "client_secret"}))
        credential = self._credential(call, body)
        if text(call, body, "grant_type") != "client_credentials":
            raise refusal(call, 400, "grant_type must be client_credentials")
        return credential

    def _body(self, call: Call, known: frozenset[str]) -> JsonObject:
        if call.media_type != _FORM:
            return body_of(call, known)
        pairs = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
        fields: JsonObject = dict(pairs)
        if len(fields) != len(pairs) or set(fields) - known:
            raise refusal(call, 400, "Request Failure")
        return fields

    def _credential(self, call: Call, body: JsonObject) -> OneLoginCredential:
        """Return the caller's credentials: from the header, in OneLogin's own form or Basic, or from the form."""
        header = call.headers.get("authorization")
        own = _OWN_HEADER.fullmatch(header or "")
        if own:
            given = (own[1], own[2])
        elif header is not None and header.lower().startswith("basic "):
            given = _basic(header[6:])
        elif header is None and call.media_type == _FORM:
            given = (text(call, body, "client_id") or "", text(call, body, "client_secret") or "")
        else:
            raise refusal(call, 400, "Authorization Information is incorrect")
        credential = self._tenant.credentials.get(given[0])
        if credential is None or credential.client_secret != given[1]:
            raise refusal(call, 401, "Authentication Failure")
        if credential.owner_deleted:
            # Documented: credentials whose owner was deleted are answered with 500; the body is a choice.
            raise RefusedError(wrapped(500, "Internal Server Error"))
        return credential

    def _shown(self, token: IssuedToken) -> dict[str, object]:
        return {
            "access_token": token.text,
            "created_at": timestamp(token.created),
            "expires_in": math.ceil((token.expires - self._tenant.clock.now()).total_seconds()),
            "refresh_token": "deprecated",
            "token_type": "bearer",
            "account_id": self._tenant.account_id,
        }


def _basic(encoded: str) -> tuple[str, str]:
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret
