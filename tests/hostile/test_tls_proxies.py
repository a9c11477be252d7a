"""What a proxy of the environment can do: through one that is spoken to in TLS, all time bounds hold as without one."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import OutcomeUnknown, Unreachable
from tests.canary import assert_no_canary
from tests.hostile.tls import AUTHORITY, STRANGER, bundle, context_of, fronting
from tests.unit.loopback_peer import answers, peering
from tests.unit.wire_fixtures import QuickClock, wire_to

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    import trustme

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
def proxying(patch: pytest.MonkeyPatch, *actions: Action, by: trustme.CA = AUTHORITY) -> Iterator[Peer]:
    """Let the environment name a proxy that is spoken to in TLS, certified by this one, with the tenant behind it."""
    tenant, front = context_of(AUTHORITY.issue_cert("tenant.invalid")), context_of(by.issue_cert(HERE))
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


@pytest.mark.parametrize(("status", "tries"), [(407, 1), (403, 1), (502, 5), (429, 5)])
def test_a_refusal_of_the_proxy_is_told_as_the_proxys(monkeypatch: pytest.MonkeyPatch, status: int, tries: int) -> None:
    with peering(answers(status, raw=b"CANARY-page", X="CANARY-header")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://jane:CANARY-proxy@{HERE}:{proxy.port}")
        with pytest.raises(Unreachable) as caught:
            wire_to(TENANT).write("PUT", "/x")
    assert [request.method for request in proxy.received] == ["CONNECT"] * tries
    assert caught.value.happened == (
        f"PUT /x at {TENANT}: the proxy that the environment names (HTTPS_PROXY) refuses with HTTP {status}"
    )
    assert "HTTPS_PROXY" in caught.value.advice
    assert_no_canary(repr(caught.value), "the error")


def test_a_proxy_that_is_not_there_is_told_as_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for proxy, why in (
        (f"http://jane:CANARY-proxy@{HERE}:9", "no connection: Connection refused"),
        ("http://jane:CANARY-proxy@proxy.invalid:80", "its host name can't be resolved"),
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with pytest.raises(Unreachable, match=f"the proxy that the environment names .HTTPS_PROXY.: {why}") as caught:
            wire_to(TENANT).write("PUT", "/x")
        assert_no_canary(repr(caught.value), "the error")


def test_a_proxy_that_is_not_trusted_is_told_as_the_proxy(monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    clock = QuickClock()
    told = pytest.raises(Unreachable, match=r"the proxy that the environment names .*: its TLS certificate is not")
    with proxying(monkeypatch, answers(200), by=STRANGER) as peer, told:
        wire_to(TENANT, clock, ca_bundle=own).write("PUT", "/x")
    assert (peer.received, clock.elapsed) == ([], 0)


def test_a_tenant_behind_a_proxy_is_told_as_the_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    with peering(answers(200), tunnel=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{HERE}:{proxy.port}")
        with pytest.raises(Unreachable, match=f"at {TENANT}: no TLS with it"):
            wire_to(TENANT).write("PUT", "/x")


@pytest.mark.parametrize("first", [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\n"])
@pytest.mark.timeout(60)
def test_a_proxy_that_answers_without_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    with peering(trickles(first)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{HERE}:{proxy.port}")
        started = time.monotonic()
        with pytest.raises(Unreachable, match=r"HTTPS_PROXY.: no connection within the connect_timeout"):
            wire_to(TENANT, connect_timeout=0.3).write("PUT", "/x")
        assert time.monotonic() - started < 10
    assert {request.method for request in proxy.received} == {"CONNECT"}
