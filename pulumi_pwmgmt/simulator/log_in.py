"""Logging in to a simulated system as its own log-in page would: the proof that a password works, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMEOUT_S = 30

# Okta: the password was right, whatever comes next except a step that changes it.
_OKTA_OPEN = ("SUCCESS", "PASSWORD_WARN", "MFA_REQUIRED", "MFA_ENROLL")


def logs_in(account: dict[str, Any], password: str) -> bool:
    """Whether ``password`` opens the account, one of the ``accounts`` that ``pwmgmt simulate --json`` prints.

    An expired password, which opens nothing but the step that changes it, does not. Every wrong one counts for the
    system's lockout.

    Raises:
        requests.RequestException: the simulator does not answer.

    """
    return _LOG_INS[account["system"]](account, password)


def _okta(account: dict[str, Any], password: str) -> bool:
    reply = requests.post(
        f"{account['connection']['url']}/api/v1/authn",
        json={"username": account["login"], "password": password},
        timeout=_TIMEOUT_S,
    )
    return reply.ok and reply.json()["status"] in _OKTA_OPEN


def _onelogin(account: dict[str, Any], password: str) -> bool:
    connection = account["connection"]
    token = requests.post(
        f"{connection['url']}/auth/oauth2/v2/token",
        auth=(connection["client_id"], connection["client_secret"]),
        json={"grant_type": "client_credentials"},
        timeout=_TIMEOUT_S,
    ).json()["access_token"]
    reply = requests.post(
        f"{connection['url']}/api/1/login/auth",
        headers={"Authorization": f"bearer:{token}"},
        json={"username_or_email": account["login"], "password": password, "subdomain": connection["subdomain"]},
        timeout=_TIMEOUT_S,
    )
    return reply.ok


def _etna(account: dict[str, Any], password: str) -> bool:
    connection = account["connection"]
    reply = requests.post(
        f"{connection['url']}/token",
        headers={"Username": account["login"], "Password": password, "Et-App-Key": connection["app_key"]},
        timeout=_TIMEOUT_S,
    )
    return reply.ok and reply.json()["State"] == "Succeeded"


_LOG_INS: dict[str, Callable[[dict[str, Any], str], bool]] = {
    "okta": _okta,
    "okta_myaccount": _okta,
    "onelogin": _onelogin,
    "etna": _etna,
}
