"""The engine that set-up has linked runs a program and its dynamic provider, called in any of the usual ways."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from engine import oldest_sdk
from engine.places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BIN = ROOT / ".venv" / "bin"
# The provider reports the interpreter it runs in: a second process, started by a second script.
PROGRAM = """
import importlib.metadata, sys
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Reporter(ResourceProvider):
    def create(self, props):
        return CreateResult("id", {"provider": sys.prefix})

class Report(Resource):
    provider: pulumi.Output[str]
    def __init__(self, name):
        super().__init__(Reporter(), name, {"provider": None})

pulumi.export("provider", Report("report").provider)
pulumi.export("program", sys.prefix)
"""
UP = "pulumi stack init test && pulumi up --yes --skip-preview --non-interactive"
OUTPUTS = "pulumi stack output program && pulumi stack output provider"


@pytest.fixture
def stack(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of ours is on PATH."""
    (tmp_path / "backend").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: linked\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    return {
        "PATH": os.defpath,
        "HOME": str(tmp_path / "home"),
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'backend'}",
        "PULUMI_CONFIG_PASSPHRASE": "CANARY-passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }


def prefixes(script: str, directory: Path, environment: dict[str, str]) -> list[str]:
    """Run a shell script that ends with OUTPUTS; return the interpreters of program and provider."""
    done = subprocess.run(
        ["/bin/sh", "-ec", script], cwd=directory, env=environment, check=False, timeout=120, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "warning" not in done.stdout
    return done.stdout.splitlines()[-2:]


def test_in_an_activated_environment(tmp_path: Path, stack: dict[str, str]) -> None:
    script = f". '{BIN}/activate' && {UP} && {OUTPUTS}"
    assert prefixes(script, tmp_path, stack) == [str(ROOT / ".venv")] * 2


def test_by_its_full_name_without_activating_anything(tmp_path: Path, stack: dict[str, str]) -> None:
    script = f"{UP} && {OUTPUTS}".replace("pulumi ", f"'{BIN}/pulumi' ")
    assert prefixes(script, tmp_path, stack) == [str(ROOT / ".venv")] * 2


def test_with_the_oldest_sdk(tmp_path: Path, stack: dict[str, str]) -> None:
    oldest = oldest_sdk.environment()
    environment = oldest_sdk.activated(oldest, stack)
    assert prefixes(f"{UP} && {OUTPUTS}", tmp_path, environment) == [str(oldest)] * 2


def test_the_oldest_sdk_s_environment_is_made_once_and_knows_the_checkout() -> None:
    oldest = oldest_sdk.environment()
    made = (oldest / "complete").stat().st_mtime_ns
    assert oldest_sdk.environment() == oldest
    assert (oldest / "complete").stat().st_mtime_ns == made
    ask = "import pulumi, pulumi_pwmgmt; print(pulumi_pwmgmt.__file__); print(pulumi.__file__)"
    environment = oldest_sdk.activated(oldest, dict(os.environ))
    where = subprocess.check_output([oldest / "bin" / "python", "-c", ask], env=environment, text=True)
    library, sdk = where.splitlines()
    assert library == str(ROOT / "pulumi_pwmgmt" / "__init__.py")
    assert sdk.startswith(str(oldest))
