"""What the doctor and a refresh find wrong with accounts: each is provoked by hand, past Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from tests.end_to_end.doctor import examined
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

NAMES = ("fine", "locked", "expired", "suspended", "closed", "drifted", "accepted", "gone")
SEED: dict[str, Any] = {
    "okta": {
        "tokens": [{"token": "CANARY-okta-token"}],
        "policy": {"max_attempts": 3},
        "users": [{"login": f"{name}@example.com", "password": "CANARY-Okta-first-1"} for name in NAMES],
    },
    "onelogin": {
        "credentials": [{"client_id": "CANARY-id", "client_secret": "CANARY-secret"}],
        "policy": {"maximum_invalid_login_attempts": 3, "lock_effective_minutes": 0},
        "users": [{"login": "locked@example.com", "password": "CANARY-OneLogin-1"}],
    },
}


def by_hand(directory: Directory, account: Account, step: str) -> None:
    requests.post(
        f"{directory.url}/api/v1/users/{account.id}/lifecycle/{step}",
        headers={"Authorization": "SSWS CANARY-okta-token"},
        timeout=30,
    ).raise_for_status()


def test_each_thing_that_can_happen_to_an_account(stack: Stack, directory: Directory) -> None:
    directory.simulator.load(SEED)
    okta = {name: directory.account("okta", position) for position, name in enumerate(NAMES)}
    onelogin = directory.account("onelogin")
    stack.connect("okta", okta["fine"].connection)
    stack.connect("onelogin", onelogin.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    on_drift = {"accepted": "on_drift='accept'"}
    stack.program(
        program(
            *(
                credential(name, connection="okta", principal=one.principal, more=on_drift.get(name, ""))
                for name, one in okta.items()
            ),
            credential("locked-too", connection="onelogin", principal=onelogin.principal),
        )
    )
    stack.up()
    directory.simulator.advance_clock(50)
    for _ in range(3):
        assert not directory.logs_in(okta["locked"], "CANARY-wrong")
        assert not directory.logs_in(onelogin, "CANARY-wrong")
    for name, step in (("expired", "expire_password"), ("suspended", "suspend"), ("closed", "deactivate")):
        by_hand(directory, okta[name], step)
    directory.set_by_hand(okta["drifted"], "CANARY-By-hand-1")
    directory.set_by_hand(okta["accepted"], "CANARY-By-hand-2")
    directory.remove_by_hand(okta["gone"])

    told = examined(stack, directory)

    assert told.findings() == {
        "locked": ["status"],
        "expired": ["status"],
        "suspended": ["status"],
        "closed": ["status"],
        "drifted": ["drift"],
        "accepted": ["drift"],
        "gone": ["gone"],
        "locked-too": ["status"],
    }
    for name, status, to_do in (
        ("locked", "LOCKED_OUT", "unlock the user"),
        ("expired", "PASSWORD_EXPIRED", "declare another password and run pulumi up"),
        ("suspended", "SUSPENDED", "unsuspend the user"),
        ("closed", "DEPROVISIONED", "activate the user again, or take the credential out of the program"),
        ("locked-too", "Locked", "unlock the user, or wait until the lock runs out"),
    ):
        assert told.credential(name)["status"] == status
        assert told.finding(name)["to_do"] == to_do
    drifted = told.credential("drifted")
    assert (drifted["there"], drifted["drifted"], drifted["changed_by_us"]) == (True, True, False)
    assert told.finding("drifted")["command"] == told.finding("gone")["command"] == "pulumi up --refresh"
    assert told.credential("gone")["there"] is False

    refreshed = stack.refresh().text.partition("Diagnostics:")[2]
    for name, status in (("locked", "LOCKED_OUT"), ("suspended", "SUSPENDED"), ("closed", "DEPROVISIONED")):
        line = f"'{name}@example.com' on connection 'okta' is {status}, so its password opens nothing: "
        assert refreshed.count(line) == 1, refreshed
    assert "'fine@example.com' on" not in refreshed

    for name, step in (("locked", "unlock"), ("suspended", "unsuspend")):
        by_hand(directory, okta[name], step)
    by_hand(directory, okta["closed"], "activate")
    told = examined(stack, directory)
    assert told.findings() == {
        "expired": ["status"],
        "drifted": ["drift"],
        "locked-too": ["status"],
    }
    assert told.credential("accepted")["drifted"] is True, "known from the refresh, and accepted"


def test_the_command_that_it_names_repairs_a_drift(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    directory.simulator.advance_clock(50)
    directory.set_by_hand(account, "CANARY-By-hand-1")
    command = examined(stack, directory).finding("bot")["command"]
    stack.run(*command.split()[1:], "--yes", "--skip-preview")
    assert directory.logs_in(account, "CANARY-Declared-1")
    assert examined(stack, directory).findings() == {}
