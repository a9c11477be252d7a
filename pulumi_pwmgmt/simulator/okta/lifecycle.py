"""Okta user lifecycle: activate, deactivate, suspend, unlock, expire, reset; each user's sessions.

https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/
"""

import secrets

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.body import account_of, query_flag
from pulumi_pwmgmt.simulator.okta.errors import invalid, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg

_MAY_EXPIRE = {"ACTIVE", "PASSWORD_EXPIRED"}
_MAY_RESET = {"ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED", "LOCKED_OUT"}


class Lifecycle:
    """The operations under ``/lifecycle``, all POST without a body, and the end of a user's sessions."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        email, sessions = "sendEmail", "revokeSessions"
        steps = [
            ("activate", self.activate, {email}),
            ("reactivate", self.reactivate, {email}),
            ("deactivate", self.deactivate, {email}),
            ("suspend", self.suspend, set[str]()),
            ("unsuspend", self.unsuspend, set[str]()),
            ("unlock", self.unlock, set[str]()),
            ("reset_factors", self.reset_factors, set[str]()),
            ("expire_password", self.expire_password, {"tempPassword"}),
            ("expire_password_with_temp_password", self.expire_with_temporary, {sessions}),
            ("reset_password", self.reset_password, {email, sessions, "provider"}),
        ]
        return [
            Operation(
                "POST", f"/api/v1/users/{{id}}/lifecycle/{name}", step, "okta.users.manage", frozenset(query),
                bucket="users_write",
            )
            for name, step, query in steps
        ] + [
            Operation(
                "DELETE", "/api/v1/users/{id}/sessions", self.end_sessions, "okta.users.manage",
                frozenset({"oauthTokens", "forgetDevices"}), bucket="users_write",
            )
        ]  # fmt: skip

    def activate(self, call: Call) -> Response:
        """Activate a staged or deactivated user."""
        account = account_of(self._org, call)
        send_email = query_flag(call, "sendEmail", default=True)
        if account.status not in {"STAGED", "DEPROVISIONED"}:
            raise refusal("E0000016")
        self._org.set_status(account, "ACTIVE" if account.has_password else "PROVISIONED")
        return self._activation(call, send_email=send_email)

    def reactivate(self, call: Call) -> Response:
        """Start the activation of a user again."""
        account = account_of(self._org, call)
        send_email = query_flag(call, "sendEmail")
        if account.status not in {"PROVISIONED", "RECOVERY"}:
            raise refusal("E0000038")
        return self._activation(call, send_email=send_email)

    def deactivate(self, call: Call) -> Response:
        """Deactivate a user; one that is deactivated is refused with E0000038 (a choice)."""
        account = account_of(self._org, call)
        query_flag(call, "sendEmail")
        if account.status == "DEPROVISIONED":
            raise refusal("E0000038")
        self._org.set_status(account, "DEPROVISIONED")
        return JSONResponse({})

    def suspend(self, call: Call) -> Response:
        """Suspend an active user."""
        account = account_of(self._org, call)
        if self._org.status_of(account) != "ACTIVE":
            raise invalid("suspendUser", "Cannot suspend a user that is not active")  # the wording is a choice
        self._org.set_status(account, "SUSPENDED")
        return JSONResponse({})

    def unsuspend(self, call: Call) -> Response:
        """Make a suspended user active."""
        account = account_of(self._org, call)
        if account.status != "SUSPENDED":
            raise invalid("unsuspendUser", "Cannot unsuspend a user that is not suspended")  # wording: a choice
        self._org.set_status(account, "ACTIVE")
        return JSONResponse({})

    def unlock(self, call: Call) -> Response:
        """Unlock a locked user."""
        account = account_of(self._org, call)
        if self._org.status_of(account) != "LOCKED_OUT":
            raise refusal("E0000032")
        self._org.users.unlock(account)
        return JSONResponse({})

    def reset_factors(self, call: Call) -> Response:
        """Forget every enrolled factor."""
        account_of(self._org, call).mfa = False
        return JSONResponse({})

    def expire_password(self, call: Call) -> Response:
        """Expire the password; recorded: the answer still shows the previous ``statusChanged``."""
        if query_flag(call, "tempPassword"):  # the old form of the operation below
            return self.expire_with_temporary(call)
        account = account_of(self._org, call)
        self._check_expirable(account)
        before = view.timestamp(account.status_changed)
        self._org.set_status(account, "PASSWORD_EXPIRED")
        return JSONResponse({**view.user(self._org, account, call.base_url), "statusChanged": before})

    def expire_with_temporary(self, call: Call) -> Response:
        """Set a temporary password and expire it."""
        account = account_of(self._org, call)
        query_flag(call, "revokeSessions")
        self._check_expirable(account)
        temporary = secrets.token_hex(3).upper() + "aZ7"
        self._org.give_password(account, temporary)
        self._org.set_status(account, "PASSWORD_EXPIRED")
        return JSONResponse({"tempPassword": temporary})

    def reset_password(self, call: Call) -> Response:
        """Take a user into RECOVERY, or make it a federated one."""
        account = account_of(self._org, call)
        if "sendEmail" not in call.query:
            raise refusal("E0000028")
        send_email = query_flag(call, "sendEmail")
        provider = call.query.get("provider", "OKTA")
        if provider not in {"OKTA", "FEDERATION"}:
            raise invalid("provider", "must be FEDERATION")
        if self._org.status_of(account) not in _MAY_RESET:
            raise refusal("E0000017")
        account.provider = provider
        if provider == "FEDERATION":
            return JSONResponse({})
        self._org.users.unlock(account)
        self._org.set_status(account, "RECOVERY")
        token = secrets.token_urlsafe(15)
        return JSONResponse({} if send_email else {"resetPasswordUrl": f"{call.base_url}/reset_password/{token}"})

    def end_sessions(self, call: Call) -> Response:
        """End all sessions of a user, given by id; this simulator keeps none."""
        account_of(self._org, call, by_login=False)
        query_flag(call, "oauthTokens")
        query_flag(call, "forgetDevices")
        return Response(status_code=204)

    def _check_expirable(self, account: OktaAccount) -> None:
        if account.provider not in {"OKTA", "IMPORT"} or not account.has_password:
            raise refusal("E0000038")
        if self._org.status_of(account) not in _MAY_EXPIRE:
            raise refusal("E0000038")

    def _activation(self, call: Call, *, send_email: bool) -> Response:
        token = secrets.token_urlsafe(15)
        link = {"activationUrl": f"{call.base_url}/welcome/{token}", "activationToken": token}
        return JSONResponse({} if send_email else link)
