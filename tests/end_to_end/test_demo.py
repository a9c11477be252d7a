"""What `make demo` runs, as a person at a terminal meets it."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples"
PULUMI_HOME = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".pulumi"  # whatever HOME says
_PATIENCE_S = 240
_STEPS = ["create", "same", "update", "same", "delete"]
_SOURCES = {"okta": "supplied", "okta_myaccount": "reference", "onelogin": "generated", "etna": "derived"}
_SCREEN = 50  # lines


@dataclass
class Demo:
    """A running demo with a home of its own. What it starts is known by a mark in its environment."""

    place: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        for name in ("cwd", "home", "tmp"):
            (self.place / name).mkdir()
        self.outside = files_in(EXAMPLES) | files_in(PULUMI_HOME)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "examples.demo"],
            cwd=self.place / "cwd",
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.place / "home"),
                "TMPDIR": str(self.place / "tmp"),
                "PYTHONPATH": str(ROOT),
                "http_proxy": "http://127.0.0.1:9",  # as on many a company's machine; nobody is there
                "PWMGMT_TEST_MARK": self.mark,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )

    def ends(self) -> tuple[int, str]:
        text, _ = self.process.communicate(timeout=_PATIENCE_S)
        return self.process.returncode, text

    def processes(self, word: str = "") -> list[psutil.Process]:
        """Return what runs of it, those that have ``word`` on their command line."""
        return [process for process in psutil.process_iter() if self._is_ours(process, word)]

    def _is_ours(self, process: psutil.Process, word: str) -> bool:
        with suppress(psutil.Error, OSError):
            return process.environ().get("PWMGMT_TEST_MARK") == self.mark and word in " ".join(process.cmdline())
        return False

    def ports(self, word: str = "") -> set[int]:
        """Return the TCP ports that its processes listen on."""
        found = set()
        for process in self.processes(word):
            with suppress(psutil.Error):
                found |= {c.laddr.port for c in process.net_connections("tcp") if c.status == psutil.CONN_LISTEN}
        return found

    def working_files(self) -> list[Path]:
        return list((self.place / "tmp").iterdir())

    def when(self, moment: Callable[[Demo], object]) -> None:
        """Wait for a moment of its run."""
        deadline = time.monotonic() + _PATIENCE_S
        while not moment(self):
            assert self.process.poll() is None, f"it ended too early:\n{self.ends()[1]}"
            assert time.monotonic() < deadline, "that moment never came"
            time.sleep(0.01)

    def left_behind(self, ports: set[int]) -> list[object]:
        """Return what there still is of it: processes, files, ports among ``ports`` that still answer."""
        left: list[object] = [*self.processes()]
        left += [path for path in self.place.rglob("*") if path.parent != self.place]
        left += sorted((files_in(EXAMPLES) | files_in(PULUMI_HOME)) ^ self.outside)
        return left + [port for port in ports if answers(port)]


def files_in(directory: Path) -> set[Path]:
    """Return the files, without Python's own cache of compiled modules."""
    return {path for path in directory.rglob("*") if "__pycache__" not in path.parts}


def answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    demo = Demo(tmp_path)
    yield demo
    if demo.process.poll() is None:  # the test failed
        demo.process.terminate()
        demo.ends()


def test_every_line_is_as_promised_and_nothing_is_left(demo: Demo) -> None:
    demo.when(lambda demo: len(demo.ports("simulate")) == 2)
    ports = demo.ports()

    code, text = demo.ends()

    assert code == 0, text
    assert "Every line is as promised." in text
    lines = [line.replace("✓", " ").split() for line in text.splitlines()]
    for system, source in _SOURCES.items():
        told = [(line[2:4], line[4], line[5]) for line in lines if line[:1] == [system]]
        refused = [cells for cells in told if cells[0][1] == "refused"]
        assert refused == ([([source, "refused"], "yes", "no")] if system == "okta" else []), "the old one works on"
        assert [cells for cells in told if cells not in refused] == [
            ([source, step], "no", "-" if step == "delete" else "yes") for step in _STEPS
        ]
    assert "minimum-length: the password is shorter than 15 characters (NIST" in text
    assert len(text.splitlines()) < _SCREEN
    assert demo.left_behind(ports) == []


def test_a_line_that_is_not_as_promised_is_named(demo: Demo) -> None:
    demo.when(lambda demo: len(demo.ports("simulate")) == 2)
    log_ins_fail = {"system": "okta", "method": "POST", "path": "/api/v1/authn", "kind": "503", "times": 1000}
    ordered = [
        requests.post(f"http://127.0.0.1:{port}/faults", json=log_ins_fail, timeout=10).ok
        for port in demo.ports("simulate")
    ]
    assert sorted(ordered) == [False, True], "one of the two ports is the control port"

    code, text = demo.ends()

    assert code == 1, text
    assert "9 lines are not as promised:" in text
    assert "change, okta: update, no, no instead of update, no, yes" in text
    assert "policy, okta: refused, no, no instead of refused, yes, no" in text
    assert demo.left_behind(set()) == []


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(Demo.working_files, id="at the start"),
        pytest.param(lambda demo: demo.ports("simulate"), id="when the simulator listens"),
        pytest.param(lambda demo: demo.processes("pulumi.dynamic"), id="while Pulumi's plugin is at work"),
    ],
)
def test_ctrl_c_leaves_nothing(demo: Demo, moment: Callable[[Demo], object]) -> None:
    demo.when(moment)
    ports = demo.ports()

    os.killpg(demo.process.pid, signal.SIGINT)

    code, text = demo.ends()
    assert code == 130, text
    assert "Stopped. Nothing is left behind." in text
    assert "Traceback" not in text
    assert demo.left_behind(ports) == []
