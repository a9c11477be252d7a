"""ETNA Trader. Each has the right to change their own password, and nobody needs one to log in."""

from __future__ import annotations

from pulumi_pwmgmt.errors import CurrentPasswordRejected
from tests.contract.between import Answer
from tests.contract.vendor import Endpoint, Stranger, Vendor

VENDOR = Vendor(
    endpoints={
        "set": Endpoint("PUT", "/api/v1.0/users/@me/password/change"),
        "revoke": Endpoint("PUT", "/api/v1.0/users/@me/password/change"),
        "verify": Endpoint("POST", "/api/token"),
    },
    cells=36,
    weak="CANARY-without-a-digit",
    wrong_token={"app_key": "CANARY-etna-key-of-nobody"},
    powerless=Answer(401, {"Message": "Authorization has been denied for this request."}),
    needs_no_right=("verify",),
    stranger=Stranger("nobody", refused={"set": CurrentPasswordRejected}),  # a log-in does not tell who is unknown
    bodiless=("set", "revoke"),
    # https://help.etnatrader.com/rest-api/trading-api/authentication/requesting-tokens
    does_not_tell=Answer(401, {"State": "Failed", "Step": "SecutityPin", "Reason": "Invalid pin"}),
    lax={
        "etna": {
            "app_keys": ["CANARY-etna-app-key"],
            "policy": {"min_length": 1, "lower": False, "upper": False, "number": False, "exclude_username": False,
                       "history_count": 0},
            "users": [{"login": "ci-bot", "password": "CANARY-Etna-first-1"}],
        }
    },
)  # fmt: skip
