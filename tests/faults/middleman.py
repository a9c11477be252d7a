"""The machine between the library and the simulated server: it passes requests on, and spoils the ones it is told to.

It knows the order of the requests, so a fault can hit the second one of an operation, whichever that is; and it sees
what the server really said, whatever the client then got.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import sys
from collections import deque
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from tests.faults.fault import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.faults.fault import Fault
    from tests.faults.shared_time import SharedTime

_HERE, _ELSEWHERE = "127.0.0.1", "127.0.0.2"
_LIVES_LONG_S = 60.0
_SILENCE_S = 30.0  # how long a client with the default read_timeout waits for an answer
_OF_THE_CONNECTION = {"connection", "content-length", "transfer-encoding", "keep-alive"}
_refusing: dict[tuple[str, int], Middleman] = {}
Held: TypeAlias = "Callable[[], Exchange]"


@dataclass
class Exchange:
    """One request and what became of it: ``said`` is what the server answered, None where it did not get it.

    ``fault`` is what was done to it. ``overlapping`` counts the requests that were under way when it came. ``seconds``
    is how long the server took, without any wait that was ordered.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    fault: str | None = None
    said: int | None = None
    overlapping: int = 0
    seconds: float = 0.0

    @property
    def reached(self) -> bool:
        """Whether the server got it as it was."""
        return self.said is not None


@dataclass
class Armed:
    """The fault that is due, from the request with the number ``first`` on, counted from 0."""

    fault: Fault
    first: int
    left: int


class Middleman:
    """Listens on a port of this machine; ``url`` is where, with the simulator's own paths."""

    def __init__(self, simulator: Simulator, time: SharedTime) -> None:
        self._simulator = simulator
        self._time = time
        self._server = urlsplit(simulator.url).netloc
        self._lock = Lock()
        self._under_way = 0
        self._armed: Armed | None = None
        self._reserved = _bound(0)  # never listens: it keeps the port ours while nobody does
        self._port: int = self._reserved.getsockname()[1]
        self._listener: socket.socket | None = None
        self._connections: deque[socket.socket] = deque(maxlen=1000)
        self._trap = socket.create_server((_ELSEWHERE, 0))
        self.url = f"http://{_HERE}:{self._port}"
        self.elsewhere = f"http://{_ELSEWHERE}:{self._trap.getsockname()[1]}"
        self.exchanges: list[Exchange] = []
        self.engine_lives = True
        self.sent_of_the_huge_one = 0
        self.carried_elsewhere = b""
        self._guests = 0
        self.held: list[Held] = []
        self._open()
        Thread(target=self._take_in, daemon=True).start()

    def begin(self, fault: Fault | None = None, first: int = 0, times: int = 0) -> None:
        """Count requests from 0 again, and spoil ``times`` of them from number ``first`` on."""
        with self._lock:
            self.exchanges = []
            self.engine_lives = True
            self._armed = Armed(fault, first, times) if fault and times else None
        if self._refuses_next(0):
            self._shut()

    def end(self) -> tuple[list[Exchange], int]:
        """Spoil nothing any more. Returns what was asked since ``begin``, and how many faults did not come to pass."""
        with self._lock:
            exchanges, armed = self.exchanges, self._armed
            self._armed, self.exchanges = None, []
            self.engine_lives = True
        self._open()
        return exchanges, armed.left if armed else 0

    def somebody_followed(self) -> bool:
        """Whether anybody has connected to where the redirects lead; ``carried_elsewhere`` is what they sent there."""
        return self._guests > 0

    def close(self) -> None:
        self._shut()
        _refusing.pop((_HERE, self._port), None)  # the port may be anybody's from now on
        with contextlib.suppress(OSError):
            self._trap.shutdown(socket.SHUT_RDWR)
        for each in (self._reserved, self._trap, *self._connections):
            each.close()

    def attempt(self) -> None:
        """Note that a client is about to connect; let it, once enough have been refused."""
        with self._lock:
            armed = self._armed
            if armed and armed.left:
                armed.left -= 1
                return
        self._open()

    def _take_in(self) -> None:
        """Be the other host: take one request of each guest, and hang up."""
        with contextlib.suppress(OSError):  # it was closed
            while True:
                guest, _ = self._trap.accept()
                self._guests += 1
                with guest, guest.makefile("rb") as received, contextlib.suppress(OSError, ValueError):
                    guest.settimeout(_SILENCE_S)
                    self.carried_elsewhere += received.readline()
                    headers = http.client.parse_headers(received)
                    self.carried_elsewhere += headers.as_bytes()
                    self.carried_elsewhere += received.read(int(headers.get("Content-Length", "0")))

    def _refuses_next(self, number: int) -> bool:
        armed = self._armed
        return bool(armed and armed.fault.refuses and armed.left and number >= armed.first)

    def _open(self) -> None:
        _refusing.pop((_HERE, self._port), None)
        if self._listener is None:
            self._listener = _bound(self._port)
            self._listener.listen(64)
            Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _shut(self) -> None:
        _refusing[_HERE, self._port] = self
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it was closed
            while True:
                client, _ = listener.accept()
                self._connections.append(client)
                Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = http.client.HTTPConnection(self._server, timeout=_LIVES_LONG_S)
        with client, contextlib.closing(server), contextlib.suppress(OSError):
            for exchange, fault, number in self._requests(client):
                start = monotonic()
                answer = self._handled(server, exchange, fault)
                exchange.seconds = monotonic() - start
                with self._lock:
                    self._under_way -= 1
                closing = self._refuses_next(number + 1)
                if closing:
                    self._shut()
                if answer:
                    self._send(client, answer, closing=closing)
                elif fault and fault.hangs:
                    self._time.wait(_SILENCE_S)
                    client.recv(1)  # until the client has had enough
                if closing or answer is None:
                    return

    def _requests(self, client: socket.socket) -> Iterator[tuple[Exchange, Fault | None, int]]:
        received = client.makefile("rb")
        while line := received.readline():
            method, path, _ = line.decode("latin-1").split(" ", 2)
            parsed = http.client.parse_headers(received)
            body = received.read(int(parsed.get("Content-Length", "0")))
            exchange = Exchange(method, path, dict(parsed.items()), body)
            with self._lock:
                number = len(self.exchanges)
                exchange.overlapping, self._under_way = self._under_way, self._under_way + 1
                self.exchanges.append(exchange)
                armed, fault = self._armed, None
                if armed and not armed.fault.refuses and armed.left and number >= armed.first:
                    armed.left -= 1
                    fault = armed.fault
            yield exchange, fault, number

    def _handled(self, server: http.client.HTTPConnection, exchange: Exchange, fault: Fault | None) -> Answer | None:
        """Let the server have the request, as far as the fault says; return what goes back, None where nothing does."""
        if fault is None:
            answer = self._passed_on(server, exchange)
            exchange.said = answer.status
            return answer
        exchange.fault = fault.name
        if fault.late:
            self.held.append(lambda: self._late(exchange))
        if fault.kills:
            self.engine_lives = False
        answer = Answer(0)
        if fault.commits:
            answer = self._passed_on(server, exchange)
            exchange.said = answer.status
        elif fault.orders:
            self._simulator.fault(**fault.orders)
            answer = self._passed_on(server, exchange)
        return fault.answers(answer, self.elsewhere + exchange.path) if fault.answers else None

    def _late(self, exchange: Exchange) -> Exchange:
        with contextlib.closing(http.client.HTTPConnection(self._server, timeout=_LIVES_LONG_S)) as server:
            exchange.said = self._passed_on(server, exchange).status
        return exchange

    def _passed_on(self, server: http.client.HTTPConnection, exchange: Exchange) -> Answer:
        server.request(exchange.method, exchange.path, exchange.body or None, dict(exchange.headers))
        reply = server.getresponse()
        headers = {name: text for name, text in reply.getheaders() if name.lower() not in _OF_THE_CONNECTION}
        return Answer(reply.status, headers, reply.read())

    def _send(self, client: socket.socket, answer: Answer, *, closing: bool = False) -> None:
        length = len(answer.body) + answer.padding
        headers = dict(answer.headers) | ({"Connection": "close"} if closing else {})
        if answer.status != http.HTTPStatus.NO_CONTENT:
            headers["Content-Length"] = str(length)
        lines = [f"HTTP/1.1 {answer.status} Said", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        sent = "\r\n".join(lines).encode("latin-1") + answer.body
        if answer.cut:
            client.sendall(sent[: len(sent) - len(answer.body) // 2 if answer.body else len(sent) // 2])
            raise OSError
        client.sendall(sent)
        piece = b"x" * 65536
        for position in range(0, answer.padding, len(piece)):
            client.sendall(piece)
            self.sent_of_the_huge_one = max(self.sent_of_the_huge_one, position)


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((_HERE, port))
    return bound


def _before_each_connect(event: str, arguments: tuple[Any, ...]) -> None:
    """A refused attempt leaves no trace at the port, so it is counted where it is made."""
    if event == "socket.connect" and _refusing and (middleman := _refusing.get(arguments[1])):
        middleman.attempt()


sys.addaudithook(_before_each_connect)
