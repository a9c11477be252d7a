"""What a server refuses: the run fails, the state says only what was accepted, the old password still works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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
    stack.configure(secrets={"password": "CANARY-Nobody-1"})
    refused = stack.up(expect=1).text
    assert "error: PrincipalNotFound: POST /api/v1/users/{id}" in refused
    assert "correct the principal" in refused
    assert stack.credentials() == {}


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("CANARY-no-such-token", "AuthenticationFailed"),
        ("CANARY-okta-expired-token", "AuthenticationFailed"),
        ("CANARY-okta-reader-token", "PermissionDenied"),
    ],
)
def test_a_token_that_will_not_do(stack: Stack, directory: Directory, token: str, error: str) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection | {"token": token})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Never-set-1"})
    assert f"error: {error}: POST /api/v1/users/{{id}}: " in stack.up(expect=1).text
    assert stack.credentials() == {}
    assert directory.logs_in(account, account.password)


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
