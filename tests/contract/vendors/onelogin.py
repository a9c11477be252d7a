"""OneLogin."""

from __future__ import annotations

from typing import Any

from tests.contract.between import Answer
from tests.contract.vendor import Endpoint, Stranger, Vendor

_USERS = [{"login": "ci-bot@example.com", "password": "CANARY-OneLogin-first-1"}]
_PAIR = {"client_id": "CANARY-onelogin-client-id", "client_secret": "CANARY-onelogin-client-secret"}
_POWERLESS = {"client_id": "CANARY-powerless-id", "client_secret": "CANARY-powerless-secret"}


def _in(group: str | None) -> dict[str, Any]:
    groups = [
        {"name": "Service accounts", "policy": {"minimum_password_length": 16}},
        {"name": "Robots", "policy": {"minimum_password_length": 10}},
        {"name": "Guests"},
    ]
    users = [{**_USERS[0], "group": group}]
    default = {"minimum_password_length": 12}
    return {"onelogin": {"credentials": [_PAIR], "policy": default, "groups": groups, "users": users}}


VENDOR = Vendor(
    endpoints={
        "set": Endpoint("PUT", "/api/1/users/set_password_clear_text/*"),
        "revoke": Endpoint("PUT", "/api/1/users/set_password_clear_text/*"),
        "deactivate": Endpoint("PUT", "/api/2/users/*"),
        "verify": Endpoint("POST", "/api/1/login/auth"),
        "observe": Endpoint("GET", "/api/2/users/*"),
        "policy": Endpoint("GET", "/api/2/policies"),
    },
    cells=68,
    weak="CANARY-without-a-digit",
    wrong_token={"client_secret": "CANARY-onelogin-secret-of-nobody"},
    powerless={
        "onelogin": {"credentials": [_POWERLESS | {"scope": "Authentication Only"}, _PAIR], "users": _USERS},
    },
    powerless_settings=_POWERLESS,
    needs_no_right=("verify",),
    stranger=Stranger("nobody@example.com"),
    # OneLogin's OpenAPI document, log-in: 401 "User is locked"
    does_not_tell=Answer(
        401, {"message": "User is locked. Access is unauthorized", "statusCode": 401, "name": "Unauthorized"}
    ),
    policy={"min_length": 8, "min_lower": 1, "min_upper": 1, "min_digits": 1, "min_symbols": 0, "remembered": 3},
    chosen_policies=(
        (_in(None), {"description": "Default policy", "min_length": 12}),
        (_in("Guests"), {"description": "Default policy", "min_length": 12}),
        (_in("Robots"), {"description": "Robots", "min_length": 10}),
        (_in("Service accounts"), {"description": "Service accounts", "min_length": 16}),
    ),
    lax={
        "onelogin": {
            "credentials": [_PAIR],
            "policy": {
                "minimum_password_length": 5,
                "password_complexity_requirements": 0,
                "passwords_remembered": 0,
            },
            "users": _USERS,
        }
    },
    shortest=5,  # the least of OneLogin's own choices
)
