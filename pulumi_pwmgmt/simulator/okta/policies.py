"""Okta password policies.

https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Policy/
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.errors import invalid, not_found, refusal
from pulumi_pwmgmt.simulator.okta.org import GroupPolicy, OktaOrg

_OTHER_TYPES = {
    "OKTA_SIGN_ON", "ACCESS_POLICY", "PROFILE_ENROLLMENT", "MFA_ENROLL", "IDP_DISCOVERY", "ENTITY_RISK",
    "POST_AUTH_SESSION", "DEVICE_SIGNAL_COLLECTION",
}  # fmt: skip
_DEFAULT = "The default policy applies in all situations if no other policy applies."


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
        shown = [self._policy(call, policy) for policy in self._org.policies]
        status = call.query.get("status")
        return JSONResponse([policy for policy in shown if status in {None, policy["status"]}])

    def read(self, call: Call) -> Response:
        """Read one policy."""
        found = next((policy for policy in self._org.policies if policy.id == call.params["id"]), None)
        if found is None:
            raise not_found(call.params["id"], "Policy")
        return JSONResponse(self._policy(call, found))

    def _policy(self, call: Call, policy: GroupPolicy) -> dict[str, object]:
        here = f"{call.base_url}/api/v1/policies/{policy.id}"
        seed = policy.seed
        is_default = policy is self._org.policies[-1]
        return {
            "id": policy.id,
            "status": "ACTIVE" if policy.active else "INACTIVE",
            "name": policy.name,
            "description": _DEFAULT if is_default else policy.name,
            "priority": policy.priority,
            "system": is_default,
            "conditions": {
                "people": {"groups": {"include": [self._org.group_id(name) for name in policy.groups]}},
                "authProvider": {"provider": policy.provider},
            },
            "created": "2020-01-01T00:00:00.000Z",
            "lastUpdated": "2020-01-01T00:00:00.000Z",
            "settings": {
                "password": {
                    "complexity": {
                        **view.complexity(policy.rules),
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
