"""OneLogin users v1: read, lock, log out, set state, delete.

https://developers.onelogin.com/api-docs/1/users/get-users
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.onelogin import view
from pulumi_pwmgmt.simulator.onelogin.body import account_v1, body_of, whole
from pulumi_pwmgmt.simulator.onelogin.errors import refusal, success
from pulumi_pwmgmt.simulator.onelogin.listing import QUERY, Page
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginTenant

_STATES = {0, 1, 2, 3}


class UsersV1:
    """The operations on users in the old form: everything is wrapped."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        one = "/api/1/users/{id}"
        return [
            Operation("GET", "/api/1/users", self.list, "read", QUERY),
            Operation("GET", one, self.read, "read"),
            Operation("DELETE", one, self.delete, "manage"),
            Operation("PUT", f"{one}/lock_user", self.lock, "all", takes_body=True),
            Operation("PUT", f"{one}/logout", self.log_out, "log out"),
            Operation("PUT", f"{one}/set_state", self.set_state, "all", takes_body=True),
        ]

    def list(self, call: Call) -> Response:
        """List users."""
        page = Page(self._tenant, call)
        pagination = {
            "before_cursor": page.before,
            "after_cursor": page.after,
            "previous_link": None,
            "next_link": f"{call.base_url}/api/1/users?cursor={page.after}" if page.after else None,
        }
        return JSONResponse({"status": success(), "pagination": pagination, "data": page.users})

    def read(self, call: Call) -> Response:
        """Read one user, wrapped in a list."""
        account = account_v1(self._tenant, call)
        return JSONResponse({"status": success(), "data": [view.user(self._tenant, account)]})

    def delete(self, call: Call) -> Response:
        """Delete a user: 200 and a body, as the page says; the OpenAPI file has 204."""
        self._tenant.users.remove(account_v1(self._tenant, call))
        return JSONResponse({"status": success()})

    def lock(self, call: Call) -> Response:
        """Lock a user for so many minutes; 0: as long as the policy says."""
        minutes = whole(call, body_of(call, frozenset({"locked_until"})), "locked_until")
        if minutes is None or minutes < 0:
            raise refusal(call, 400, "locked_until must be a number of minutes")
        account = account_v1(self._tenant, call)
        self._tenant.users.lock(account, minutes or self._tenant.users.policy.lock_minutes)
        return JSONResponse({"status": success()})

    def log_out(self, call: Call) -> Response:
        """Log a user out everywhere; this simulator keeps no sessions."""
        account_v1(self._tenant, call)
        return JSONResponse({"status": success()})

    def set_state(self, call: Call) -> Response:
        """Set the user's state."""
        state = whole(call, body_of(call, frozenset({"state"})), "state")
        account = account_v1(self._tenant, call)
        if state not in _STATES:
            raise refusal(call, 400, "state is invalid")
        if state == account.state:
            raise refusal(call, 400, "user is already in this state")
        account.state = state
        return JSONResponse({"status": success()})
