"""A provider dies with its engine: what a killed run was about to write is not written after the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import psutil

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

PATIENCE_S = 60
HANGS_S = 25


def _until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.1)


def _plugins(stack: Stack) -> list[psutil.Process]:
    """Return the provider processes of this stack's runs, told by its home in their environment."""
    return [process for process in psutil.process_iter() if _is_plugin_of(process, stack)]


def _is_plugin_of(process: psutil.Process, stack: Stack) -> bool:
    try:
        return "pulumi.dynamic" in process.cmdline() and process.environ().get("HOME") == str(stack.directory)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _interrupted(stack: Stack, signal_number: int, directory: Directory) -> None:
    """Start an update, and send ``pulumi`` a signal while the server sits on the write."""
    directory.simulator.fault(
        system="okta", method="POST", path="/api/v1/users/*", kind="hang_before", times=1, delay_s=HANGS_S
    )
    running = subprocess.Popen(
        [stack.bin / "pulumi", "--non-interactive", "up", "--yes", "--skip-preview"],
        cwd=stack.directory,
        env=stack.variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _until(lambda: not directory.simulator.control("GET", "/faults"), "the write to arrive")
    assert _plugins(stack)
    os.kill(running.pid, signal_number)
    running.wait(PATIENCE_S)


def test_a_killed_runs_provider_writes_nothing_more(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Killed-1"})
    _interrupted(stack, signal.SIGKILL, directory)
    killed = time.monotonic()
    _until(lambda: not _plugins(stack), "the provider to follow its engine")

    stack.run("cancel", "--yes")
    stack.configure(secrets={"password": "CANARY-Next-run-2"})
    stack.up()
    assert directory.logs_in(account, "CANARY-Next-run-2")
    time.sleep(max(0.0, HANGS_S + 2 - (time.monotonic() - killed)))
    assert directory.logs_in(account, "CANARY-Next-run-2"), "nothing came after the next run"
    writes = [call for call in directory.calls() if call.startswith("POST /api/v1/users/") and call.endswith("200")]
    assert len(writes) == 1


def test_an_interrupted_run_records_what_it_did(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection | {"read_timeout": 60})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-Interrupted-1"})
    _interrupted(stack, signal.SIGINT, directory)
    assert list(stack.credentials()) == ["bot"]
    assert directory.logs_in(account, "CANARY-Interrupted-1")
    assert stack.up().operations == {"bot": "same"}
    assert not _plugins(stack)
