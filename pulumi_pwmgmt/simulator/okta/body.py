"""Reading Okta's request bodies strictly: only known fields, only the documented types."""

from collections.abc import Set as AbstractSet

from pulumi_pwmgmt.simulator.call import Call, JsonObject, NotAnObjectError
from pulumi_pwmgmt.simulator.okta.errors import not_found, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg


def body_of(call: Call, known: AbstractSet[str]) -> JsonObject:
    """Return the body's object; broken JSON and unknown fields are E0000003 (for the latter, a choice)."""
    try:
        body = call.json_object()
    except NotAnObjectError:
        raise refusal("E0000003") from None
    return _only(body, known)


def part(body: JsonObject, name: str, known: AbstractSet[str]) -> JsonObject | None:
    """Return an object within an object; null counts as absent."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise refusal("E0000003")
    return _only(value, known)


def text(body: JsonObject, name: str) -> str | None:
    """Return a string within an object; null counts as absent."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise refusal("E0000003")
    return value


def flag(body: JsonObject, name: str, *, default: bool = False) -> bool:
    """Return a boolean within an object; null counts as absent."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise refusal("E0000003")
    return value


def query_flag(call: Call, name: str, *, default: bool = False) -> bool:
    """Return a boolean query parameter, ``true`` or ``false``; anything else is E0000001 (a choice)."""
    value = call.query.get(name)
    if value is None:
        return default
    if value.lower() not in {"true", "false"}:
        raise refusal("E0000001", name, [f"{name}: must be true or false"])
    return value.lower() == "true"


def account_of(org: OktaOrg, call: Call, *, by_login: bool = True) -> OktaAccount:
    """Return the user that the path names; unknown is E0000007. ``by_login`` off: only an id will do."""
    key = call.params["id"]
    found = org.account(key)
    if found is None or (not by_login and found.id != key):
        raise not_found(key, "User")
    call.account = found.login
    return found


def _only(body: JsonObject, known: AbstractSet[str]) -> JsonObject:
    if set(body) - known:
        raise refusal("E0000003")
    return body
