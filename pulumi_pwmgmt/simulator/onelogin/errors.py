"""OneLogin's three error shapes.

v1 wraps in ``status`` (https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext), the token
endpoint's v2 is flat with ``error``, users v2 is flat with ``statusCode``.
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.call import Call, RefusedError

_V1_TYPES = {
    400: "bad request",
    401: "Unauthorized",
    403: "forbidden",
    404: "not found",
    429: "too many requests",
    500: "internal server error",
}
_V2_NAMES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    403: "ForbiddenError",
    404: "NotFoundError",
    422: "UnprocessableEntityError",
    429: "TooManyRequestsError",
}


def wrapped(status: int, message: object, kind: str | None = None) -> Response:
    """Return v1's error: ``status`` holds everything; the message may be an object."""
    inner = {
        "error": True,
        "code": status,
        "type": kind or _V1_TYPES.get(status, "internal server error"),
        "message": message,
    }
    return JSONResponse({"status": inner}, status)


def flat(status: int, message: str) -> Response:
    """Return the error of the token endpoints' v2, as the OpenAPI file shows it."""
    kind = {404: "Not Found"}.get(status, _V1_TYPES.get(status, "internal server error"))
    return JSONResponse({"error": True, "code": status, "type": kind, "message": message}, status)


def numbered(status: int, message: str) -> Response:
    """Return users v2's error."""
    name = _V2_NAMES.get(status, "InternalServerError")
    return JSONResponse({"message": message, "name": name, "statusCode": status}, status)


def error_response(call: Call, status: int, message: str) -> Response:
    """Return an error in the shape of the path that was called."""
    if call.path.startswith("/api/2/"):
        return numbered(status, message)
    return flat(status, message) if call.path.startswith("/auth/oauth2/v2/") else wrapped(status, message)


def refusal(call: Call, status: int, message: str) -> RefusedError:
    """Return the exception that makes the API answer with this error, in the shape of the path."""
    return RefusedError(error_response(call, status, message))


def success(message: str = "Success") -> dict[str, object]:
    """Return v1's status of a success."""
    return {"error": False, "code": 200, "type": "success", "message": message}
