"""``pwmgmt doctor`` as a user runs it, with a look at what it asks the systems and at all that it shows."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.canary import assert_no_canary
from tests.end_to_end.stack import BIN

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

PATIENCE_S = 120
READS = ("GET ", "POST /auth/oauth2/v2/token ")  # OneLogin's reads need a token, which is got with the API credential


@dataclass(frozen=True)
class Told:
    """What both forms of the report say: the JSON, and the tables as text."""

    report: dict[str, Any]
    tables: str

    def findings(self) -> dict[str, list[str]]:
        """Return the kinds of what was found, by what it is about."""
        kinds: dict[str, list[str]] = {}
        for finding in self.all():
            kinds.setdefault(finding["about"], []).append(finding["kind"])
        return kinds

    def finding(self, about: str) -> dict[str, Any]:
        """Return the one finding about this."""
        (finding,) = (one for one in self.all() if one["about"] == about)
        return finding

    def connection(self, name: str) -> dict[str, Any]:
        (report,) = (one for one in self.report["connections"] if one["name"] == name)
        return dict(report)

    def credential(self, name: str) -> dict[str, Any]:
        (report,) = (one for one in self.report["credentials"] if one["name"] == name)
        return dict(report)

    def all(self) -> list[dict[str, Any]]:
        parts = (self.report, *self.report["connections"], *self.report["credentials"])
        return [finding for part in parts for finding in part["findings"]]


def run(stack: Stack, *arguments: str, **differences: str | None) -> subprocess.CompletedProcess[str]:
    """Run it, with differences in its environment; nothing that it shows holds a secret."""
    variables = stack.variables | differences
    done = subprocess.run(
        [BIN / "pwmgmt", "doctor", *arguments],
        cwd=stack.directory,
        env={name: value for name, value in variables.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert_no_canary(done.stdout + done.stderr, "what the doctor shows")
    assert "Traceback" not in done.stderr
    return done


def examined(stack: Stack, directory: Directory) -> Told:
    """Let it look twice, for scripts and for people; both looks only read, and agree about how they end."""
    before = len(directory.calls())
    scripts, people = run(stack, "--json"), run(stack)
    asked = directory.calls()[before:]
    assert all(call.startswith(READS) for call in asked), asked
    report = json.loads(scripts.stdout)
    told = Told(report, people.stdout)
    assert report["well"] == (told.all() == [])
    assert (scripts.returncode, people.returncode) == ((0, 0) if report["well"] else (1, 1))
    assert scripts.stderr == people.stderr == ""
    for finding in told.all():
        assert f"{finding['about']}: " in people.stdout
        assert f"→ {finding['to_do']}" in people.stdout
    return told
