"""Tokens, keys and API credentials that will not do, and new ones in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

REFUSED: dict[str, tuple[str, dict[str, str], str, str]] = {
    "okta, wrong": ("okta", {"token": "CANARY-no-such-token"}, "AuthenticationFailed", "renew the connection's token"),
    "okta, expired": ("okta", {"token": "CANARY-okta-expired-token"}, "AuthenticationFailed", "renew"),
    "okta, powerless": ("okta", {"token": "CANARY-okta-reader-token"}, "PermissionDenied", ""),
    "onelogin, wrong secret": (
        "onelogin",
        {"client_secret": "CANARY-no-such-secret"},
        "AuthenticationFailed",
        "correct client_id and client_secret",
    ),
    "onelogin, wrong id": (
        "onelogin",
        {"client_id": "CANARY-no-such-id"},
        "AuthenticationFailed",
        "correct client_id and client_secret",
    ),
    "onelogin, its owner is gone": (
        "onelogin",
        {"client_id": "CANARY-orphaned-id", "client_secret": "CANARY-orphaned-secret"},
        "AuthenticationFailed",
        "if it stays, make a credential whose owner exists",
    ),
    "onelogin, powerless": (
        "onelogin",
        {"client_id": "CANARY-onelogin-reader-id", "client_secret": "CANARY-onelogin-reader-secret"},
        "PermissionDenied",
        "Manage All",
    ),
    "etna, wrong": ("etna", {"app_key": "CANARY-no-such-key"}, "AuthenticationFailed", "correct the app_key"),
    "okta_myaccount, wrong": (
        "okta_myaccount",
        {"token": "CANARY-no-such-token"},
        "AuthenticationFailed",
        "sign in again",
    ),
    "okta_myaccount, stale": (
        "okta_myaccount",
        {"token": "CANARY-myaccount-stale-token"},
        "AuthenticationFailed",
        "sign in again",
    ),
    "okta_myaccount, powerless": (
        "okta_myaccount",
        {"token": "CANARY-myaccount-reader-token"},
        "PermissionDenied",
        "okta.myAccount.password.manage",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_token_that_will_not_do(stack: Stack, directory: Directory, case: str) -> None:
    system, settings, error, to_do = REFUSED[case]
    if case == "onelogin, its owner is gone":
        directory.simulator.load(_orphaned(directory, settings))
    account = directory.account(system)
    stack.connect("it", account.connection | settings)
    taking_over = {"on_destroy": "revoke", "more": "current_password=config.require_secret('live')"}
    more = taking_over if system == "etna" else {}
    stack.program(program(credential(connection="it", principal=account.principal, **more)))
    stack.configure(secrets={"password": "CANARY-Never-set-1", "live": account.password})
    told = stack.up(expect=1).error_lines
    assert any(f" {error}: " in line and to_do in line for line in told), told
    assert stack.credentials() == {}
    assert directory.logs_in(account, account.password)
    assert not directory.logs_in(account, "CANARY-Never-set-1")


def _orphaned(directory: Directory, pair: dict[str, str]) -> dict[str, Any]:
    """Return a OneLogin seed in which the owner of one pair of API credentials is gone."""
    account = directory.account("onelogin")
    good = {name: account.connection[name] for name in ("client_id", "client_secret")}
    return {
        "onelogin": {
            "subdomain": account.connection["subdomain"],
            "credentials": [good, pair | {"owner_deleted": True}],
            "users": [{"login": account.login, "password": account.password}],
        }
    }


def _renewed(directory: Directory, old: str, new: str) -> dict[str, Any]:
    """Return a seed in which one administrator's token has expired and another is good."""
    account = directory.account("okta")
    return {
        "okta": {
            "tokens": [{"token": new}, {"token": old, "expired": True}],
            "users": [{"login": account.login, "password": account.password}],
        }
    }


def test_a_renewed_token_by_value_is_used_by_the_next_up(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Before-1"})
    stack.up()

    directory.simulator.load(_renewed(directory, account.connection["token"], "CANARY-renewed-token"))
    stack.configure(secrets={"password": "CANARY-After-2"})
    assert "AuthenticationFailed" in stack.up(expect=1).text
    stack.connect("okta", account.connection | {"token": "CANARY-renewed-token"})
    stack.up()
    assert directory.logs_in(account, "CANARY-After-2")
    stack.destroy()
    assert not directory.logs_in(account, "CANARY-After-2")


def test_a_renewed_token_by_reference_is_used_at_once(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", {"system": "okta", "url": account.connection["url"]})
    stack.configure({"pwmgmt:connections.okta.token.env": "OKTA_API_TOKEN"})
    stack.environment["OKTA_API_TOKEN"] = account.connection["token"]
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Before-1"})
    stack.up()

    directory.simulator.load(_renewed(directory, account.connection["token"], "CANARY-renewed-token"))
    assert "AuthenticationFailed" in stack.refresh(expect=1).text
    stack.environment["OKTA_API_TOKEN"] = "CANARY-renewed-token"
    stack.refresh()
    stack.destroy()
    assert stack.credentials() == {}
