"""Running it: two loopback ports, one event loop, and a quick and clean end."""

import asyncio
import contextlib
import errno
import functools
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from pulumi_pwmgmt.simulator.control import Control
from pulumi_pwmgmt.simulator.gateway import Gateway
from pulumi_pwmgmt.simulator.seed import Seed
from pulumi_pwmgmt.simulator.simulation import Simulation

HOST = "127.0.0.1"
_KEEP_ALIVE_S = 300


class PortTakenError(Exception):
    """Another program listens on the port; ``port`` is its number."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} on {HOST} is taken")
        self.port = port


class Running:
    """The simulator with its ports bound; ``url`` and ``control_url`` are known from the start."""

    def __init__(self, seed: Seed, port: int, control_port: int, *, remember_passwords: bool = False) -> None:
        self.simulation = Simulation(seed, remember_passwords=remember_passwords)
        with contextlib.ExitStack() as undo:
            self._api_socket = undo.enter_context(_listen(port))
            self._control_socket = undo.enter_context(_listen(control_port))
            undo.pop_all()
        self.url = _url(self._api_socket)
        self.control_url = _url(self._control_socket)

    def serve(self, ready: Callable[[], None], *, until_stdin_ends: bool = False) -> None:
        """Serve until SIGINT or SIGTERM (or the end of standard input); ``ready`` is called once it answers."""
        asyncio.run(self._serve(ready, until_stdin_ends=until_stdin_ends))

    async def _serve(self, ready: Callable[[], None], *, until_stdin_ends: bool) -> None:
        control_port = self._control_socket.getsockname()[1]
        app = _ByPort(
            Gateway(self.simulation),
            {control_port: Control(self.simulation, lambda: self.url).application()},
        )
        config = uvicorn.Config(
            app, loop="asyncio", http="h11", ws="none", lifespan="off", log_config=None, log_level="critical",
            access_log=False, server_header=False, date_header=False, timeout_keep_alive=_KEEP_ALIVE_S,
            timeout_graceful_shutdown=0,
        )  # fmt: skip
        server = _Server(config, ready)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        if until_stdin_ends:
            stop = functools.partial(loop.call_soon_threadsafe, server.stop)
            threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
        await server.serve(sockets=[self._api_socket, self._control_socket])


class _Server(uvicorn.Server):
    """A uvicorn server whose signals are handled by us: every end that was asked for is a good one."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def stop(self) -> None:
        self.should_exit = True
        self.force_exit = True


class _ByPort:
    """An ASGI application that chooses another by the port that was asked."""

    def __init__(self, default: ASGIApp, others: dict[int, ASGIApp]) -> None:
        self._default = default
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._others.get(scope["server"][1], self._default)(scope, receive, send)


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sees TCP: no delay
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(1024)
        listener.set_inheritable(False)
    except OSError as error:
        listener.close()
        if error.errno in {errno.EADDRINUSE, errno.EACCES}:
            raise PortTakenError(port) from None
        raise
    return listener


def _url(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def _wait_for_end_of_input(then: Callable[[], object]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    then()
