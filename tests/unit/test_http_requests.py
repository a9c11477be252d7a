"""What goes over the wire, on which connections, and under whose certificate."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import trustme

from pulumi_pwmgmt.errors import NotConfigured, OutcomeUnknown, Unreachable, Unsupported
from pulumi_pwmgmt.http import FetchedToken
from pulumi_pwmgmt.model import Secret
from tests.unit.loopback_peer import Received, answers, hangs_up, peering, resets, says_nothing
from tests.unit.wire_fixtures import STARTED, QuickClock, wire_to

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.loopback_peer import Action

GOOD = answers(200, {"ok": True})
AUTHORITY = trustme.CA()


def certified(name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(path))
    return str(path)


ODD = 'p"a\\s/s%w+o=r<d>&ö€🙂 '


def test_json_arrives_byte_exact_with_its_secrets() -> None:
    with peering(GOOD) as peer:
        wire_to(peer.url).write("POST", "/x", json={"a": [Secret(f"CANARY-{ODD}")], "b": {"c": True, "d": None}})
    (request,) = peer.received
    assert json.loads(request.body) == {"a": [f"CANARY-{ODD}"], "b": {"c": True, "d": None}}
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"


def test_a_form_arrives_with_its_secrets() -> None:
    with peering(GOOD) as peer:
        wire_to(peer.url).read("POST", "/x", form={"grant type": "a&b", "secret": Secret("CANARY-=&+ö")})
    (request,) = peer.received
    assert request.body == b"grant+type=a%26b&secret=CANARY-%3D%26%2B%C3%B6"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_nothing_to_send_is_said_to_be_nothing(method: str) -> None:
    with peering(GOOD) as peer:
        wire_to(peer.url).write(method, "/x")
    (request,) = peer.received
    assert request.headers["content-length"] == "0"
    assert "content-type" not in request.headers


def test_headers_arrive_with_their_secrets_and_may_replace_ours() -> None:
    with peering(GOOD) as peer:
        headers: dict[str, str | Secret] = {
            "X-Key": Secret("CANARY-key !~"),
            "Accept": "application/json; okta-version=1.0.0",
        }
        wire_to(peer.url).read("GET", "/x", headers=headers)
    (request,) = peer.received
    assert request.headers["x-key"] == "CANARY-key !~"
    assert request.headers["accept"] == "application/json; okta-version=1.0.0"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["user-agent"] == "pulumi-pwmgmt"


@pytest.mark.parametrize(
    ("segment", "sent"),
    [
        ("jane@example.com", "jane%40example.com"),
        ("a/b?c#d", "a%2Fb%3Fc%23d"),
        ("../admin", "..%2Fadmin"),
        ("100%", "100%25"),
        ("%2e%2e", "%252e%252e"),
        ("a b+ö€🙂", "a%20b%2B%C3%B6%E2%82%AC%F0%9F%99%82"),
        ("{id}", "%7Bid%7D"),
        ("~-._", "~-._"),
        ("a;b=c&d,e:f", "a%3Bb%3Dc%26d%2Ce%3Af"),
    ],
)
def test_a_segment_is_encoded_with_nothing_left_safe(segment: str, sent: str) -> None:
    with peering(GOOD) as peer:
        wire_to(f"{peer.url}/base").read("GET", "/users/{id}/factors/{factor}", id=segment, factor="1")
    assert peer.received[0].target == f"/base/users/{sent}/factors/1"


def test_a_query_is_encoded() -> None:
    with peering(GOOD) as peer:
        wire_to(peer.url).read("GET", "/x", query={"search": 'login eq "a&b"', "limit": "1"})
    assert peer.received[0].target == "/x?search=login%20eq%20%22a%26b%22&limit=1"


def test_a_reply_tells_status_headers_body_and_the_servers_time() -> None:
    with peering(answers(201, [1], Date="Sun, 01 Mar 2026 12:00:00 GMT", ETag="abc")) as peer:
        reply = wire_to(peer.url).read("GET", "/x")
    assert (reply.status, reply.json, reply.date) == (201, [1], STARTED)
    assert reply.headers["etag"] == reply.headers["ETag"] == "abc"


def test_a_body_sent_in_chunks_is_read_whole() -> None:
    def in_chunks(peer: socket.socket, _: Received) -> bool:
        peer.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n3\r\n 1}\r\n0\r\n\r\n')
        return True

    with peering(in_chunks) as peer:
        wire = wire_to(peer.url)
        assert [wire.read("GET", "/x").json for _ in range(2)] == [{"a": 1}] * 2
    assert peer.connections == 1


def test_a_body_that_ends_with_the_connection_is_read_whole() -> None:
    def until_closed(peer: socket.socket, _: Received) -> bool:
        peer.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}')
        return False

    with peering(until_closed) as peer:
        assert wire_to(peer.url).write("PUT", "/x").json == {"a": 1}


def test_a_body_of_1_mib_is_read() -> None:
    with peering(answers(200, raw=b'"' + b"x" * (1024 * 1024 - 2) + b'"')) as peer:
        assert len(str(wire_to(peer.url).write("PUT", "/x").json)) == 1024 * 1024 - 2


def test_a_connection_is_kept_alive() -> None:
    with peering(GOOD, answers(400, {"code": "E3"}), answers(500), answers(429, Retry_After="1"), GOOD) as peer:
        wire = wire_to(peer.url)
        wire.write("PUT", "/x")
        with pytest.raises(Exception, match="E3"):
            wire.write("PUT", "/x")
        wire.read("GET", "/x")
    assert len(peer.received) == 5
    assert peer.connections == 1


def test_each_thread_has_a_connection_of_its_own() -> None:
    both = threading.Barrier(2)

    def at_once(connection: socket.socket, request: Received) -> bool:
        both.wait(timeout=20)
        return GOOD(connection, request)

    with peering(at_once) as peer, ThreadPoolExecutor(2) as threads:
        wire = wire_to(peer.url)
        list(threads.map(lambda _: wire.read("GET", "/x"), range(2)))
    assert peer.connections == 2


def test_a_write_takes_no_connection_that_idled() -> None:
    clock = QuickClock()
    with peering(GOOD) as peer:
        wire = wire_to(peer.url, clock)
        wire.write("PUT", "/x")
        clock.sleep(1)
        wire.write("PUT", "/x")
        clock.sleep(10)
        wire.write("PUT", "/x")
    assert [request.connection for request in peer.received] == [1, 1, 2]


def test_a_connection_with_an_answer_that_made_no_sense_is_dropped() -> None:
    with peering(answers(200, raw=b"nope", Content_Encoding="gzip"), GOOD) as peer:
        assert wire_to(peer.url).read("GET", "/x").json == {"ok": True}
    assert [request.connection for request in peer.received] == [1, 2]


def test_a_connection_closed_while_idle_is_replaced() -> None:
    def then_closes(connection: socket.socket, request: Received) -> bool:
        GOOD(connection, request)
        return False

    with peering(then_closes, GOOD) as peer:
        wire = wire_to(peer.url)
        wire.write("PUT", "/x")
        while peer.open_connections:
            time.sleep(0.01)
        assert wire.write("PUT", "/x").json == {"ok": True}
    assert peer.connections == 2


def test_cookies_are_not_kept() -> None:
    with peering(answers(200, {}, Set_Cookie="sid=CANARY-session; Path=/")) as peer:
        wire = wire_to(peer.url)
        wire.read("GET", "/x")
        wire.read("GET", "/x")
    assert "cookie" not in peer.received[1].headers


def test_netrc_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login jane password CANARY-netrc\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with peering(GOOD) as peer:
        wire_to(peer.url).read("GET", "/x")
    assert "authorization" not in peer.received[0].headers


def test_threads_share_one_fetch_of_a_token() -> None:
    fetched = []

    def fetch() -> Secret:
        fetched.append(1)
        return Secret(f"CANARY-{len(fetched)}")

    all_four = threading.Barrier(4)

    def refused_first(connection: socket.socket, request: Received) -> bool:
        if request.headers["authorization"] == "Bearer CANARY-1":
            all_four.wait(timeout=20)
            return answers(401, {"code": "E1"})(connection, request)
        return GOOD(connection, request)

    token = FetchedToken(fetch)
    with peering(refused_first) as peer, ThreadPoolExecutor(4) as threads:
        wire = wire_to(peer.url)
        replies = list(threads.map(lambda _: wire.write("PUT", "/x", token=token), range(4)))
    assert [reply.status for reply in replies] == [200] * 4
    assert len(fetched) == 2
    assert len(peer.received) == 8


def test_threads_that_wait_for_a_token_share_the_failure_to_fetch_it() -> None:
    fetched, waiting = [], threading.Barrier(4)
    wire = wire_to("http://127.0.0.1:9")

    def fetch() -> Secret:
        fetched.append(1)
        time.sleep(2)  # the others have come to wait by now
        raise Unreachable("POST /token: no answer")

    def write(_: int) -> str:
        waiting.wait(timeout=20)
        with pytest.raises(Unreachable) as failed:
            wire.write("PUT", "/x", token=token)
        return failed.value.happened

    token = FetchedToken(fetch)
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(write, range(4))) == ["POST /token: no answer"] * 4
    assert len(fetched) == 1
    with pytest.raises(Unreachable):
        wire.write("PUT", "/x", token=token)
    assert len(fetched) == 2  # the failure is not kept


def test_no_proxy_stands_before_loopback(monkeypatch: pytest.MonkeyPatch, bundle: str) -> None:
    with peering(hangs_up) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with peering(GOOD) as peer:
            assert wire_to(peer.url).read("GET", "/x").status == 200
        with peering(GOOD, tls=certified("127.0.0.1")) as peer:
            assert wire_to(peer.url, ca_bundle=bundle).read("GET", "/x").status == 200
    assert proxy.connections == 0


def test_a_proxy_leads_to_other_hosts(monkeypatch: pytest.MonkeyPatch, bundle: str) -> None:
    with peering(GOOD, tls=certified("tenant.invalid"), tunnel=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://jane:CANARY-proxy@127.0.0.1:{proxy.port}")
        wire = wire_to("https://tenant.invalid", ca_bundle=bundle)
        key = {"X-Key": Secret("CANARY-key")}
        assert wire.write("PUT", "/x", headers=key).json == {"ok": True}
    tunnel, request = proxy.received
    assert (tunnel.method, tunnel.target) == ("CONNECT", "tenant.invalid:443")
    assert "x-key" not in tunnel.headers
    assert request.headers["x-key"] == "CANARY-key"
    assert "proxy-authorization" not in request.headers


def test_a_proxy_that_refuses_is_not_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    refuses = answers(407, raw=b"CANARY-page")
    with peering(refuses) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://jane:CANARY-proxy@127.0.0.1:{proxy.port}")
        with pytest.raises(Unreachable, match=r"\(HTTPS_PROXY\) refuses with HTTP 407") as caught:
            wire_to("https://tenant.invalid").write("PUT", "/x")
    assert [request.method for request in proxy.received] == ["CONNECT"]
    assert "CANARY" not in repr(caught.value)


@pytest.mark.parametrize("action", [hangs_up, resets, says_nothing])
def test_a_write_lost_behind_a_proxy_is_lost(action: Action, monkeypatch: pytest.MonkeyPatch, bundle: str) -> None:
    with peering(action, tls=certified("tenant.invalid"), tunnel=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(OutcomeUnknown):
            wire_to("https://tenant.invalid", ca_bundle=bundle, read_timeout=0.5).write("PUT", "/x")
    assert [request.method for request in proxy.received] == ["CONNECT", "PUT"]


def test_tls_with_an_authority_of_ones_own(bundle: str) -> None:
    with peering(GOOD, tls=certified("127.0.0.1")) as peer:
        wire = wire_to(peer.url, ca_bundle=bundle)
        assert wire.write("PUT", "/x").json == {"ok": True}
        assert wire.write("PUT", "/x").json == {"ok": True}
    assert peer.connections == 1


@pytest.mark.parametrize("action", [hangs_up, resets, says_nothing])
def test_a_tls_connection_that_breaks_after_the_request_is_not_a_failed_handshake(action: Action, bundle: str) -> None:
    with peering(action, tls=certified("127.0.0.1")) as peer, pytest.raises(OutcomeUnknown):
        wire_to(peer.url, ca_bundle=bundle, read_timeout=0.5).write("PUT", "/x")
    assert len(peer.received) == 1


def test_an_unknown_authority_is_not_tried_again() -> None:
    with peering(GOOD, tls=certified("127.0.0.1")) as peer:
        with pytest.raises(Unreachable, match="certificate is not trusted: unable to get local issuer certificate"):
            wire_to(peer.url).write("PUT", "/x")
        assert peer.connections == 1
    assert peer.received == []


def test_a_certificate_for_another_host(bundle: str) -> None:
    mismatch = pytest.raises(Unreachable, match="certificate is not trusted: IP address mismatch")
    with peering(GOOD, tls=certified("example.com")) as peer, mismatch:
        wire_to(peer.url, ca_bundle=bundle).write("PUT", "/x")
    assert peer.received == []


def test_a_server_without_tls_is_unreachable() -> None:
    with peering(GOOD) as peer, pytest.raises(Unreachable, match="no TLS with it"):
        wire_to(peer.url.replace("http:", "https:")).write("PUT", "/x")


def test_a_handshake_that_is_not_answered_is_unreachable(bundle: str) -> None:
    # It connects, since the kernel does that; nobody takes the connection up.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = wire_to(f"https://127.0.0.1:{listener.getsockname()[1]}", ca_bundle=bundle, connect_timeout=0.1)
        with pytest.raises(Unreachable, match="within the connect_timeout"):
            wire.write("PUT", "/x")


def test_a_bundle_that_went_away(bundle: str, tmp_path: Path) -> None:
    with peering(GOOD, tls=certified("127.0.0.1")) as peer:
        wire = wire_to(peer.url, ca_bundle=bundle)
        (tmp_path / "authority.pem").unlink()
        with pytest.raises(NotConfigured, match="ca_bundle"):
            wire.write("PUT", "/x")
    assert peer.connections == 0


def test_what_has_no_json_form_is_our_own_mistake() -> None:
    with peering(GOOD) as peer, pytest.raises(TypeError, match="complex has no JSON form"):
        wire_to(peer.url).write("PUT", "/x", json=1j)
    assert peer.received == []


def test_a_token_that_cannot_be_a_header() -> None:
    with peering(GOOD) as peer, pytest.raises(Unsupported, match="the header Authorization"):
        wire_to(peer.url).read("GET", "/x", token=FetchedToken(lambda: Secret("CANARY-\n")))
    assert peer.connections == 0
