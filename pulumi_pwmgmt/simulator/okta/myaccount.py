"""Okta MyAccount: the caller's own password.

https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/tag/Password/
"""

import re
import secrets
from collections.abc import Callable, Sequence

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.api import check_body, check_query, dress, trouble
from pulumi_pwmgmt.simulator.okta.body import body_of, part, text
from pulumi_pwmgmt.simulator.okta.errors import error_response, invalid, not_found, refusal, refusal_said_twice
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg, UserGrant
from pulumi_pwmgmt.simulator.okta.passwords import refusal_of_own_change

_PATH = "/idp/myaccount/password"
_READ, _MANAGE = "okta.myAccount.password.read", "okta.myAccount.password.manage"
_VERSIONED = "application/json;okta-version=1.0.0"
_BEARER = re.compile(r"Bearer ?(\S+)")
_ACCEPTED = re.compile(r"(\*/\*|application/\*|application/json)\s*;\s*okta-version\s*=\s*\"?1\.0\.0\"?", re.IGNORECASE)
_STALE = (
    'Bearer realm="IdpMyAccountAPI", error="insufficient_authentication_context", '
    'error_description="The access token requires additional assurance to access the resource", max_age=900'
)
_CHALLENGE = 'Bearer realm="IdpMyAccountAPI"'
_STATUSES = {"PASSWORD_EXPIRED": "EXPIRED", "SUSPENDED": "SUSPENDED"}


class MyAccountApi:
    """The password operations of MyAccount; they act on whom the token belongs to."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org
        self._operations = [
            Operation("GET", _PATH, self._for_caller(self.read), _READ),
            Operation("POST", _PATH, self._for_caller(self.enrol), _MANAGE, takes_body=True),
            Operation("PUT", _PATH, self._for_caller(self.replace), _MANAGE, takes_body=True),
            Operation("DELETE", _PATH, self._for_caller(self.delete), _MANAGE),
            Operation("POST", f"{_PATH}/change-password", self._for_caller(self.change), _MANAGE, takes_body=True),
            Operation("GET", f"{_PATH}/complexity-requirements", self._for_caller(self.requirements), _READ),
        ]

    def operations(self) -> Sequence[Operation]:
        """Return everything it can do."""
        return self._operations

    def admit(self, call: Call, operation: Operation) -> None:
        """Check rate, token, feature, scope, freshness, media types and parameters, in this order."""
        if self._org.rates["myaccount"].take().exceeded:
            raise refusal("E0000047")
        grant = self._grant(call)
        account = self._account(grant)
        call.account = account.login
        if not self._org.seed.my_account:
            raise refusal("E0000015")
        if not {operation.needs, _MANAGE} & grant.scopes:
            challenge = 'Bearer realm="IdpMyAccountAPI", error="insufficient_scope"'
            raise refusal("E0000006", headers={"www-authenticate": challenge})
        writes = operation.needs == _MANAGE
        if writes and grant.stale:
            raise refusal("E0000006", headers={"www-authenticate": _STALE})
        if writes and account.admin:
            raise refusal("E0000015")  # the manual says that administrators can't; which error is a choice
        # 406 is documented for the four operations on the password itself only.
        if operation.path == _PATH and not any(
            _ACCEPTED.fullmatch(part.strip()) for part in call.headers.get("accept", "").split(",")
        ):
            raise refusal("E0000149")
        check_body(call, operation)
        check_query(call, operation)

    def dress(self, call: Call, response: Response) -> None:
        """Add request id and rate headers, and the version in the content type, which a 406 has not."""
        del call
        dress(response, self._org.rates["myaccount"].look())
        if response.status_code != 406 and "content-type" in response.headers:  # noqa: PLR2004 -- says it best
            response.headers["content-type"] = _VERSIONED

    def no_such_path(self, call: Call) -> Response:
        """Answer E0000008."""
        del call
        return error_response("E0000008")

    def no_such_method(self, call: Call) -> Response:
        """Answer E0000022."""
        del call
        return error_response("E0000022")

    def trouble(self, status: int, wait_s: float | None) -> Response:
        """Answer in the words of Okta's other APIs, and 401 with a challenge."""
        response = trouble(self._org, status, wait_s)
        if status == 401:  # noqa: PLR2004 -- the status says it best
            response.headers["www-authenticate"] = _CHALLENGE
        return response

    def read(self, call: Call, account: OktaAccount) -> Response:
        """Tell the password's status; without one it is NOT_ENROLLED, with 200 (a choice)."""
        return self._shown(call, account, 200)

    def enrol(self, call: Call, account: OktaAccount) -> Response:
        """Give the caller a first password."""
        password = self._profile_password(call)
        self._check_allowed()
        if account.has_password:
            # 409, as the catalogue has it; the specification files the same reply under 403.
            raise refusal_said_twice("E0000157")
        self._judge(account, password)
        self._org.give_password(account, password)
        return self._shown(call, account, 201)

    def replace(self, call: Call, account: OktaAccount) -> Response:
        """Set another password without knowing the old one; documented with 201."""
        password = self._profile_password(call)
        self._check_allowed()
        if not account.has_password:
            raise _no_password()  # a choice: documented nowhere
        self._judge(account, password)
        self._org.give_password(account, password)
        self._activate(account)
        return self._shown(call, account, 201)

    def delete(self, _call: Call, account: OktaAccount) -> Response:
        """Take the password away."""
        if not account.has_password:
            raise _no_password()
        self._org.users.drop_password(account)
        return Response(status_code=204)

    def change(self, call: Call, account: OktaAccount) -> Response:
        """Change the password, knowing the old one."""
        body = body_of(call, frozenset({"oldPassword", "newPassword"}))
        old, new = text(body, "oldPassword"), text(body, "newPassword")
        if old is None or new is None:
            raise invalid("oldPassword" if old is None else "newPassword", "The field cannot be left blank")
        self._check_allowed()
        if not account.has_password:
            raise refusal("E0000038")  # a choice: documented nowhere
        if not self._org.users.is_current(account, old):
            # A choice: documented nowhere. Status and code are those of a refused password, the text is the
            # management API's; it does not count towards the lockout.
            raise _refused("Old Password is not correct", field="oldPassword")
        self._judge(account, new)
        self._org.give_password(account, new)
        self._activate(account)
        return Response(status_code=204)

    def requirements(self, call: Call, account: OktaAccount) -> Response:
        """Tell what a new password must be like."""
        policy = self._org.users.policy_of(account)
        href = f"{call.base_url}{_PATH}/complexity-requirements"
        return JSONResponse(
            {
                "description": view.requirements(policy),
                "complexity": view.complexity(policy),
                "_links": {"self": {"href": href, "hints": {"allow": ["GET"]}}},
            }
        )

    def _for_caller(self, handle: Callable[[Call, OktaAccount], Response]) -> Callable[[Call], Response]:
        return lambda call: handle(call, self._account(self._grant(call)))

    def _grant(self, call: Call) -> UserGrant:
        match = _BEARER.fullmatch(call.headers.get("authorization", ""))
        grant = self._org.user_tokens.get(match[1]) if match else None
        if grant is None:
            raise refusal("E0000011", headers={"www-authenticate": _CHALLENGE})
        return grant

    def _account(self, grant: UserGrant) -> OktaAccount:
        account = self._org.account(grant.account_id)
        if account is None or account.status == "DEPROVISIONED":
            raise refusal("E0000011", headers={"www-authenticate": _CHALLENGE})
        return account

    def _check_allowed(self) -> None:
        if not self._org.seed.my_account_password:
            raise refusal("E0000038")

    def _judge(self, account: OktaAccount, password: str) -> None:
        refused = refusal_of_own_change(self._org, account, password, min_age=True, refused=_refused)
        if refused:
            raise refused

    def _activate(self, account: OktaAccount) -> None:
        if account.status in {"PASSWORD_EXPIRED", "RECOVERY"}:
            self._org.set_status(account, "ACTIVE")

    def _profile_password(self, call: Call) -> str:
        profile = part(body_of(call, frozenset({"profile"})), "profile", frozenset({"password"}))
        password = text(profile or {}, "password")
        if password is None:
            raise _refused("The field cannot be left blank")
        return password

    def _shown(self, call: Call, account: OktaAccount, status: int) -> Response:
        allow = ["GET", "DELETE", "PUT"] if account.has_password else ["GET", "POST"]
        shown: dict[str, object] = {
            "id": account.password_id or account.id,
            "status": _STATUSES.get(account.status, "ACTIVE") if account.has_password else "NOT_ENROLLED",
        }
        if account.has_password:
            shown["created"] = view.timestamp(account.password_created)
            shown["lastUpdated"] = view.timestamp(account.password_changed)
        href = f"{call.base_url}{_PATH}"
        return JSONResponse({**shown, "_links": {"self": {"href": href, "hints": {"allow": allow}}}}, status)


def _refused(cause: str, field: str = "password") -> RefusedError:
    return refusal("E0000001", "Password", [f"{field}: {cause}"])


def _no_password() -> RefusedError:
    return not_found(secrets.token_hex(16), "UserProfilePassword")
