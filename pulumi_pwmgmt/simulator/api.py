"""How a vendor's API is put together: a table of operations, and what the vendor does around each of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from pulumi_pwmgmt.simulator.call import Call, RefusedError

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.log import LogEntry

LOG_ENTRY = "pwmgmt.log_entry"
"""Where the gateway leaves the log entry in the ASGI scope."""


@dataclass(frozen=True)
class Operation:
    """One method on one path; ``needs`` is the vendor's scope, ``query`` the parameters it knows."""

    method: str
    path: str
    handle: Callable[[Call], Response]
    needs: str | None = None
    query: frozenset[str] = frozenset()
    takes_body: bool = False
    bucket: str = ""


class Api(Protocol):
    """One vendor's API."""

    def operations(self) -> Sequence[Operation]:
        """Return everything it can do."""
        ...

    def admit(self, call: Call, operation: Operation) -> None:
        """Let the call in, or raise ``RefusedError``: authentication, rights, rate, media types, parameters."""
        ...

    def dress(self, call: Call, response: Response) -> None:
        """Add the headers that every response of this vendor carries."""
        ...

    def no_such_path(self, call: Call) -> Response:
        """Answer a path that the vendor does not know."""
        ...

    def no_such_method(self, call: Call) -> Response:
        """Answer a method that the path does not know."""
        ...

    def trouble(self, status: int, wait_s: float | None) -> Response:
        """Answer 401, 429 or 5xx as the vendor would; ``wait_s`` is what the client is told to wait."""
        ...


def routes(apis: Callable[[], Mapping[str, Api]]) -> list[Route]:
    """Return a route for every path of every API; which API object answers is looked up at each request."""
    owners = {operation.path: name for name, api in apis().items() for operation in api.operations()}
    return [Route(path, _Path(path, name, apis)) for path, name in owners.items()]


async def call_of(request: Request) -> Call:
    """Read a request whole."""
    names = [name for name, _ in request.query_params.multi_items()]
    return Call(
        method=request.method,
        path=request.url.path,
        params=request.path_params,
        query=dict(request.query_params),
        repeated_query=len(names) != len(set(names)),
        headers=request.headers,
        body=await request.body(),
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )


class _Path:
    """An ASGI endpoint: every method of one path."""

    def __init__(self, path: str, name: str, apis: Callable[[], Mapping[str, Api]]) -> None:
        self._path = path
        self._name = name
        self._apis = apis

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await call_of(Request(scope, receive))
        response = answer(self._apis()[self._name], self._path, call)
        entry: LogEntry = scope[LOG_ENTRY]
        entry.account = call.account
        await response(scope, receive, send)


def answer(api: Api, path: str, call: Call) -> Response:
    """Let the API handle the call, refusals included."""
    by_method = {operation.method: operation for operation in api.operations() if operation.path == path}
    operation = by_method.get(call.method)
    if operation is None:
        response = api.no_such_method(call)
    else:
        try:
            api.admit(call, operation)
            response = operation.handle(call)
        except RefusedError as refused:
            response = refused.response
    api.dress(call, response)
    return response
