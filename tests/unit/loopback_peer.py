"""A server on a loopback socket that does to each request what a test tells it, bytes and hang-ups included."""

from __future__ import annotations

import json
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator, Mapping
    from io import BufferedReader


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(repr=False)  # they hold secrets, which pytest would show
    body: bytes = field(repr=False)
    connection: int  # which of the peer's connections it came on, from 1


# What to do to one request; returns whether the connection stays open.
Action: TypeAlias = "Callable[[socket.socket, Received], bool]"


def answers(status: int, body: object = None, *, raw: bytes | None = None, **headers: str) -> Action:
    """Answer with JSON, or with ``raw``; underscores in header names stand for dashes."""
    content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    def action(peer: socket.socket, _: Received) -> bool:
        peer.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + content)
        return True

    return action


def sends(data: bytes) -> Action:
    """Send exactly these bytes and hang up."""

    def action(peer: socket.socket, _: Received) -> bool:
        peer.sendall(data)
        return False

    return action


def hangs_up(_peer: socket.socket, _: Received) -> bool:
    """Close without a word."""
    return False


def resets(peer: socket.socket, _: Received) -> bool:
    """Break the connection off with an RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def says_nothing(peer: socket.socket, _: Received) -> bool:
    """Keep quiet until the client has gone away."""
    peer.recv(1)
    return False


def starts_and_stalls(peer: socket.socket, _: Received) -> bool:
    """Send the head and half a body, then keep quiet until the client has gone away."""
    peer.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"a":')
    peer.recv(1)
    return False


@dataclass
class Peer:
    """What the test gave it to do, and what arrived. The last action is repeated for ever."""

    actions: list[Action]
    port: int
    tls: ssl.SSLContext | None = None
    tunnel: bool = False
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def listen(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the test is over
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                self.open_connections += 1
                threading.Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(20)
        with suppress(OSError), connection:  # the client has gone away
            if self.tunnel:
                with connection.makefile("rb") as stream:
                    request = _request(stream, number)
                if request is None:
                    return
                self.received.append(request)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if self.tls:
                with self.tls.wrap_socket(connection, server_side=True) as wrapped:
                    self._converse(wrapped, number)
            elif connection.recv(1, socket.MSG_PEEK).isalpha():
                self._converse(connection, number)
            elif connection.recv(64 * 1024):
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")  # as servers do when spoken to in TLS
        with self.lock:
            self.open_connections -= 1

    def _converse(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as stream:
            while request := _request(stream, number):
                with self.lock:
                    self.received.append(request)
                    action = self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]
                if not action(connection, request):
                    return


@contextmanager
def peering(*actions: Action, port: int = 0, tls: ssl.SSLContext | None = None, tunnel: bool = False) -> Iterator[Peer]:
    """Serve until the test is over. ``tunnel``: be a proxy first, whose every CONNECT leads to itself."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        peer = Peer(list(actions), port=listener.getsockname()[1], tls=tls, tunnel=tunnel)
        threading.Thread(target=peer.listen, args=(listener,), daemon=True).start()
        try:
            yield peer
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _request(stream: BufferedReader, number: int) -> Received | None:
    first = stream.readline().decode("latin-1").split()
    if len(first) != 3:
        return None  # it has hung up, or speaks something else
    method, target, _ = first
    headers = {}
    while line := stream.readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.removeprefix(" ")
    return Received(method, target, headers, stream.read(int(headers.get("content-length", 0))), number)
