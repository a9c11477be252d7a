"""How the doctor looks at many accounts: what it says while it waits, what it says once, and how it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.doctor.examination import Examination
from pulumi_pwmgmt.doctor.stack import CREDENTIAL, Entry, Stack
from tests.unit.in_memory import Administrator
from tests.unit.loopback_peer import Received, answers, hangs_up, peering, says_nothing
from tests.unit.stack import made

if TYPE_CHECKING:
    import socket

    from pulumi_pwmgmt.doctor.finding import Finding
    from tests.unit.loopback_peer import Action

BIN = Path(sys.executable).parent
URN = f"urn:pulumi:test::stranger::{CREDENTIAL}::bot-"
NOW = datetime(2026, 3, 1, 15, 0, 0, tzinfo=timezone.utc)
USER = {"id": "1", "status": "ACTIVE", "profile": {"login": "bot"}}
TOKEN = {"errorCode": "E0000011", "errorSummary": "Invalid token provided"}
PULUMI = """#!{python}
import pathlib, sys
print((pathlib.Path(__file__).parent / sys.argv[4]).read_text())
"""


def limited(left: int, resets_in: float) -> dict[str, Any]:
    return {
        "X_Rate_Limit_Limit": "40",
        "X_Rate_Limit_Remaining": str(left),
        "X_Rate_Limit_Reset": str(int(time.time() + resets_in)),
    }


def stack_at(url: str, count: int, **settings: Any) -> Stack:  # noqa: ANN401 -- whatever settings a connection has
    """Return a stack of so many accounts of Okta at this address."""
    stack, _ = made(Administrator)
    known = stack.state["bot"].record.model_copy(update={"connection": "okta", "system": "okta", "tenant": url})
    okta = {"system": "okta", "url": url, "token": "CANARY-token"} | settings
    records = [known.model_copy(update={"principal_id": str(number)}) for number in range(count)]
    entries = [
        Entry(urn=f"{URN}{one.principal_id}", id=one.id, type=CREDENTIAL, inputs={}, outputs=one.properties())
        for one in records
    ]
    return Stack(config={"pwmgmt:connections": json.dumps({"okta": okta})}, credentials=entries)


def told_of(findings: list[Finding]) -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for finding in findings:
        kinds.setdefault(finding.about, []).append(finding.kind)
    return kinds


def reads(then: Action, *, good: int = 2) -> list[Action]:
    """Answer so many reads well, one of them that of the rules, and then so."""
    return [answers(200, USER), answers(200, []), *[answers(200, USER)] * (good - 2), then]


def test_a_wait_is_told_while_it_lasts() -> None:
    told: list[str] = []
    with peering(*reads(answers(200, USER)), answers(200, USER)) as peer:
        peer.actions[0] = answers(200, USER, **limited(left=10, resets_in=2))
        Examination(stack_at(peer.url, 3), NOW, told.append).report()
    (line,) = told
    assert line.startswith("connection 'okta': waiting until ")
    assert line.endswith("10 of 40 calls are left, and 25 % stay free for others")


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        (answers(429, Retry_After="3600"), "rate-limited"),
        (answers(401, TOKEN), "authentication-failed"),
        (hangs_up, "unreachable"),
    ],
)
def test_what_ends_a_connection_halfway_is_told_once_and_of_it(then: Action, kind: str) -> None:
    with peering(*reads(then, good=3)) as peer:
        report = Examination(stack_at(peer.url, 12, time_budget=2), NOW).report()
    assert told_of(report.all_findings) == {"connection okta": [kind]}
    assert sum(one.there is None for one in report.credentials) == 10


def test_what_one_account_alone_meets_is_told_of_it() -> None:
    denied = {"errorCode": "E0000006", "errorSummary": "You do not have permission"}
    with peering(*reads(answers(403, denied), good=3)) as peer:
        report = Examination(stack_at(peer.url, 4), NOW).report()
    assert [kinds for _, kinds in sorted(told_of(report.all_findings).items())] == [["permission-denied"]] * 2


def test_connections_are_looked_at_side_by_side() -> None:
    together = threading.Barrier(3, timeout=20)

    def waits_for_all(peer: socket.socket, request: Received) -> bool:
        together.wait()
        return answers(200, USER)(peer, request)

    with ExitStack() as peers:
        urls = [peers.enter_context(peering(waits_for_all, answers(200, []))).url for _ in range(3)]
        settings = {f"okta-{n}": {"system": "okta", "url": url, "token": "CANARY-token"} for n, url in enumerate(urls)}
        report = Examination(Stack(config={"pwmgmt:connections": json.dumps(settings)}), NOW).report()
    assert [one.name for one in report.connections] == ["okta-0", "okta-1", "okta-2"]
    assert report.all_findings == []


def command(folder: Path, url: str) -> list[str]:
    """Write a pulumi whose stack has one connection, and return the doctor's command line."""
    okta = {"system": "okta", "url": url, "token": "CANARY-token"}
    (folder / "config").write_text(json.dumps({"pwmgmt:connections": {"value": json.dumps({"okta": okta})}}))
    (folder / "stack").write_text("{}")
    (folder / "pulumi").write_text(PULUMI.format(python=sys.executable))
    (folder / "pulumi").chmod(0o755)
    return [str(BIN / "pwmgmt"), "doctor"]


@pytest.mark.timeout(60)
def test_ctrl_c_ends_it_at_once_whatever_it_is_waiting_for(tmp_path: Path) -> None:
    with peering(says_nothing) as peer:
        running = subprocess.Popen(
            command(tmp_path, peer.url),
            env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while not peer.received:
            time.sleep(0.05)
        interrupted = time.monotonic()
        running.send_signal(signal.SIGINT)
        stdout, stderr = running.communicate(timeout=30)
    assert time.monotonic() - interrupted < 10, "the read_timeout is 30 s"
    assert (running.returncode, stdout, stderr) == (130, "", "Interrupted: nothing was changed\n")


def test_an_entry_that_names_another_account_is_told_and_nobody_is_asked_about_it() -> None:
    with peering(*[answers(401, TOKEN)] * 9) as peer:
        stack = stack_at(peer.url, 1)
        stack.credentials[0].outputs["principal_id"] = "2"
        report = Examination(stack, NOW).report()
    assert ["names two accounts" in finding.happened for one in report.credentials for finding in one.findings] == [
        True
    ]
    assert not [one for one in peer.received if one.target.endswith("/2")]
