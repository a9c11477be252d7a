"""The command that a refused master is answered with, run as it is printed."""

from __future__ import annotations

import base64
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt import from_file
from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe

if TYPE_CHECKING:
    from tests.end_to_end.stack import Stack

PLACE: dict[str, Any] = {"tenant": "https://x.example", "principal": "bot", "generation": 1, "recipe": Recipe()}


def test_the_advised_command_makes_a_master_that_serves(stack: Stack) -> None:
    with pytest.raises(NotConfigured) as refused:
        derive(Secret("CANARY-short"), **PLACE)
    command = refused.value.advice.partition(": ")[2].replace("NAME", "2026")

    ran = subprocess.run(
        ["/bin/bash", "-o", "pipefail", "-c", command],
        cwd=stack.directory,
        env=stack.variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    kept = stack.run_unsearched("config", "get", "--path", "pwmgmt:masters.2026").text.removesuffix("\n")
    on_file = stack.directory / "master"
    on_file.write_text(f"{kept}\n")

    assert len(base64.b64decode(kept, validate=True)) == 48
    assert derive(Secret(kept), **PLACE) == derive(from_file(on_file).read(), **PLACE)
    assert kept not in ran.stdout + ran.stderr + (stack.directory / "Pulumi.test.yaml").read_text()
