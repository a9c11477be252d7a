"""Reading OneLogin's requests strictly, v1 and v2."""

from collections.abc import Set as AbstractSet

from pulumi_pwmgmt.simulator.call import Call, JsonObject, NotAnObjectError, RefusedError
from pulumi_pwmgmt.simulator.onelogin.errors import numbered, refusal, wrapped
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginAccount, OneLoginTenant


def body_of(call: Call, known: AbstractSet[str]) -> JsonObject:
    """Return the body's object; unknown fields are refused too (a choice)."""
    try:
        body = call.json_object()
    except NotAnObjectError:
        raise refusal(call, 400, "Input JSON is not valid") from None
    unknown = sorted(set(body) - known)
    if unknown:
        raise refusal(call, 400, f"Unknown parameter: {', '.join(unknown)}")
    return body


def text(call: Call, body: JsonObject, name: str) -> str | None:
    """Return a string; null counts as absent."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise refusal(call, 400, f"{name} must be a string")
    return value


def whole(call: Call, body: JsonObject, name: str) -> int | None:
    """Return a whole number; null counts as absent."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise refusal(call, 400, f"{name} must be an integer")
    return value


def flag(call: Call, body: JsonObject, name: str, *, default: bool) -> bool:
    """Return a boolean; null counts as absent."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refusal(call, 400, f"{name} must be a boolean")
    return value


def query_flag(call: Call, name: str, *, default: bool) -> bool:
    """Return a boolean query parameter, ``true`` or ``false``."""
    value = call.query.get(name)
    if value is None:
        return default
    if value not in {"true", "false"}:
        raise refusal(call, 400, f"{name} must be a boolean")
    return value == "true"


def account_v1(tenant: OneLoginTenant, call: Call) -> OneLoginAccount:
    """Return the user that a v1 path names; v1 tells an odd id from an unknown one."""
    key = call.params["id"]
    if not key.isascii() or not key.isdecimal():
        raise RefusedError(wrapped(400, {"attribute": "id", "description": "ID is incorrect"}))
    account = tenant.users.by_id(key)
    if account is None:
        raise RefusedError(wrapped(404, f"User for id {key} was not found"))
    call.account = account.login
    if account.protected:
        raise RefusedError(wrapped(403, "user is not authorized to access this User"))
    return account


def account_v2(tenant: OneLoginTenant, call: Call) -> OneLoginAccount:
    """Return the user that a v2 path names."""
    key = call.params["id"]
    if not key.isascii() or not key.isdecimal():
        raise RefusedError(numbered(400, "Bad Request"))
    account = tenant.users.by_id(key)
    if account is None:
        raise RefusedError(numbered(404, "The resource with the given id could not be found"))
    call.account = account.login
    if account.protected:
        raise RefusedError(numbered(403, "not allowed"))
    return account
