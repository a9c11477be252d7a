"""A throw-away stack that the real Pulumi runs: its own directory, home, backend and passphrase."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.canary import assert_no_canary, find_canary

BIN = Path(sys.executable).parent
_PASSPHRASE = "CANARY-passphrase"
# Whoever calls another machine meets a proxy that is not there.
LOOPBACK_ONLY = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
}
_TYPE = "pulumi-python:dynamic/pwmgmt:ManagedCredential"
_GENERATED = "pulumi-python:dynamic/pwmgmt:GeneratedPassword"


@dataclass(frozen=True)
class Outcome:
    """How one ``pulumi`` command ended: its text, and the operation on each credential by the resource's name."""

    code: int
    text: str
    events: list[dict[str, Any]]

    @property
    def operations(self) -> dict[str, str]:
        """What was done to each credential; a replacement is told as one."""
        return self._steps("resOutputsEvent")

    @property
    def planned(self) -> dict[str, str]:
        """What a preview announced for each credential."""
        return self._steps("resourcePreEvent")

    def _steps(self, kind: str) -> dict[str, str]:
        steps: dict[str, str] = {}
        for event in self.events:
            metadata = event.get(kind, {}).get("metadata", {})
            if metadata.get("type") == _TYPE:
                name = metadata["urn"].rsplit("::", 1)[1]
                steps[name] = "replace" if "replace" in (metadata["op"], steps.get(name)) else metadata["op"]
        return steps

    @property
    def error_lines(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if "error:" in line]


@dataclass
class Stack:
    """One program with its config. ``environment`` is added to what every command sees.

    ``project`` is a Pulumi project to take a copy of; without one, the program is still to be written.
    """

    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    bin: Path = BIN
    project: Path | None = None

    def __post_init__(self) -> None:
        (self.directory / "backend").mkdir(parents=True)
        if self.project:
            shutil.copytree(self.project, self.directory, dirs_exist_ok=True)
        else:
            self._write("Pulumi.yaml", "name: stranger\nruntime: python\n")
        self.run("stack", "init", "test")

    def program(self, text: str) -> None:
        """Write what the user writes."""
        self._write("__main__.py", text)

    def configure(self, plain: dict[str, str] | None = None, *, secrets: dict[str, str] | None = None) -> None:
        """Set config by path, as ``pulumi config set --path`` does."""
        pairs = [("--plaintext", name, value) for name, value in (plain or {}).items()]
        pairs += [("--secret", name, value) for name, value in (secrets or {}).items()]
        arguments = [text for kind, name, value in pairs for text in (kind, f"{name}={value}")]
        self.run("config", "set-all", "--path", *arguments)

    def connect(self, name: str, connection: dict[str, Any]) -> None:
        """Set one entry of ``pwmgmt:connections``, its secrets as secrets."""
        path = f"pwmgmt:connections.{name}"
        secrets = {f"{path}.{key}": str(value) for key, value in connection.items() if find_canary(str(value))}
        plain = {f"{path}.{key}": str(value) for key, value in connection.items() if f"{path}.{key}" not in secrets}
        self.configure(plain, secrets=secrets)

    def run(self, *arguments: str, expect: int | None = 0) -> Outcome:
        """Run ``pulumi``; the test fails if it ends otherwise than expected (None: anyhow) or shows a secret."""
        outcome = self.run_unsearched(*arguments, expect=expect)
        if arguments[0] != "stack":
            assert_no_canary(outcome.text, f"the output of pulumi {arguments[0]}")
        assert_no_canary(json.dumps(outcome.events), f"the events of pulumi {arguments[0]}")
        return outcome

    def run_unsearched(self, *arguments: str, expect: int | None = 0) -> Outcome:
        """Run ``pulumi`` where the user's own config holds a secret in clear."""
        event_log = self.directory / "events.json"
        event_log.unlink(missing_ok=True)
        if arguments[0] in ("up", "preview", "refresh", "destroy"):
            arguments = (*arguments, "--event-log", str(event_log))
        done = subprocess.run(
            [self.bin / "pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=self.directory,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        text = done.stdout + done.stderr
        events = event_log.read_text() if event_log.exists() else ""
        ended = f"pulumi {arguments[0]} ended {done.returncode}, not {expect}:\n{text}"
        assert expect in (None, done.returncode), ended
        return Outcome(done.returncode, text, [json.loads(line) for line in events.splitlines()])

    def up(self, *arguments: str, expect: int = 0) -> Outcome:
        return self.run("up", "--yes", "--skip-preview", *arguments, expect=expect)

    def preview(self, *arguments: str, expect: int = 0) -> Outcome:
        return self.run("preview", "--diff", *arguments, expect=expect)

    def refresh(self, *arguments: str, expect: int = 0) -> Outcome:
        return self.run("refresh", "--yes", "--skip-preview", *arguments, expect=expect)

    def destroy(self, *arguments: str, expect: int = 0) -> Outcome:
        return self.run("destroy", "--yes", "--skip-preview", *arguments, expect=expect)

    def state(self, *, secrets: bool = False) -> list[dict[str, Any]]:
        """Return the resources of the exported state, decrypted if asked for."""
        exported = self.run("stack", "export", *(["--show-secrets"] if secrets else []))
        if not secrets:
            assert_no_canary(exported.text, "the exported state")
        resources: list[dict[str, Any]] = json.loads(exported.text)["deployment"].get("resources", [])
        return resources

    def generated(self, name: str = "made") -> dict[str, str]:
        """Return the secrets of a generated password, ``value`` and ``previous``: they are nobody's canaries."""
        (entry,) = (one for one in self.state(secrets=True) if one["urn"].endswith(f"{_GENERATED}::{name}"))
        secrets = {key: value for key, value in entry["outputs"].items() if key in ("value", "previous")}
        return {key: json.loads(value["plaintext"]) for key, value in secrets.items()}

    def outputs(self) -> dict[str, Any]:
        """Return what the program exports, decrypted."""
        exported: dict[str, Any] = json.loads(self.run("stack", "output", "--json", "--show-secrets").text)
        return exported

    def credentials(self, *, secrets: bool = False) -> dict[str, dict[str, Any]]:
        """Return the credentials' entries in the state by the resource's name."""
        return {
            resource["urn"].rsplit("::", 1)[1]: resource
            for resource in self.state(secrets=secrets)
            if resource["type"] == _TYPE
        }

    @staticmethod
    def urn(name: str) -> str:
        """Return how Pulumi calls a credential of ``program``, in the state or not."""
        return f"urn:pulumi:test::stranger::{_TYPE}::{name}"

    @property
    def variables(self) -> dict[str, str]:
        return {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.directory),
            "PULUMI_HOME": str(self.directory / "home"),
            "PULUMI_BACKEND_URL": f"file://{self.directory / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # for --event-log, as Pulumi's Automation API sets it
            "PYTHONPATH": str(Path.cwd()),
            **LOOPBACK_ONLY,
            **{name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")},
            **self.environment,
        }

    def discard(self) -> None:
        shutil.rmtree(self.directory)

    def _write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)
