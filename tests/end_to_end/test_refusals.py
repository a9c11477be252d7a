"""What a server refuses: the run fails, the state says only what was accepted, the old password still works."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def test_an_account_that_is_not_there(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.program(program(credential(connection="okta", principal="nobody@example.com")))
    stack.configure(secrets={"password": "CANARY-Somewhere-1"})
    refused = stack.up(expect=1).text
    assert "error: PrincipalNotFound: POST /api/v1/users/{id}" in refused
    assert "correct the principal" in refused
    assert stack.credentials() == {}
