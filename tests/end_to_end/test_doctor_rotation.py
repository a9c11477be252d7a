"""Rotations that did not come to their end, and the command that the doctor names for each."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from tests.end_to_end.doctor import examined
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

PATIENCE_S = 60
DERIVED = "DerivedPassword(master='m', rotation=RotationSchedule(every_days=30))"
MASTER = "CANARY-master-of-more-than-thirty-two-bytes"


def connected(stack: Stack, directory: Directory) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    return account


def finish(stack: Stack, command: str) -> None:
    """Run the one command that the doctor names."""
    stack.run(*command.split()[1:], "--yes", "--skip-preview")


def test_a_generation_that_the_config_asks_for_and_one_that_is_overdue(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.configure({"pwmgmt:now": "2026-11-01T12:00:00Z"}, secrets={"pwmgmt:masters.m": MASTER})
    stack.program(program(credential(connection="okta", principal=account.principal, password=DERIVED)))
    stack.up()
    assert examined(stack, directory).findings() == {}

    stack.configure({"pwmgmt:now": "2027-02-01T12:00:00Z"})
    told = examined(stack, directory)
    assert told.findings() == {"bot": ["overdue"]}
    assert "days old, and it is 92" in told.finding("bot")["happened"]
    finish(stack, told.finding("bot")["command"])
    assert examined(stack, directory).findings() == {}

    stack.configure({"pwmgmt:generations.bot": "900"})
    told = examined(stack, directory)
    assert told.findings() == {"bot": ["half-done"]}
    assert told.finding("bot")["happened"].startswith("pwmgmt:generations.bot is 900, and the account has accepted")
    finish(stack, told.finding("bot")["command"])
    assert examined(stack, directory).findings() == {}

    stack.configure(secrets={"pwmgmt:masters.m": "CANARY-another-master-of-more-than-32-bytes"})
    assert examined(stack, directory).findings() == {"bot": ["master"]}


def test_a_generated_value_that_the_account_has_not_accepted(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.program(
        program(
            "made = GeneratedPassword('made', keepers={'now': config.require('keeper')})\n",
            credential(connection="okta", principal=account.principal, password="made"),
        )
    )
    stack.configure({"keeper": "1"})
    stack.up()
    stack.configure({"keeper": "2"}, secrets={"pwmgmt:connections.okta.token": "CANARY-okta-reader-token"})
    stack.up(expect=1)

    told = examined(stack, directory)
    assert told.findings() == {"bot": ["half-done"]}
    assert told.finding("bot")["happened"] == "GeneratedPassword 'made' has a newer value than the account has accepted"

    stack.configure(secrets={"pwmgmt:connections.okta.token": account.connection["token"]})
    finish(stack, told.finding("bot")["command"])
    assert examined(stack, directory).findings() == {}
    assert directory.logs_in(account, stack.generated()["value"])


def test_a_run_that_was_killed(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    directory.simulator.fault(system="okta", method="POST", path="/api/v1/users/*", kind="hang_before", delay_s=600)
    running = subprocess.Popen(
        [stack.bin / "pulumi", "--non-interactive", "up", "--yes", "--skip-preview"],
        cwd=stack.directory,
        env=stack.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + PATIENCE_S
    while directory.simulator.control("GET", "/faults"):
        assert time.monotonic() < deadline, "the write never arrived"
        time.sleep(0.1)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(PATIENCE_S)

    told = examined(stack, directory)
    assert told.findings() == {"bot": ["half-done"]}
    finding = told.finding("bot")
    assert finding["happened"] == "a run was interrupted while creating it"
    assert "first pulumi cancel, if it says that the stack is locked" in finding["to_do"]

    stack.run("cancel", "--yes")
    finish(stack, finding["command"])
    assert directory.logs_in(account, "CANARY-Declared-1")
    told = examined(stack, directory)
    assert told.findings() == {"bot": ["half-done"]}, "the engine keeps the mark of what it began to create"
    finish(stack, told.finding("bot")["command"])
    assert examined(stack, directory).findings() == {}
