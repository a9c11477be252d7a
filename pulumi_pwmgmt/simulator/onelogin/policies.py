"""OneLogin password policies, as the vendor's Terraform provider knows them (no page of the manual shows them)."""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.onelogin.errors import numbered
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginTenant


class Policies:
    """Reading policies: there is one, for users."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [
            Operation("GET", "/api/2/policies", self.list, "read all", frozenset({"kind", "limit", "page", "cursor"})),
            Operation("GET", "/api/2/policies/{id}", self.read, "read all"),
        ]

    def list(self, call: Call) -> Response:
        """List the policies."""
        return JSONResponse([self._policy()] if call.query.get("kind", "user") == "user" else [])

    def read(self, call: Call) -> Response:
        """Read one policy."""
        if call.params["id"] != str(self._tenant.policy_id):
            raise RefusedError(numbered(404, "The resource with the given id could not be found"))
        return JSONResponse(self._policy())

    def _policy(self) -> dict[str, object]:
        policy = self._tenant.seed.policy
        return {
            "id": self._tenant.policy_id,
            "name": "Default policy",
            "kind": "user",
            "default": True,
            "minimum_password_length": policy.minimum_password_length,
            "password_complexity_requirements": policy.password_complexity_requirements,
            "passwords_remembered": policy.passwords_remembered,
            "password_expiration_days": policy.password_expiration_days,
            "maximum_invalid_login_attempts": policy.maximum_invalid_login_attempts,
            "lock_effective_minutes": policy.lock_effective_minutes,
            "enable_password_change": True,
            "enforce_account_password_blacklist": policy.enforce_account_password_blacklist,
            "dynamic_blacklist_attributes": [],
            "enforce_compromised_credentials_check": False,
        }
