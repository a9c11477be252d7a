"""Okta primary authentication: the log-in, and the change of an expired password.

https://developer.okta.com/docs/reference/api/authn/
"""

import secrets
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.directory import LogIn
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.body import body_of, flag, part, text
from pulumi_pwmgmt.simulator.okta.errors import invalid, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg
from pulumi_pwmgmt.simulator.okta.passwords import refusal_of_own_change

_OPTIONS = frozenset({"multiOptionalFactorEnroll", "warnBeforePasswordExpired"})
_MAY_LOG_IN = {"ACTIVE", "PASSWORD_EXPIRED"}


class Authn:
    """The operations of primary authentication; they need no token."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [
            Operation("POST", "/api/v1/authn", self.log_in, takes_body=True, bucket="authn"),
            Operation(
                "POST", "/api/v1/authn/credentials/change_password", self.change, takes_body=True, bucket="authn"
            ),
        ]

    def log_in(self, call: Call) -> Response:
        """Log in; a wrong password, a hidden lock and a status that forbids it all look the same."""
        body = body_of(call, frozenset({"username", "password", "options", "context", "relayState"}))
        options = part(body, "options", _OPTIONS) or {}
        username, password = text(body, "username"), text(body, "password")
        if not username:
            raise invalid("username", "The field cannot be left blank")
        if password is None:
            raise invalid("password", "The field cannot be left blank")
        call.account = username
        account = self._org.named(username)
        if account is None or account.status not in _MAY_LOG_IN or account.provider not in {"OKTA", "IMPORT"}:
            raise self._not_logged_in()
        call.account = account.login
        outcome = self._org.users.log_in(account, password)
        if outcome is LogIn.LOCKED and self._org.users.policy_of(account).show_lockout:
            return JSONResponse({"status": "LOCKED_OUT", "_embedded": {}, "_links": self._links(call, "unlock")})
        if outcome is not LogIn.RIGHT:
            raise self._not_logged_in()
        if self._org.users.is_too_old(account):  # expiry is looked at when someone logs in, and only then
            self._org.set_status(account, "PASSWORD_EXPIRED")
        if account.status == "PASSWORD_EXPIRED" and self._org.seed.by_the_catalogue:
            raise refusal("E0000064")
        return JSONResponse(self._opened(call, account, warn=flag(options, "warnBeforePasswordExpired")))

    def change(self, call: Call) -> Response:
        """Change an expired password with the state token that the log-in gave."""
        body = body_of(call, frozenset({"stateToken", "oldPassword", "newPassword", "revokeSessions"}))
        account_id = self._org.state_tokens.get(text(body, "stateToken") or "")
        account = self._org.account(account_id) if account_id else None
        if account is None:
            raise refusal("E0000011")
        call.account = account.login
        old, new = text(body, "oldPassword") or "", text(body, "newPassword") or ""
        flag(body, "revokeSessions")
        if not self._org.users.is_current(account, old):
            raise refusal("E0000014", causes=["oldPassword: The credentials provided were incorrect."])
        refused = refusal_of_own_change(
            self._org, account, new, min_age=False, refused=lambda cause: refusal("E0000014", causes=[cause])
        )
        if refused:
            raise refused
        self._org.give_password(account, new)
        account.last_updated = self._org.clock.now()
        self._org.set_status(account, "ACTIVE")
        del self._org.state_tokens[text(body, "stateToken") or ""]
        return JSONResponse(self._opened(call, account, warn=False))

    def _not_logged_in(self) -> RefusedError:
        return refusal("E0000207" if self._org.seed.by_the_catalogue else "E0000004")

    def _opened(self, call: Call, account: OktaAccount, *, warn: bool) -> dict[str, object]:
        """Return what a right password gives: a session, or a state token for the step that is due."""
        now = self._org.clock.now()
        shown: dict[str, object] = {"expiresAt": view.timestamp(now + timedelta(minutes=5))}
        embedded: dict[str, object] = {"user": self._user(account)}
        policy = self._org.users.policy_of(account)
        expires = account.password_changed + policy.max_age if policy.max_age and account.password_changed else None
        if account.status == "PASSWORD_EXPIRED":
            shown["status"], step = "PASSWORD_EXPIRED", "changePassword"
            embedded["policy"] = {"complexity": view.complexity(policy)}
        elif account.mfa:
            shown["status"], step = "MFA_REQUIRED", "verify"
            embedded["factors"] = [
                {"id": "opf" + account.id[3:], "factorType": "token:software:totp", "provider": "OKTA"}
            ]
        elif warn and expires and expires - now <= policy.expire_warning:
            shown["status"], step = "PASSWORD_WARN", "changePassword"
            embedded["policy"] = {
                "expiration": {"passwordExpireDays": (expires - now).days},
                "complexity": view.complexity(policy),
            }
        else:
            shown["status"], step = "SUCCESS", ""
        if step:
            shown["stateToken"] = self._org.new_state_token(account)
            shown["_links"] = self._links(call, step)
        else:
            shown["sessionToken"] = "20111" + secrets.token_urlsafe(30)
            shown["_links"] = self._links(call, "")
        shown["_embedded"] = embedded
        return shown

    def _user(self, account: OktaAccount) -> dict[str, object]:
        return {
            "id": account.id,
            "passwordChanged": view.timestamp(account.password_changed),
            "profile": {
                "login": account.login,
                "firstName": account.first_name,
                "lastName": account.last_name,
                "locale": "en",
                "timeZone": "America/Los_Angeles",
            },
        }

    def _links(self, call: Call, step: str) -> dict[str, object]:
        here = f"{call.base_url}/api/v1/authn"
        allow = {"hints": {"allow": ["POST"]}}
        steps = {
            "changePassword": f"{here}/credentials/change_password",
            "verify": f"{here}/factors/verify",
            "unlock": f"{here}/recovery/unlock",
        }
        links: dict[str, object] = {"cancel": {"href": f"{here}/cancel", **allow}}
        if step:
            links["next"] = {"name": step, "href": steps[step], **allow}
        return links
