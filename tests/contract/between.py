"""A server between us and the simulator: it passes every request on, but for one kind, which it answers itself."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OUR_OWN = {"connection", "content-length", "date", "host", "server", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    """What it says by itself. ``echoes`` puts all that was sent into every text of the JSON that holds ``{sent}``."""

    status: int
    json: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    echoes: bool = False

    def body(self, sent: str) -> bytes:
        return json.dumps(_filled(self.json, sent) if self.echoes else self.json).encode()


def _filled(value: Any, sent: str) -> Any:  # noqa: ANN401 -- JSON
    match value:
        case str():
            return value.replace("{sent}", sent)
        case dict():
            return {name: _filled(each, sent) for name, each in value.items()}
        case list():
            return [_filled(each, sent) for each in value]
    return value


@dataclass
class Between:
    """Where it is, and how often it answered by itself."""

    url: str
    answered: int = 0


@contextmanager
def between(simulator: str, method: str, path: str, answer: Answer) -> Iterator[Between]:
    """Answer requests of this method and path (a glob) with ``answer``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.command == method and fnmatchcase(urlsplit(self.path).path, path):
                state.answered += 1
                sent = f"{self.path} {dict(self.headers)} {body.decode()}"
                self._send(answer.status, {"Content-Type": "application/json", **answer.headers}, answer.body(sent))
                return
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OUR_OWN}
            reply = requests.request(
                self.command, simulator + self.path, headers=headers, data=body, timeout=30, allow_redirects=False
            )
            self._send(reply.status_code, reply.headers, reply.content)

        def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _OUR_OWN:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 -- the names that the base class calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's own name
            """Keep the test run quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = Between(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
