"""Which scope of a pair of API credentials may do what.

https://developers.onelogin.com/api-docs/2/getting-started/working-with-api-credentials
"""

import re
from collections.abc import Mapping

from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.onelogin.tenant import IssuedToken, OneLoginTenant

SCOPES: Mapping[str, frozenset[str]] = {
    "read": frozenset({"Read Users", "Manage users", "Read All", "Manage All"}),
    "read all": frozenset({"Read All", "Manage All"}),
    "manage": frozenset({"Manage users", "Manage All"}),
    "all": frozenset({"Manage All"}),
    "password": frozenset({"Manage All"}),
    "log in": frozenset({"Authentication Only", "Manage users", "Manage All"}),
    "log out": frozenset({"Authentication Only", "Manage users", "Manage All"}),
}
# The manual writes "bearer:<token>", its samples "bearer <token>", the vendor's SDKs "Bearer <token>".
_BEARER = re.compile(r"(?:bearer:\s?|[Bb]earer )(\S+)")


def bearer(call: Call) -> str | None:
    """Return the token that the call carries; None when the header is missing or odd."""
    match = _BEARER.fullmatch(call.headers.get("authorization", ""))
    return match[1] if match else None


def token_of(tenant: OneLoginTenant, call: Call) -> IssuedToken | None:
    """Return the live token that the call carries."""
    text = bearer(call)
    return tenant.live_token(text) if text else None


def may_set_passwords(tenant: OneLoginTenant, call: Call) -> bool:
    """Tell whether the caller's scope includes setting passwords."""
    token = token_of(tenant, call)
    return token is not None and token.credential.scope in SCOPES["password"]
