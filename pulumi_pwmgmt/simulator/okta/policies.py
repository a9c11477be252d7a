"""Okta password policies.

https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.errors import invalid, not_found, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaOrg

_OTHER_TYPES = {
    "OKTA_SIGN_ON", "ACCESS_POLICY", "PROFILE_ENROLLMENT", "MFA_ENROLL", "IDP_DISCOVERY", "ENTITY_RISK",
    "POST_AUTH_SESSION", "DEVICE_SIGNAL_COLLECTION",
}  # fmt: skip


class Policies:
    """The operations on policies: reading them."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        scope = "okta.policies.read"
        query = frozenset({"type", "status", "expand", "limit", "after"})
        return [
            Operation("GET", "/api/v1/policies", self.list, scope, query, bucket="policies"),
            Operation("GET", "/api/v1/policies/{id}", self.read, scope, frozenset({"expand"}), bucket="policies"),
        ]

    def list(self, call: Call) -> Response:
        """List the policies of a type, by priority; only password policies are there."""
        wanted = call.query.get("type")
        if wanted is None:
            raise refusal("E0000028")
        if wanted in _OTHER_TYPES:
            return JSONResponse([])
        if wanted != "PASSWORD":
            raise invalid("type", "Invalid policy type")
        inactive = call.query.get("status", "ACTIVE") != "ACTIVE"
        return JSONResponse([] if inactive else [self._policy(call)])

    def read(self, call: Call) -> Response:
        """Read one policy."""
        if call.params["id"] != self._org.policy_id:
            raise not_found(call.params["id"], "Policy")
        return JSONResponse(self._policy(call))

    def _policy(self, call: Call) -> dict[str, object]:
        here = f"{call.base_url}/api/v1/policies/{self._org.policy_id}"
        seed = self._org.seed.policy
        everyone = self._org.ids.of("okta group", "Everyone", lambda: "00g" + self._org.policy_id[3:])
        return {
            "id": self._org.policy_id,
            "status": "ACTIVE",
            "name": "Default Policy",
            "description": "The default policy applies in all situations if no other policy applies.",
            "priority": 1,
            "system": True,
            "conditions": {
                "people": {"groups": {"include": [everyone]}},
                "authProvider": {"provider": "OKTA"},
            },
            "created": "2020-01-01T00:00:00.000Z",
            "lastUpdated": "2020-01-01T00:00:00.000Z",
            "settings": {
                "password": {
                    "complexity": {
                        **view.complexity(self._org.users.policy),
                        "dictionary": {"common": {"exclude": seed.exclude_common}},
                    },
                    "age": {
                        "maxAgeDays": seed.max_age_days,
                        "expireWarnDays": seed.expire_warn_days,
                        "minAgeMinutes": seed.min_age_minutes,
                        "historyCount": seed.history_count,
                    },
                    "lockout": {
                        "maxAttempts": seed.max_attempts,
                        "userLockoutNotificationChannels": [],
                        "autoUnlockMinutes": seed.lock_minutes,
                        "showLockoutFailures": seed.show_lockout,
                    },
                },
                "recovery": {"factors": {"recovery_question": {"status": "ACTIVE"}}},
                "delegation": {"options": {"skipUnlock": False}},
            },
            "_links": {
                "self": {"href": here, "hints": {"allow": ["GET", "PUT"]}},
                "rules": {"href": f"{here}/rules", "hints": {"allow": ["GET", "POST"]}},
            },
            "type": "PASSWORD",
        }
