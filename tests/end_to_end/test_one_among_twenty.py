"""One refused password among twenty: what the others come to, with Pulumi's ``--continue-on-error`` and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Outcome, Stack

TWENTY = 20
REFUSED = "bot-7"
USED_BEFORE = "CANARY-Used-1"
REASON = "cannot be any of your last"


def writes(directory: Directory) -> list[str]:
    return directory.calls(of="POST /api/v1/users/")


def reasons(outcome: Outcome) -> list[str]:
    """Return the resource of each error that tells the server's reason; the summary at the end has each once."""
    errors = [event["diagnosticEvent"] for event in outcome.events if "diagnosticEvent" in event]
    told = [error["urn"].rsplit("::", 1)[1] for error in errors if REASON in error["message"]]
    assert outcome.text.partition("Diagnostics:")[2].count(REASON) == len(told)
    return told


def live(stack: Stack, directory: Directory, accounts: dict[str, Account], *, first: str, second: str) -> set[str]:
    """Return who has the second password; what a preview plans for each must fit the password that it has."""
    planned = stack.preview().planned
    assert set(planned.values()) <= {"same", "update"}
    changed = {name for name, step in planned.items() if step == "same"}
    for name, account in accounts.items():
        assert directory.logs_in(account, f"{second if name in changed else first}-{name}"), name
    return changed


def test_the_others_are_set_and_the_fixed_one_alone_is_sent(stack: Stack, directory: Directory) -> None:
    many = {"prefix": "bot-", "count": TWENTY, "domain": "example.com"}
    directory.simulator.load({"okta": {"tokens": [{"token": "CANARY-okta-admin-token"}], "many": [many]}})
    accounts = {f"bot-{number}": directory.account("okta", number - 1) for number in range(1, TWENTY + 1)}
    others = set(accounts) - {REFUSED}
    directory.set_by_hand(accounts[REFUSED], USED_BEFORE)
    stack.connect("okta", accounts[REFUSED].connection | {"strict": True})  # the history counts for administrators
    declarations = [
        credential(name, connection="okta", principal=account.principal, password=f'config.require_secret("{name}")')
        for name, account in accounts.items()
    ]
    stack.program(program(*declarations))
    stack.configure(secrets={name: f"CANARY-First-{name}" for name in accounts})
    stack.up()

    # the account's history has it, which the system shows to nobody: a preview can't know
    wanted = {name: f"CANARY-Second-{name}" for name in accounts} | {REFUSED: USED_BEFORE}
    stack.configure(secrets=wanted)
    assert set(stack.preview().planned.values()) == {"update"}
    sent = len(writes(directory))
    stopped = stack.up(expect=1)
    assert reasons(stopped) == [REFUSED]
    changed = live(stack, directory, accounts, first="CANARY-First", second="CANARY-Second")
    assert changed <= others  # whom the engine had begun with; it begins with nobody after the first error
    assert len(writes(directory)) - sent == len(changed) + 1

    sent = len(writes(directory))
    went_on = stack.up("--continue-on-error", expect=1)
    assert reasons(went_on) == [REFUSED]
    assert live(stack, directory, accounts, first="CANARY-First", second="CANARY-Second") == others
    assert len(writes(directory)) - sent == len(others - changed) + 1

    sent = len(writes(directory))
    stack.configure(secrets={REFUSED: f"CANARY-Second-{REFUSED}"})
    assert {name for name, step in stack.preview().planned.items() if step == "update"} == {REFUSED}
    stack.up()
    assert len(writes(directory)) - sent == 1
    assert live(stack, directory, accounts, first="CANARY-First", second="CANARY-Second") == set(accounts)
