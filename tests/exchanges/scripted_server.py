"""A server on loopback that answers as an exchange says, in order, and keeps what it was sent."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.exchanges.exchange import Reply


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Script:
    """The replies still to be given, and the requests that came."""

    replies: list[Reply]
    received: list[Received] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(replies: list[Reply]) -> Iterator[Script]:
    """Answer with these replies; a request too many is answered 418, which no manual knows."""
    script = Script(list(replies))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.received.append(Received(self.command, self.path, headers, self.rfile.read(length)))
            if not script.replies:
                self.send_response_only(418)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            reply = script.replies.pop(0)
            body = json.dumps(reply.json_body).encode() if reply.has_json else (reply.text or "").encode()
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 -- the names that the base class calls

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's own name
            """Keep the test run quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
