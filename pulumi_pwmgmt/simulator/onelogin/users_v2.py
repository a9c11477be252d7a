"""OneLogin users v2.

https://developers.onelogin.com/api-docs/2/users/overview
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject, RefusedError
from pulumi_pwmgmt.simulator.onelogin import view
from pulumi_pwmgmt.simulator.onelogin.body import account_v2, body_of, query_flag, text, whole
from pulumi_pwmgmt.simulator.onelogin.errors import numbered, refusal
from pulumi_pwmgmt.simulator.onelogin.listing import QUERY, Page
from pulumi_pwmgmt.simulator.onelogin.passwords import policy_failure
from pulumi_pwmgmt.simulator.onelogin.rights import may_set_passwords
from pulumi_pwmgmt.simulator.onelogin.tenant import ACTIVE, LOCKED, OneLoginAccount, OneLoginTenant
from pulumi_pwmgmt.simulator.stored_password import ClientHash

_PASSWORD_FIELDS = frozenset({"password", "password_confirmation", "password_algorithm", "salt"})
_WRITABLE = frozenset(
    {"username", "email", "firstname", "lastname", "status", "state", "invalid_login_attempts"}
    | _PASSWORD_FIELDS
    | set(view.EXTRA_FIELDS)
)
_STATUSES, _STATES = {0, 1, 2, 3, 4, 5, 7, 8}, {0, 1, 2, 3}
_ALGORITHMS = {"salt+sha256", "sha256+salt"}
_MAPPINGS = {"async", "sync", "disabled"}
_VALIDATION = "Validation failed: "


class UsersV2:
    """The operations on users in the new form: nothing is wrapped."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        one, writing = "/api/2/users/{id}", frozenset({"mappings", "validate_policy"})
        return [
            Operation("GET", "/api/2/users", self.list, "read", QUERY),
            Operation("POST", "/api/2/users", self.create, "manage", writing, takes_body=True),
            Operation("GET", one, self.read, "read"),
            Operation("PUT", one, self.update, "manage", writing, takes_body=True),
            Operation("DELETE", one, self.delete, "manage"),
        ]

    def list(self, call: Call) -> Response:
        """List users, with page headers."""
        page = Page(self._tenant, call)
        response = JSONResponse(page.users)
        page.put_headers(response)
        return response

    def read(self, call: Call) -> Response:
        """Read one user."""
        return JSONResponse(view.user(self._tenant, account_v2(self._tenant, call)))

    def create(self, call: Call) -> Response:
        """Create a user; without a password the status is 7, password pending."""
        body = body_of(call, _WRITABLE)
        name = text(call, body, "username") or text(call, body, "email")
        if not name:
            raise _unprocessable("Username or email is required")
        account = self._tenant.new_account(name)
        call.account = name
        self._put(call, account, body, is_new=True)
        self._tenant.users.add(account)
        return JSONResponse(view.user(self._tenant, account), 201)

    def update(self, call: Call) -> Response:
        """Update a user; ``status`` 2 suspends, 1 makes active (and lifts a lock)."""
        account = account_v2(self._tenant, call)
        self._put(call, account, body_of(call, _WRITABLE), is_new=False)
        return JSONResponse(view.user(self._tenant, account))

    def delete(self, call: Call) -> Response:
        """Delete a user for good."""
        self._tenant.users.remove(account_v2(self._tenant, call))
        return Response(status_code=204)

    def _put(self, call: Call, account: OneLoginAccount, body: JsonObject, *, is_new: bool) -> None:
        if call.query.get("mappings", "async") not in _MAPPINGS:
            raise refusal(call, 400, "mappings must be async, sync or disabled")
        validate = query_flag(call, "validate_policy", default=True)
        username, email = text(call, body, "username"), text(call, body, "email")
        status, state = whole(call, body, "status"), whole(call, body, "state")
        if (status is not None and status not in _STATUSES) or (state is not None and state not in _STATES):
            raise _unprocessable("Status is invalid" if state in _STATES or state is None else "State is invalid")
        taken = self._tenant.users.by_login(username) if username else None
        if taken is not None and taken is not account:
            raise _unprocessable("Username must be unique")
        self._put_password(call, account, body, validate=validate)
        if username and not is_new:
            self._tenant.users.rename(account, username)
        account.email = email or account.email
        account.first_name = text(call, body, "firstname") or account.first_name
        account.last_name = text(call, body, "lastname") or account.last_name
        account.state = account.state if state is None else state
        account.extra.update({name: body[name] for name in view.EXTRA_FIELDS if name in body})
        account.last_updated = self._tenant.clock.now()
        if status == LOCKED:
            self._tenant.users.lock(account, self._tenant.users.policy.lock_minutes)
        elif status is not None:
            account.number = status
            if status == ACTIVE:
                self._tenant.users.unlock(account)

    def _put_password(self, call: Call, account: OneLoginAccount, body: JsonObject, *, validate: bool) -> None:
        if not _PASSWORD_FIELDS & set(body):
            return
        if not may_set_passwords(self._tenant, call):
            # The page lets "Manage users" through, the scope's own description does not: the stricter one wins.
            raise RefusedError(numbered(403, "not allowed"))
        password, confirmation = text(call, body, "password"), text(call, body, "password_confirmation")
        algorithm, salt = text(call, body, "password_algorithm"), text(call, body, "salt") or ""
        if password is None or password != confirmation:
            raise _unprocessable("Password confirmation doesn't match Password")
        if algorithm is not None and algorithm not in _ALGORITHMS:
            raise _unprocessable("Password algorithm is not supported")  # bcrypt too: this simulator has none
        if algorithm is None:
            failure = policy_failure(self._tenant, account, password, validate=validate)
            if failure is not None:
                raise RefusedError(numbered(422, failure))
        hashed = ClientHash(algorithm, salt) if algorithm else None
        self._tenant.users.put_password(account, password, hashed)
        self._tenant.password_was_set(account)


def _unprocessable(what: str) -> RefusedError:
    return RefusedError(numbered(422, _VALIDATION + what))
