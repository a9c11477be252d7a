"""The door of the simulated APIs: the log, ordered faults, and what a fault does to an answer."""

import asyncio
import sys
import traceback
from datetime import datetime, timedelta
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_pwmgmt.simulator.api import LOG_ENTRY, call_of, routes
from pulumi_pwmgmt.simulator.faults import Fault
from pulumi_pwmgmt.simulator.log import LogEntry
from pulumi_pwmgmt.simulator.simulation import Simulation, system_of

_OVERSIZE = 2 * 1024 * 1024
_SLICE_S = 0.05
_UNCOMMITTED = {"401", "429", "500", "502", "503", "504"}


class Gateway:
    """The ASGI application that serves all vendors' paths."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        starlette = Starlette(routes=routes(simulation.apis))
        starlette.router.redirect_slashes = False
        starlette.router.default = self._no_such_path
        self._inner: ASGIApp = starlette.router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        client = _Client(scope, receive, send)
        if not await client.read_request():
            return
        path, method = scope["path"], scope["method"]
        system = system_of(path)
        fault = self._simulation.faults.take(system, method, path)
        entry = LogEntry(self._simulation.clock.now(), system, method, path, fault=fault.kind if fault else None)
        self._simulation.log.append(entry)
        scope[LOG_ENTRY] = entry
        answer = await self._handle(scope, client, fault)
        if answer is None:
            entry.client_left = True
            return
        if fault is not None and fault.kind == "hang_after":
            entry.client_left = await client.leaves_within(fault.delay_s)
        if not entry.client_left:
            entry.status = answer.status
            await answer.send(client.send, date=self._simulation.clock.now())

    async def _handle(self, scope: Scope, client: "_Client", fault: Fault | None) -> "_Answer | None":
        """Return the answer, spoilt as ordered; None: the client left before anything was committed."""
        if fault is None:
            return await self._commit(scope, client)
        if fault.kind == "delay":
            await asyncio.sleep(1 if fault.delay_s is None else fault.delay_s)
        elif fault.kind == "hang_before":
            due = self._simulation.clock.now() + timedelta(seconds=fault.delay_s or 0)
            left = await client.leaves_within(fault.delay_s)
            if left and not fault.late:
                return None
            while left and self._simulation.clock.now() < due:  # noqa: ASYNC110 -- the clock may be moved, and tells nobody
                await asyncio.sleep(_SLICE_S)
            answer = await self._commit(scope, client)
            return None if left else answer
        elif fault.kind in _UNCOMMITTED:
            if fault.late:
                await self._commit(scope, client)
            return await self._trouble(scope, client, fault)
        return (await self._commit(scope, client)).spoilt(fault.kind)

    async def _commit(self, scope: Scope, client: "_Client") -> "_Answer":
        answer = _Answer()
        try:
            await self._inner(scope, client.replay, answer.take)
        except Exception as error:  # noqa: BLE001 -- a fault of ours: say so, where, and nothing of the request
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = f"the simulator failed: {type(error).__name__} in {place.name}, line {place.lineno}"
            sys.stderr.write(text + "\n")
            answer = _Answer()
            await PlainTextResponse(text, 500)(scope, client.replay, answer.take)
        return answer

    async def _trouble(self, scope: Scope, client: "_Client", fault: Fault) -> "_Answer":
        api = self._simulation.apis().get(system_of(scope["path"]) or "")
        status = int(fault.kind)
        wait_s = 1.0 if status == 429 and fault.delay_s is None else fault.delay_s  # noqa: PLR2004 -- the status says it best
        response = api.trouble(status, wait_s) if api else PlainTextResponse("trouble", status)
        if api:
            api.dress(await call_of(Request(scope, client.replay)), response)
        answer = _Answer()
        await response(scope, client.replay, answer.take)
        return answer

    async def _no_such_path(self, scope: Scope, receive: Receive, send: Send) -> None:
        api = self._simulation.apis().get(system_of(scope["path"]) or "")
        call = await call_of(Request(scope, receive))
        response = api.no_such_path(call) if api else PlainTextResponse("Not Found", 404)
        if api:
            api.dress(call, response)
        await response(scope, receive, send)


class _Client:
    """The client's side of a request: its body, read once, and whether it is still there."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._body = b""
        self.scope = scope
        self.send = send

    async def read_request(self) -> bool:
        """Read the whole body; False: the client left before it was sent."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                return True

    async def replay(self) -> Message:
        """Give the body to the application."""
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def leaves_within(self, seconds: float | None) -> bool:
        """Wait so long (None: for ever); True as soon as the client has left."""
        try:
            await asyncio.wait_for(self._receive(), seconds)
        except asyncio.TimeoutError:
            return False
        return True


class _Answer:
    """An answer that is ready but not sent."""

    def __init__(self) -> None:
        self._start: Message = {}
        self._body = b""
        self._promised: int | None = None

    @property
    def status(self) -> int:
        """The HTTP status."""
        return int(self._start["status"])

    async def take(self, message: Message) -> None:
        """Collect what the application sends."""
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")

    def spoilt(self, kind: str) -> "_Answer":
        """Spoil it as the fault says; an answer without a body becomes a 200 that promises one."""
        if kind == "truncate":
            self._promise_a_body()
            self._promised = len(self._body) or 64
            self._body = self._body[: len(self._body) // 2]
        elif kind == "wrong_json":
            self._promise_a_body()
            self._body = b'{"answer": [1, 2'
        elif kind == "html":
            self._promise_a_body("text/html")
            self._body = b"<!doctype html><title>Sign in</title><p>Sign in to continue."
        elif kind == "oversize":
            self._promise_a_body()
            self._body = b'{"padding": "' + b"x" * _OVERSIZE + b'"}'
        return self

    def _promise_a_body(self, media_type: str = "application/json") -> None:
        if self._start["status"] == 204:  # noqa: PLR2004 -- the status says it best
            self._start["status"] = 200
        headers = [(name, value) for name, value in self._start["headers"] if name != b"content-type"]
        self._start["headers"] = [*headers, (b"content-type", media_type.encode())]

    async def send(self, send: Send, date: datetime) -> None:
        """Send it; with fewer bytes than promised, the server then closes the connection."""
        headers = [(name, value) for name, value in self._start["headers"] if name != b"content-length"]
        headers.append((b"date", format_datetime(date, usegmt=True).encode()))
        if self._start["status"] != 204:  # noqa: PLR2004 -- the status says it best
            length = len(self._body) if self._promised is None else self._promised
            headers.append((b"content-length", str(length).encode()))
        await send({**self._start, "headers": headers})
        cut = self._promised is not None and self._promised > len(self._body)
        await send({"type": "http.response.body", "body": self._body, "more_body": cut})
