"""The control port: what tests use to look at the simulator and to make things go wrong. JSON both ways.

``GET /log``, ``POST /reset``, ``PUT`` and ``DELETE /directory``, ``GET /accounts``, ``GET``, ``POST`` and ``DELETE
/faults``, ``POST /clock``, ``GET /passwords``. Each method's docstring says what it does.
"""

import json
from collections.abc import Callable

from pydantic import TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pulumi_pwmgmt.simulator.accounts import Entry, accounts
from pulumi_pwmgmt.simulator.faults import Fault
from pulumi_pwmgmt.simulator.seed import BadSeedError, parse
from pulumi_pwmgmt.simulator.simulation import Simulation

_FARTHEST_S = 10**9
_FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class Control:
    """The control port's operations."""

    def __init__(self, simulation: Simulation, url: Callable[[], str]) -> None:
        self._simulation = simulation
        self._url = url

    def application(self) -> Starlette:
        """Return the ASGI application."""
        return Starlette(
            routes=[
                Route("/log", self.log, methods=["GET"]),
                Route("/reset", self.reset, methods=["POST"]),
                Route("/directory", self.directory, methods=["PUT", "DELETE"]),
                Route("/accounts", self.accounts, methods=["GET"]),
                Route("/faults", self.faults, methods=["GET", "POST", "DELETE"]),
                Route("/clock", self.clock, methods=["POST"]),
                Route("/passwords", self.passwords, methods=["GET"]),
            ]
        )

    async def log(self, _request: Request) -> Response:
        """Return every request since the start or the last reset, oldest first."""
        return JSONResponse([entry.as_json() for entry in self._simulation.log])

    async def reset(self, _request: Request) -> Response:
        """Go back to the seed given last: passwords, statuses, clock; no faults, empty log. Ids and tokens stay."""
        self._simulation.start_again()
        return Response(status_code=204)

    async def directory(self, request: Request) -> Response:
        """Start over from another seed (JSON or YAML), or with DELETE from the first one; answers with its accounts."""
        if request.method == "DELETE":
            self._simulation.start_from_the_first_seed()
            return JSONResponse(self._accounts())
        try:
            seed = parse((await request.body()).decode("utf-8", "replace"))
        except BadSeedError as error:
            return JSONResponse({"problems": error.problems}, 422)
        self._simulation.start(seed)
        return JSONResponse(self._accounts())

    async def accounts(self, _request: Request) -> Response:
        """Return the seeded accounts, as ``--json`` prints them."""
        return JSONResponse(self._accounts())

    async def faults(self, request: Request) -> Response:
        """Order one fault or a list of them, list those that still wait, or forget them all."""
        if request.method == "DELETE":
            self._simulation.faults.clear()
        elif request.method == "POST":
            try:
                data = json.loads(await request.body())
                self._simulation.faults.order(_FAULTS.validate_python(data if isinstance(data, list) else [data]))
            except ValidationError as error:
                found = error.errors(include_input=False, include_url=False, include_context=False)
                problems = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in found]
                return JSONResponse({"problems": problems}, 422)
            except ValueError:
                return JSONResponse({"problems": ["not JSON"]}, 422)
        return JSONResponse([fault.model_dump() for fault in self._simulation.faults.waiting])

    async def clock(self, request: Request) -> Response:
        """Move the clock ahead by ``advance_s`` seconds, back by negative ones; answers with the time it then shows."""
        try:
            data = json.loads(await request.body())
            seconds = float(data["advance_s"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"problems": ['expected {"advance_s": SECONDS}']}, 422)
        if not abs(seconds) < _FARTHEST_S:
            return JSONResponse({"problems": ["advance_s: between -10^9 and 10^9"]}, 422)
        self._simulation.clock.advance(seconds)
        return JSONResponse({"now": self._simulation.clock.now().isoformat()})

    async def passwords(self, _request: Request) -> Response:
        """Return every password set since the start, if the simulator was told to remember them; else 404."""
        if self._simulation.heard is None:
            return JSONResponse({"problems": ["not remembered: start with --remember-passwords"]}, 404)
        return JSONResponse(self._simulation.heard)

    def _accounts(self) -> list[Entry]:
        return accounts(self._simulation, self._url())
