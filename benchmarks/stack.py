"""A throw-away stack: its own directory with home, backend and temporary files, and the `pulumi` commands on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import yaml

from benchmarks.memory import PeakMemory

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
_CONFIG = "Pulumi.bench.yaml"
_ENDS_WITHIN_S = 5.0


class CommandFailed(Exception):
    """``pulumi`` ended with an error; ``output`` is what it said."""

    def __init__(self, command: str, code: int, output: str) -> None:
        super().__init__(f"pulumi {command} ended {code}:\n{output[-3000:]}")
        self.output = output


@dataclass(frozen=True)
class Done:
    """One command: how long it took, what it said, the peak memory of each process's role in bytes."""

    seconds: float
    output: str
    peaks: Mapping[str, int]


@dataclass(frozen=True)
class Stack:
    """A copy of one of ``benchmarks/programs`` with a stack ``bench``; ``environment`` is added for each command."""

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, directory: Path, program: str, *, plain: Mapping[str, str], secret: Mapping[str, str]) -> Stack:
        """Copy the program and set its config, once."""
        shutil.copytree(HERE / "programs" / program, directory, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("home", "backend", "tmp"):
            (directory / name).mkdir()
        stack = cls(directory)
        stack.run("stack", "init", "bench")
        pairs = [("--plaintext", name, value) for name, value in plain.items()]
        pairs += [("--secret", name, value) for name, value in secret.items()]
        arguments = [text for kind, name, value in pairs for text in (kind, f"{name}={value}")]
        stack.run("config", "set-all", "--path", *arguments)
        return stack

    def copy(self, directory: Path, **environment: str) -> Stack:
        """Return a copy that has nothing in common with this one but the config."""
        shutil.copytree(self.directory, directory)
        return Stack(directory, environment)

    def set(self, **plain: str) -> None:
        """Set plain config where it is kept, without the second that `pulumi config set` takes."""
        path = self.directory / _CONFIG
        settings = yaml.safe_load(path.read_text())
        settings["config"] |= {f"bench:{name}": value for name, value in plain.items()}
        path.write_text(yaml.safe_dump(settings))

    def run(self, *arguments: str, **environment: str) -> Done:
        """Run ``pulumi``; it and all it started are ended if this is interrupted.

        Raises:
            CommandFailed: it did not end with 0.

        """
        log = self.directory / "output.txt"
        with log.open("wb") as output:
            started = time.perf_counter()
            process = subprocess.Popen(
                [BIN / "pulumi", "--non-interactive", "--color", "never", *arguments],
                cwd=self.directory,
                env=self._variables | self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to handle
            )
            with PeakMemory(process.pid) as memory:
                try:
                    code = process.wait()
                except BaseException:  # Ctrl-C among them: no engine may stay behind
                    end(process.pid)
                    raise
                seconds = time.perf_counter() - started
        text = log.read_text(errors="replace")
        if code:
            raise CommandFailed(" ".join(arguments[:2]), code, text)
        return Done(seconds, text, memory.peaks)

    def exported(self) -> dict[str, Any]:
        """Return the state, encrypted, as `pulumi stack export` writes it."""
        state: dict[str, Any] = json.loads(self.run("stack", "export").output)
        return state

    def discard(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.directory)

    @property
    def _variables(self) -> dict[str, str]:
        return {
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.directory),
            "TMPDIR": str(self.directory / "tmp"),
            "PULUMI_HOME": str(self.directory / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.directory / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": "CANARY-passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_STACK": "bench",  # which one is selected is kept by directory, and copies have others
            "PYTHONPATH": str(HERE.parent),
        }


def end(pid: int) -> None:
    """End a process and everything it has started, gently first."""
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        for process in psutil.wait_procs(family, timeout=_ENDS_WITHIN_S)[1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
