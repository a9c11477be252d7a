"""Okta users: list, read, create, update, replace, delete.

https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
"""

import re
from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.body import account_of, body_of, part, query_flag, text
from pulumi_pwmgmt.simulator.okta.errors import invalid, refusal, refusal_said_twice
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg
from pulumi_pwmgmt.simulator.okta.passwords import set_by_administrator
from pulumi_pwmgmt.simulator.stored_password import StoredPassword

_READ, _MANAGE = "okta.users.read", "okta.users.manage"
_USER_FIELDS = frozenset({"profile", "credentials", "type", "realmId"})
_CREDENTIAL_FIELDS = frozenset({"password", "provider", "recovery_question"})
_PROFILE_FIELDS = frozenset(
    {
        "login", "firstName", "lastName", "email", "secondEmail", "middleName", "honorificPrefix", "honorificSuffix",
        "title", "displayName", "nickName", "profileUrl", "primaryPhone", "mobilePhone", "streetAddress", "city",
        "state", "zipCode", "countryCode", "postalAddress", "preferredLanguage", "locale", "timezone", "userType",
        "employeeNumber", "costCenter", "organization", "division", "department", "managerId", "manager",
    }
)  # fmt: skip
_FILTER = re.compile(r'(id|status|profile\.login|profile\.email) eq "([^"]*)"')
_LARGEST_PAGE = 200


class Users:
    """The operations on users as such."""

    def __init__(self, org: OktaOrg) -> None:
        self._org = org

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        one = "/api/v1/users/{id}"
        strict = frozenset({"strict"})
        listing = frozenset({"q", "limit", "after", "filter", "search"})
        creating = frozenset({"activate", "provider", "nextLogin"})
        return [
            Operation("GET", "/api/v1/users", self.list, _READ, listing, bucket="users_read"),
            Operation("POST", "/api/v1/users", self.create, _MANAGE, creating, takes_body=True, bucket="users_write"),
            Operation("GET", one, self.read, _READ, frozenset({"expand"}), bucket="users_read"),
            Operation("POST", one, self.update, _MANAGE, strict, takes_body=True, bucket="users_write"),
            Operation("PUT", one, self.replace, _MANAGE, strict, takes_body=True, bucket="users_write"),
            Operation("DELETE", one, self.delete, _MANAGE, frozenset({"sendEmail"}), bucket="users_write"),
        ]

    def list(self, call: Call) -> Response:
        """List users, a page at a time; without a filter or search, deactivated ones are left out."""
        chosen = _chooser(call)
        users = [user for user in self._org.users if chosen(self._org, user)]
        limit = call.query.get("limit", str(_LARGEST_PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= _LARGEST_PAGE:
            raise invalid("limit", f"must be between 1 and {_LARGEST_PAGE}")
        start = 0
        if "after" in call.query:
            ids = [user.id for user in users]
            if call.query["after"] not in ids:
                raise invalid("after", "Invalid cursor")
            start = ids.index(call.query["after"]) + 1
        page = users[start : start + int(limit)]
        response = JSONResponse(
            [view.user(self._org, user, call.base_url, single=False) for user in page],
        )
        here = f"{call.base_url}/api/v1/users?"
        rest = "".join(f"&{name}={call.query[name]}" for name in ("q", "filter", "search") if name in call.query)
        response.headers.append("Link", f'<{here}limit={limit}{rest}>; rel="self"')
        if start + int(limit) < len(users):
            response.headers.append("Link", f'<{here}after={page[-1].id}&limit={limit}{rest}>; rel="next"')
        return response

    def read(self, call: Call) -> Response:
        """Read one user, with an ETag."""
        return self._shown(call, account_of(self._org, call))

    def create(self, call: Call) -> Response:
        """Create a user; with a password and ``activate`` it is ACTIVE at once."""
        activate = query_flag(call, "activate", default=True)
        next_login = call.query.get("nextLogin")
        body = body_of(call, _USER_FIELDS | {"groupIds"})
        profile = part(body, "profile", _PROFILE_FIELDS) or {}
        given = part(body, "credentials", _CREDENTIAL_FIELDS) or {}
        password = _password(given)
        if next_login is not None and next_login != "changePassword":
            raise invalid("nextLogin", "must be changePassword")
        if next_login and password is None:
            raise refusal_said_twice("E0000124")
        if next_login and not activate:
            raise refusal_said_twice("E0000125")
        account = self._org.new_account(self._new_login(profile))
        self._put_profile(account, profile)
        self._put_credentials(account, given)
        if password is not None:
            set_by_administrator(self._org, account, password, strict=False)
        if activate:
            self._org.set_status(account, "ACTIVE" if password is not None else "PROVISIONED")
        if next_login:
            self._org.set_status(account, "PASSWORD_EXPIRED")
        self._org.users.add(account)
        call.account = account.login
        return self._shown(call, account)

    def update(self, call: Call) -> Response:
        """Update a part of a user: what is not named stays."""
        return self._write(call, replace=False)

    def replace(self, call: Call) -> Response:
        """Replace a user; recorded: with only ``credentials`` in the body, the profile stays."""
        return self._write(call, replace=True)

    def delete(self, call: Call) -> Response:
        """Deactivate a user, or delete one that is deactivated."""
        account = account_of(self._org, call)
        if account.status == "DEPROVISIONED":
            self._org.users.remove(account)
        else:
            self._org.set_status(account, "DEPROVISIONED")
        return Response(status_code=204)

    def _write(self, call: Call, *, replace: bool) -> Response:
        account = account_of(self._org, call)
        strict = query_flag(call, "strict")
        expected = call.headers.get("if-match")
        if expected is not None and expected != view.etag(account):
            raise refusal("E0000231")
        body = body_of(call, _USER_FIELDS)
        profile = part(body, "profile", _PROFILE_FIELDS)
        given = part(body, "credentials", _CREDENTIAL_FIELDS)
        password = _password(given or {})
        if profile is None and given is None:
            raise refusal("E0000003")
        if account.transitioning:
            raise refusal("E0000112")
        if profile is not None:
            self._check_profile(account, profile, whole=replace)
        if password is not None:
            set_by_administrator(self._org, account, password, strict=strict)
        if profile is not None:
            self._put_profile(account, profile, whole=replace)
        self._put_credentials(account, given or {})
        response = self._shown(call, account)  # recorded: it still shows the previous lastUpdated
        account.last_updated = self._org.clock.now()
        return response

    def _shown(self, call: Call, account: OktaAccount) -> Response:
        shown = view.user(self._org, account, call.base_url)
        return JSONResponse(shown, headers={"ETag": view.etag(account)})

    def _new_login(self, profile: JsonObject) -> str:
        missing = [name for name in ("login", "email", "firstName", "lastName") if not text(profile, name)]
        if missing:
            raise invalid(missing[0], "The field cannot be left blank")
        login = text(profile, "login") or ""
        if self._org.users.by_login(login):
            raise invalid("login", "An object with this field already exists in the current organization")
        return login

    def _check_profile(self, account: OktaAccount, profile: JsonObject, *, whole: bool) -> None:
        required = ("login", "email", "firstName", "lastName")
        blank = [name for name in required if (whole or name in profile) and not text(profile, name)]
        if blank:
            raise invalid(blank[0], "The field cannot be left blank")
        login = text(profile, "login")
        taken = self._org.users.by_login(login) if login else None
        if taken is not None and taken is not account:
            raise invalid("login", "An object with this field already exists in the current organization")

    def _put_profile(self, account: OktaAccount, profile: JsonObject, *, whole: bool = False) -> None:
        login = text(profile, "login")
        if login and login != account.login:
            self._org.users.rename(account, login)
        account.email = text(profile, "email") or account.email
        account.first_name = text(profile, "firstName") or account.first_name
        account.last_name = text(profile, "lastName") or account.last_name
        rest = {
            name: value for name, value in profile.items() if name not in {"login", "email", "firstName", "lastName"}
        }
        account.extra_profile = rest if whole else {**account.extra_profile, **rest}

    def _put_credentials(self, account: OktaAccount, given: JsonObject) -> None:
        question = part(given, "recovery_question", frozenset({"question", "answer"}))
        if question:
            account.recovery_question = text(question, "question")
            account.recovery_answer = StoredPassword.of(text(question, "answer") or "", account.salt)
        provider = part(given, "provider", frozenset({"type", "name"}))
        if provider:
            account.provider = text(provider, "type") or account.provider


def _password(given: JsonObject) -> str | None:
    """Return the new password; a hash or a hook is documented for staged users only, and this simulator has none."""
    password = part(given, "password", frozenset({"value", "hash", "hook"}))
    if password is None or password == {}:
        return None
    value = text(password, "value")
    if value is None:
        raise refusal("E0000041")
    return value


def _chooser(call: Call) -> Callable[[OktaOrg, OktaAccount], bool]:
    expression = call.query.get("search") or call.query.get("filter")
    if expression is not None:
        match = _FILTER.fullmatch(expression)
        if match is None:
            raise refusal("E0000031")
        name, wanted = match[1], match[2].lower()
        return lambda org, user: (
            wanted
            == {
                "id": user.id.lower(),
                "status": org.status_of(user).lower(),
                "profile.login": user.login.lower(),
                "profile.email": user.email.lower(),
            }[name]
        )
    start = call.query.get("q", "").lower()
    return lambda _org, user: (
        user.status != "DEPROVISIONED"
        and any(word.lower().startswith(start) for word in (user.login, user.email, user.first_name, user.last_name))
    )
