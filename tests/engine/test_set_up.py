"""Set-up names what is missing, and a second one finds nothing to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine import python_environment
from engine.places import ROOT, Places
from engine.python_environment import locked
from tests.engine.scripts import script

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = ("engine", "pyproject.toml", "requirements.lock", "README.md", "LICENSE")
# Debian ships Python without ensurepip until python3-venv is installed.
DEBIAN = """
import sys

class Debian:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name == "ensurepip" else self.finder.find_spec(name, path, target)

sys.meta_path[:] = [Debian(finder) for finder in sys.meta_path]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What set-up reads of a checkout, and nothing that it makes."""
    root = tmp_path / "checkout"
    root.mkdir()
    for name in INPUTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / name)
    return root


def set_up(checkout: Path, tmp_path: Path, tools: dict[str, str], **variables: str) -> tuple[int, str]:
    """Run it with these commands on PATH and a home of its own."""
    directory = tmp_path / "tools"
    for name, target in tools.items():
        script(directory / name, f'exec "{target}" "$@"')
    environment = {"PATH": str(directory), "HOME": str(tmp_path / "home"), **variables}
    done = subprocess.run(
        ["/bin/sh", checkout / "engine" / "setup"], env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode, done.stdout


SH = {"dirname": shutil.which("dirname", path=os.defpath) or "dirname"}
PYTHON = {**SH, "python3": sys.executable}


def test_without_python_it_is_named(checkout: Path, tmp_path: Path) -> None:
    code, said = set_up(checkout, tmp_path, SH)
    assert code == 1
    assert said.startswith("set-up: no Python: python3 is not on PATH. Python 3.10 or newer is needed")


def test_a_python_that_is_too_old_is_named(checkout: Path, tmp_path: Path) -> None:
    script(tmp_path / "old", 'test "$1" = --version && echo Python 3.9.18 || exit 1')
    code, said = set_up(checkout, tmp_path, {**SH, "python3": str(tmp_path / "old")})
    assert code == 1
    assert said.startswith("set-up: Python 3.9.18 is too old, 3.10 or newer is needed")


def test_another_python_can_be_named(checkout: Path, tmp_path: Path) -> None:
    script(tmp_path / "old", "exit 1")
    script(tmp_path / "newer", 'test "$1" = -c || echo "$@"')
    code, said = set_up(checkout, tmp_path, {**SH, "python3": str(tmp_path / "old")}, PYTHON=str(tmp_path / "newer"))
    assert (code, said) == (0, "-m engine\n")


def test_a_python_without_venv_is_named(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian" / "sitecustomize.py").write_text(DEBIAN)
    code, said = set_up(checkout, tmp_path, PYTHON, PYTHONPATH=str(tmp_path / "debian"))
    assert code == 1
    assert "lacks the module ensurepip" in said
    assert "apt install python3-venv" in said


def test_without_a_network_it_says_that_packages_are_missing(checkout: Path, tmp_path: Path, nowhere: str) -> None:
    code, said = set_up(
        checkout, tmp_path, PYTHON, PIP_INDEX_URL=f"{nowhere}/simple", PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull
    )
    assert code == 1
    assert "set-up: no uv on PATH, and pip cannot fetch it. Is there a network?" in said
    assert "Traceback" not in said


def test_with_uv_but_without_a_network_it_says_so_too(checkout: Path, tmp_path: Path, nowhere: str) -> None:
    uv = {"uv": str(ROOT / ".venv" / "bin" / "uv")}
    unreachable = {"UV_DEFAULT_INDEX": f"{nowhere}/simple", "UV_NO_CACHE": "1", "UV_HTTP_RETRIES": "0"}
    code, said = set_up(checkout, tmp_path, PYTHON | uv, PIP_CONFIG_FILE=os.devnull, **unreachable)
    assert code == 1
    assert "set-up: cannot install what requirements.lock names. Is there a network?" in said
    assert "Traceback" not in said


def test_uv_is_fetched_with_its_hashes() -> None:
    lines = locked("uv", (ROOT / "requirements.lock").read_text()).splitlines()
    assert lines[0].startswith("uv==")
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])
    assert len(lines) > 1
    assert not lines[-1].endswith("\\")


def test_a_second_set_up_finds_nothing_to_do() -> None:
    venv = ROOT / ".venv"

    def state() -> dict[Path, tuple[int, int]]:
        found = [venv, *(venv / "bin").iterdir(), *(venv / "engine").glob("*"), *venv.glob("lib/*/site-packages")]
        return {path: (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in found}

    assert python_environment.up_to_date(Places.from_environment()), "run `make setup`"
    before = state()
    again = subprocess.run([ROOT / "engine" / "setup"], check=True, capture_output=True, text=True)
    assert again.stdout.splitlines()[-1] == "Everything is set up already; nothing to do."
    assert state() == before
