"""A simulator and a stack that belong to the demo alone."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
PROGRAM = Path(__file__).parent / "program"
POLICY = Path(__file__).parent.parent.parent / "policy"
NOT_SECRET = {"system", "url", "subdomain"}
COLOUR = re.compile(r"<\{%[a-z ]+%\}>")


@dataclass(frozen=True)
class Change:
    """What a run did to each credential, and which policy refused what in which words, by the resource's name."""

    operations: dict[str, str]
    refusals: dict[str, str]


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
    """The demo's program on a stack whose every file is in one directory. Its runs see ``environment``."""

    def __init__(self, directory: Path) -> None:
        self._project = directory / "project"
        self._events = directory / "events.json"
        self.environment = {
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

    def set_generation(self, name: str, generation: int) -> None:
        """Say which generation the password of a resource is: this one now."""
        self.run("config", "set", "--path", f"pwmgmt:generations.{name}", str(generation))

    def change(self, command: str, *, refused: bool = False) -> Change:
        """Run ``up`` under the policies, ``refresh`` or ``destroy``; ``refused`` says that a policy has to stop it.

        Raises:
            DemoFailed: it did not end so.

        """
        self._events.unlink(missing_ok=True)
        policies = ("--policy-pack", str(POLICY)) if command == "up" else ()
        self.run(command, "--yes", "--skip-preview", "--event-log", str(self._events), *policies, refused=refused)
        events = [json.loads(line) for line in self._events.read_text().splitlines()]
        steps = [event["resOutputsEvent"]["metadata"] for event in events if "resOutputsEvent" in event]
        told = [event["policyEvent"] for event in events if "policyEvent" in event]
        return Change(
            {named(step["urn"]): step["op"] for step in steps if "ManagedCredential" in step["type"]},
            {
                named(one["resourceUrn"]): f"{one['policyName']}: {COLOUR.sub('', one['message']).strip()}"
                for one in told
                if one["enforcementLevel"] == "mandatory"
            },
        )

    def generated(self, name: str) -> str:
        """Return the value of a generated password, as the state has it."""
        exported = json.loads(self.run("stack", "export", "--show-secrets"))
        [entry] = [
            one for one in exported["deployment"]["resources"] if one["urn"].endswith(f"GeneratedPassword::{name}")
        ]
        value: str = json.loads(entry["outputs"]["value"]["plaintext"])
        return value

    def run(self, *arguments: str, given: str | None = None, refused: bool = False) -> str:
        """Run ``pulumi`` with ``given`` on its standard input; return its output. ``refused``: it has to fail.

        Raises:
            DemoFailed: it did not end so.

        """
        done = subprocess.run(
            [BIN / "pulumi", "--non-interactive", *arguments],
            cwd=self._project,
            env=self.environment,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if bool(done.returncode) != refused:
            raise DemoFailed(f"pulumi {arguments[0]} ended {done.returncode}:\n{done.stdout}")
        return done.stdout


def named(urn: str) -> str:
    """Return the name of a resource."""
    return urn.rsplit("::", 1)[1]
