"""A throw-away Pulumi project on the real engine, always with this repository's language host."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.places import ROOT
from tests.engine.scripts import script

if TYPE_CHECKING:
    from pathlib import Path

BIN = ROOT / ".venv" / "bin"


@dataclass
class Project:
    """A directory with Pulumi.yaml and a stack, a home of its own, and the environment to run it in."""

    directory: Path
    environment: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        scratch = self.directory.with_name(f"{self.directory.name}-pulumi")
        (scratch / "backend").mkdir(parents=True)
        runner = shutil.which("pulumi-language-python-exec", path=os.pathsep.join([str(BIN), os.environ["PATH"]]))
        assert runner, "no engine: run `make setup`"
        host = [sys.executable, "-u", str(ROOT / "engine" / "language_host.py"), runner]
        script(scratch / "bin" / "pulumi-language-python", f'exec {shlex.join(host)} "$@"')
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(scratch / "bin"), str(BIN), os.environ["PATH"]]),
            "PULUMI_HOME": str(scratch / "home"),
            "PULUMI_BACKEND_URL": f"file://{scratch / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "CANARY-passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self.write("Pulumi.yaml", "name: project\nruntime: python\n")
        self.pulumi("stack", "init", "test")

    def write(self, name: str, text: str) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def pulumi(self, *arguments: str, fails: bool = False) -> str:
        """Run a command to its end, which must be the expected one, and return all it said."""
        done = subprocess.run(
            [BIN / "pulumi", *arguments, "--non-interactive"], cwd=self.directory, env=self.environment, check=False,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stdout
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and leave it running."""
        return subprocess.Popen(
            [BIN / "pulumi", *arguments, "--non-interactive"], cwd=self.directory, env=self.environment,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
