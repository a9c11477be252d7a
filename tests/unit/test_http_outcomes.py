"""Which error a call ends in, and how often the server saw it."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from pulumi_pwmgmt.connection import Connection
from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CredentialError,
    CurrentPasswordRejected,
    OutcomeUnknown,
    PasswordRejected,
    PermissionDenied,
    PrincipalNotFound,
    UnexpectedReply,
    Unreachable,
    Unsupported,
)
from pulumi_pwmgmt.http import FetchedToken, Refusal, Wire
from pulumi_pwmgmt.model import Secret
from tests.unit.loopback_peer import (
    Action,
    Peer,
    Received,
    answers,
    hangs_up,
    peering,
    resets,
    says_nothing,
    sends,
    starts_and_stalls,
)
from tests.unit.wire_fixtures import DIALECT, QuickClock, wire_to

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTEMPTS = 5
GOOD = answers(200, {"ok": True})

CUT_LENGTH = sends(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ok": true}')
CUT_CHUNKS = sends(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{"ok": true}')
CUT_HEAD = sends(b"HTTP/1.1 200 OK\r\nContent-Le")
CUT_REFUSAL = sends(b'HTTP/1.1 400 Bad\r\nContent-Length: 99\r\n\r\n{"code": "E4"}')
NOT_HTTP = sends(b"SSH-2.0-OpenSSH_9.6\r\n")
TWO_LENGTHS = sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
BAD_GZIP = sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")

NO_ANSWER = {
    "hangs up": hangs_up,
    "resets": resets,
    "cut by length": CUT_LENGTH,
    "cut in a chunk": CUT_CHUNKS,
    "cut in the head": CUT_HEAD,
    "a refusal cut short": CUT_REFUSAL,
    "not HTTP": NOT_HTTP,
    "two lengths": TWO_LENGTHS,
    "bad gzip": BAD_GZIP,
}
SERVER_FAILURES = {
    "500": answers(500, {"code": "unknown"}),
    "501": answers(501),
    "502": answers(502, raw=b"<html>"),
    "503 without Retry-After": answers(503),
    "504": answers(504),
}
UNUSABLE = {
    "wrong JSON": answers(200, raw=b'{"ok": '),
    "HTML": answers(200, raw=b"<html>hello</html>"),
    "not UTF-8": answers(200, raw=b'"\xff\xfe\xfa"'),
    "too deep": answers(200, raw=b"[" * 200_000),
    "over 1 MiB": answers(200, raw=b'"' + b"x" * 1024 * 1024 + b'"'),
}


def each(cases: dict[str, Action]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("action", cases.values(), ids=cases.keys())


@each(NO_ANSWER | SERVER_FAILURES | UNUSABLE)
def test_a_write_that_was_sent_is_never_sent_again(action: Action) -> None:
    with peering(action) as peer, pytest.raises(OutcomeUnknown) as caught:
        wire_to(peer.url).write("PUT", "/users/{id}", id="u1", json={"a": 1})
    assert len(peer.received) == 1
    assert caught.value.happened.startswith("PUT /users/{id}: ")


@pytest.mark.parametrize("action", [says_nothing, starts_and_stalls])
def test_a_write_without_an_answer_in_time_is_never_sent_again(action: Action) -> None:
    with peering(action) as peer, pytest.raises(OutcomeUnknown):
        wire_to(peer.url, read_timeout=0.3).write("PUT", "/x", json={"a": 1})
    assert len(peer.received) == 1


@pytest.mark.parametrize(
    ("url", "proxy"), [("https://*.example.invalid", ""), ("https://example.invalid", "socks9://127.0.0.1:9")]
)
def test_what_no_request_can_be_made_of_was_not_sent(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    clock = QuickClock()
    with pytest.raises(Unreachable):
        wire_to(url, clock).write("PUT", "/x", json={"a": 1})
    assert clock.elapsed == 0


def test_the_read_timeout_bounds_the_head_of_an_answer_as_a_whole() -> None:
    def trickles(peer: socket.socket, _: object) -> bool:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 20:
            peer.sendall(bytes([byte]))
            peer.settimeout(0.1)
            try:
                if peer.recv(1) == b"":
                    return False
            except TimeoutError:
                continue
        peer.sendall(b"\r\nContent-Length: 0\r\n\r\n")
        return True

    with peering(trickles) as peer, pytest.raises(OutcomeUnknown):
        wire_to(peer.url, read_timeout=0.5).write("PUT", "/x")


def test_the_time_budget_bounds_the_body_as_a_whole() -> None:
    def trickles(peer: socket.socket, _: object) -> bool:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n")
        for _tick in range(40):
            peer.sendall(b" ")
            peer.settimeout(0.1)
            try:
                if peer.recv(1) == b"":
                    return False
            except TimeoutError:
                continue
        return True

    with peering(trickles) as peer, pytest.raises(OutcomeUnknown):
        Wire(Connection(system="example", url=peer.url, time_budget=1), DIALECT).write("PUT", "/x")


def test_the_time_budget_bounds_the_wait_for_an_answer() -> None:
    def late(peer: socket.socket, request: Received) -> bool:
        peer.settimeout(3)
        with suppress(TimeoutError):
            return peer.recv(1) != b""
        return GOOD(peer, request)

    with peering(late) as peer, pytest.raises(OutcomeUnknown):
        wire_to(peer.url, time_budget=0.5, read_timeout=20).write("PUT", "/x")


@each(NO_ANSWER)
def test_a_read_without_an_answer_is_sent_again(action: Action) -> None:
    with peering(action, action, GOOD) as peer:
        assert wire_to(peer.url).read("GET", "/x").json == {"ok": True}
    assert len(peer.received) == 3


@each(NO_ANSWER)
def test_a_read_that_never_gets_an_answer_is_unreachable(action: Action) -> None:
    with peering(action) as peer, pytest.raises(Unreachable, match="no complete answer"):
        wire_to(peer.url).read("GET", "/x")
    assert len(peer.received) == ATTEMPTS


@each(SERVER_FAILURES)
def test_a_read_is_sent_again_after_a_failure_of_the_server(action: Action) -> None:
    with peering(action, GOOD) as peer:
        assert wire_to(peer.url).read("GET", "/x").json == {"ok": True}
    assert len(peer.received) == 2


@each(NO_ANSWER)
def test_a_log_in_that_was_sent_is_never_sent_again(action: Action) -> None:
    with peering(action, GOOD) as peer, pytest.raises(Unreachable):
        wire_to(peer.url).read("POST", "/log-in", once=True, json={"password": Secret("CANARY-p")})
    assert len(peer.received) == 1  # a wrong password counts, whether its answer arrives or not


@each(SERVER_FAILURES)
def test_a_log_in_is_not_sent_again_after_a_failure_of_the_server(action: Action) -> None:
    with peering(action, GOOD) as peer, pytest.raises(UnexpectedReply):
        wire_to(peer.url).read("POST", "/log-in", once=True, json={"password": Secret("CANARY-p")})
    assert len(peer.received) == 1


def test_a_log_in_that_was_not_processed_is_sent_again() -> None:
    with peering(answers(429), GOOD) as peer:
        assert wire_to(peer.url).read("POST", "/log-in", once=True).status == 200
    assert len(peer.received) == 2


@each(SERVER_FAILURES)
def test_a_server_that_keeps_failing_a_read_is_unexpected(action: Action) -> None:
    with peering(action) as peer, pytest.raises(UnexpectedReply) as caught:
        wire_to(peer.url).read("GET", "/x")
    assert len(peer.received) == ATTEMPTS
    assert caught.value.status in range(500, 505)
    assert caught.value.advice.startswith("run it again later; if it says the same, report it")


@each(UNUSABLE)
def test_a_read_with_an_unusable_answer_is_unexpected(action: Action) -> None:
    with peering(action) as peer, pytest.raises(UnexpectedReply) as caught:
        wire_to(peer.url).read("GET", "/x")
    assert caught.value.status == 200
    assert "a proxy or a log-in page" in caught.value.advice
    assert len(peer.received) == 1


def test_attempts_end_with_the_time_budget() -> None:
    with peering(answers(500)) as peer, pytest.raises(UnexpectedReply):
        wire_to(peer.url, time_budget=0.05).read("GET", "/x")
    assert len(peer.received) == 1


@contextmanager
def nobody_listens() -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@contextmanager
def nobody_accepts() -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each_one in waiting:
            each_one.settimeout(0)
            each_one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for each_one in waiting:
            each_one.close()


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_refused_connection_is_unreachable(verb: str) -> None:
    with nobody_listens() as url, pytest.raises(Unreachable, match="no connection: Connection refused"):
        getattr(wire_to(url), verb)("PUT", "/x")


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_connection_that_is_not_made_in_time_is_unreachable(verb: str) -> None:
    with nobody_accepts() as url, pytest.raises(Unreachable, match="within the connect_timeout"):
        getattr(wire_to(url, connect_timeout=0.1), verb)("PUT", "/x")


def test_a_host_without_an_address_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"at https://tenant\.invalid: its host name can't be resolved"):
        wire_to("https://tenant.invalid").write("PUT", "/x")


def test_a_write_that_never_connected_is_sent_once_somebody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    attempts = []
    with ExitStack() as stack:

        def comes_up_at_the_third_attempt() -> None:
            attempts.append(clock.elapsed)
            if len(set(attempts)) == 3 and not peers:
                peers.append(stack.enter_context(peering(GOOD, port=port)))

        clock, peers = QuickClock(), list[Peer]()
        wire = wire_to(f"http://127.0.0.1:{port}", clock, may_go_on=comes_up_at_the_third_attempt)
        assert wire.write("PUT", "/x", json={"a": 1}).json == {"ok": True}
        assert len(peers[0].received) == 1


REFUSALS = {
    "by status and code": (401, {"code": "E1"}, AuthenticationFailed, "E1"),
    "by code alone": (400, {"code": "E3", "causes": ["no such user"]}, PrincipalNotFound, "no such user"),
    "on a good status": (200, {"code": "E3", "causes": ["no such user"]}, PrincipalNotFound, "no such user"),
    "by cause": (403, {"code": "E4", "causes": ["x", "Old Password wrong"]}, CurrentPasswordRejected, "Old Password"),
    "the rest of a code": (403, {"code": "E4", "causes": ["too weak"]}, PasswordRejected, "too weak"),
    "on a server's failure": (500, {"code": "E5", "causes": ["null user"]}, PrincipalNotFound, "null user"),
}


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize(("status", "body", "error", "said"), REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_the_error_of_its_row(
    verb: str, status: int, body: object, error: type[CredentialError], said: str
) -> None:
    with peering(answers(status, body)) as peer, pytest.raises(error) as caught:
        getattr(wire_to(peer.url), verb)("POST", "/users/{id}", id="jane@example.com")
    assert len(peer.received) == 1
    assert type(caught.value) is error
    assert caught.value.happened.startswith("POST /users/{id}: ")
    assert said in caught.value.happened


def test_a_row_gives_its_own_advice() -> None:
    with peering(answers(403, {"code": "E2"})) as peer, pytest.raises(PermissionDenied, match=r"— ask for more$"):
        wire_to(peer.url).write("POST", "/x")


def test_a_rejected_password_tells_the_reasons_and_whether_it_repeats() -> None:
    body = {"code": "E4", "causes": ["Password was used before", "and too short"]}
    with peering(answers(400, body)) as peer, pytest.raises(PasswordRejected) as caught:
        wire_to(peer.url).write("POST", "/x")
    assert caught.value.reasons == ("Password was used before", "and too short")
    assert caught.value.repeats


def test_a_calls_own_refusals_come_first() -> None:
    own = (Refusal(error=CurrentPasswordRejected, code="E3"),)
    with peering(answers(400, {"code": "E3"})) as peer, pytest.raises(CurrentPasswordRejected):
        wire_to(peer.url).read("POST", "/x", refusals=own)


UNEXPECTED = {
    "a complaint without a row": answers(400, {"code": "E99", "causes": ["vendor's words"]}, X_Request_Id="req-7"),
    "the same on a good status": answers(200, {"code": "E99", "causes": ["vendor's words"]}, X_Request_Id="req-7"),
    "a row that says so": answers(400, {"code": "E6", "causes": ["vendor's words"]}, X_Request_Id="req-7"),
    "a status without a complaint": answers(418, raw=b"vendor's words", X_Request_Id="req-7"),
    "a refusal over 1 MiB": answers(400, raw=b"x" * 2_000_000, X_Request_Id="req-7"),
    "a redirect": answers(302, Location="http://127.0.0.1:9/", X_Request_Id="req-7"),
    "not modified": answers(304, X_Request_Id="req-7"),
}


@pytest.mark.parametrize("verb", ["read", "write"])
@each(UNEXPECTED)
def test_an_answer_that_the_manual_does_not_know(verb: str, action: Action) -> None:
    with peering(action) as peer, pytest.raises(UnexpectedReply) as caught:
        getattr(wire_to(peer.url), verb)("POST", "/x")
    assert len(peer.received) == 1
    assert caught.value.request_id == "req-7"
    assert f"HTTP {caught.value.status}" in str(caught.value)
    assert "req-7" in str(caught.value)
    assert "vendor" not in str(caught.value)


@pytest.mark.parametrize("verb", ["read", "write"])
def test_an_empty_body_is_an_answer(verb: str) -> None:
    with peering(answers(200), sends(b"HTTP/1.1 204 No Content\r\n\r\n")) as peer:
        wire = wire_to(peer.url)
        assert getattr(wire, verb)("DELETE", "/x").json is None
        assert getattr(wire, verb)("DELETE", "/x").status == 204


class User(BaseModel):
    name: str


def test_a_reply_is_parsed() -> None:
    with peering(answers(200, {"name": "jane"})) as peer:
        assert wire_to(peer.url).read("GET", "/x").parse(User) == User(name="jane")


def test_a_reply_of_another_shape() -> None:
    with peering(answers(200, {"nome": "jane"})) as peer:
        wire = wire_to(peer.url)
        with pytest.raises(UnexpectedReply, match="documented shape"):
            wire.read("GET", "/x").parse(User)
        with pytest.raises(OutcomeUnknown, match="documented shape"):
            wire.write("PUT", "/x").parse(User)


def tokens() -> tuple[FetchedToken, list[str]]:
    fetched: list[str] = []

    def fetch() -> Secret:
        fetched.append(f"CANARY-token-{len(fetched)}")
        return Secret(fetched[-1])

    return FetchedToken(fetch), fetched


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_refused_token_is_renewed_once(verb: str) -> None:
    token, fetched = tokens()
    with peering(GOOD, answers(401, {"code": "E1"}), GOOD) as peer:
        wire = wire_to(peer.url)
        for _ in range(2):
            assert getattr(wire, verb)("PUT", "/x", token=token).json == {"ok": True}
    sent = [request.headers["authorization"] for request in peer.received]
    assert sent == [f"Bearer {fetched[0]}", f"Bearer {fetched[0]}", f"Bearer {fetched[1]}"]


def test_a_token_refused_twice_is_not_fetched_for_ever() -> None:
    token, fetched = tokens()
    with peering(answers(401, {"code": "E1"})) as peer, pytest.raises(AuthenticationFailed):
        wire_to(peer.url).write("PUT", "/x", token=token)
    assert len(peer.received) == len(fetched) == 2


def test_a_token_is_not_renewed_for_another_refusal() -> None:
    token, fetched = tokens()
    own = (Refusal(error=PermissionDenied, status=401),)
    with peering(answers(401, {"code": "E1"})) as peer, pytest.raises(PermissionDenied):
        wire_to(peer.url).write("PUT", "/x", token=token, refusals=own)
    assert len(peer.received) == len(fetched) == 1


def test_a_401_without_a_fetched_token_is_final() -> None:
    with peering(answers(401, {"code": "E1"})) as peer, pytest.raises(AuthenticationFailed):
        wire_to(peer.url).write("PUT", "/x", headers={"Authorization": Secret("CANARY-token")})
    assert len(peer.received) == 1


def test_a_token_that_cannot_be_fetched_ends_the_call() -> None:
    with peering(answers(401, {"code": "E1"})) as peer:
        wire = wire_to(peer.url)

        def fetch() -> Secret:
            return Secret(str(wire.read("POST", "/token").json))

        with pytest.raises(AuthenticationFailed, match="POST /token"):
            wire.write("PUT", "/x", token=FetchedToken(fetch))
    assert [request.target for request in peer.received] == ["/token"]


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_change_the_path_is_not_sent(segment: str) -> None:
    with peering(GOOD) as peer, pytest.raises(PrincipalNotFound):
        wire_to(peer.url).write("PUT", "/users/{id}/password", id=segment)
    assert peer.connections == 0


@pytest.mark.parametrize("value", ["CANARY-é", "CANARY-\r\nX: y", " CANARY-x", "CANARY-x ", "CANARY-\x7f", "CANARY-€"])
def test_a_header_that_cannot_carry_its_value_is_not_sent(value: str) -> None:
    with peering(GOOD) as peer, pytest.raises(Unsupported, match="the header Password can't be sent"):
        wire_to(peer.url).write("PUT", "/x", headers={"Password": Secret(value)})
    assert peer.connections == 0
