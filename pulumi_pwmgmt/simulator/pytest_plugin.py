"""A pytest plugin: the fixture ``pwmgmt_simulator``, the simulator in a process of its own on free loopback ports.

It is started once per session (and pytest-xdist worker), the first time a test asks for it, and every test begins
with its first seed. The setting ``pwmgmt_simulator_args`` adds arguments of ``pwmgmt simulate``.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

_ARGS = "pwmgmt_simulator_args"


@dataclass
class Simulator:
    """A running simulator, with the fields of ``pwmgmt simulate --json``.

    ``url`` is where the simulated APIs are, ``control_url`` the control port, ``accounts`` the seeded accounts: each
    has ``system``, ``principal``, ``id``, ``login``, ``password`` and ``connection``, an entry for
    ``pwmgmt:connections``.
    """

    url: str
    control_url: str
    accounts: list[dict[str, Any]] = field(repr=False)

    def account(self, system: str, position: int = 0) -> dict[str, Any]:
        """Return the account of a system at this position; raises LookupError if there is none."""
        return [account for account in self.accounts if account["system"] == system][position]

    def reset(self) -> None:
        """Go back to the seed: passwords, statuses, clock; no faults, an empty log."""
        self.control("POST", "/reset")

    def load(self, directory: Mapping[str, object]) -> None:
        """Start over from another seed, of the form that ``--print-directory`` prints, until the test is over.

        Raises:
            urllib.error.HTTPError: 422, it is no seed.

        """
        accounts = self.control("PUT", "/directory", directory)
        self.accounts = accounts if isinstance(accounts, list) else []

    def fault(self, **fault: object) -> None:
        """Order a fault for the requests that ``system``, ``method`` and ``path`` (a glob) fit, by default all.

        Args:
            **fault: ``kind``, required: ``401``, ``429``, ``500``, ``502``, ``503`` or ``504`` (as text),
                ``delay``, ``hang_before``, ``hang_after``, ``truncate``, ``wrong_json``, ``html`` or ``oversize``;
                ``pulumi_pwmgmt.simulator.faults.Fault`` says what each does. ``times``: how often, 1 by default.
                ``delay_s``: in seconds. ``late``: whether a status is answered after the change; by default before it.

        Raises:
            urllib.error.HTTPError: 422, it is no fault.

        """
        self.control("POST", "/faults", fault)

    def advance_clock(self, seconds: float) -> None:
        """Move the simulated clock ahead, or back by negative seconds, until the test is over or the next reset.

        Raises:
            urllib.error.HTTPError: 422, ``seconds`` is not between -10^9 and 10^9.

        """
        self.control("POST", "/clock", {"advance_s": seconds})

    def log(self) -> list[dict[str, Any]]:
        """Return what the simulator was asked since the test began: method, path, account, status."""
        entries = self.control("GET", "/log")
        return entries if isinstance(entries, list) else []

    def control(self, method: str, path: str, body: object = None) -> object:
        """Call the control port; raises ``urllib.error.HTTPError`` when it refuses."""
        from urllib.request import ProxyHandler, Request, build_opener  # noqa: PLC0415 -- plugins load in every run

        data = None if body is None else json.dumps(body).encode()
        request = Request(self.control_url + path, data, method=method)  # noqa: S310 -- our own loopback address
        with build_opener(ProxyHandler({})).open(request, timeout=30) as reply:
            text = reply.read()
        return json.loads(text) if text else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the plugin's setting."""
    parser.addini(_ARGS, "Further arguments of `pwmgmt simulate`", type="args", default=[])


@pytest.fixture(scope="session")
def _pwmgmt_simulator_process(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    yield from running(request.config.getini(_ARGS))


@pytest.fixture
def pwmgmt_simulator(_pwmgmt_simulator_process: Simulator) -> Simulator:
    """Return a simulator of Okta, Okta MyAccount, OneLogin and ETNA Trader, as it was seeded."""
    process = _pwmgmt_simulator_process
    accounts = process.control("DELETE", "/directory")
    return Simulator(process.url, process.control_url, accounts if isinstance(accounts, list) else [])


def running(arguments: Sequence[str]) -> Iterator[Simulator]:
    """Run ``pwmgmt simulate`` with these arguments on free ports, and end it when the caller is done."""
    command = [sys.executable, "-m", "pulumi_pwmgmt.cli", "simulate", "--port", "0", "--control-port", "0", "--json"]
    with subprocess.Popen(  # noqa: S603 -- our own module
        [*command, "--until-stdin-ends", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,  # its standard error is the test's own: pytest shows it where the test fails
        text=True,
        encoding="utf-8",
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            process.wait()
            pytest.fail("pwmgmt simulate did not start; its standard error says why", pytrace=False)
        yield Simulator(**json.loads(line))
        process.terminate()
