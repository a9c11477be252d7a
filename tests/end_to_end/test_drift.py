"""A password changed by hand: refresh shows it, the next up repairs or accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack


def _declared(stack: Stack, directory: Directory, **arguments: str) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(program(credential(connection="okta", principal=account.principal, **arguments)))
    stack.up()
    return account


def test_drift_is_shown_by_a_refresh_and_repaired_by_the_next_up(stack: Stack, directory: Directory) -> None:
    account = _declared(stack, directory)
    directory.simulator.advance_clock(60)
    directory.set_by_hand(account, "CANARY-By-hand-1")
    assert "changed outside at 20" in stack.refresh("--diff").text
    preview = stack.preview()
    assert preview.planned == {"bot": "update"}
    assert "changed outside at 20" in preview.text
    assert ": set again" in preview.text
    assert directory.logs_in(account, "CANARY-By-hand-1"), "looking repairs nothing"

    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-Declared-1")
    assert stack.refresh().operations == {"bot": "same"}
    assert stack.up().operations == {"bot": "same"}


def test_drift_is_accepted_where_the_program_says_so(stack: Stack, directory: Directory) -> None:
    account = _declared(stack, directory, on_drift="accept")
    directory.simulator.advance_clock(60)
    directory.set_by_hand(account, "CANARY-By-hand-1")
    assert "changed outside at 20" in stack.refresh("--diff").text
    for _ in range(2):
        assert stack.up("--refresh").operations == {"bot": "same"}
        assert directory.logs_in(account, "CANARY-By-hand-1")

    stack.program(
        program(
            credential(connection="okta", principal=account.principal, on_drift="accept"),
            'pulumi.export("accepted", bot.accepted_password)',
        )
    )
    refused = stack.up(expect=1)
    assert "changed outside at 20" in refused.text
    assert "so the declared one is not live" in refused.text

    stack.program(program(credential(connection="okta", principal=account.principal, on_drift="accept")))
    stack.configure(secrets={"password": "CANARY-Declared-2"})
    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-Declared-2")


def test_a_destroy_leaves_alone_what_somebody_has_taken_over(stack: Stack, directory: Directory) -> None:
    account = _declared(stack, directory)
    directory.simulator.advance_clock(60)
    directory.set_by_hand(account, "CANARY-By-hand-1")
    told = stack.destroy().text
    assert "warning: " in told
    assert "somebody has taken it over, so its password stays as it is" in told
    assert directory.logs_in(account, "CANARY-By-hand-1")
    assert stack.credentials() == {}


def test_an_account_that_is_gone_leaves_the_state_on_refresh(stack: Stack, directory: Directory) -> None:
    account = _declared(stack, directory)
    directory.remove_by_hand(account)
    stack.refresh()
    assert stack.credentials() == {}
