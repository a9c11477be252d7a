"""What is watched in every test is found: each of these runs one in a pytest of its own, with the same plugins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, body: str) -> str:
    """Run a test with this body; return what pytest said, with its exit code before it."""
    (folder / "test_it.py").write_text(f"import logging, os, socket, sys\n\ndef test_it():\n    {body}\n")
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {ROOT}\nlog_level = DEBUG\n")
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.loopback_only", "tests.canary_watch"]\n')
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
    )
    return f"{ended.returncode}\n{ended.stdout}"


@pytest.mark.parametrize(
    "body",
    [
        "print('CANARY-x')",
        "sys.stderr.write('CANARY-x')",
        "os.write(2, b'CANARY-x')",
        "os.system('echo CANARY-x')",
        "logging.getLogger('any').debug('%s', 'CANARY-x')",
    ],
)
def test_a_secret_that_is_printed_or_logged_fails_the_test(tmp_path: Path, body: str) -> None:
    assert "a secret stands in Captured" in run(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [
        "socket.create_connection(('192.0.2.1', 9), timeout=1)",
        "socket.create_connection(('example.com', 9), timeout=1)",
        "socket.socket().connect_ex(('192.0.2.1', 9))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
        "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 9))",
    ],
)
def test_who_leaves_this_machine_fails_the_test(tmp_path: Path, body: str) -> None:
    swallowed = f"try:\n        {body}\n    except BaseException:\n        pass"
    assert "a test left this machine, or tried to" in run(tmp_path, swallowed)


def test_what_stays_here_and_keeps_quiet_passes(tmp_path: Path) -> None:
    body = "socket.socket().connect_ex(('127.0.0.1', 9)); socket.getaddrinfo('localhost', 9); print('fine')"
    assert run(tmp_path, body).startswith("0\n")
