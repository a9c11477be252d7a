"""Talking to the simulated APIs as their vendors' clients would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

TIMEOUT_S = 30
OKTA_TOKEN = "CANARY-okta-admin-token"
VERSIONED = "application/json; okta-version=1.0.0"


@dataclass(frozen=True)
class Wire:
    """One API and what every request to it carries."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **request: Any) -> requests.Response:  # noqa: ANN401 -- as requests has it
        headers = {**self.headers, **request.pop("headers", {})}
        return requests.request(
            method, self.url + path, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, **request
        )


def okta(simulator: Simulator, token: str = OKTA_TOKEN) -> Wire:
    return Wire(simulator.url, {"Authorization": f"SSWS {token}", "Accept": "application/json"})


def my_account(simulator: Simulator, token: str | None = None) -> Wire:
    own = token or simulator.account("okta_myaccount")["connection"]["token"]
    return Wire(f"{simulator.url}/idp/myaccount/password", {"Authorization": f"Bearer {own}", "Accept": VERSIONED})


def onelogin(simulator: Simulator, pair: tuple[str, str] | None = None) -> Wire:
    connection = simulator.account("onelogin")["connection"]
    name, secret = pair or (connection["client_id"], connection["client_secret"])
    reply = Wire(simulator.url).call(
        "POST", "/auth/oauth2/v2/token", auth=(name, secret), json={"grant_type": "client_credentials"}
    )
    return Wire(simulator.url, {"Authorization": f"bearer:{reply.json()['access_token']}"})


def etna_token(simulator: Simulator, login: str, password: str, **headers: str) -> requests.Response:
    connection = simulator.account("etna")["connection"]
    sent = {"Et-App-Key": connection["app_key"], "Username": login, "Password": password, **headers}
    return Wire(connection["url"], sent).call("POST", "/token")


def etna(simulator: Simulator) -> Wire:
    account = simulator.account("etna")
    token = etna_token(simulator, account["login"], account["password"]).json()["Token"]
    headers = {"Et-App-Key": account["connection"]["app_key"], "Authorization": f"Bearer {token}"}
    return Wire(account["connection"]["url"], headers)


def okta_log_in(simulator: Simulator, login: str, password: str) -> requests.Response:
    body = {"username": login, "password": password}
    return Wire(simulator.url).call("POST", "/api/v1/authn", json=body)


def onelogin_log_in(wire: Wire, name: str, password: str, subdomain: str = "simulated") -> requests.Response:
    body = {"username_or_email": name, "password": password, "subdomain": subdomain}
    return wire.call("POST", "/api/1/login/auth", json=body)


def okta_seed(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 -- the seed is JSON
    """A seed with one Okta user, a token, and these changes to the org."""
    users = [{"login": "isaac.brock@example.com", "password": "CANARY-Old-1"}]
    return {"okta": {"tokens": [{"token": OKTA_TOKEN}], "users": users, **changes}}
