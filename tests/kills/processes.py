"""The processes of one stack's commands: which of them is which, and one update on its way."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.end_to_end.stack import Stack

Part = Literal["pulumi", "plugin", "language host"]
Command = Literal["up", "destroy"]
_BEFORE, _AFTER = ("--non-interactive", "--color", "never"), ("--yes", "--skip-preview")
PATIENCE_S = 120  # for a step of somebody else's; a slow machine is no failure


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited {PATIENCE_S} s in vain for {what}"
        time.sleep(0.05)


def of(stack: Stack) -> list[psutil.Process]:
    """Return every process of this stack's commands, orphans too: they have its directory as their home."""
    return [process for process in psutil.process_iter() if _belongs(process, stack)]


def part(stack: Stack, name: Part) -> psutil.Process:
    [found] = [process for process in of(stack) if _plays(process) == name]
    return found


def _belongs(process: psutil.Process, stack: Stack) -> bool:
    try:
        return process.environ().get("HOME") == str(stack.directory)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False  # a zombie has no environment any more: it is not running


def _plays(process: psutil.Process) -> Part | None:
    try:
        command = process.cmdline()
    except psutil.NoSuchProcess:
        return None
    programs = {Path(word).name for word in command[:3]}
    if "pulumi.dynamic" in command:
        return "plugin"
    if "--monitor" in command:
        return None  # the program
    if programs & {"language_host.py", "pulumi-language-python"}:  # ours, or the official one
        return "language host"
    return "pulumi" if "pulumi" in programs else None


class Update:
    """A ``pulumi up`` or ``destroy`` on its way. ``before`` is a command that runs it."""

    def __init__(self, stack: Stack, before: Sequence[str] = (), command: Command = "up") -> None:
        self._output = stack.directory / "update.txt"
        # A process of its own keeps what is printed: a disk that is full for Pulumi must not be so for the test.
        self._keeper = subprocess.Popen(
            ["/usr/bin/env", "tee", self._output], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self._keeper.stdin
        with self._keeper.stdin as printed:
            self.process = subprocess.Popen(
                [*before, stack.bin / "pulumi", *_BEFORE, command, *_AFTER],
                cwd=stack.directory,
                env=stack.variables,
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a signal to its group reaches what a terminal's Ctrl-C would
            )

    @property
    def text(self) -> str:
        """What it has printed so far."""
        return self._output.read_text() if self._output.exists() else ""

    def ended(self) -> tuple[int, str]:
        """Wait until it has ended; return its exit code, negative for a signal, and its output."""
        code = self.process.wait(PATIENCE_S)
        self._keeper.wait(PATIENCE_S)  # until the last of what Pulumi has started has closed its output
        return code, self.text
