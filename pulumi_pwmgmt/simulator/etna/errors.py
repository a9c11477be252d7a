"""ETNA's error shapes: which one comes depends on the layer that refuses."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.call import RefusedError


def message(status: int, text: str) -> RefusedError:
    """Refuse with ``Message``, as the web framework does."""
    return RefusedError(message_response(status, text))


def message_response(status: int, text: str) -> Response:
    """Return ``Message`` alone."""
    return JSONResponse({"Message": text}, status)


def denied() -> RefusedError:
    """Refuse a token that is missing, wrong, expired or not enough."""
    return message(401, "Authorization has been denied for this request.")


def no_such_key() -> RefusedError:
    """Refuse an application key."""
    return RefusedError(JSONResponse({"error": "Application key is not defined or does not exist"}, 403))


def invalid(fields: Mapping[str, str]) -> RefusedError:
    """Refuse fields of a new password, each with a text; 422 is the status of the manual's sibling pages."""
    state = {f"userPassword.{name}": [text] for name, text in fields.items()}
    body = {"Message": "Validation error occured while processing entity", "ModelState": state}
    return RefusedError(JSONResponse(body, 422))


def failed(status: int, *errors: str) -> RefusedError:
    """Refuse with the application's own envelope."""
    body = {"Model": None, "Errors": list(errors), "StatusCode": status, "IsSucceed": False}
    return RefusedError(JSONResponse(body, status))
