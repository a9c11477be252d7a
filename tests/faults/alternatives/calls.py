"""The calls that set a password and take it away, as each vendor's manual shows them, and no more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Calls(Protocol):
    """``set_password`` returns what names the account in the next call; ``current`` is the password until now."""

    def set_password(self, account: str, new: str, current: str | None) -> str: ...

    def take_away(self, account: str, current: str | None, throwaway: str) -> None: ...


class Caller:
    """Sends requests on behalf of one connection; any status of failure is raised."""

    def __init__(self, connection: Mapping[str, Any], request: Callable[..., requests.Response]) -> None:
        self.connection = connection
        self._request = request

    def call(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 -- those of requests
        reply = self._request(method, self.connection["url"] + path, timeout=self.connection["read_timeout"], **options)
        reply.raise_for_status()
        return reply


class Okta(Caller):
    """https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/#operation/updateUser ."""

    def set_password(self, account: str, new: str, current: str | None) -> str:  # noqa: ARG002 -- an administrator's
        headers = {"Authorization": f"SSWS {self.connection['token']}"}
        body = {"credentials": {"password": {"value": new}}}
        user: dict[str, Any] = self.call("POST", f"/api/v1/users/{account}", headers=headers, json=body).json()
        return str(user["id"])

    def take_away(self, account: str, current: str | None, throwaway: str) -> None:
        self.set_password(account, throwaway, current)


class MyAccount(Caller):
    """https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/tag/Password/ ."""

    @property
    def _headers(self) -> dict[str, str]:
        version = "application/json; okta-version=1.0.0"
        return {"Authorization": f"Bearer {self.connection['token']}", "Accept": version}

    def set_password(self, account: str, new: str, current: str | None) -> str:  # noqa: ARG002 -- the token says whose
        self.call("PUT", "/idp/myaccount/password", headers=self._headers, json={"profile": {"password": new}})
        return account

    def take_away(self, account: str, current: str | None, throwaway: str) -> None:  # noqa: ARG002 -- same
        self.call("DELETE", "/idp/myaccount/password", headers=self._headers)


class OneLogin(Caller):
    """https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext ."""

    def set_password(self, account: str, new: str, current: str | None) -> str:  # noqa: ARG002 -- an administrator's
        pair = (self.connection["client_id"], self.connection["client_secret"])
        grant = {"grant_type": "client_credentials"}
        token = self.call("POST", "/auth/oauth2/v2/token", auth=pair, json=grant).json()["access_token"]
        headers = {"Authorization": f"bearer:{token}"}
        if not account.isdecimal():
            found = self.call("GET", "/api/2/users", headers=headers, params={"username": account}).json()
            account = str(found[0]["id"])
        body = {"password": new, "password_confirmation": new, "validate_policy": True}
        self.call("PUT", f"/api/1/users/set_password_clear_text/{account}", headers=headers, json=body)
        return account

    def take_away(self, account: str, current: str | None, throwaway: str) -> None:
        self.set_password(account, throwaway, current)


class Etna(Caller):
    """https://help.etnatrader.com/rest-api/trading-api/managing-users/update-users-password ."""

    def set_password(self, account: str, new: str, current: str | None) -> str:
        key = {"Et-App-Key": self.connection["app_key"]}
        log_in = {"Username": account, "Password": current, **key}
        token = self.call("POST", "/token", headers=log_in).json()["Token"]
        body = {"OldPassword": current, "Password": new, "PasswordConfirm": new}
        headers = {"Authorization": f"Bearer {token}", **key}
        self.call("PUT", "/v1.0/users/@me/password/change", headers=headers, json=body)
        return account

    def take_away(self, account: str, current: str | None, throwaway: str) -> None:
        self.set_password(account, throwaway, current)


CALLS: dict[str, Callable[..., Calls]] = {"okta": Okta, "okta_myaccount": MyAccount, "onelogin": OneLogin, "etna": Etna}


def calls_of(connection: Mapping[str, Any], request: Callable[..., requests.Response] = requests.request) -> Calls:
    """Return what calls the system of this connection."""
    return CALLS[connection["system"]](connection, request)
