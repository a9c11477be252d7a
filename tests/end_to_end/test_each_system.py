"""Every system through a life: create, nothing to do, change, refresh, and each way to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from pulumi_pwmgmt.systems import discover
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

# Only ETNA demands the current password, and an explicit on_destroy.
TAKING_OVER = "current_password=config.require_secret('live')"
# What a destroy asks of the vendor, and what refresh does.
CALLS = {
    ("okta", "revoke"): "POST /api/v1/users/",
    ("okta", "expire"): "/lifecycle/expire_password 200",
    ("okta", "deactivate"): "/lifecycle/deactivate 200",
    ("okta_myaccount", "revoke"): "DELETE /idp/myaccount/password 204",
    ("onelogin", "revoke"): "PUT /api/1/users/set_password_clear_text/",
    ("onelogin", "deactivate"): "PUT /api/2/users/",
    ("etna", "revoke"): "PUT /api/v1.0/users/@me/password/change 200",
}


def test_no_system_and_no_way_to_go_is_left_out() -> None:
    ways = {(name, how.value) for name, module in discover().items() for how in module.System.traits.removals}
    assert CALLS.keys() == ways


@pytest.mark.parametrize(("system", "on_destroy"), CALLS)
def test_a_life(stack: Stack, directory: Directory, system: str, on_destroy: str) -> None:
    account = directory.account(system)
    stack.connect("it", account.connection)
    stack.configure(secrets={"password": "CANARY-First-of-1", "live": account.password})
    taking_over = TAKING_OVER if system == "etna" else ""
    stack.program(
        program(credential(connection="it", principal=account.principal, on_destroy=on_destroy, more=taking_over))
    )
    assert stack.up().operations == {"bot": "create"}
    assert directory.logs_in(account, "CANARY-First-of-1")
    assert not directory.logs_in(account, account.password)

    calls = directory.calls()
    assert stack.up().operations == {"bot": "same"}
    assert directory.calls() == calls

    directory.simulator.advance_clock(60)
    stack.configure(secrets={"password": "CANARY-Second-of-2"})
    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-Second-of-2")
    assert not directory.logs_in(account, "CANARY-First-of-1")

    calls = directory.calls()
    assert stack.refresh().operations == {"bot": "same"}
    assert len(_without_tokens(directory.calls()[len(calls) :])) == (0 if system == "etna" else 1)
    assert directory.logs_in(account, "CANARY-Second-of-2")

    calls = directory.calls()
    stack.destroy()
    assert any(CALLS[system, on_destroy] in call for call in directory.calls()[len(calls) :])
    assert not directory.logs_in(account, "CANARY-Second-of-2")
    assert stack.credentials() == {}
    if (system, on_destroy) == ("okta", "expire"):
        assert _okta_log_in(directory, account, "CANARY-Second-of-2") == "PASSWORD_EXPIRED"


def _without_tokens(calls: list[str]) -> list[str]:
    return [call for call in calls if "/token" not in call]


def _okta_log_in(directory: Directory, account: Account, password: str) -> str:
    body = {"username": account.login, "password": password}
    return str(requests.post(f"{directory.url}/api/v1/authn", json=body, timeout=30).json()["status"])


def test_okta_with_the_password_kept_changes_it_under_the_users_own_rules(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Kept-1"})
    stack.program(program(credential(connection="okta", principal=account.principal, more="keep_in_state=True")))
    stack.up()
    stack.configure(secrets={"password": "CANARY-Kept-2"})
    stack.up()
    assert len(directory.calls(of="/credentials/change_password 200")) == 1
    assert directory.logs_in(account, "CANARY-Kept-2")
    stack.configure(secrets={"password": account.password})  # an administrator could, its owner may not
    assert "PasswordRejected" in stack.up(expect=1).text
    assert directory.logs_in(account, "CANARY-Kept-2")


def test_onelogin_salted(stack: Stack, directory: Directory) -> None:
    account = directory.account("onelogin")
    stack.connect("onelogin", account.connection | {"password_transport": "salted_sha256"})
    stack.program(program(credential(connection="onelogin", principal=account.id)))
    for number in (1, 2):
        stack.configure(secrets={"password": f"CANARY-Salted-{number}"})
        stack.up()
        assert directory.logs_in(account, f"CANARY-Salted-{number}")
    assert len(directory.calls(of="/set_password_using_salt/")) == 2


def test_myaccount_enrols_a_password_where_there_is_none(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta_myaccount")
    stack.connect("own", account.connection)
    stack.configure(secrets={"password": "CANARY-Enrolled-1"})
    stack.program(program(credential(connection="own", principal=account.principal)))
    stack.up()
    stack.destroy()
    assert not directory.logs_in(account, "CANARY-Enrolled-1")
    stack.configure(secrets={"password": "CANARY-Enrolled-2"})
    stack.up()
    assert directory.calls(of="POST /idp/myaccount/password 201")
    assert directory.logs_in(account, "CANARY-Enrolled-2")


def test_taking_over_needs_the_live_password(stack: Stack, directory: Directory) -> None:
    account = directory.account("etna")
    stack.connect("etna", account.connection)
    stack.configure(secrets={"password": "CANARY-Taken-over-1", "live": "CANARY-Not-the-live-one-1"})
    declared = {"connection": "etna", "principal": account.principal, "on_destroy": "revoke"}

    stack.program(program(credential(**declared)))
    refused = stack.preview(expect=1).text
    assert "ETNA Trader changes a password only for who knows the current one" in refused

    stack.program(program(credential(**declared, more=TAKING_OVER)))
    refused = stack.up(expect=1).text
    assert "error: CurrentPasswordRejected: " in refused
    assert "neither the password we know nor the new one opens 'ci-bot'" in refused
    assert stack.credentials() == {}
    assert directory.logs_in(account, account.password)

    stack.configure(secrets={"live": account.password})
    stack.up()
    assert directory.logs_in(account, "CANARY-Taken-over-1")
    stack.program(program(credential(**declared)))
    assert stack.up().operations == {"bot": "same"}, "it is needed once"


def test_a_kept_password_that_is_no_longer_live(stack: Stack, directory: Directory) -> None:
    account = directory.account("etna")
    stack.connect("etna", account.connection)
    stack.configure(secrets={"password": "CANARY-Kept-1", "live": account.password})
    declared = {"connection": "etna", "principal": account.principal, "on_destroy": "revoke", "more": TAKING_OVER}
    stack.program(program(credential(**declared)))
    stack.up()

    by_hand = _etna_change(account, "CANARY-Kept-1", "CANARY-By-hand-1")
    assert by_hand == 200
    stack.configure(secrets={"password": "CANARY-Kept-2"})
    refused = stack.up(expect=1).text
    assert "find or reset the live password in ETNA Trader, give it as current_password" in refused
    stack.configure(secrets={"live": "CANARY-By-hand-1"})
    stack.up()
    assert directory.logs_in(account, "CANARY-Kept-2")

    _etna_change(account, "CANARY-Kept-2", "CANARY-By-hand-2")
    assert "warning: the password known for 'ci-bot' on connection 'etna' no longer works" in stack.destroy().text
    assert directory.logs_in(account, "CANARY-By-hand-2")


def _etna_change(account: Account, old: str, new: str) -> int:
    key = {"Et-App-Key": account.connection["app_key"]}
    url = account.connection["url"]
    who = {"Username": account.login, "Password": old}
    token = requests.post(f"{url}/token", headers=key | who, timeout=30).json()["Token"]
    return requests.put(
        f"{url}/v1.0/users/@me/password/change",
        headers=key | {"Authorization": f"Bearer {token}"},
        json={"OldPassword": old, "Password": new, "PasswordConfirm": new},
        timeout=30,
    ).status_code
