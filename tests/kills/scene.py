"""One stack with a credential in each system, and what an update of it does while the servers sit on its writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import Secret
from tests.canary import assert_no_canary
from tests.end_to_end.programs import credential, program
from tests.kills import processes
from tests.kills.ways import USUAL, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

WRONG_LOG_INS = (
    ("POST /api/v1/authn", 401),
    ("/credentials/change_password", 403),  # the old password is one as well
    ("/idp/myaccount/password/change-password", 403),
    ("POST /api/1/login/auth", 401),
    ("POST /api/token", 401),
)


@dataclass
class Scene:
    """The credentials are called as their systems are. ``marked`` is how much of the request log is looked at no more.

    The plugin works on four at a time, so all writes of one update hang together.
    """

    stack: Stack
    directory: Directory
    ways: Mapping[str, Way] = field(default_factory=lambda: dict(USUAL))
    marked: int = 0

    def account(self, system: str) -> Account:
        return self.directory.account(system)

    def declare(self, ways: Mapping[str, Way] | None = None, *, password: str = "", head: str = "") -> None:
        """Write the program, and config for it. ``password`` is source, by default from config."""
        self.ways = ways or self.ways
        written = []
        live: dict[str, str] = {}
        for system, way in self.ways.items():
            account = self.account(system)
            self.stack.connect(system, account.connection | way.connection)
            source = password.format(system=system) or f"config.require_secret('{self.key(system)}')"
            written.append(
                credential(
                    system,
                    connection=system,
                    principal=account.principal,
                    password=source,
                    more=way.more.format(key=self.key(system)),
                )
            )
            live[f"{self.key(system)}-live"] = account.password
        self.stack.configure(secrets=live)
        self.stack.program(program(head, *written))

    def wants(self, which: str) -> None:
        """Put a password of each account's own into config."""
        self.stack.configure(secrets={self.key(system): self.password(which, system) for system in self.ways})

    def key(self, system: str) -> str:
        """Return the name in config; a credential that is alone has the name that docs/recovery.md uses."""
        return system if len(self.ways) > 1 else "ciBotPassword"

    @staticmethod
    def password(which: str, system: str) -> str:
        return f"CANARY-{which}-{system.title()}-1"

    def starts(
        self, fault: str, *, before: Sequence[str] = (), command: processes.Command = "up", **more: object
    ) -> processes.Update:
        """Start an update; return when every system has the write and does with it what ``fault`` says."""
        self.mark()
        for system, way in self.ways.items():
            for method, path in way.writes:
                self.directory.simulator.fault(system=system, method=method, path=path, kind=fault, **more)
        running = processes.Update(self.stack, before, command)
        processes.until(lambda: len(self.hanging(fault)) == len(self.ways), "the writes to arrive")
        if fault == "hang_after":
            processes.until(
                lambda: all(call["account"] for call in self.hanging(fault)), "the servers to know whom it is about"
            )
        self.directory.simulator.control("DELETE", "/faults")
        return running

    def gone(self) -> None:
        """Wait until no process of the stack is left."""
        processes.until(lambda: not processes.of(self.stack), "the last process to end")

    def mark(self) -> None:
        self.marked = len(self.directory.simulator.log())

    def log(self) -> list[dict[str, Any]]:
        """Return the requests since the mark."""
        return self.directory.simulator.log()[self.marked :]

    def hanging(self, fault: str) -> list[dict[str, Any]]:
        return [call for call in self.log() if call["fault"] == fault]

    def writes(self, system: str) -> list[dict[str, Any]]:
        """Return the writes to a system since the mark, those without an answer too."""
        return [call for call in self.log() if call["system"] == system and self.ways[system].is_write(call)]

    def wrong_log_ins(self) -> dict[str, int]:
        """Return how often somebody tried a wrong password since the mark, by system."""
        counts = dict.fromkeys(self.ways, 0)
        for call in self.log():
            line = f"{call['method']} {call['path']}"
            if any(path in line and call["status"] == status for path, status in WRONG_LOG_INS):
                system = call["system"] if call["system"] in counts else "okta_myaccount"
                counts[system] += 1
        return counts

    def recorded(self) -> dict[str, str]:
        """Return the fingerprint that the state has of each credential."""
        return {
            name: json.loads(entry["outputs"]["password"]["plaintext"])
            for name, entry in self.stack.credentials(secrets=True).items()
        }

    def fingerprints(self, which: str) -> dict[str, str]:
        """Return the fingerprints that stand for these passwords."""
        return {
            system: fingerprint(
                Secret(self.password(which, system)),
                self.account(system).connection["url"].removesuffix("/api"),
                self.account(system).principal,
            )
            for system in self.ways
        }

    def converged(self, which: str) -> None:
        """The state and the servers agree on these passwords, and another run has nothing to do."""
        assert self.recorded() == self.fingerprints(which)
        for system in self.ways:
            assert self.directory.logs_in(self.account(system), self.password(which, system)), system
        self.mark()
        again = self.stack.up()
        assert again.operations == dict.fromkeys(self.ways, "same")
        assert "pending operation" not in again.text
        assert [call for system in self.ways for call in self.writes(system)] == []

    def shows_no_secret(self, text: str) -> None:
        assert_no_canary(text, "the output of an interrupted pulumi up")
