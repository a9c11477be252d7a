"""A connection that is gone, or leads elsewhere: no password goes to a place that the state never meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack


@pytest.fixture
def account(stack: Stack, directory: Directory) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    return account


def test_a_connection_removed_before_its_credentials(stack: Stack, directory: Directory, account: Account) -> None:
    stack.run("config", "rm", "--path", "pwmgmt:connections.okta")
    refused = stack.preview(expect=1).text
    assert "NotConfigured: there is no connection 'okta'; the config has none" in refused

    other = directory.account("okta", 1)
    stack.connect("other", other.connection)
    stack.program(program(credential("other", connection="other", principal=other.principal)))
    refused = stack.up(expect=1).text
    assert "error: NotConfigured: there is no connection 'okta'" in refused
    assert "put the connection back" in refused
    assert "pulumi state delete" in refused
    assert "bot" in stack.credentials()
    assert directory.logs_in(account, "CANARY-Declared-1")

    stack.connect("okta", account.connection)
    stack.up()
    assert list(stack.credentials()) == ["other"]
    assert not directory.logs_in(account, "CANARY-Declared-1")


def test_a_connection_that_leads_to_another_tenant(stack: Stack, directory: Directory, account: Account) -> None:
    elsewhere = directory.url.replace("127.0.0.1", "localhost")
    stack.connect("okta", account.connection | {"url": elsewhere})
    stack.configure(secrets={"password": "CANARY-Declared-2"})
    calls = directory.calls()
    refused = stack.preview(expect=1).text
    assert (
        f"connection 'okta' leads to okta at {elsewhere}, but the credential is in okta at {directory.url}" in refused
    )
    assert f"accept_tenant_change' to {directory.url}" in refused
    assert "leads to okta at" in stack.up(expect=1).text
    assert "leads to okta at" in stack.refresh("--run-program", expect=1).text
    assert directory.calls() == calls

    stack.configure(
        {"pwmgmt:connections.okta.accept_tenant_change": directory.url}, secrets={"password": "CANARY-Declared-1"}
    )
    assert stack.up().operations == {"bot": "update"}
    assert directory.calls() == calls, "a moved domain is noted without a write"
    assert stack.up().operations == {"bot": "same"}
    assert stack.credentials()["bot"]["outputs"]["tenant"] == elsewhere

    stack.run("config", "rm", "--path", "pwmgmt:connections.okta.accept_tenant_change")
    assert stack.up().operations == {"bot": "same"}
    stack.configure(secrets={"password": "CANARY-Declared-3"})
    stack.up()
    assert directory.logs_in(account, "CANARY-Declared-3")


def test_another_connection_to_another_tenant_is_a_replacement(
    stack: Stack, directory: Directory, account: Account
) -> None:
    elsewhere = directory.url.replace("127.0.0.1", "localhost")
    stack.connect("other", account.connection | {"url": elsewhere})
    stack.program(program(credential(connection="other", principal=account.principal)))
    assert stack.preview().planned == {"bot": "replace"}

    stack.configure(secrets={"password": "CANARY-Elsewhere-2"})
    assert stack.up().operations == {"bot": "replace"}
    assert "CANARY-Elsewhere-2" in directory.passwords()
    assert not directory.logs_in(account, "CANARY-Declared-1"), "at the tenant that was left, it is revoked"
    entry = stack.credentials()["bot"]["outputs"]
    assert (entry["connection"], entry["tenant"]) == ("other", elsewhere)
    assert stack.up().operations == {"bot": "same"}
