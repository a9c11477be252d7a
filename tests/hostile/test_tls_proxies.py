"""What a proxy of the environment can do: through one that is spoken to in TLS, all time bounds hold as without one."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import OutcomeUnknown
from tests.hostile.tls import AUTHORITY, bundle, context_of, fronting
from tests.unit.loopback_peer import peering
from tests.unit.wire_fixtures import wire_to

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.loopback_peer import Action, Peer, Received

TENANT = "https://tenant.invalid"
HERE = "127.0.0.1"


def trickles(first: bytes) -> Action:
    """Send this, and go on for as long as somebody listens."""

    def action(peer: socket.socket, _: Received) -> bool:
        with suppress(OSError):
            peer.sendall(first)
            while True:
                peer.sendall(b"x")
                time.sleep(0.02)
        return False

    return action


@pytest.fixture
def own(tmp_path: Path) -> str:
    return bundle(AUTHORITY, tmp_path, "own")


@contextmanager
def proxying(patch: pytest.MonkeyPatch, *actions: Action) -> Iterator[Peer]:
    """Let the environment name a proxy that is spoken to in TLS, with the tenant behind it."""
    tenant, front = (context_of(AUTHORITY.issue_cert(name)) for name in ("tenant.invalid", HERE))
    with peering(*actions, tls=tenant, tunnel=True) as peer, fronting(peer.port, front) as proxy:
        patch.setenv("HTTPS_PROXY", f"https://jane:CANARY-proxy@{HERE}:{proxy.port}")
        yield peer


@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"])
@pytest.mark.timeout(60)
def test_a_slow_answer_is_cut_off_and_so_is_the_next(monkeypatch: pytest.MonkeyPatch, own: str, first: bytes) -> None:
    with proxying(monkeypatch, trickles(first)) as peer:
        wire = wire_to(TENANT, ca_bundle=own, read_timeout=0.5, time_budget=1)
        for _ in range(2):
            started = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                wire.write("PUT", "/x")
            assert time.monotonic() - started < 5
    assert [request.method for request in peer.received] == ["CONNECT", "PUT"] * 2
