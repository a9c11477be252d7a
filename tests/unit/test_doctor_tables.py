"""The doctor's report for people: on a terminal of whatever width, in a pipe, and in an encoding of long ago."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.doctor import tables
from pulumi_pwmgmt.doctor.connections import ConnectionReport
from pulumi_pwmgmt.doctor.credentials import CredentialReport
from pulumi_pwmgmt.doctor.examination import Report
from pulumi_pwmgmt.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

BIN = Path(sys.executable).parent
NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
CONNECTION = "okta-of-the-production-tenant"
CREDENTIAL = "ci-bot-that-deploys-to-production"
PRINCIPAL = "ci-bot-that-deploys-to-production@service-accounts.example.com"
LONG = f"{'x' * 90}@example.com"
COLOUR = "\x1b["


def report() -> Report:
    okta = ConnectionReport(name=CONNECTION, system="okta_myaccount", tls="verified", certificate_ends=NOON)
    drifted = Finding(about=CREDENTIAL, kind="drift", happened="the password was changed", to_do="find out by whom")
    accounts = [
        CredentialReport(
            name=CREDENTIAL, urn="", connection=CONNECTION, principal=principal, there=True, status="PASSWORD_EXPIRED",
            drifted=True, changed_at=NOON, changed_by_us=False, age_days=12345, findings=[drifted],
        )
        for principal in (PRINCIPAL, LONG)
    ]  # fmt: skip
    return Report(connections=[okta], credentials=accounts, findings=[])


def shown(monkeypatch: pytest.MonkeyPatch, columns: int) -> str:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    file = io.StringIO()
    tables.show(report(), file)
    return re.sub(r"\x1b\[[\d;]*m", "", file.getvalue())


@pytest.mark.parametrize("columns", [40, 80, 120, 300])
def test_no_name_and_no_time_is_cut(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    text = shown(monkeypatch, columns)
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= columns
    for word in (CONNECTION, CREDENTIAL, "okta_myaccount", "PASSWORD_EXPIRED", "2026-03-01T12:00:00Z", "12345"):
        assert word in text
    for name in (PRINCIPAL, LONG):
        assert name in (text if len(name) < columns - 2 else re.sub(r"\s", "", text))


def test_what_fits_is_a_table_and_what_does_not_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = shown(monkeypatch, 300), shown(monkeypatch, 80)
    assert re.search(r"^ *credential +principal +connection +there +status", wide, re.MULTILINE)
    assert f"\n{CREDENTIAL}\n  principal {PRINCIPAL};" in narrow
    listed = f"connection {CONNECTION}; there yes; status PASSWORD_EXPIRED; drifted yes; changed 2026-03-01T12:00:00Z; "
    assert f"{listed}by us no; days old 12345 " in re.sub(r"\s+", " ", narrow)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Put a pulumi on PATH whose stack has a connection that means nothing."""
    script = f"""#!{sys.executable}
import sys
print({{"config": '{{"pwmgmt:connections": {{"value": "{{\\\\\\"okta\\\\\\": 1}}"}}}}', "stack": "{{}}"}}[sys.argv[4]])
"""
    (tmp_path / "pulumi").write_text(script)
    (tmp_path / "pulumi").chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    return {**kept, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "TERM": "xterm-256color"}


def on_a_terminal(environment: dict[str, str], columns: int) -> str:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    subprocess.run([BIN / "pwmgmt", "doctor"], env=environment, stdout=theirs, check=False, timeout=60)
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        return b"".join(_until_closed(terminal)).decode()


def _until_closed(terminal: io.FileIO) -> Iterator[bytes]:
    while True:
        try:
            piece = terminal.read(64 * 1024)
        except OSError:  # as Linux tells the end of a terminal
            return
        if not piece:
            return
        yield piece


def in_a_pipe(environment: dict[str, str], **differences: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(BIN / "pwmgmt"), "doctor"]
    return subprocess.run(command, env=environment | differences, capture_output=True, check=False, timeout=60)


def test_a_terminal_gets_colours_and_its_own_width(environment: dict[str, str]) -> None:
    told = on_a_terminal(environment, 80)
    assert f"{COLOUR}1;31m✗ " in told
    lines = re.sub(r"\x1b\[[\d;]*m", "", told).splitlines()
    assert 60 < max(map(len, lines)) <= 80


def test_a_pipe_gets_no_colours_unless_it_is_asked_for(environment: dict[str, str]) -> None:
    assert COLOUR.encode() not in in_a_pipe(environment).stdout
    assert f"{COLOUR}1;31m✗ ".encode() in in_a_pipe(environment, FORCE_COLOR="1").stdout
    assert COLOUR.encode() not in in_a_pipe(environment, NO_COLOR="1").stdout


def test_an_encoding_without_our_signs_gets_others(environment: dict[str, str]) -> None:
    for encoding in ("ascii", "latin-1"):
        told = in_a_pipe(environment, PYTHONIOENCODING=encoding)
        assert (told.returncode, told.stderr) == (1, b"")
        assert b"? connection okta: connection 'okta' is not a map of settings" in told.stdout
