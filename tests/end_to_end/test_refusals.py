"""What a server refuses: the run fails, the state says only what was accepted, the old password still works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from pulumi_pwmgmt.simulator import seed
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack


def test_a_refused_change_stays_pending(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection | {"strict": True})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Accepted-1"})
    stack.up()
    before = stack.credentials(secrets=True)

    stack.configure(secrets={"password": account.password})  # the history of the account has it
    refused = stack.up(expect=1)
    assert "error: PasswordRejected: POST /api/v1/users/{id}: " in refused.text
    assert "cannot be any of your last" in refused.text
    assert "choose one that the policy accepts" in refused.text
    assert stack.credentials(secrets=True) == before
    assert stack.preview().planned == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-Accepted-1")

    stack.configure(secrets={"password": "CANARY-Accepted-2"})
    stack.up()
    assert directory.logs_in(account, "CANARY-Accepted-2")


def test_rules_that_can_not_be_read_are_refused_where_the_connection_requires_them(
    stack: Stack, directory: Directory
) -> None:
    seeded = yaml.safe_load(seed.default_text())
    token = "CANARY-okta-without-policies"
    seeded["okta"]["tokens"] = [{"token": token, "scopes": ["okta.users.read", "okta.users.manage"]}]
    directory.simulator.load(seeded)
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Unjudged-1"})
    assert "the password rules of connection 'okta' can't be read" in stack.preview().text

    stack.configure({"pwmgmt:connections.okta.require_policy": "true"})
    for refused in (stack.preview(expect=1), stack.up(expect=1)):
        assert "PermissionDenied" in refused.text
    assert stack.credentials() == {}
    assert directory.logs_in(account, account.password)


def test_an_account_that_is_not_there(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.program(program(credential(connection="okta", principal="nobody@example.com")))
    stack.configure(secrets={"password": "CANARY-Somewhere-1"})
    refused = stack.up(expect=1).text
    assert "error: PrincipalNotFound: POST /api/v1/users/{id}" in refused
    assert "correct the principal" in refused
    assert stack.credentials() == {}
