"""Peak memory of a program and what it starts, as Linux keeps it: the high-water mark of the resident set."""

from __future__ import annotations

import contextlib
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from typing_extensions import Self

CLI, PLUGIN, PROGRAM = "cli", "plugin", "program"
HOW = "VmHWM in /proc/PID/status of each process under `pulumi`, read ten times a second"

_EVERY_S = 0.1
_ROLES = {"pulumi.dynamic": PLUGIN, "pulumi-language-python-exec": PROGRAM}
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class PeakMemory:
    """Watches a process and its descendants from a thread while the ``with`` block lasts.

    ``peaks`` holds bytes: of the process itself (``cli``), and the largest of the processes of each other role.
    """

    def __init__(self, pid: int) -> None:
        self.peaks: dict[str, int] = {}
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak-memory")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_S):
            with contextlib.suppress(psutil.Error, OSError):  # it has ended in between
                self._look()

    def _look(self) -> None:
        root = psutil.Process(self._pid)
        self._note(CLI, root.pid)
        for process in root.children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError):
                command = " ".join(process.cmdline())
                for mark, role in _ROLES.items():
                    if mark in command:
                        self._note(role, process.pid)

    def _note(self, role: str, pid: int) -> None:
        found = _PEAK.search(Path(f"/proc/{pid}/status").read_text())
        if found:
            self.peaks[role] = max(self.peaks.get(role, 0), int(found[1]) * 1024)
