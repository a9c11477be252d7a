"""TLS that does not hold is told before anything was sent. What holds is in tests/unit/test_http_requests.py."""

from __future__ import annotations

import ssl
import warnings
from datetime import datetime, timezone
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import OutcomeUnknown, UnexpectedReply, Unreachable
from pulumi_pwmgmt.model import Secret
from tests.canary import assert_no_canary
from tests.hostile.tls import AUTHORITY, DAY, STRANGER, bundle, context_of, self_signed
from tests.unit.loopback_peer import answers, peering
from tests.unit.wire_fixtures import QuickClock, wire_to

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = answers(200, {"ok": True})
HERE = "127.0.0.1"
NOW = datetime.now(timezone.utc)


def _old(versions: ssl.TLSVersion) -> ssl.SSLContext:
    context = context_of(AUTHORITY.issue_cert(HERE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the version is what is tried
        context.minimum_version = context.maximum_version = versions
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


SERVERS: dict[str, tuple[Callable[[Path], ssl.SSLContext], str]] = {
    "self-signed": (lambda folder: self_signed(IPv4Address(HERE), folder), "self.signed certificate"),
    "of another authority": (lambda _: context_of(STRANGER.issue_cert(HERE)), "unable to get local issuer certificate"),
    "expired": (
        lambda _: context_of(AUTHORITY.issue_cert(HERE, not_before=NOW - 9 * DAY, not_after=NOW - DAY)),
        "certificate has expired",
    ),
    "not valid yet": (
        lambda _: context_of(AUTHORITY.issue_cert(HERE, not_before=NOW + DAY, not_after=NOW + 9 * DAY)),
        "certificate is not yet valid",
    ),
    "for another address": (lambda _: context_of(AUTHORITY.issue_cert("127.0.0.2")), "IP address mismatch"),
    "for a name that looks alike": (lambda _: context_of(AUTHORITY.issue_cert("127.0.0.1.example.com")), "mismatch"),
}


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize("server", SERVERS)
def test_a_certificate_that_does_not_hold_ends_it_before_anything_is_sent(
    tmp_path: Path, server: str, verb: str
) -> None:
    made, why = SERVERS[server]
    clock = QuickClock()
    with peering(GOOD, tls=made(tmp_path)) as peer:
        wire = wire_to(peer.url, clock, ca_bundle=bundle(AUTHORITY, tmp_path, "own"))
        with pytest.raises(Unreachable, match=f"TLS certificate is not trusted: .*{why}") as told:
            getattr(wire, verb)("PUT", "/x", json=Secret("CANARY-New-1"), headers={"X-Key": Secret("CANARY-key")})
    assert (peer.received, peer.connections, clock.elapsed) == ([], 1, 0), "trying again won't help"
    assert str(told.value).isprintable()
    assert_no_canary(repr(told.value), "the error")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_version_of_tls_that_is_broken_is_not_spoken(tmp_path: Path, version: ssl.TLSVersion) -> None:
    with peering(GOOD, tls=_old(version)) as peer:
        wire = wire_to(peer.url, ca_bundle=bundle(AUTHORITY, tmp_path, "own"))
        with pytest.raises(Unreachable, match="no TLS with it"):
            wire.write("PUT", "/x", json=Secret("CANARY-New-1"))
    assert peer.received == []


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_environment_adds_no_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, bundle(AUTHORITY, tmp_path, "own"))
    not_trusted = pytest.raises(Unreachable, match="certificate is not trusted")
    with peering(GOOD, tls=context_of(AUTHORITY.issue_cert(HERE))) as peer, not_trusted:
        wire_to(peer.url).write("PUT", "/x")
    assert peer.received == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_out_of_tls_is_not_followed(tmp_path: Path, status: int) -> None:
    with peering(GOOD) as clear:
        leads_away = answers(status, Location=clear.url)
        with peering(leads_away, tls=context_of(AUTHORITY.issue_cert(HERE))) as peer:
            wire = wire_to(peer.url, ca_bundle=bundle(AUTHORITY, tmp_path, "own"))
            with pytest.raises(UnexpectedReply, match=f"HTTP {status}"):
                wire.write("PUT", "/x", json=Secret("CANARY-New-1"), headers={"Authorization": Secret("CANARY-key")})
        assert len(peer.received) == 1
    assert clear.connections == 0


def test_a_server_that_wants_a_certificate_of_ours_gets_none(tmp_path: Path) -> None:
    """In TLS 1.3 the client hears of that only after it has sent its request."""
    context = context_of(AUTHORITY.issue_cert(HERE))
    context.verify_mode = ssl.CERT_REQUIRED
    AUTHORITY.configure_trust(context)
    with peering(GOOD, tls=context) as peer:
        wire = wire_to(peer.url, ca_bundle=bundle(AUTHORITY, tmp_path, "own"))
        with pytest.raises((Unreachable, OutcomeUnknown)):
            wire.write("PUT", "/x")
    assert peer.received == []


PROXIED: dict[str, tuple[Callable[[Path], ssl.SSLContext], str]] = {
    "self-signed": (lambda folder: self_signed(IPv4Address(HERE), folder), "self.signed certificate"),
    "of another authority": (
        lambda _: context_of(STRANGER.issue_cert("tenant.invalid")),
        "unable to get local issuer certificate",
    ),
    "for another name": (lambda _: context_of(AUTHORITY.issue_cert("proxy.invalid")), "Hostname mismatch"),
}


@pytest.mark.parametrize("server", PROXIED)
def test_a_proxy_that_ends_tls_itself_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> None:
    made, why = PROXIED[server]
    with peering(GOOD, tls=made(tmp_path), tunnel=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        wire = wire_to("https://tenant.invalid", ca_bundle=bundle(AUTHORITY, tmp_path, "own"))
        with pytest.raises(Unreachable, match=f"certificate is not trusted: .*{why}"):
            wire.write("PUT", "/x", json=Secret("CANARY-New-1"))
    assert [request.method for request in proxy.received] == ["CONNECT"]


@pytest.mark.parametrize("spared", ["tenant.invalid", ".invalid", "*"])
def test_a_host_that_the_environment_spares_the_proxy_is_reached_without(
    monkeypatch: pytest.MonkeyPatch, spared: str
) -> None:
    with peering(GOOD) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", spared)
        with pytest.raises(Unreachable, match="host name can't be resolved"):
            wire_to("https://tenant.invalid").write("PUT", "/x")
    assert proxy.connections == 0
