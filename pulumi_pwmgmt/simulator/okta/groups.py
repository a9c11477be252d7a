"""The groups of an Okta user: reading them.

https://developer.okta.com/docs/api/openapi/okta-management/management/userresources/listusergroups
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.okta.body import account_of
from pulumi_pwmgmt.simulator.okta.org import EVERYONE, OktaOrg

_THEN = "2020-01-01T00:00:00.000Z"


class Groups:
    """The operations on the groups of a user."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        path, scope = "/api/v1/users/{id}/groups", "okta.users.read"
        return [Operation("GET", path, self.list, scope, bucket="users_read")]

    def list(self, call: Call) -> Response:
        """List the groups of a user; everyone is in Everyone."""
        account = account_of(self._org, call)
        return JSONResponse([self._group(name) for name in dict.fromkeys((EVERYONE, *account.groups))])

    def _group(self, name: str) -> dict[str, object]:
        built_in = name == EVERYONE
        return {
            "id": self._org.group_id(name),
            "created": _THEN,
            "lastUpdated": _THEN,
            "lastMembershipUpdated": _THEN,
            "objectClass": ["okta:user_group"],
            "type": "BUILT_IN" if built_in else "OKTA_GROUP",
            "profile": {"name": name, "description": "All users in your organization" if built_in else None},
        }
