"""Okta user credentials: change password, recovery question, forgotten password.

https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserCred/
"""

import secrets

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.body import account_of, body_of, flag, part, query_flag, text
from pulumi_pwmgmt.simulator.okta.errors import invalid, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg
from pulumi_pwmgmt.simulator.okta.passwords import refusal_of_own_change, set_by_administrator
from pulumi_pwmgmt.simulator.stored_password import StoredPassword

_MANAGE = "okta.users.manage"
_MAY_CHANGE = {"STAGED", "ACTIVE", "PASSWORD_EXPIRED", "RECOVERY"}
_MAY_CHANGE_QUESTION = {"STAGED", "ACTIVE", "RECOVERY"}
_VALUE = frozenset({"value"})


class Credentials:
    """The operations under ``/credentials``; their paths take an id only, never a login."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        here = "/api/v1/users/{id}/credentials"
        email = frozenset({"sendEmail"})
        return [
            Operation(
                "POST",
                f"{here}/change_password",
                self.change_password,
                _MANAGE,
                frozenset({"strict"}),
                takes_body=True,
                bucket="users_write",
            ),
            Operation(
                "POST",
                f"{here}/change_recovery_question",
                self.change_question,
                _MANAGE,
                frozenset(),
                takes_body=True,
                bucket="users_write",
            ),
            Operation("POST", f"{here}/forgot_password", self.forgot, _MANAGE, email, bucket="users_write"),
            Operation(
                "POST",
                f"{here}/forgot_password_recovery_question",
                self.answer,
                _MANAGE,
                email,
                takes_body=True,
                bucket="users_write",
            ),
        ]

    def change_password(self, call: Call) -> Response:
        """Change the password, knowing the old one; real refusals are 403 E0000014 with one cause."""
        account = account_of(self._org, call, by_login=False)
        strict = query_flag(call, "strict")
        body = body_of(call, frozenset({"oldPassword", "newPassword", "revokeSessions"}))
        old, new = _value(body, "oldPassword"), _value(body, "newPassword")
        flag(body, "revokeSessions")
        if account.provider not in {"OKTA", "IMPORT"}:
            raise refusal("E0000035")
        if self._org.status_of(account) not in _MAY_CHANGE or not account.has_password:
            raise refusal("E0000038")
        if not self._org.users.is_current(account, old):
            # A choice: a wrong old password here does not count towards the lockout.
            raise refusal("E0000014", causes=["Old Password is not correct"])
        refused = refusal_of_own_change(
            self._org, account, new, min_age=strict, refused=lambda cause: refusal("E0000014", causes=[cause])
        )
        if refused:
            raise refused
        self._org.give_password(account, new)
        account.last_updated = self._org.clock.now()
        if account.status in {"RECOVERY", "PASSWORD_EXPIRED"}:  # the latter is a choice
            self._org.set_status(account, "ACTIVE")
        return JSONResponse(view.credentials(account))

    def change_question(self, call: Call) -> Response:
        """Change the recovery question, knowing the password."""
        account = account_of(self._org, call, by_login=False)
        body = body_of(call, frozenset({"password", "recovery_question"}))
        password = _value(body, "password")
        question = part(body, "recovery_question", frozenset({"question", "answer"})) or {}
        asked, answered = text(question, "question"), text(question, "answer")
        if not asked or not answered:
            raise invalid("recovery_question", "The field cannot be left blank")
        if self._org.status_of(account) not in _MAY_CHANGE_QUESTION or not account.has_password:
            raise refusal("E0000038")
        if not self._org.users.is_current(account, password):
            raise refusal("E0000014", causes=["Old Password is not correct"])  # a choice: documented nowhere
        account.recovery_question = asked
        account.recovery_answer = StoredPassword.of(answered, account.salt)
        return JSONResponse(view.credentials(account))

    def forgot(self, call: Call) -> Response:
        """Start the forgotten-password flow; the user's status stays."""
        account = account_of(self._org, call, by_login=False)
        send_email = query_flag(call, "sendEmail", default=True)
        if self._org.status_of(account) != "ACTIVE" or account.recovery_answer is None:
            raise refusal("E0000034")
        token = secrets.token_urlsafe(15)
        link = {"resetPasswordUrl": f"{call.base_url}/signin/reset-password/{token}"}
        return JSONResponse({} if send_email else link)

    def answer(self, call: Call) -> Response:
        """Set a new password, knowing the answer to the recovery question."""
        account = account_of(self._org, call, by_login=False)
        query_flag(call, "sendEmail", default=True)
        body = body_of(call, frozenset({"password", "recovery_question"}))
        password = _value(body, "password")
        question = part(body, "recovery_question", frozenset({"answer", "question"})) or {}
        answered = text(question, "answer") or ""
        if account.recovery_answer is None or not _may_recover(self._org, account):
            raise refusal("E0000034")
        if not account.recovery_answer.matches(answered):
            raise refusal("E0000087")
        set_by_administrator(self._org, account, password, strict=True)
        self._org.users.unlock(account)
        return JSONResponse(view.credentials(account))


def _may_recover(org: OktaOrg, account: OktaAccount) -> bool:
    return org.status_of(account) in {"ACTIVE", "LOCKED_OUT"}


def _value(body: JsonObject, name: str) -> str:
    value = text(part(body, name, _VALUE) or {}, "value")
    if value is None:
        raise invalid(name, "The field cannot be left blank")
    return value
