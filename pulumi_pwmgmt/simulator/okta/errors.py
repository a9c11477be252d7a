"""Okta's error object and the errors this simulator answers with.

https://developer.okta.com/docs/reference/error-codes/
"""

import secrets
from collections.abc import Mapping, Sequence

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.call import RefusedError

_CATALOGUE: Mapping[str, tuple[int, str]] = {
    "E0000001": (400, "Api validation failed: {0}"),
    "E0000003": (400, "The request body was not well-formed."),
    "E0000004": (401, "Authentication failed"),
    "E0000006": (403, "You do not have permission to perform the requested action"),
    "E0000007": (404, "Not found: {0}"),
    "E0000008": (404, "The requested path was not found"),
    "E0000009": (500, "Internal Server Error"),
    "E0000010": (503, "Service is in read only mode"),
    "E0000011": (401, "Invalid token provided"),
    "E0000014": (403, "Update of credentials failed"),
    "E0000015": (401, "You do not have permission to access the feature you are requesting"),
    "E0000016": (403, "Activation failed because the user is already active"),
    "E0000017": (403, "Password reset failed"),
    "E0000019": (
        400,
        "Bad request.  Accept and/or Content-Type headers likely do not match supported values.",
    ),
    "E0000021": (
        400,
        "Bad request.  Accept and/or Content-Type headers likely do not match supported values.",
    ),
    "E0000022": (405, "The endpoint does not support the provided HTTP method"),
    "E0000023": (403, "Operation failed because user profile is mastered under another system"),
    "E0000028": (400, "The request is missing a required parameter."),
    "E0000031": (400, "Invalid search criteria."),
    "E0000032": (403, "Unlock is not allowed for this user."),
    "E0000034": (403, "Forgot password not allowed on specified user."),
    "E0000035": (403, "Change password not allowed on specified user."),
    "E0000038": (403, "This operation is not allowed in the user's current status."),
    "E0000041": (400, "Credentials should not be set on this resource based on the scheme."),
    "E0000047": (429, "API call exceeded rate limit due to too many requests."),
    "E0000064": (401, "Password is expired and must be changed."),
    "E0000080": (403, "The password does not meet the complexity requirements of the current password policy."),
    "E0000087": (403, "The recovery question answer did not match our records."),
    "E0000112": (
        409,
        "Cannot update this user because they are still being activated. Please try again in a few minutes.",
    ),
    "E0000124": (
        400,
        "Could not create user. To create a user and expire their password immediately, a password must be specified.",
    ),
    "E0000125": (
        400,
        "Could not create user. To create a user and expire their password immediately, `activate` must be true.",
    ),
    "E0000149": (406, "The HTTP request is not acceptable"),
    "E0000157": (409, "This account already has a password set as an authenticator."),
    "E0000207": (401, "The username and/or the password you entered is incorrect. Please try again."),
    "E0000231": (412, "ETag value doesn't match."),
}


def error_response(
    code: str, detail: str = "", causes: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """Return Okta's error object; ``detail`` fills the summary's ``{0}``."""
    status, summary = _CATALOGUE[code]
    body = {
        "errorCode": code,
        "errorSummary": summary.replace("{0}", detail),
        "errorLink": code,
        "errorId": "oae" + secrets.token_urlsafe(24)[:22],
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }
    return JSONResponse(body, status, dict(headers or {}))


def refusal(
    code: str, detail: str = "", causes: Sequence[str] = (), headers: Mapping[str, str] | None = None
) -> RefusedError:
    """Return the exception that makes the API answer with this error."""
    return RefusedError(error_response(code, detail, causes, headers))


def refusal_said_twice(code: str) -> RefusedError:
    """Return an error whose one cause repeats the summary."""
    return refusal(code, causes=[_CATALOGUE[code][1]])


def invalid(field: str, *causes: str) -> RefusedError:
    """Return E0000001, a validation that failed: the field in the summary, each cause with the field before it."""
    return refusal("E0000001", field, [f"{field}: {cause}" for cause in causes])


def not_found(what: str, kind: str) -> RefusedError:
    """Return E0000007 with the live service's text."""
    return refusal("E0000007", f"Resource not found: {what} ({kind})")
