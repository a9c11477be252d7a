"""A simulator and a stack that belong to the demo alone."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
PROGRAM = Path(__file__).parent.parent / "many_systems"
NOT_SECRET = {"system", "url", "subdomain"}


class DemoFailed(Exception):
    """What the demo starts did not do its work; the text says what it was, and what that said."""


def start_simulator() -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """Start a simulator on free ports; return it, and what it says of itself. It ends when its input is closed.

    Raises:
        DemoFailed: it did not start; it has said why on standard error.

    """
    command = ("simulate", "--port", "0", "--control-port", "0", "--json", "--until-stdin-ends")
    simulator = subprocess.Popen(
        [BIN / "pwmgmt", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    line = simulator.stdout.readline() if simulator.stdout else ""
    if not line:
        raise DemoFailed("the simulator did not start")
    return simulator, json.loads(line)


class Stack:
    """The program of ``many_systems`` on a stack whose every file is in one directory."""

    def __init__(self, directory: Path) -> None:
        self._project = directory / "project"
        self._events = directory / "events.json"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
            "TMPDIR": str(directory),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_BACKEND_URL": f"file://{directory}",
            "PULUMI_CONFIG_PASSPHRASE": secrets.token_urlsafe(),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log, as Pulumi's own Automation API sets it
        }
        shutil.copytree(PROGRAM, self._project)
        self.run("stack", "init", "demo")

    def connect(self, name: str, connection: dict[str, str]) -> None:
        """Set one entry of ``pwmgmt:connections``."""
        path = f"pwmgmt:connections.{name}"
        plain = [f"--plaintext={path}.{key}={value}" for key, value in connection.items() if key in NOT_SECRET]
        self.run("config", "set-all", "--path", *plain)
        for key in connection.keys() - NOT_SECRET:
            self.set_secret(f"{path}.{key}", connection[key])

    def set_secret(self, name: str, value: str) -> None:
        """Set a secret of the stack's config, past the command line, which everybody on the machine can read."""
        self.run("config", "set", "--secret", "--path", name, given=value)

    def change(self, command: str) -> dict[str, str]:
        """Run ``up``, ``refresh`` or ``destroy``; return what was done to each credential, by the resource's name."""
        self._events.unlink(missing_ok=True)
        self.run(command, "--yes", "--skip-preview", "--event-log", str(self._events))
        events = map(json.loads, self._events.read_text().splitlines())
        steps = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        return {step["urn"].rsplit("::", 1)[1]: step["op"] for step in steps if "ManagedCredential" in step["type"]}

    def run(self, *arguments: str, given: str | None = None) -> str:
        """Run ``pulumi`` with ``given`` on its standard input; return its standard output.

        Raises:
            DemoFailed: it did not end well.

        """
        done = subprocess.run(
            [BIN / "pulumi", "--non-interactive", *arguments],
            cwd=self._project,
            env=self._environment,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise DemoFailed(f"pulumi {arguments[0]} ended {done.returncode}:\n{done.stdout}")
        return done.stdout
