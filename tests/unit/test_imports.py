"""What is loaded when: nobody waits for what they don't use."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def loaded_by(statement: str) -> set[str]:
    show = f"import sys; {statement}; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True, timeout=120)
    return set(names.stdout.split())


def test_a_program_that_declares_credentials_pulls_in_neither_the_wire_nor_a_system() -> None:
    loaded = loaded_by("from pulumi_pwmgmt import ManagedCredential")
    assert "pulumi" in loaded
    assert not {"requests", "urllib3", "pydantic", "tenacity", "cryptography", "cronsim", "zxcvbn"} & loaded
    ours = {name for name in loaded if name.startswith("pulumi_pwmgmt.")}
    assert ours == {
        f"pulumi_pwmgmt.{name}"
        for name in (
            "counting", "enumeration", "errors", "fingerprint", "json_text",
            "masters", "model", "moment", "passwords", "pins", "provider", "recipe",
            "resource", "settings", "suggestion",
        )
    }  # fmt: skip


@pytest.mark.parametrize("module", ["pulumi_pwmgmt", "pulumi_pwmgmt.simulator.pytest_plugin", "pulumi_pwmgmt.cli"])
def test_what_declares_nothing_does_not_wait_for_pulumi(module: str) -> None:
    """The pytest plugin is loaded in every test run of our users, and people wait for ``pwmgmt`` at a prompt."""
    loaded = loaded_by(f"import {module}")
    assert module in loaded
    assert not {"pulumi", "grpc", "requests", "pydantic", "starlette", "uvicorn"} & loaded


def test_the_package_has_its_names_and_no_others() -> None:
    package: Any = importlib.import_module("pulumi_pwmgmt")
    assert [name for name in package.__all__ if not hasattr(package, name)] == []
    assert set(package.__all__) <= set(dir(package))
    with pytest.raises(AttributeError, match="module 'pulumi_pwmgmt' has no attribute 'ManagedCredentials'"):
        _ = package.ManagedCredentials


def test_programs_are_typed_all_the_same(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from pulumi_pwmgmt import ManagedCredential, Misspelt\n"
        "bot = ManagedCredential('bot', connection='okta', principal='bot', password='CANARY-x', colour=1)\n"
        "reveal_type(bot.tenant)\n"
        "reveal_type(bot.status)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}", str(program)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240).stdout
    assert 'Module "pulumi_pwmgmt" has no attribute "Misspelt"' in told
    assert 'Unexpected keyword argument "colour" for "ManagedCredential"' in told
    assert 'Revealed type is "pulumi.output.Output[str]"' in told
    assert 'Revealed type is "pulumi.output.Output[str | None]"' in told
