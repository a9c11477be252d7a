"""Okta."""

from __future__ import annotations

from typing import Any

from pulumi_pwmgmt.errors import Unreachable
from tests.contract.between import Answer
from tests.contract.vendor import Endpoint, Stranger, Vendor

_USERS = [{"login": "ci-bot@example.com", "password": "CANARY-Okta-first-1"}]
_ANYTHING = {
    "min_length": 1,
    "lower": False,
    "upper": False,
    "number": False,
    "exclude_username": False,
    "history_count": 0,
}

_POLICIES = [
    {"name": "Elsewhere", "groups": ["Service accounts"], "min_length": 40, "provider": "ACTIVE_DIRECTORY"},
    {"name": "Off", "groups": ["Service accounts"], "min_length": 30, "active": False},
    {"name": "Administrators", "groups": ["Administrators"], "min_length": 28},
    {"name": "Service accounts", "groups": ["Service accounts", "Robots"], "min_length": 24},
    {"name": "Robots", "groups": ["Robots"], "min_length": 16},
]


def _in(*groups: str) -> dict[str, Any]:
    users = [{**_USERS[0], "groups": groups}]
    tokens = [{"token": "CANARY-okta-admin-token"}]
    return {"okta": {"tokens": tokens, "policies": _POLICIES, "policy": {"min_length": 12}, "users": users}}


VENDOR = Vendor(
    endpoints={
        "set": Endpoint("POST", "/api/v1/users/*"),
        "change": Endpoint("POST", "/api/v1/users/*/credentials/change_password"),
        "revoke": Endpoint("POST", "/api/v1/users/*"),
        "expire": Endpoint("POST", "/api/v1/users/*/lifecycle/expire_password"),
        "deactivate": Endpoint("POST", "/api/v1/users/*/lifecycle/deactivate"),
        "verify": Endpoint("POST", "/api/v1/authn"),
        "observe": Endpoint("GET", "/api/v1/users/*"),
        "policy": Endpoint("GET", "/api/v1/policies"),
    },
    cells=92,
    weak="CANARY-without-a-digit",
    wrong_token={"token": "CANARY-okta-token-of-nobody"},
    powerless={"okta": {"tokens": [{"token": "CANARY-okta-powerless", "scopes": []}], "users": _USERS}},
    powerless_settings={"token": "CANARY-okta-powerless"},
    needs_no_right=("verify",),
    stranger=Stranger("nobody@example.com"),
    # https://developer.okta.com/docs/reference/api/authn/#response-for-primary-authentication-with-locked-account
    does_not_tell=Answer(200, {"status": "LOCKED_OUT"}),
    policy={"min_length": 8, "min_lower": 1, "min_upper": 1, "min_digits": 1, "min_symbols": 0, "remembered": 4},
    chosen_policies=(
        (_in(), {"description": "Default Policy", "min_length": 12}),
        (_in("Robots"), {"description": "Service accounts", "min_length": 24}),
        (_in("Robots", "Administrators"), {"description": "Administrators", "min_length": 28}),
    ),
    lax={"okta": {"tokens": [{"token": "CANARY-okta-admin-token"}], "policy": _ANYTHING, "users": _USERS}},
    bodiless=("deactivate",),
    documented={"503": Unreachable},  # E0000010, "Service is in read only mode"
)
