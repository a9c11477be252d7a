"""Replies that no honest server gives, as bytes; every text of them is marked, so that it is known again anywhere."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.hostile.below_the_socket import ROOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

MARK = re.compile(r"Qx(\d+)x")
_PLACE = "¤"  # where a mark comes in the texts below
_SPLICED = {
    '"@deep 40@"': "[" * 40 + "]" * 40,
    '"@deep 400@"': '{"a":' * 400 + "1" + "}" * 400,
    '"@deep 930@"': "[" * 930 + "]" * 930,
    '"@deep 9000@"': "[" * 9000,
    '"@huge 400@"': "9" * 400,
    '"@huge 4300@"': "9" * 4300,
    '"@huge 9000@"': "9" * 9000,
    '"@exponent@"': "1e999999999",
}
TEXTS = (
    "¤",
    "",
    "¤\x1b[2J\x1b]0;¤\x07",
    "¤\r\nX-Injected: ¤",
    "¤\u202e¤\u2066",
    "\u2028¤\u0085\x9b31m\x00",
    "\ud800¤",
    "¤" * 900,
    "password: ¤",
    "oldPassword: the credentials ¤",
    "¤ cannot be any of your last ¤ must have elapsed",
    "Invalid credentials ¤ has expired",
    "Validation failed history ¤",
    "Application key ¤ permission denied",
    "\N{SLIGHTLY SMILING FACE}¤{0}%s",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # what the engine takes for a value that is not known yet
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-01-01T00:00:00",
    "../¤",
    ".",
    "§",
    "¤ §",
)
_ECHO = "§"  # where a secret comes that the server was sent
_DISGUISES = (
    str,
    lambda secret: base64.b64encode(secret.encode()).decode(),
    lambda secret: "".join(f"&#{ord(character)};" for character in secret),
    lambda secret: f"{secret[:9]}\x00{secret[9:]}",
)
_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2,
    200,
    400,
    401,
    404,
    10**30,
    -(10**18),
    0.5,
    float("nan"),
    float("-inf"),
    [],
    {},
    [[]],
    [{}] * 300,
    {"errorSummary": 1},
    {"¤": "¤"},
    {"attribute": "¤", "description": ["¤"]},
    *(spliced.strip('"') for spliced in _SPLICED),
)
_LEAVES = (*TEXTS, *_VALUES)
STATUSES = (
    *(200, 200, 200, 200, 400, 400, 401, 403, 404, 422, 500),
    *(
        101,
        102,
        103,
        199,
        201,
        202,
        203,
        204,
        205,
        206,
        226,
        300,
        301,
        302,
        303,
        304,
        307,
        308,
        402,
        405,
        407,
        408,
        409,
    ),
    *(
        410,
        411,
        412,
        413,
        414,
        416,
        417,
        418,
        421,
        423,
        425,
        426,
        428,
        429,
        431,
        451,
        501,
        502,
        503,
        504,
        505,
        511,
        599,
    ),
    *(600, 666, 777, 999, 1000, 99, 0, -1, "2OO", "", "٢٠٠"),
)
_NUMBERS = ("0", "1", "7", "-1", "NaN", "inf", "1e9", "²", "", "9" * 18, "9" * 400, "9" * 5000, "0.5", "1.2.3", "soon")
_DATES = (
    "Sun, 01 Mar 2026 12:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Mon, 01 Jan 0001 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -9999",
    "Sun, 99 Foo 2026 99:99:99 GMT",
    f"Sun, {'1' * 5000} Mar 2026 12:00:00 GMT",
    "Sun, 01 Mar -2026 12:00:00 +99999999999999",
    "¤",
    "",
)
_HEADERS: dict[str, Sequence[str]] = {
    "Retry-After": (*_NUMBERS, *_DATES),
    "X-Rate-Limit-Limit": _NUMBERS,
    "X-Rate-Limit-Remaining": _NUMBERS,
    "X-Rate-Limit-Reset": (*_NUMBERS, "1772366400", "1772366500000"),
    "X-RateLimit-Limit": _NUMBERS,
    "X-RateLimit-Remaining": _NUMBERS,
    "X-RateLimit-Reset": _NUMBERS,
    "Date": _DATES,
    "X-Request-Id": ("¤", "¤\x1b[31m", "¤" * 2000, "", "a\r\n ¤ folded", "§"),
    "X-Okta-Request-Id": ("¤", "¤\x07", "¤" * 2000, "\xff\xfe¤", "§"),
    "WWW-Authenticate": ('Bearer error="insufficient_scope"', 'Bearer error="¤"', 'error="' * 500, "¤", 'error="é¤"'),
    "Set-Cookie": (
        "sid=¤; Path=/; Expires=" + "1" * 3000,
        "=;=;¤",
        'a="' + "\\" * 2000,
        "a=b; Max-Age=¤; Version=\xff",
    ),
    "Location": ("http://127.0.0.1:9/¤", "//¤", "javascript:¤", "http://[", "\x00"),
    "Content-Type": ("text/html; charset=¤", "application/json", ";;;=", "a/b; charset*=utf-8''%ff", "\x00"),
    "Content-Encoding": ("gzip", "deflate", "br", "zstd", "gzip, gzip, gzip", "¤", "identity", "x-gzip"),
    "Transfer-Encoding": ("chunked", "gzip, chunked", "identity", "¤"),
    "Content-Length": ("0", "1", "99999999999999999999", "-1", "1, 2", "+5", "0x10", "¤", "9" * 5000),
    "Connection": ("keep-alive", "close", "upgrade", "¤"),
    "Keep-Alive": ("timeout=¤",),
    "Upgrade": ("h2c",),
    "X ¤": ("¤",),
    "": ("¤",),
    "¤\x00": ("\x00¤",),
    "X-Long": ("¤" * 6000,),
}
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "utf-7")
_RAW = (
    b"",
    b" \r\n ",
    b"<html>\xc2\xa4</html>",
    b"\xff\xfe\x00",
    b"\xed\xa0\x80",
    b'"\xed\xa0\x80"',
    b"null",
    b"0" * 99,
    b"[1,]",
)
_SPOILT = ("body", "body", "body", "body", "body", "body", "headers", "headers", "bytes", "frame", "all")
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
_FIRST_LINES = ("HTTP/1.1 100 Continue\r\n\r\n¤", "", "HTTP/9.9 200 OK", "ICY 200 OK", "HTTP/1.1", "\r\n¤")
_FRAMES = ("length", "length", "length", "length", "until it closes", "too short", "too long", "chunks", "bad chunks")


@dataclass(frozen=True)
class Marked:
    """A reply, and where each mark in it stands: ``header: NAME``, or the keys that lead to it in the body."""

    data: bytes
    places: dict[int, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"Marked({self.data[:1500]!r}, {self.places!r})"


class _Pen:
    """Writes a mark of its own into every place, and keeps where it was; and the secret that is handed back."""

    def __init__(self, echo: str) -> None:
        self.places: dict[int, tuple[str, ...]] = {}
        self._echo = echo

    def mark(self, text: str, place: tuple[str, ...]) -> str:
        text = text.replace(_ECHO, self._echo)
        if _PLACE not in text:
            return text
        number = len(self.places) + 1
        self.places[number] = place
        return text.replace(_PLACE, f"Qx{number}x")

    def marked(self, value: Any, place: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 -- JSON
        if isinstance(value, str):
            return self.mark(value, place)
        if isinstance(value, list):
            return [self.marked(each, place) for each in value]
        if isinstance(value, dict):
            return {self.mark(key, place): self.marked(each, (*place, key)) for key, each in value.items()}
        return value


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 -- JSON
    """Yield the way to every node of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from nodes(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from nodes(each, (*path, number))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:  # noqa: ANN401 -- JSON
    if not path:
        return new
    first, *rest = path
    copied = dict(value) if isinstance(value, dict) else list(value)
    copied[first] = _with(value[first], tuple(rest), new)
    return copied


def _without(value: Any, path: tuple[Any, ...]) -> Any:  # noqa: ANN401 -- JSON
    *way, last = path
    parent = value
    for step in way:
        parent = parent[step]
    left = dict(parent) if isinstance(parent, dict) else list(parent)
    del left[last]
    return _with(value, tuple(way), left)


def _body(chance: Random, documented: Any) -> Any:  # noqa: ANN401 -- JSON
    """Make up a JSON value: the one that is documented, with up to three of its nodes spoilt."""
    value = documented
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(nodes(value)))
        match chance.randrange(6):
            case 0 if path:
                value = _without(value, path)
            case 1:
                value = _with(value, path, [chance.choice(_LEAVES), chance.choice(_LEAVES)])
            case 2:
                value = _with(value, path, {chance.choice(TEXTS): chance.choice(_LEAVES), "id": chance.choice(_LEAVES)})
            case _:
                value = _with(value, path, chance.choice(_LEAVES))
    return value


def _written(value: Any, *, twice: bool) -> str:  # noqa: ANN401 -- JSON
    text = json.dumps(value)
    for placeholder, spliced in _SPLICED.items():
        text = text.replace(placeholder, spliced)
    if twice and text.startswith("{") and isinstance(value, dict):  # each key is there twice, differently
        keys = ", ".join(f"{json.dumps(key)}: null" for key in value)
        text = f"{{{keys}, {text[1:]}" if value else text
    return text


def _framed(content: bytes, frame: str) -> tuple[list[str], bytes]:
    size = len(content)
    match frame:
        case "length":
            return [f"Content-Length: {size}"], content
        case "too short":
            return [f"Content-Length: {size // 2}"], content
        case "too long":
            return [f"Content-Length: {size + 7}"], content
        case "chunks":
            return ["Transfer-Encoding: chunked"], b"%x\r\n%b\r\n0\r\n\r\n" % (size, content)
        case "bad chunks":
            return ["Transfer-Encoding: chunked"], b"-%x;\r\n%b\r\n-1\r\nX: y\r\n" % (size, content)
    return [], content


def spoilt_reply(
    chance: Random,
    documented: Any,  # noqa: ANN401 -- JSON
    status: int | str,
    headers: dict[str, str],
    secrets: list[str],
) -> Marked:
    """Make up a reply: the documented one of this status with these headers, spoilt in one way or in all.

    ``secrets`` are what the server has been sent; it may hand back one of them.
    """
    spoilt = chance.choice(_SPOILT)
    pen = _Pen(chance.choice(_DISGUISES)(chance.choice(secrets)))
    value = pen.marked(_body(chance, documented) if spoilt in ("body", "all") else documented)
    text = _written(value, twice=chance.randrange(20) == 0)
    encoding = chance.choice(_ENCODINGS) if spoilt in ("bytes", "all") else "utf-8"
    content = text.encode(encoding, "surrogatepass" if "\ud800" in text else "replace")
    if spoilt == "bytes":
        content = chance.choice((content, chance.randbytes(40), *_RAW))
    if chance.randrange(3) == 0:
        status = chance.choice(STATUSES)
    lines = [f"{name}: {value}" for name, value in headers.items() if name != "Content-Length"]
    for name in chance.choices(list(_HEADERS), k=chance.randint(1, 4)) if spoilt in ("headers", "all") else ():
        said, place = chance.choice(_HEADERS[name]), (f"header: {name}",)
        lines.append(f"{pen.mark(name, place)}: {pen.mark(said, place)}")
        content = _COMPRESSED.get(said, bytes)(content)
    framing, content = _framed(content, chance.choice(_FRAMES) if spoilt in ("frame", "all") else "length")
    first = f"HTTP/1.1 {status} {pen.mark('¤', ('reason phrase',))}"
    if spoilt == "frame":
        first = chance.choice((first, *_FIRST_LINES)).replace("¤", first)
        lines += [f"X-Many-{number}: 1" for number in range(chance.choice((0, 0, 90, 150)))]
    head = "\r\n".join([first, *framing, *lines]).encode("utf-8", "replace") + b"\r\n\r\n"
    return Marked((head + content)[:ROOM], pen.places)
