"""The Pulumi engine that started this process: whether it still lives, and how to tell its user something."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import socket
import sys
import threading
import time

_ADDRESS = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]):(\d+)")
_PROBE_EVERY_S = 1.0
_PROBE_TIMEOUT_S = 5.0
_ORPHANED = 70  # os.EX_SOFTWARE: nobody is left who could read it


class Engine:
    """The engine at ``address`` (``host:port`` on loopback), the last argument of every plugin process.

    A plugin whose engine was killed lives on and would write *after* the next run did. So it asks before each write,
    watches in between, and ends at once when nobody listens there any more.
    """

    def __init__(self, address: str) -> None:
        found = _ADDRESS.fullmatch(address)
        if not found:
            raise ValueError("no address of an engine")
        self._address = address
        self._host, self._port = found[1].strip("[]"), int(found[2])

    def must_live(self) -> None:
        """Return while the engine listens; otherwise end this process, whatever its other threads are doing."""
        try:
            socket.create_connection((self._host, self._port), timeout=_PROBE_TIMEOUT_S).close()
        except ConnectionRefusedError:
            os._exit(_ORPHANED)
        except OSError:
            return  # it is there but busy, or this machine is out of sockets: no proof of death

    def watch(self) -> None:
        """Ask every second from a thread of its own until the process ends."""
        threading.Thread(target=self._watch, name="pwmgmt-engine-watch", daemon=True).start()

    def warn(self, text: str) -> None:
        """Show the user a warning. It is marked as one, which text on standard output would not be."""
        self._log("WARNING", text)

    def inform(self, text: str) -> None:
        """Show the user what is going on."""
        self._log("INFO", text)

    def _log(self, severity: str, text: str) -> None:
        import grpc  # noqa: PLC0415 -- there in every plugin process, and not needed before
        from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc  # noqa: PLC0415 -- same

        # What the engine has no ear for must not turn an accepted change into an error.
        with contextlib.suppress(grpc.RpcError), grpc.insecure_channel(self._address) as channel:
            request = engine_pb2.LogRequest(severity=engine_pb2.LogSeverity.Value(severity), message=text)
            engine_pb2_grpc.EngineStub(channel).Log(request, timeout=_PROBE_TIMEOUT_S)

    def _watch(self) -> None:
        while True:
            time.sleep(_PROBE_EVERY_S)
            self.must_live()


@functools.cache
def our_engine() -> Engine:
    """Return the engine that started this plugin process, watched from now on.

    Raises:
        ValueError: this process is no plugin of an engine.

    """
    engine = Engine(sys.argv[-1])
    engine.watch()
    return engine
