"""OneLogin's two calls that set a password, v1.

https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext and
https://developers.onelogin.com/api-docs/1/users/set-password-using-sha-256
"""

import re

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject, RefusedError
from pulumi_pwmgmt.simulator.onelogin.body import account_v1, body_of, flag, text
from pulumi_pwmgmt.simulator.onelogin.errors import refusal, success, wrapped
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginAccount, OneLoginTenant
from pulumi_pwmgmt.simulator.stored_password import ClientHash

_DIGEST = re.compile(r"[0-9a-f]{64}")
_LONGEST_SALT = 40
_AGAINST_DIRECTORY = (
    "Validation failed: Your password could not be reset because your new password did not meet directory password "
    "policy requirements (length, complexity, or history)."
)
# A choice: the text for OneLogin's own policy is documented nowhere; this is the sentence above, less the directory.
_AGAINST_POLICY = _AGAINST_DIRECTORY.replace("directory ", "")


class Passwords:
    """Setting passwords; only credentials of the scope Manage All may."""

    def __init__(self, tenant: OneLoginTenant) -> None:
        self._tenant = tenant

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        here = "/api/1/users"
        return [
            Operation("PUT", f"{here}/set_password_clear_text/{{id}}", self.clear, "password", takes_body=True),
            Operation("PUT", f"{here}/set_password_using_salt/{{id}}", self.salted, "password", takes_body=True),
        ]

    def clear(self, call: Call) -> Response:
        """Set a password sent in clear text; OneLogin's policy is asked only with ``validate_policy``."""
        body = body_of(call, frozenset({"password", "password_confirmation", "validate_policy"}))
        password = self._confirmed(call, body, "password password_confirmation")
        validate = flag(call, body, "validate_policy", default=False)
        account = account_v1(self._tenant, call)
        unmet = policy_failure(self._tenant, account, password, validate=validate)
        if unmet is not None:
            raise RefusedError(wrapped(400, unmet, "Invalid Request"))
        self._tenant.users.put_password(account, password)
        self._tenant.password_was_set(account)
        return JSONResponse({"status": success()})

    def salted(self, call: Call) -> Response:
        """Set a password sent as ``sha256(salt + password)``; nobody can judge its complexity."""
        known = {"password", "password_confirmation", "password_algorithm", "password_salt"}
        body = body_of(call, frozenset(known))
        digest = self._confirmed(call, body, "password password_confirmation password_algorithm")
        salt = text(call, body, "password_salt") or ""
        # Choices: the manual states what is right, but no reply to what is wrong.
        if text(call, body, "password_algorithm") != "salt+sha256":
            raise refusal(call, 400, "password_algorithm must be salt+sha256")
        if len(salt) > _LONGEST_SALT:
            raise refusal(call, 400, "password_salt is too long (maximum is 40 characters)")
        if not _DIGEST.fullmatch(digest):
            raise refusal(call, 400, "password must be a SHA-256 digest in lower-case hexadecimal")
        account = account_v1(self._tenant, call)
        self._tenant.users.put_password(account, digest, ClientHash("salt+sha256", salt))
        self._tenant.password_was_set(account)
        return JSONResponse({"status": success()})

    def _confirmed(self, call: Call, body: JsonObject, required: str) -> str:
        values = [text(call, body, name) for name in required.split()]
        if None in values:
            raise refusal(call, 400, f"setting password requires these parameters => {required} ")
        password, confirmation = values[:2]
        if password != confirmation:
            raise refusal(call, 400, "password and password_confirmation must be same")
        return password or ""


def policy_failure(tenant: OneLoginTenant, account: OneLoginAccount, password: str, *, validate: bool) -> str | None:
    """Return why the password won't do; a third-party directory's policy is always asked, OneLogin's on demand."""
    if not (validate or account.directory_policy):
        return None
    if not tenant.users.judge(account, password, history=True, min_age=True):
        return None
    return _AGAINST_DIRECTORY if account.directory_policy else _AGAINST_POLICY
