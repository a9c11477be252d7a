"""OneLogin's policies and groups, as the vendor's Terraform provider knows them (no page of the manual shows them).

https://github.com/onelogin/terraform-provider-onelogin/blob/main/docs/resources/onelogin_policies.md
"""

from collections.abc import Iterator

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.onelogin.errors import numbered
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginTenant, UserPolicy


class Policies:
    """Reading policies and groups: the default policy, those of groups, and one for apps that has no other field."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        pages = frozenset({"kind", "limit", "page", "cursor"})
        return [
            Operation("GET", "/api/2/policies", self.list, "read all", pages),
            Operation("GET", "/api/2/policies/{id}", self.read, "read all"),
            Operation("GET", "/api/2/groups/{id}", self.read_group, "read"),
        ]

    def list(self, call: Call) -> Response:
        """List the policies."""
        kind = call.query.get("kind")
        return JSONResponse([policy for policy in self._shown() if kind in {None, policy["kind"]}])

    def read(self, call: Call) -> Response:
        """Read one policy."""
        return _one(policy for policy in self._shown() if str(policy["id"]) == call.params["id"])

    def read_group(self, call: Call) -> Response:
        """Read one group; its policy is null where it has none."""
        return _one(
            {"id": group.id, "name": group.name, "policy_id": group.policy.id if group.policy else None}
            for group in self._tenant.groups
            if str(group.id) == call.params["id"]
        )

    def _shown(self) -> Iterator[dict[str, object]]:
        yield from map(self._policy, self._tenant.policies)
        yield {
            "id": self._tenant.app_policy_id,
            "name": "Apps",
            "kind": "app",
            "is_default": False,
            "force_authn": False,
        }

    def _policy(self, policy: UserPolicy) -> dict[str, object]:
        seed = policy.seed
        return {
            "id": policy.id,
            "name": policy.name,
            "kind": "user",
            "is_default": policy is self._tenant.default_policy,
            "minimum_password_length": seed.minimum_password_length,
            "password_complexity_requirements": seed.password_complexity_requirements,
            "passwords_remembered": seed.passwords_remembered,
            "password_expiration_days": seed.password_expiration_days,
            "maximum_invalid_login_attempts": seed.maximum_invalid_login_attempts,
            "lock_effective_minutes": seed.lock_effective_minutes,
            "enable_password_change": True,
            "enforce_account_password_blacklist": seed.enforce_account_password_blacklist,
            "dynamic_blacklist_attributes": "",
            "enforce_compromised_credentials_check": False,
        }


def _one(found: Iterator[dict[str, object]]) -> Response:
    shown = next(found, None)
    if shown is None:
        raise RefusedError(numbered(404, "The resource with the given id could not be found"))
    return JSONResponse(shown)
