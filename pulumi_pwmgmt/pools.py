"""Keep-alive connections that say for certain whether a request was sent."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import logging
import math
import re
import socket
import ssl
import threading
import time
from datetime import datetime, timezone
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError
from urllib3.util.ssltransport import SSLTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from urllib3 import HTTPResponse

_REFUSED = re.compile(r"Tunnel connection failed: (\d+) ")  # by http.client, with the proxy's own words behind it
_FOR_GOOD = (HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED)
_PROXY = "the proxy that the environment names (HTTPS_PROXY)"


class NeverConnected(Exception):
    """No connection could be made, so nothing of the request was sent. The text says why and holds no secret.

    ``for_good`` is true where trying again won't help, ``at_proxy`` where the proxy has to do with it, not the server.
    """

    def __init__(self, why: str, *, for_good: bool, at_proxy: bool) -> None:
        super().__init__(why)
        self.for_good = for_good
        self.at_proxy = at_proxy


class _Plain(HTTPConnection):
    """Its methods go on to those of the next class, which for ``_TLS`` is urllib3's ``HTTPSConnection``.

    ``answering`` is the socket that the latest answer comes on.
    """

    answering: socket.socket
    _is_through = False  # the proxy, where there is one

    def connect(self) -> None:
        """Give what fails while connecting a type of its own.

        urllib3 and requests report a handshake that timed out like an answer that did, and a TLS connection that broke
        after the request like a handshake that failed. Only here it is certain that nothing has been sent.
        """
        self._is_through = False
        try:
            super().connect()
        except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
            failure = _failure(error, at_proxy=self.proxy is not None and not self._is_through)
        else:
            return
        raise failure  # not inside the except block: it would carry the other one along

    def _tunnel(self) -> None:
        with cut_after(self.timeout, self.sock):
            super()._tunnel()
        self._is_through = True

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself does
        self.answering = self.sock  # http.client lets go of one that ends with its answer
        with cut_after(self.timeout, self.answering):
            return super().getresponse()


class _TLS(_Plain, HTTPSConnection):
    certificate_ends: datetime | None = None

    def connect(self) -> None:
        super().connect()
        shown = self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None
        if shown and "notAfter" in shown:  # TLS through TLS, as to some proxies, tells none
            ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
            self.certificate_ends = datetime.fromtimestamp(ends, timezone.utc)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLS


# urllib3 logs headers that it can't parse, as a warning with an exception; they are the server's text.
logging.getLogger("urllib3.connection").addFilter(lambda record: not record.exc_info)

BY_SCHEME = MappingProxyType({"http": _PlainPool, "https": _TLSPool})


def certificate_ends(response: HTTPResponse) -> datetime | None:
    """Return when the certificate runs out that came with a response; None where none did.

    To be asked before the body is read: after that, the connection is no longer the response's.
    """
    return getattr(response.connection, "certificate_ends", None)


def _failure(error: Exception, *, at_proxy: bool) -> NeverConnected:
    if refused := _REFUSED.match(str(error)):
        for_good = int(refused[1]) in _FOR_GOOD
        return NeverConnected(f"{_PROXY} refuses with HTTP {refused[1]}", for_good=for_good, at_proxy=True)
    why = f"{_PROXY}: {_why(error)}" if at_proxy else _why(error)
    return NeverConnected(why, for_good=isinstance(error, ssl.SSLCertVerificationError), at_proxy=at_proxy)


def _why(error: Exception) -> str:
    match error:
        case NameResolutionError():
            why = "its host name can't be resolved"
        case ssl.SSLCertVerificationError():
            why = f"its TLS certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            why = f"no TLS with it: {error.reason or 'the handshake failed'}"
        case NewConnectionError(__cause__=OSError(strerror=str(reason))) | OSError(strerror=str(reason)):
            why = f"no connection: {reason}"
        case TimeoutError() | ConnectTimeoutError():
            why = "no connection within the connect_timeout"
        case _:
            why = "no connection could be made"
    return why


class _Shears:
    """Cuts connections off at their time: one thread for all of them, started with the first."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[float, socket.socket]] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._wakes = math.inf
        self._thread: threading.Thread | None = None

    def add(self, seconds: float, sock: socket.socket) -> int:
        """Cut this one off after so many seconds; return the number by which it is spared."""
        number, deadline = next(self._numbers), time.monotonic() + seconds
        with self._changed:
            self._due[number] = deadline, sock
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="pwmgmt time-outs", daemon=True)
                self._thread.start()
            if deadline < self._wakes:
                self._changed.notify()
        return number

    def spare(self, number: int) -> bool:
        """Let it go; return whether it still was whole."""
        with self._changed:
            return self._due.pop(number, None) is not None

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                for number, (deadline, sock) in list(self._due.items()):
                    if deadline <= now:
                        del self._due[number]
                        with contextlib.suppress(Exception):  # closed meanwhile; whatever it is, others are waiting
                            _cut(sock)
                self._wakes = min((deadline for deadline, _ in self._due.values()), default=math.inf)
                self._changed.wait(None if self._wakes == math.inf else self._wakes - now)


def _cut(sock: socket.socket | SSLTransport) -> None:
    while isinstance(sock, SSLTransport):  # TLS through TLS, as to some proxies: a layer, and no socket
        sock = sock.socket
    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # an SSLSocket's own takes the TLS away from who reads just then


_SHEARS = _Shears()


@contextlib.contextmanager
def cut_after(seconds: float | None, sock: socket.socket) -> Iterator[None]:
    """Bound the time for the whole of what an answer brings: a socket's own time-out begins anew with each byte.

    Raises:
        TimeoutError: it was cut off; what was read until then may look whole.

    """
    number = _SHEARS.add(seconds or 0, sock)
    try:
        yield
    finally:
        if not _SHEARS.spare(number):
            raise TimeoutError
