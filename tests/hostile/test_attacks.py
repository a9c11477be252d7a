"""Attacks by name, over a real socket: what was found by trying at random is tried here on purpose."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.connection import Connection
from pulumi_pwmgmt.errors import (
    CredentialError,
    OutcomeUnknown,
    PasswordRejected,
    RateLimited,
    UnexpectedReply,
    Unreachable,
)
from pulumi_pwmgmt.http import FetchedToken, Wire
from pulumi_pwmgmt.model import PasswordPolicy, Secret, rfc3339
from pulumi_pwmgmt.systems import discover
from tests.canary import assert_no_canary
from tests.hostile.below_the_socket import URL, Script, ScriptedWire
from tests.unit.loopback_peer import answers, peering, sends
from tests.unit.test_configuration import EVERY_SYSTEM
from tests.unit.wire_fixtures import DIALECT, QuickClock, wire_to

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.unit.loopback_peer import Action, Received

MIB = 1024 * 1024
NEW = Secret("CANARY-New-1")
OKTA_USER = {"id": "00u1", "status": "ACTIVE", "profile": {"login": "jane@example.com"}}


def reply(body: object, status: int = 200, **headers: str) -> bytes:
    """Return a whole reply, as bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} OK", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def asking(system: str, *told: bytes) -> Any:  # noqa: ANN401 -- each system has methods of its own
    """Return an adapter that gets these replies."""
    module = discover()[system]
    connection = module.Connection.model_validate(EVERY_SYSTEM[system] | {"url": URL})
    return module.System(connection, ScriptedWire(connection, module.DIALECT, Script(list(told))))


# --- framing ---


def says(data: bytes) -> Action:
    """Send exactly these bytes, and stay."""

    def action(peer: socket.socket, _: Received) -> bool:
        peer.sendall(data)
        return True

    return action


@pytest.mark.parametrize("status", [101, 102, 103, 199])
def test_what_comes_before_an_answer_is_none(status: int) -> None:
    early = f"HTTP/1.1 {status} Early\r\nContent-Length: 0\r\n\r\n".encode()
    with peering(says(early + reply({})), answers(200, {"ok": True})) as peer:
        wire = wire_to(peer.url)
        with pytest.raises(OutcomeUnknown):
            wire.write("PUT", "/x")
        assert wire.write("PUT", "/x").json == {"ok": True}, "an answer was taken for the one to the next call"
    assert [request.connection for request in peer.received] == [1, 2]


def compressed(encoding: str, content: bytes) -> bytes:
    """Compress once for each encoding named, as a server that was not asked to."""
    for each in encoding.split(", "):
        content = gzip.compress(content, 9) if each == "gzip" else zlib.compress(content, 9)
    return content


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "gzip, gzip, gzip"])
def test_a_bomb_does_not_go_off(encoding: str) -> None:
    bomb = compressed(encoding, b'"' + b"x" * (100 * MIB) + b'"')
    with peering(answers(200, raw=bomb, Content_Encoding=encoding)) as peer:
        wire = wire_to(peer.url)
        tracemalloc.start()
        with pytest.raises(OutcomeUnknown):
            wire.write("PUT", "/x")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 12 * MIB


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity", "GZIP"])
def test_what_is_compressed_unasked_is_read_all_the_same(encoding: str) -> None:
    content = b'{"ok": true}'
    packed = content if encoding == "identity" else compressed(encoding.lower(), content)
    with peering(answers(200, raw=packed, Content_Encoding=encoding)) as peer:
        assert wire_to(peer.url).write("PUT", "/x").json == {"ok": True}


def test_what_is_compressed_and_cut_short_is_no_answer() -> None:
    cut = answers(200, raw=gzip.compress(b"{}")[:-4], Content_Encoding="gzip")
    with peering(cut) as peer, pytest.raises(OutcomeUnknown, match="no complete answer"):
        wire_to(peer.url).write("PUT", "/x")


def trickles(first: bytes, piece: bytes) -> Action:
    """Send this, and go on with that for as long as somebody listens."""

    def action(peer: socket.socket, _: Received) -> bool:
        with suppress(OSError):
            peer.sendall(first)
            while True:
                peer.sendall(piece)
                time.sleep(0.02)
        return False

    return action


ENDLESS = {
    "trailers": trickles(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", b"X: y\r\n"),
    "a chunk's size": trickles(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "a chunk's extension": trickles(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x"),
    "blanks until it closes": trickles(b"HTTP/1.1 200 OK\r\n\r\n{}", b" "),
    "blanks in a known length": trickles(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{}", b" "),
    "a head": trickles(b"HTTP/1.1 200 OK\r\n", b"X"),
    "100 Continue": trickles(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("action", ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.timeout(60)
def test_an_answer_without_an_end_is_cut_off(action: Action) -> None:
    with peering(action) as peer:
        wire = Wire(Connection(system="example", url=peer.url, time_budget=1, read_timeout=1), DIALECT)
        with pytest.raises(OutcomeUnknown):
            wire.write("PUT", "/x")
    assert len(peer.received) == 1


# --- numbers and times ---

ABSURD = ["9" * 400, "9" * 5000, "99999999999", "inf", "NaN", "1e400", "Fri, 31 Dec 9999 23:59:59 GMT"]


@pytest.mark.parametrize("wait", ABSURD)
def test_an_absurd_wait_is_none(wait: str) -> None:
    """A server that says nonsense doesn't say when: the call backs off, and the connection is not shut for ever."""
    clock = QuickClock()
    with peering(answers(429, Retry_After=wait), answers(200, {"ok": True})) as peer:
        assert wire_to(peer.url, clock).write("PUT", "/x").json == {"ok": True}
    assert clock.elapsed < 60


@pytest.mark.parametrize("reset", ["9" * 400, "99999999999999", "1e9"])
def test_an_absurd_reset_shuts_nothing(reset: str) -> None:
    clock = QuickClock()
    with peering(answers(200, {}, X_Rate_Limit_Remaining="0", X_Rate_Limit_Reset=reset)) as peer:
        wire = wire_to(peer.url, clock)
        wire.write("PUT", "/x")
        wire.write("PUT", "/x")
    assert clock.elapsed == 0


def test_a_limit_without_end_is_told_in_seconds() -> None:
    with peering(answers(429, Retry_After="31000000")) as peer, pytest.raises(RateLimited, match="in 31000000 s"):
        wire_to(peer.url).write("PUT", "/x")


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 14 Oct 1066 00:00:00 GMT"])
def test_a_clock_that_is_millennia_off_is_no_clock(date: str) -> None:
    with peering(answers(200, {}, Date=date)) as peer:
        assert wire_to(peer.url).read("GET", "/x").date is None


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_change_that_no_calendar_holds_was_never(when: str) -> None:
    seen = asking("okta", reply(OKTA_USER | {"passwordChanged": when})).observe("00u1")
    assert seen.principal_id == "00u1"
    assert seen.password_changed_at is None


def test_a_change_in_another_time_zone_is_told_in_utc() -> None:
    seen = asking("okta", reply(OKTA_USER | {"passwordChanged": "2026-03-01T13:00:00+01:00"})).observe("00u1")
    assert rfc3339(seen.password_changed_at) == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("number", [-1, 10**30, 10**400, 8.5, 1e300, float("inf"), float("nan"), "many"])
def test_a_rule_of_an_absurd_number_is_none_that_is_documented(number: object) -> None:
    body = {"complexity": {"minLength": number}}
    with pytest.raises(UnexpectedReply, match="documented shape"):
        asking("okta_myaccount", reply(body)).password_policy("jane@example.com")


# --- structure ---


@pytest.mark.parametrize("depth", [100, 900, 20_000])
@pytest.mark.parametrize("system", ["okta", "onelogin", "etna", "okta_myaccount"])
def test_what_is_nested_without_end_is_no_answer(system: str, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for form in (
        b"%b",
        b'{"status": {"code": %b, "message": 1}}',
        b'{"IsSucceed": false, "Errors": [%b]}',
        b'{"a": %b}',
    ):
        for status in (200, 400):
            with pytest.raises((OutcomeUnknown, UnexpectedReply)) as caught:
                asking(system, reply(form % deep, status)).set_password("1", NEW, Secret("CANARY-Old-1"))
            assert caught.value.__context__ is None


MANY: dict[str, Callable[[], bytes]] = {
    "empty objects": lambda: b"[" + b",".join([b"{}"] * 340_000) + b"]",
    "causes": lambda: b'{"errorCode": "E0000014", "errorCauses": [' + b",".join([b"{}"] * 340_000) + b"]}",
    "errors": lambda: b'{"IsSucceed": false, "Errors": [' + b",".join([b"1"] * 500_000) + b"]}",
    "model state": lambda: json.dumps({"ModelState": {str(number): "x" for number in range(70_000)}}).encode(),
    "keys": lambda: json.dumps(dict.fromkeys(map(str, range(70_000)))).encode(),
    "one long text": lambda: json.dumps({"errorCode": "E1", "errorSummary": "password " * 110_000}).encode(),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("form", MANY)
def test_a_mebibyte_of_anything_is_judged_in_a_moment(form: str) -> None:
    content = MANY[form]()
    assert len(content) < MIB + 100_000
    with peering(answers(400, raw=content[:MIB])) as peer:
        for system in ("okta", "etna", "onelogin"):
            module = discover()[system]
            connection = module.Connection.model_validate(EVERY_SYSTEM[system] | {"url": peer.url})
            adapter = module.System(connection, wire_to(peer.url, dialect=module.DIALECT))
            with pytest.raises(CredentialError):
                adapter.set_password("1", NEW, Secret("CANARY-Old-1"))


# --- texts ---

TERMINAL = "\x1b[2J\x1b]0;owned\x07\u202e"


@pytest.mark.parametrize("field", ["id", "status", "login"])
@pytest.mark.parametrize("text", [TERMINAL, "", "x" * 5000, "a\nb", "\ud800", "../other", 7, None, ["a"]])
def test_an_id_a_status_and_a_login_are_short_words(field: str, text: object) -> None:
    user: dict[str, Any] = {"id": "00u1", "status": "ACTIVE", "profile": {"login": "jane"}}
    (user["profile"] if field == "login" else user)[field] = text
    if field == "login" and text in ("", "../other"):
        assert asking("okta", reply(user)).observe("00u1").login == text
        return
    with pytest.raises(UnexpectedReply, match="documented shape"):
        asking("okta", reply(user)).observe("00u1")


def test_a_password_for_a_status_never_gets_into_the_state() -> None:
    password = Secret("CANARYTEST1")
    with pytest.raises(OutcomeUnknown, match="documented shape"):
        asking("okta", reply(OKTA_USER | {"status": password.reveal()})).set_password("00u1", password, None)


@pytest.mark.parametrize("password", ["A", "ACTIVE", "00u1"])
def test_a_short_password_may_stand_in_an_id_or_a_status_by_chance(password: str) -> None:
    seen = asking("okta", reply(OKTA_USER)).set_password("00u1", Secret(password), None)
    assert (seen.principal_id, seen.status) == ("00u1", "ACTIVE")


def test_a_policys_name_is_one_short_line() -> None:
    body = {"description": f"a{TERMINAL}b\n" + "x" * 5000, "complexity": {}}
    policy = asking("okta_myaccount", reply(body)).password_policy("jane@example.com")
    assert isinstance(policy, PasswordPolicy)
    assert policy.description.isprintable()
    assert len(policy.description) <= 200


def test_a_policys_name_that_the_engine_takes_for_unknown_is_left_out() -> None:
    body = {"description": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "complexity": {}}
    assert asking("okta_myaccount", reply(body)).password_policy("jane@example.com").description == ""


@pytest.mark.parametrize("between", ["\x00", "\x1b", "\u200b", "\u00ad", "\ud800"])
def test_a_secret_with_something_invisible_in_it_is_withheld(between: str) -> None:
    said = between.join("CANARY-New-1")
    body = {"errorCode": "E0000014", "errorSummary": f"password {said}"}
    with pytest.raises(PasswordRejected) as caught:
        asking("okta", reply(body, 400)).set_password("00u1", NEW, None)
    assert caught.value.reasons == ("(withheld: it may quote a secret)",)


def test_a_secret_in_the_bytes_of_a_header_is_withheld() -> None:
    password = Secret("CANARY-€-ö")
    refusal = reply({}, 418, X_Okta_Request_Id=password.reveal())
    with pytest.raises(UnexpectedReply, match=r"request id \(withheld"):
        asking("okta", refusal).set_password("00u1", password, None)


def test_the_connections_own_secrets_are_known_to_every_call() -> None:
    """OneLogin's token call alone sends the pair; a later refusal may name it all the same."""
    token = reply({"access_token": "CANARY-token"})
    body = {
        "status": {
            "code": 400,
            "type": "bad request",
            "message": "history of CANARY-id and CANARY-secret",
            "error": True,
        }
    }
    with pytest.raises(PasswordRejected) as caught:
        asking("onelogin", token, reply(body, 400)).set_password("1", NEW, None)
    assert_no_canary(str(caught.value), "a reason")
    assert "history of" in str(caught.value)


def test_what_an_earlier_call_has_sent_is_known_to_the_next() -> None:
    """The old password goes with ETNA's log-in; a refusal of the reset that follows may name it all the same."""
    log_in = reply({"State": "Expecting", "Reason": "Your Password has expired", "Token": "CANARY-reset"})
    refusal = reply({"IsSucceed": False, "Errors": ["it is too much like CANARY-Old-1"]}, 400)
    with pytest.raises(PasswordRejected) as caught:
        asking("etna", log_in, refusal).set_password("jane", NEW, Secret("CANARY-Old-1"))
    assert caught.value.reasons == ("it is too much like [secret]",)


@pytest.mark.parametrize("token", ["CANARY-\r\nX: y", "CANARY-é", "CANARY a", "CANARY-" + "x" * 20_000, 7, ""])
def test_a_token_that_no_header_carries_is_not_of_the_documented_shape(token: object) -> None:
    with pytest.raises(UnexpectedReply, match=r"POST /auth/oauth2/v2/token: .*documented shape"):
        asking("onelogin", reply({"access_token": token})).observe("1")


def test_a_lookalike_is_somebody_else() -> None:
    """Python folds a Kelvin sign to a k, and an ß to ss; a directory need not."""
    users = [{"id": 7, "username": "\N{KELVIN SIGN}ate"}, {"id": 8, "username": "KATE"}]
    for told, principal, found in ((users[:1], "Kate", None), (users, "kate", "8")):
        token, one = reply({"access_token": "CANARY-token"}), reply(told)
        user = reply({"id": 8, "username": "KATE", "status": 1})
        seen = asking("onelogin", token, one, user).observe(principal)
        assert (seen and seen.principal_id) == found


def test_a_redirect_to_clear_text_is_not_followed() -> None:
    with peering(answers(200, {"ok": True})) as elsewhere:
        for status in (301, 302, 303, 307, 308):
            with peering(answers(status, Location=f"{elsewhere.url}/steal")) as peer, pytest.raises(UnexpectedReply):
                wire_to(peer.url).write(
                    "PUT", "/x", json=NEW, headers={"X-Key": NEW}, token=FetchedToken(lambda: Secret("CANARY-token"))
                )
        assert elsewhere.connections == 0


@pytest.mark.parametrize("cookie", ["a=" + '"\\' * 30_000, "=" * 60_000, "a=b; expires=" + "1 " * 30_000])
@pytest.mark.timeout(60)
def test_a_cookie_costs_no_time(cookie: str) -> None:
    with peering(answers(200, {"ok": True}, Set_Cookie=cookie)) as peer:
        assert wire_to(peer.url).write("PUT", "/x").json == {"ok": True}


def test_an_unusable_answer_to_a_read_is_told_without_its_words() -> None:
    junk = sends(b"HTTP/1.1 200 " + TERMINAL.encode() + b"\r\n\x1b: \x1b\r\n\r\n")
    with peering(junk) as peer, pytest.raises((Unreachable, UnexpectedReply)) as caught:
        wire_to(peer.url).read("GET", "/x")
    assert str(caught.value).isprintable()
