"""No secret of a call gets into any text, however the server hands it back."""

from __future__ import annotations

import base64
import html
import json
import re
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from pydantic import BaseModel

from pulumi_pwmgmt.errors import CredentialError, PasswordRejected
from pulumi_pwmgmt.http import FetchedToken
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.redaction import Scrubber
from tests.canary import assert_no_canary
from tests.unit.loopback_peer import Received, answers, peering
from tests.unit.wire_fixtures import wire_to

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

ODD = 'CANARY-p"a\\s/s%w+o=r<d>&ö€🙂 TAIL-7Q9'
PLAIN = "CANARY-token-TAIL-7Q9"
WITHHELD = "(withheld: it may quote a secret)"
ENCODED: dict[str, Callable[[str], str]] = {
    "JSON three times": lambda text: json.dumps(json.dumps(json.dumps(text))),
    "JSON in a URL": lambda text: quote(json.dumps(text)),
    "in a URL twice": lambda text: quote(quote_plus(text)),
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "as numbers in HTML": lambda text: "".join(c if c.isalnum() or c in "-. " else f"&#{ord(c)};" for c in text),
    "as it is": lambda text: text,
    "JSON": json.dumps,
    "JSON in UTF-8": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON twice": lambda text: json.dumps(json.dumps(text)),
    "JSON with slashes escaped": lambda text: json.dumps(text).replace("/", "\\/"),
    "in a URL": lambda text: quote(text, safe=""),
    "in a URL, lower case": lambda text: quote(text, safe="").lower(),
    "in a path": quote,
    "in a form": quote_plus,
    "HTML": html.escape,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "base64 in a URL": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
    "within base64": lambda text: base64.b64encode(f"user:{text}, and so on".encode()).decode(),
    "within base64, one further": lambda text: base64.b64encode(f"user::{text}, and so on".encode()).decode(),
    "within base64, two further": lambda text: base64.b64encode(f"user: :{text}, and so on".encode()).decode(),
    "upper case": str.upper,
    "again and again": lambda text: f"{text}{text} {text}",
}
encoded = pytest.mark.parametrize("encode", ENCODED.values(), ids=ENCODED.keys())


def texts_of(error: BaseException) -> str:
    """Everything that somebody could print of an exception, its chain and the frames it went through."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    chained = [repr(vars(each)) for each in (error.__cause__, error.__context__) if each]
    notes = getattr(error, "__notes__", [])
    return "\n".join([str(error), repr(error), repr(error.args), repr(vars(error)), *told.format(), *chained, *notes])


def assert_clean(error: BaseException) -> None:
    everything = texts_of(error)
    assert_no_canary(everything, "an exception")
    assert "canary" not in everything.lower()
    assert "TAIL-7Q9" not in everything
    assert error.__cause__ is None
    assert error.__context__ is None


def echoes(status: int, code: str | None, *, raw: bool = False) -> Callable[[socket.socket, Received], bool]:
    """Hand back what was sent, in every encoding, where the vendor puts its words and where it doesn't."""

    def action(peer: socket.socket, request: Received) -> bool:
        sent = [request.body.decode(), request.headers.get("authorization", ""), ODD, PLAIN]
        words = [*sent, " ".join(encode(ODD) for encode in ENCODED.values())]
        body = {"code": code, "causes": words} if code else {"echo": words}
        headers = {"X_Request_Id": quote(ODD), "X_Echo": quote(ODD)}
        data = repr(words).encode() if raw else None
        return answers(status, body, raw=data, **headers)(peer, request)

    return action


def cut(peer: socket.socket, request: Received) -> bool:
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + request.body)
    return False


def echoed_in_the_head(peer: socket.socket, request: Received) -> bool:
    peer.sendall(b"HTTP/1.1 200 OK\r\nbroken " + request.body + b"\r\n\r\n")
    return False


ENDINGS = {
    "rejected": echoes(400, "E4"),
    "unauthorized": echoes(401, "E1"),
    "not found": echoes(404, "E3"),
    "by status alone": echoes(418, None),
    "unknown code": echoes(400, "E99"),
    "the code is an echo": echoes(400, ODD),
    "limited": echoes(429, "E4"),
    "server's failure": echoes(500, "E99"),
    "not JSON": echoes(200, None, raw=True),
    "cut short": cut,
    "in the head": echoed_in_the_head,
    "hangs up": lambda _peer, _request: False,
}


@pytest.mark.parametrize("verb", ["read", "write"])
@pytest.mark.parametrize("action", ENDINGS.values(), ids=ENDINGS.keys())
def test_no_ending_shows_a_secret(
    verb: str, action: Callable[[socket.socket, Received], bool], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    with peering(action) as peer, pytest.raises(CredentialError) as caught:
        getattr(wire_to(peer.url), verb)(
            "POST",
            "/users/{id}",
            id="jane",
            token=FetchedToken(lambda: Secret(PLAIN)),
            headers={"X-Key": Secret(f"key={PLAIN}")},
            json={"password": {"value": Secret(ODD)}, "all": [Secret(PLAIN), (Secret(ODD),)]},
        )
    assert peer.received
    assert_clean(caught.value)
    assert_no_canary(caplog.text, "the log")


def test_no_ending_of_a_form_shows_a_secret() -> None:
    form: dict[str, str | Secret] = {"password": Secret(ODD), "name": "jane"}
    with peering(echoes(400, "E4")) as peer, pytest.raises(PasswordRejected) as caught:
        wire_to(peer.url).write("POST", "/x", form=form, headers={"X-Key": Secret(PLAIN)})
    assert_clean(caught.value)
    assert caught.value.reasons == (WITHHELD, "[secret]", "[secret]", WITHHELD)


class Shape(BaseModel):
    wanted: int


@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_reply_of_another_shape_shows_nothing_of_it(verb: str) -> None:
    with peering(answers(200, {"wanted": PLAIN})) as peer:
        reply = getattr(wire_to(peer.url), verb)("POST", "/x", json=Secret(PLAIN))
        with pytest.raises(CredentialError) as caught:
            reply.parse(Shape)
        assert_no_canary(repr(reply) + str(reply), "a reply")
    assert_clean(caught.value)


def test_a_value_that_cannot_be_sent_is_not_shown() -> None:
    with peering(answers(200)) as peer, pytest.raises(CredentialError) as caught:
        wire_to(peer.url).read("POST", "/x", headers={"Password": Secret(ODD)})
    assert_clean(caught.value)


def test_an_unreachable_server_shows_nothing() -> None:
    with pytest.raises(CredentialError) as caught:
        wire_to("https://tenant.invalid").write("PUT", "/x", json=Secret(ODD), headers={"A": Secret(PLAIN)})
    assert_clean(caught.value)


def test_the_vendors_words_are_kept() -> None:
    words = f'The value "{ODD}" does not meet the policy'
    with peering(answers(400, {"code": "E4", "causes": [words]})) as peer, pytest.raises(PasswordRejected) as caught:
        wire_to(peer.url).write("PUT", "/x", json=Secret(ODD))
    assert caught.value.reasons == ('The value "[secret]" does not meet the policy',)


def test_causes_are_bounded_and_on_one_line() -> None:
    causes = ["a\x1b[31mb\r\nc\u202ed", "x" * 600, *"cdefgh"]
    with peering(answers(400, {"code": "E4", "causes": causes})) as peer, pytest.raises(PasswordRejected) as caught:
        wire_to(peer.url).write("PUT", "/x")
    first, second, *others = caught.value.reasons
    assert first == "a [31mb c d"
    assert len(second) == 500
    assert others == ["c", "d", "e"]


@encoded
@pytest.mark.parametrize("secret", [ODD, PLAIN, "CANARY-" + "x" * 100])
def test_every_encoding_is_found(secret: str, encode: Callable[[str], str]) -> None:
    shown = Scrubber([Secret(secret)])(f"before {encode(secret)} after", limit=100_000)
    assert shown == WITHHELD or re.fullmatch(r"before .*\[secret\].* after", shown)
    assert_no_canary(shown, "scrubbed text")
    assert "canary" not in shown.lower()
    assert "tail-7q9" not in shown.lower()


@pytest.mark.parametrize(
    "header",
    [
        f"SSWS {PLAIN}",
        f"client_id:abc, client_secret:{PLAIN}",
        "Basic " + base64.b64encode(f"abc:{PLAIN}".encode()).decode(),
    ],
)
def test_a_part_of_a_composed_header_is_found(header: str) -> None:
    assert Scrubber([], [Secret(header)])(f"token {PLAIN} is bad") == "token [secret] is bad"


def test_a_short_secret_is_not_spelt_by_what_is_missing() -> None:
    scrub = Scrubber([Secret("pass")])
    assert scrub("your password is weak") == WITHHELD
    assert scrub("too weak") == "too weak"


def test_a_text_of_more_than_anybody_reads_is_withheld() -> None:
    assert Scrubber([Secret(PLAIN)])("x" * 20_000) == WITHHELD


def test_without_secrets_nothing_is_scrubbed() -> None:
    assert Scrubber([Secret("")])("too weak") == "too weak"


@pytest.mark.parametrize("text", [ODD, PLAIN])
def test_a_secret_broken_by_control_characters_is_found(text: str) -> None:
    shown = Scrubber([Secret(text)])(f"it is \x1b{text}\x07!")
    assert shown == "it is [secret] !"


def test_a_secret_that_shows_only_on_one_line_is_withheld() -> None:
    assert Scrubber([Secret("CANARY-a b-c")])("it is CANARY-a\tb-c") == WITHHELD


def test_a_secret_that_shows_only_as_it_came_is_withheld() -> None:
    assert Scrubber([Secret('CANARY-"\u00a0')])(r'it is "CANARY-\"' + '\u00a0"') == WITHHELD
