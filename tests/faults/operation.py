"""What a stack does with a credential, for every system: found from what the system can do, not listed by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.model import OnDestroy
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword, Traits, VerifiesPassword
from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATE, CHANGE, REFRESH, DESTROY = "create", "change", "refresh", "destroy"
FIRST, NEXT, OUTSIDE = "CANARY-a1", "CANARY-b2", "CANARY-c3"  # short: each run estimates what guessing takes


@dataclass(frozen=True)
class Operation:
    """One thing to do.

    ``verb`` is what Pulumi calls it. ``exists`` says whether the stack has set ``FIRST`` before; ``outside`` whether
    somebody else has then set ``OUTSIDE``, and ``refreshed`` whether a refresh has seen that. ``arguments`` go into the
    program. ``declares`` is the password in the program, None for the account's own one from before. ``lax`` is for a
    server that remembers no passwords.
    """

    system: str
    name: str
    verb: str
    declares: str | None
    exists: bool = True
    outside: bool = False
    refreshed: bool = False
    lax: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.system}: {self.name}"

    @property
    def how(self) -> OnDestroy | None:
        """How the password is taken away in the end, None where it is not."""
        return OnDestroy(self.arguments["on_destroy"]) if self.verb == DESTROY else None


@cache
def traits_of(system: str) -> Traits:
    traits: Traits = discover()[system].System.traits
    return traits


def operations(system: str) -> list[Operation]:
    """Return everything that a stack can do with a credential of this system."""
    kind, traits = discover()[system].System, traits_of(system)
    observes = issubclass(kind, ObservesPassword)
    found = [Operation(system, "create", CREATE, FIRST, exists=False)]
    if issubclass(kind, VerifiesPassword):
        found.append(Operation(system, "adopt", CREATE, None, exists=False, arguments={"adopt": True}))
    found.append(Operation(system, "change", CHANGE, NEXT))
    if traits.current_password is CurrentPassword.USED:
        found.append(Operation(system, "change, the old one kept", CHANGE, NEXT, arguments={"keep_in_state": True}))
    if observes:
        repair = Operation(system, "repair of a drift", CHANGE, FIRST, outside=True, refreshed=True, lax=True)
        found += [repair, replace(repair, name="repair of a drift, under a history", lax=False)]
    found.append(Operation(system, "refresh", REFRESH, FIRST))
    if observes:
        found.append(Operation(system, "refresh that finds a drift", REFRESH, FIRST, outside=True))
    for how in OnDestroy:
        if how in traits.removals:
            arguments = {"on_destroy": how.value}
            found.append(Operation(system, f"destroy: {how.value}", DESTROY, FIRST, arguments=arguments))
            if observes:
                name = f"destroy: {how.value}, taken over by somebody"
                found.append(Operation(system, name, DESTROY, FIRST, outside=True, arguments=arguments))
    return found


OPERATIONS = [operation for system in discover() for operation in operations(system)]
