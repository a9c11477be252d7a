"""Whether a password is known from a breach, and what whoever is asked learns of it."""

from __future__ import annotations

import hashlib
import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from pulumi_pwmgmt.breached import Breached, BreachedPasswords
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, RateLimited, UnexpectedReply, Unreachable
from pulumi_pwmgmt.model import Secret
from tests.unit.loopback_peer import Received, answers, hangs_up, peering, says_nothing, sends
from tests.unit.wire_fixtures import QuickClock

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tests.unit.loopback_peer import Action, Peer

PASSWORD = Secret("CANARY-g7!Qx2vW#€")
DIGEST = hashlib.sha1(PASSWORD.reveal().encode(), usedforsecurity=False).hexdigest().upper()
PREFIX, SUFFIX = DIGEST[:5], DIGEST[5:]


def listing(*lines: str, ends: str = "\r\n") -> bytes:
    others = [f"{number:035X}:{number}" for number in range(900)]
    padding = [f"{number:035X}:0" for number in range(10**9, 10**9 + 80)]
    return ends.join([*others, *lines, *padding]).encode()


FOUND = answers(200, raw=listing(f"{SUFFIX}:2017"), Content_Type="text/plain")
NOT_FOUND = answers(200, raw=listing())


def known(peer: Peer, **settings: Any) -> BreachedPasswords:  # noqa: ANN401 -- whatever settings there are
    given = Breached.model_validate({"endpoint": f"{peer.url}/range/"} | settings)
    return BreachedPasswords(given, clock=QuickClock().as_clock())


def count(action: Action, **settings: Any) -> int:  # noqa: ANN401 -- same
    with peering(action) as peer:
        return known(peer, **settings).count(PASSWORD)


@pytest.mark.parametrize(
    ("content", "times"),
    [
        (listing(f"{SUFFIX}:2017"), 2017),
        (listing(f"{SUFFIX}:1", ends="\n"), 1),
        (listing(f"{SUFFIX.lower()}:3\r\n"), 3),
        (listing(f"{SUFFIX}:0"), 0),  # padding
        (listing(), 0),
        (listing(f"{SUFFIX[:-1]}{'1' if SUFFIX[-1] == '0' else '0'}:5"), 0),
    ],
)
def test_how_often_a_password_is_known(content: bytes, times: int) -> None:
    assert count(answers(200, raw=content)) == times


def test_a_list_of_a_megabyte_is_read() -> None:
    lines = [f"{number:035X}:1" for number in range(26_000)]
    content = "\r\n".join([*lines, f"{SUFFIX}:7"]).encode()
    assert 1_000_000 < len(content) < 1024 * 1024
    assert count(answers(200, raw=content)) == 7


def test_nobody_learns_more_than_five_digits() -> None:
    arrived = bytearray()

    def records(peer: socket.socket, received: Received) -> bool:
        arrived.extend(f"{received.method} {received.target}\n".encode())
        arrived.extend("".join(f"{name}: {value}\n" for name, value in received.headers.items()).encode())
        arrived.extend(received.body)
        return answers(200, raw=f"{SUFFIX}:12".encode())(peer, received)

    with peering(records) as peer:
        assert known(peer).count(PASSWORD) == 12
        host = f"127.0.0.1:{peer.port}"
    lines = arrived.decode().splitlines()
    assert lines[0] == f"GET /range/{PREFIX}"
    assert sorted(lines[1:]) == sorted(
        [
            f"host: {host}",
            "accept: text/plain",
            "accept-encoding: identity",
            "user-agent: pulumi-pwmgmt",
            "add-padding: true",
        ]
    )
    text = arrived.decode()
    assert DIGEST[:6].lower() not in text.lower()
    assert SUFFIX.lower() not in text.lower()
    assert "CANARY" not in text


def test_each_password_is_asked_for_once_whichever_thread_comes_first() -> None:
    passwords = [Secret(f"CANARY-{number}") for number in range(4)]
    with peering(NOT_FOUND) as peer:
        service = known(peer)
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(service.count, passwords * 8)) == {0}
        assert len(peer.received) == 4
        assert len({request.target for request in peer.received}) == 4


def test_passwords_are_told_apart_by_all_of_their_digest() -> None:
    with peering(FOUND) as peer:
        service = known(peer)
        assert [service.count(PASSWORD), service.count(Secret("CANARY-other")), service.count(PASSWORD)] == [
            2017,
            0,
            2017,
        ]


def test_a_mirror_behind_tls_is_trusted_by_its_bundle(tmp_path: Path) -> None:
    authority = trustme.CA()
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with peering(FOUND, tls=tls) as peer:
        assert known(peer, ca_bundle=str(bundle)).count(PASSWORD) == 2017
        with pytest.raises(Unreachable):
            known(peer).count(PASSWORD)


# --- nobody can tell ---

NO_ANSWER: dict[str, tuple[Action, type[CredentialError]]] = {
    "hangs up": (hangs_up, Unreachable),
    "cut short": (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n0018A"), Unreachable),
    "the server's failure": (answers(500), UnexpectedReply),
    "a limit": (answers(429, Retry_After="60"), RateLimited),
    "elsewhere": (answers(404, raw=b"not found"), NotConfigured),
    "led elsewhere": (answers(302, Location="https://127.0.0.1/CANARY"), UnexpectedReply),
    "empty": (answers(200, raw=b""), UnexpectedReply),
    "nothing after all": (answers(204), UnexpectedReply),
    "a page": (answers(200, raw=b"<html><body>Sign in to the network</body></html>"), UnexpectedReply),
    "JSON": (answers(200, {SUFFIX: 3}), UnexpectedReply),
    "a line that is none": (answers(200, raw=listing(f"{SUFFIX}:2017", "CANARY-line")), UnexpectedReply),
    "a line that is cut": (answers(200, raw=listing(f"{SUFFIX}:")), UnexpectedReply),
    "whole digests": (answers(200, raw=f"{DIGEST}:3".encode()), UnexpectedReply),
    "digits of another script": (answers(200, raw=f"{SUFFIX}:٣".encode()), UnexpectedReply),
    "too much": (answers(200, raw=listing() * 30), UnexpectedReply),
}


@pytest.mark.parametrize(("action", "error"), NO_ANSWER.values(), ids=NO_ANSWER.keys())
def test_an_answer_that_is_none_is_no_verdict(action: Action, error: type[CredentialError]) -> None:
    with pytest.raises(error) as caught:
        count(action)
    line = caught.value.line
    assert "pwmgmt:breached: GET /{prefix}" in line
    assert "or go without it: pulumi config rm pwmgmt:breached" in line
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not any(part in line for part in (PREFIX, SUFFIX, "CANARY", "Sign in"))


def test_a_server_that_says_nothing_costs_one_budget_and_no_more() -> None:
    with peering(says_nothing) as peer:
        service = known(peer, read_timeout=0.2, time_budget=1)
        for number in range(50):
            with pytest.raises(Unreachable):
                service.count(Secret(f"CANARY-{number}"))
        assert 1 <= len(peer.received) <= 5


def test_a_single_bad_answer_is_nothing_to_the_next_password() -> None:
    with peering(answers(200, raw=b"<html>"), FOUND) as peer:
        service = known(peer)
        for _ in range(2):
            with pytest.raises(UnexpectedReply):
                service.count(Secret("CANARY-other"))
        assert service.count(PASSWORD) == 2017
        assert len(peer.received) == 2


def test_it_waits_as_long_as_a_limit_asks_and_the_budget_allows() -> None:
    clock = QuickClock()
    with peering(answers(429, Retry_After="2"), FOUND) as peer:
        given = Breached(endpoint=f"{peer.url}/range")
        assert BreachedPasswords(given, clock=clock.as_clock()).count(PASSWORD) == 2017
    assert clock.elapsed >= 2


def test_a_dying_engine_ends_the_wait() -> None:
    class EngineGoneError(Exception):
        pass

    def may_go_on() -> None:
        raise EngineGoneError

    with ExitStack() as stack:
        peer = stack.enter_context(peering(answers(429, Retry_After="2"), FOUND))
        given = Breached(endpoint=f"{peer.url}/range")
        service = BreachedPasswords(given, may_go_on=may_go_on, clock=QuickClock().as_clock())
        stack.enter_context(pytest.raises(EngineGoneError))
        service.count(PASSWORD)


# --- settings ---


def test_nobody_is_asked_unless_the_config_says_so() -> None:
    assert Breached.parse(None) is None


def test_the_settings_that_nobody_gives() -> None:
    given = Breached.parse("{}")
    assert given is not None
    assert given.model_dump() == {
        "endpoint": "https://api.pwnedpasswords.com/range",
        "on_failure": "warn",
        "connect_timeout": 5,
        "read_timeout": 5,
        "time_budget": 10,
        "ca_bundle": None,
    }


def test_settings_as_pulumi_hands_them_over() -> None:
    given = Breached.parse(
        '{"endpoint":"https://Mirror.example.com/a/range/","on_failure":"refuse","read_timeout":"2.5"}'
    )
    assert given is not None
    assert (given.endpoint, given.on_failure, given.read_timeout) == (
        "https://mirror.example.com/a/range",
        "refuse",
        2.5,
    )


def refusal(text: str) -> str:
    with pytest.raises(NotConfigured) as refused:
        Breached.parse(text)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
    line = refused.value.line
    assert line.startswith("NotConfigured: pwmgmt:breached")
    assert "CANARY" not in line
    assert "\n" not in line
    return line


@pytest.mark.parametrize("text", ["", "CANARY-x", "true", '"CANARY-x"', "[]", "null", '{"endpoint": "CANARY'])
def test_what_is_no_map_of_settings(text: str) -> None:
    assert "is not a map of settings" in refusal(text)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"endpoint": "http://mirror.example.com/range"}, "endpoint must be https"),
        ({"endpoint": "CANARY-x"}, "endpoint must start with https:// and name a host"),
        ({"endpoint": "https://user:CANARY-x@example.com/"}, "endpoint must be scheme, host and path only"),
        ({"endpoint": "https://example.com/?key=CANARY-x"}, "endpoint must be scheme, host and path only"),
        ({"endpoint": 1}, "endpoint Input should be a valid string"),
        ({"on_failure": "CANARY-ignore"}, "on_failure Input should be 'warn' or 'refuse'"),
        ({"on_failure": None}, "on_failure Input should be 'warn' or 'refuse'"),
        ({"read_timeout": 0}, "read_timeout Input should be greater than 0"),
        ({"time_budget": "CANARY-long"}, "time_budget Input should be a valid number"),
        ({"ca_bundle": "/nowhere/at/all"}, "ca_bundle names a file that isn't there"),
        ({"on_failur": "CANARY-x"}, "on_failur is no setting of it (did you mean on_failure?)"),
        ({"xyz": "CANARY-x"}, "xyz is no setting of it — "),
    ],
)
def test_a_setting_that_is_wrong(settings: dict[str, Any], told: str) -> None:
    assert told in refusal(json.dumps(settings))


def test_every_wrong_setting_is_told_at_once() -> None:
    line = refusal('{"endpoint": "CANARY-x", "on_failure": 1, "xyz": "CANARY-x"}')
    assert all(setting in line for setting in ("endpoint ", "on_failure ", "xyz "))
