"""What a stack does with a credential, for every system: found from what the system can do, not listed by hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.model import OnDestroy, OnDrift
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword, Traits, VerifiesPassword
from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATE, CHANGE, REFRESH, DESTROY = "create", "change", "refresh", "destroy"
FIRST, NEXT, OUTSIDE = "CANARY-a1", "CANARY-b2", "CANARY-c3"  # short: each run estimates what guessing takes
AFTER_THAT = "CANARY-d4"
OWN = "the account's own from before"
_REFUSE_REPEATS = ("okta_myaccount", "onelogin")  # Okta's administrators may set what its users may not


@dataclass(frozen=True)
class End:
    """How a run ends that nothing disturbs, and what it leaves behind.

    ``opens`` is the password that then opens the account, None for none that anybody knows; ``recorded`` the one that
    the state says is accepted, None where it has no such credential. ``drift`` is whether a refresh tells of one.
    """

    opens: str | None
    recorded: str | None
    drift: bool = False
    outcome: str = "well"


AS_FIRST, AS_NEXT, AS_BEFORE = End(FIRST, FIRST), End(NEXT, NEXT), End(OWN, OWN)
THEIRS = End(OUTSIDE, FIRST, drift=True)
REFUSED = replace(THEIRS, outcome="PasswordRejected")
TAKEN_AWAY, LEFT_TO_THEM = End(None, None), End(OUTSIDE, None)


@dataclass(frozen=True)
class Operation:
    """One thing to do.

    ``verb`` is what Pulumi calls it. ``exists`` says whether the stack has set ``FIRST`` before; ``outside`` whether
    somebody else has then set ``OUTSIDE``, and ``refreshed`` whether a refresh has seen that. ``arguments`` go into the
    program, ``settings`` into the connection. ``declares`` is the password in the program, None for the account's own
    one from before; ``enrols`` says that it has none. ``lax`` is for a server that remembers no passwords. ``end`` is
    where it has to come to; ``another`` is where the run after it does, None where that has nothing to do.
    """

    system: str
    name: str
    verb: str
    declares: str | None
    end: End
    another: End | None = None
    exists: bool = True
    outside: bool = False
    refreshed: bool = False
    lax: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    enrols: bool = False

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


_HASHED = {"password_transport": "salted_sha256"}
_BY_OTHER_CALLS = {
    "okta": [Operation("okta", "change, strict", CHANGE, NEXT, AS_NEXT, settings={"strict": "true"})],
    "okta_myaccount": [
        Operation("okta_myaccount", "create, the first one", CREATE, FIRST, AS_FIRST, exists=False, enrols=True)
    ],
    "onelogin": [Operation("onelogin", "change, by a hash", CHANGE, NEXT, AS_NEXT, settings=_HASHED)],
}


def operations(system: str) -> list[Operation]:
    """Return everything that a stack can do with a credential of this system."""
    kind, traits = discover()[system].System, traits_of(system)
    observes = issubclass(kind, ObservesPassword)
    found = [Operation(system, "create", CREATE, FIRST, AS_FIRST, exists=False)]
    if issubclass(kind, VerifiesPassword):
        found.append(Operation(system, "adopt", CREATE, None, AS_BEFORE, exists=False, arguments={"adopt": True}))
    found.append(Operation(system, "change", CHANGE, NEXT, AS_NEXT))
    if traits.current_password is CurrentPassword.USED:
        kept = {"keep_in_state": True}
        found.append(Operation(system, "change, the old one kept", CHANGE, NEXT, AS_NEXT, arguments=kept))
    if observes:
        found += _drifts(system)
    found += _BY_OTHER_CALLS.get(system, [])
    found.append(Operation(system, "refresh", REFRESH, FIRST, AS_FIRST))
    if observes:
        repaired = REFUSED if system in _REFUSE_REPEATS else AS_FIRST
        found.append(Operation(system, "refresh that finds a drift", REFRESH, FIRST, THEIRS, repaired, outside=True))
    for how in OnDestroy:
        if how in traits.removals:
            arguments = {"on_destroy": how.value}
            destroy = Operation(system, f"destroy: {how.value}", DESTROY, FIRST, TAKEN_AWAY, arguments=arguments)
            found.append(destroy)
            if observes:
                name = f"{destroy.name}, taken over by somebody"
                found.append(replace(destroy, name=name, end=LEFT_TO_THEM, outside=True))
    return found


def _drifts(system: str) -> list[Operation]:
    """Return what a run can do about a password that somebody else has set and a refresh has seen."""
    repair = Operation(system, "repair of a drift", CHANGE, FIRST, AS_FIRST, outside=True, refreshed=True, lax=True)
    under_a_history = replace(repair, name="repair of a drift, under a history", lax=False)
    if system in _REFUSE_REPEATS:
        under_a_history = replace(under_a_history, end=REFUSED, another=REFUSED)
    accept = replace(repair, name="drift that is accepted", end=THEIRS, arguments={"on_drift": OnDrift.ACCEPT.value})
    return [repair, under_a_history, accept]


OPERATIONS = [operation for system in discover() for operation in operations(system)]
