"""The same through the real engine: what does not hold changes nothing, and the others are set all the same."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime, timezone
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.directory import Directory
from tests.end_to_end.programs import credential, program
from tests.end_to_end.stack import Stack
from tests.hostile.tls import AUTHORITY, DAY, STRANGER, Front, bundle, context_of, fronting, self_signed
from tests.unit.loopback_peer import answers, peering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

HERE = "127.0.0.1"
NEW = "CANARY-Behind-tls-1"
NOT_TRUSTED = "^Unreachable: .* https://127.0.0.1:.*: its TLS certificate is not trusted: "
REFUSED = {
    "self_signed": f"{NOT_TRUSTED}self.signed certificate",
    "expired": f"{NOT_TRUSTED}certificate has expired",
    "wrong_host": f"{NOT_TRUSTED}IP address mismatch",
    "wrong_bundle": f"{NOT_TRUSTED}unable to get local issuer certificate",
    "downgraded": "UnexpectedReply: .*HTTP 307",
}


def errors(text: str) -> dict[str, str]:
    """Return the error that the diagnostics have of each credential, by its name."""
    diagnostics = text.partition("Diagnostics:")[2]
    return dict(re.findall(r"ManagedCredential \((\w+)\):\n {4}error: (.+)", diagnostics))


@pytest.fixture
def directory(pwmgmt_simulator: Simulator) -> Directory:
    return Directory(pwmgmt_simulator)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack")
    yield stack
    stack.discard()


def test_what_does_not_hold_changes_nothing(stack: Stack, directory: Directory, tmp_path: Path) -> None:
    first, second, untouched = (directory.account("okta", position) for position in range(3))
    simulator = int(directory.url.rsplit(":", 1)[1])
    own, other = bundle(AUTHORITY, tmp_path, "own"), bundle(STRANGER, tmp_path, "other")
    now = datetime.now(timezone.utc)
    good = context_of(AUTHORITY.issue_cert(HERE))
    with ExitStack() as open_for:
        fronts: dict[str, Front] = {
            "held": open_for.enter_context(fronting(simulator, good)),
            "self_signed": open_for.enter_context(fronting(simulator, self_signed(IPv4Address(HERE), tmp_path))),
            "expired": open_for.enter_context(
                fronting(
                    simulator,
                    context_of(AUTHORITY.issue_cert(HERE, not_before=now - 9 * DAY, not_after=now - DAY)),
                )
            ),
            "wrong_host": open_for.enter_context(fronting(simulator, context_of(AUTHORITY.issue_cert("127.0.0.2")))),
            "wrong_bundle": open_for.enter_context(fronting(simulator, good)),
        }
        leads_away = answers(307, Location=directory.url)
        redirecting = open_for.enter_context(peering(leads_away, tls=good))
        proxy = open_for.enter_context(
            fronting(simulator, context_of(AUTHORITY.issue_cert("okta.invalid")), tunnel=True)
        )
        stack.environment = {"https_proxy": f"http://127.0.0.1:{proxy.port}"}
        urls = {name: f"https://{HERE}:{front.port}" for name, front in fronts.items()}
        urls |= {"downgraded": redirecting.url, "proxied": "https://okta.invalid"}
        accounts = {"held": first, "proxied": second}
        for name, url in urls.items():
            bundled = other if name == "wrong_bundle" else own
            stack.connect(name, first.connection | {"url": url, "ca_bundle": bundled})
        stack.configure(secrets={"password": NEW})
        stack.program(
            program(
                *(credential(name, connection=name, principal=accounts.get(name, untouched).principal) for name in urls)
            )
        )
        ended = stack.up("--continue-on-error", expect=1)
        told = errors(ended.text)
        assert told.keys() == REFUSED.keys()
        for name, why in REFUSED.items():
            assert re.search(why, told[name]), name
        assert sorted(stack.credentials()) == ["held", "proxied"]
        assert set(proxy.tunnels) == {"okta.invalid:443"}
        assert directory.logs_in(first, NEW)
        assert directory.logs_in(second, NEW)
        assert directory.logs_in(untouched, untouched.password)
        assert not [call for call in directory.calls() if untouched.id in call or untouched.login in call]
        assert {request.method for request in redirecting.received} <= {"GET", "POST"}
        again = stack.up("--target", "**held", "--target", "**proxied").operations
        assert set(again.values()) == {"same"}
        stack.destroy()
    assert not directory.logs_in(first, NEW)
