"""The pytest fixture, as users' own tests use it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.simulator.wire import TIMEOUT_S

if TYPE_CHECKING:
    from pathlib import Path

USE = """
def test_first(pwmgmt_simulator):
    systems = {account["system"] for account in pwmgmt_simulator.accounts}
    assert systems == {"okta", "okta_myaccount", "onelogin", "etna"}
    assert pwmgmt_simulator.url.startswith("http://127.0.0.1:")
    pwmgmt_simulator.load({"okta": {"tokens": [{"token": "CANARY-t"}]}})
    pwmgmt_simulator.fault(kind="500")
    pwmgmt_simulator.advance_clock(5)
    assert pwmgmt_simulator.accounts == []

def test_second(pwmgmt_simulator):
    assert len(pwmgmt_simulator.accounts) > 4
    assert pwmgmt_simulator.control("GET", "/faults") == []
    assert pwmgmt_simulator.log() == []
"""


def pytest_run(folder: Path, source: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, str(folder / "test_it.py")]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S * 2, check=False, cwd=folder, env=environment
    )


def test_every_test_begins_with_the_first_seed(tmp_path: Path) -> None:
    ended = pytest_run(tmp_path, USE)
    assert ended.returncode == 0, ended.stdout


def test_arguments_come_from_the_settings(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\npwmgmt_simulator_args = --remember-passwords\n")
    source = "def test_it(pwmgmt_simulator):\n    assert pwmgmt_simulator.control('GET', '/passwords') == []\n"
    ended = pytest_run(tmp_path, source)
    assert ended.returncode == 0, ended.stdout


def test_a_missing_extra_fails_clearly(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "uvicorn.py").write_text("raise ModuleNotFoundError('no', name='uvicorn')\n")
    ended = pytest_run(tmp_path, "def test_it(pwmgmt_simulator):\n    pass\n", PYTHONPATH=str(hidden))
    assert ended.returncode == 1
    assert "pip install 'pulumi-pwmgmt[simulator]'" in ended.stdout


def test_a_run_that_does_not_use_it_starts_nothing(tmp_path: Path) -> None:
    source = """
import sys
def test_it():
    assert not [name for name in ("starlette", "uvicorn", "rich") if name in sys.modules]
"""
    ended = pytest_run(tmp_path, source)
    assert ended.returncode == 0, ended.stdout
