"""Faults to order: what should go wrong with which request, and how often."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FaultKind = Literal[
    "401",
    "429",
    "500",
    "502",
    "503",
    "504",
    "delay",
    "hang_before",
    "hang_after",
    "truncate",
    "wrong_json",
    "html",
    "oversize",
]
System = Literal["okta", "okta_myaccount", "onelogin", "etna"]


class Fault(BaseModel):
    """One fault; ``path`` is a glob over the whole path, ``*`` also matching ``/``.

    What each kind does:

    - ``401``, ``429``, ``500``, ``502``, ``503``, ``504``: answered with this status, nothing committed; 401 as for a
      token that is not good any more. ``delay_s`` is what the client is told to wait, in the vendor's own header
      (default: 1 s with ``429``, nothing with ``503``).
    - ``delay``: handled after ``delay_s`` (default 1 s), also if the client has left.
    - ``hang_before``: waits ``delay_s`` (default: until the client leaves) before it commits; a client that leaves
      takes its request along.
    - ``hang_after``: commits at once and answers after ``delay_s`` (default: never).
    - ``truncate``, ``wrong_json``, ``html``, ``oversize``: commits, and the answer is cut in half, no JSON, a web page,
      or 2 MiB long.

    With ``late`` a status is answered *after* the commit, and ``hang_before`` commits when ``delay_s`` is over (without
    ``delay_s``: at once) though the client has left; moving the simulated clock ahead shortens that wait.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    system: System | None = None
    method: str = "*"
    path: str = "*"
    kind: FaultKind
    times: Annotated[int, Field(ge=1)] = 1
    delay_s: Annotated[float, Field(ge=0)] | None = None
    late: bool = False

    def meets(self, system: str | None, method: str, path: str) -> bool:
        """Tell whether this fault is meant for such a request."""
        return (
            (self.system is None or self.system == system)
            and self.method.upper() in {"*", method.upper()}
            and fnmatchcase(path, self.path)
        )


class Faults:
    """The faults that are still to come, first ordered first served."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def order(self, faults: Sequence[Fault]) -> None:
        """Add faults behind those that still wait."""
        self._waiting += faults

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting = []

    def take(self, system: str | None, method: str, path: str) -> Fault | None:
        """Return the first fault meant for such a request, and count it off."""
        for fault in self._waiting:
            if fault.meets(system, method, path):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None

    @property
    def waiting(self) -> list[Fault]:
        """The faults that have not all happened yet."""
        return list(self._waiting)
