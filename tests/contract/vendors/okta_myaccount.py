"""Okta MyAccount. Its principal is whoever the token names: there is none unknown, only one without a password."""

from __future__ import annotations

from pulumi_pwmgmt.errors import Unreachable, Unsupported
from tests.contract.vendor import Endpoint, Stranger, Vendor

_LOGIN = "self-service@example.com"
_PASSWORD = "CANARY-Okta-fourth-4"
_ANYTHING = {
    "min_length": 1,
    "lower": False,
    "upper": False,
    "number": False,
    "exclude_username": False,
    "history_count": 0,
}
_POWERLESS = {"token": "CANARY-myaccount-powerless", "scopes": []}
_WITHOUT = {"login": _LOGIN, "user_tokens": [{"token": "CANARY-myaccount-without-password"}]}

VENDOR = Vendor(
    endpoints={
        "set": Endpoint("PUT", "/idp/myaccount/password"),
        "change": Endpoint("POST", "/idp/myaccount/password/change-password"),
        "revoke": Endpoint("DELETE", "/idp/myaccount/password"),
        "observe": Endpoint("GET", "/idp/myaccount/password"),
        "policy": Endpoint("GET", "/idp/myaccount/password/complexity-requirements"),
    },
    cells=58,
    weak="CANARY-without-a-digit",
    wrong_token={"token": "CANARY-myaccount-token-of-nobody"},
    powerless={"okta": {"users": [{"login": _LOGIN, "password": _PASSWORD, "user_tokens": [_POWERLESS]}]}},
    powerless_settings={"token": "CANARY-myaccount-powerless"},
    stranger=Stranger(
        "00T00000000000000000",
        seed={"okta": {"users": [_WITHOUT]}},
        settings={"token": "CANARY-myaccount-without-password"},
        refused={"change": Unsupported},  # E0000038, as where the org allows no password operations
    ),
    policy={"min_length": 8, "min_lower": 1, "min_upper": 1, "min_digits": 1, "min_symbols": 0},
    lax={
        "okta": {
            "policy": _ANYTHING,
            "users": [{"login": _LOGIN, "password": _PASSWORD, "user_tokens": [{"token": "CANARY-myaccount-token"}]}],
        }
    },
    bodiless=("change", "revoke"),
    documented={"503": Unreachable},  # E0000010, "Service is in read only mode"
)
