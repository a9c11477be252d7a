"""Who owns an account: two resources, a renamed one, a replaced one, one whose password the program ignores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

IGNORING = 'opts=pulumi.ResourceOptions(ignore_changes=["password"])'


@pytest.fixture
def account(stack: Stack, directory: Directory) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    return account


def test_two_resources_cannot_own_one_account(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(
        program(
            credential("first", connection="okta", principal=account.principal),
            credential("second", connection="okta", principal=account.principal.upper()),
        )
    )
    refused = stack.preview(expect=1).text
    assert "'first' and 'second' both declare the password" in refused
    assert {call.split()[0] for call in directory.calls()} <= {"GET"}, "nothing but the rules is asked for"


def test_two_spellings_of_one_account_are_found_out(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(
        program(
            credential("first", connection="okta", principal=account.principal),
            credential(
                "second",
                connection="okta",
                principal=account.id,
                more="opts=pulumi.ResourceOptions(depends_on=[first])",
            ),
        )
    )
    refused = stack.up(expect=1).text
    assert account.id in refused
    assert account.principal in refused
    assert "one password can't have two owners" in refused
    assert list(stack.credentials()) == ["first"]
    assert directory.logs_in(account, "CANARY-Declared-1")


def test_one_person_under_okta_and_myaccount_is_refused(stack: Stack, directory: Directory) -> None:
    own = directory.account("okta_myaccount")
    stack.connect("okta", directory.account("okta").connection)
    stack.connect("own", own.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(
        program(
            credential("as_administrator", connection="okta", principal=own.principal),
            credential("as_owner", connection="own", principal=own.principal),
        )
    )
    assert "one password can't have two owners" in stack.preview(expect=1).text
    assert directory.logs_in(own, own.password)


def test_a_renamed_resource_keeps_the_account_working(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(program(credential("before", connection="okta", principal=account.principal)))
    stack.up()
    stack.program(program(credential("after", connection="okta", principal=account.principal)))
    told = stack.up()
    assert told.operations == {"after": "create", "before": "delete"}
    assert "is declared elsewhere in this program: its password stays as it is" in told.text
    assert directory.logs_in(account, "CANARY-Declared-1")
    assert list(stack.credentials()) == ["after"]


def test_a_rename_and_a_new_password_at_once(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(program(credential("before", connection="okta", principal=account.principal)))
    stack.up()
    stack.program(program(credential("after", connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Declared-2"})
    told = stack.up()
    assert told.operations == {"after": "create", "before": "delete"}
    assert directory.logs_in(account, "CANARY-Declared-2")


@pytest.mark.parametrize("order", ["", "opts=pulumi.ResourceOptions(delete_before_replace=True)"])
def test_a_replacement_keeps_the_account_working(
    stack: Stack, directory: Directory, account: Account, order: str
) -> None:
    stack.program(program(credential(connection="okta", principal=account.principal, more=order)))
    stack.up()
    urn = stack.credentials()["bot"]["urn"]
    stack.up("--replace", urn)
    assert directory.logs_in(account, "CANARY-Declared-1")

    # another spelling of the same account is a replacement to Pulumi, and the same account to the system
    stack.program(program(credential(connection="okta", principal=account.id, more=order)))
    told = stack.up()
    assert "is declared elsewhere in this program" in told.text
    assert directory.logs_in(account, "CANARY-Declared-1")
    assert stack.up().operations == {"bot": "same"}


def test_a_renamed_connection_is_no_call(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    stack.connect("okta-eu", account.connection)
    stack.program(program(credential(connection="okta-eu", principal=account.principal)))
    calls = directory.calls()
    assert stack.up().operations == {"bot": "update"}
    assert directory.calls() == calls
    assert stack.up().operations == {"bot": "same"}


def test_another_principal_is_another_credential(stack: Stack, directory: Directory, account: Account) -> None:
    other = directory.account("okta", 1)
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    stack.program(program(credential(connection="okta", principal=other.principal)))
    assert stack.preview().planned == {"bot": "replace"}
    stack.up()
    assert directory.logs_in(other, "CANARY-Declared-1")
    assert not directory.logs_in(account, "CANARY-Declared-1")


def test_an_ignored_password_never_reaches_the_server(stack: Stack, directory: Directory, account: Account) -> None:
    def declare(principal: str, **more: str) -> None:
        stack.program(program(credential(connection="okta", principal=principal, more=IGNORING, **more)))

    declare(account.principal)
    stack.up()
    stack.configure(secrets={"password": "CANARY-Ignored-2"})
    calls = directory.calls()
    assert stack.up().operations == {"bot": "same"}
    declare(account.principal, on_destroy="expire")
    assert stack.up().operations == {"bot": "update"}
    assert directory.calls() == calls
    assert directory.logs_in(account, "CANARY-Declared-1")

    stack.program(
        program(
            credential(connection="okta", principal=account.principal, on_destroy="expire", more=IGNORING),
            'pulumi.export("accepted", bot.accepted_password)',
        )
    )
    assert "take 'password' out of ignore_changes" in stack.up(expect=1).text

    other = directory.account("okta", 1)
    declare(other.principal, on_destroy="expire")
    stack.up()
    assert directory.logs_in(other, "CANARY-Ignored-2"), "a new account gets what the program says"
    assert not directory.logs_in(account, "CANARY-Declared-1")


def test_the_password_of_a_credential_that_is_not_targeted_is_not_given_out(
    stack: Stack, directory: Directory, account: Account
) -> None:
    other = directory.account("okta", 1)
    declared = [
        credential(name, connection="okta", principal=one.principal)
        for name, one in {"bot": account, "it": other}.items()
    ]
    stack.program(program(*declared, 'pulumi.export("accepted", bot.accepted_password)'))
    stack.up()
    stack.configure(secrets={"password": "CANARY-Declared-2"})
    refused = stack.up("--target", stack.urn("it"), expect=1).text
    assert f"the declared password of {account.principal!r} is not the one that" in refused
    assert "take 'password' out of ignore_changes, or include it in --target" in refused
    assert stack.up().operations["bot"] == "update"
    assert stack.outputs()["accepted"] == "CANARY-Declared-2"


def test_a_destroy_that_runs_the_program_still_revokes(stack: Stack, directory: Directory, account: Account) -> None:
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    stack.destroy("--run-program")
    assert stack.credentials() == {}
    assert not directory.logs_in(account, "CANARY-Declared-1")


@pytest.mark.parametrize("command", ["destroy", "up"])
def test_what_is_refreshed_first_is_revoked_all_the_same(
    stack: Stack, directory: Directory, account: Account, command: str
) -> None:
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    stack.program(program())
    told = stack.run(command, "--refresh", "--yes", "--skip-preview")
    assert told.operations == {"bot": "delete"}
    assert "warning:" not in told.text
    assert not directory.logs_in(account, "CANARY-Declared-1")
