"""A wire whose connections lead to one end of a pair of sockets: all of it runs, down to http.client, and no thread.

Each connection brings one reply, as bytes, and ends. What was sent is there to be read.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.pools import BY_SCHEME
from tests.unit.wire_fixtures import QuickClock

if TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

    from pulumi_pwmgmt.connection import Connection
    from pulumi_pwmgmt.http import Dialect

URL = "http://127.0.0.1:9"
ROOM = 64 * 1024
"""Bytes of a reply that fit into a pair of sockets for certain, with nobody to read them yet."""


class Script:
    """The replies to come, the last of them for ever, and what was sent."""

    def __init__(self, replies: list[bytes]) -> None:
        self.replies = replies
        self.connections = 0
        self._ours: list[socket.socket] = []

    def connect(self) -> socket.socket:
        """Return the client's end of a new connection with the next reply in it."""
        reply = self.replies[min(self.connections, len(self.replies) - 1)]
        assert len(reply) <= ROOM
        self.connections += 1
        ours, theirs = socket.socketpair()
        ours.sendall(reply)
        ours.shutdown(socket.SHUT_WR)
        self._ours.append(ours)
        return theirs

    def sent(self) -> list[bytes]:
        """Return what came over each connection; once, for that ends them."""
        received = []
        for ours in self._ours:
            ours.setblocking(False)  # noqa: FBT003 -- the socket's own argument
            try:
                received.append(ours.recv(10 * 1024 * 1024))
            except (BlockingIOError, ConnectionResetError):
                received.append(b"")
            ours.close()
        self._ours.clear()
        return received


class ScriptedWire(Wire):
    """A wire that a script answers, on a clock that passes only where somebody waits."""

    def __init__(self, connection: Connection, dialect: Dialect, script: Script) -> None:
        self.quick = QuickClock()
        self._script = script
        super().__init__(connection, dialect, clock=self.quick.as_clock())

    def _line(self, *, fresh: bool) -> Any:  # noqa: ANN401 -- the wire's own line
        line: HTTPAdapter = super()._line(fresh=fresh)
        script = self._script
        usual = BY_SCHEME["http"]

        class Scripted(usual.ConnectionCls):  # type: ignore[name-defined,misc]  # a class that is a value
            def _new_conn(self) -> socket.socket:
                return script.connect()

        class Pool(usual):  # type: ignore[valid-type,misc]  # same
            ConnectionCls = Scripted

        line.poolmanager.pool_classes_by_scheme = {"http": Pool}
        return line
