"""A server on a loopback socket that does to each request what a test tells it, bytes and hang-ups included."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True)
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
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
    received: list[Received] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def next_action(self) -> Action:
        return self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]


@contextmanager
def peering(*actions: Action, port: int = 0, tls: ssl.SSLContext | None = None, tunnel: bool = False) -> Iterator[Peer]:
    """Serve until the test is over. ``tunnel``: be a proxy first, that leads every CONNECT to itself."""
    peer = Peer(list(actions), scheme="https" if tls else "http")
    lock = threading.Lock()

    def serve(connection: socket.socket, number: int) -> None:
        connection.settimeout(20)
        with connection:
            if tunnel:
                request = _request(connection.makefile("rb"), number)
                if request is None:
                    return
                peer.received.append(request)
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if tls:
                try:
                    wrapped = tls.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)
                except OSError:
                    return
                with wrapped:
                    converse(wrapped, number)
            else:
                converse(connection, number)

    def converse(connection: socket.socket, number: int) -> None:
        try:
            with connection.makefile("rb") as stream:
                while request := _request(stream, number):
                    with lock:
                        peer.received.append(request)
                        action = peer.next_action()
                    if not action(connection, request):
                        return
        except OSError:
            return  # the client has gone away

    def listen() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with lock:
                peer.connections += 1
                threading.Thread(target=serve, args=(connection, peer.connections), daemon=True).start()

    with socket.create_server(("127.0.0.1", port)) as listener:
        peer.port = listener.getsockname()[1]
        threading.Thread(target=listen, daemon=True).start()
        try:
            yield peer
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _request(stream: object, number: int) -> Received | None:
    readline, read = stream.readline, stream.read  # type: ignore[attr-defined]
    first = readline().decode()
    if not first:
        return None
    method, target, _ = first.split()
    headers = {}
    while line := readline().decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.removeprefix(" ")
    return Received(method, target, headers, read(int(headers.get("content-length", 0))), number)
