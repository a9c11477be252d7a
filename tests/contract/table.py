"""The table of docs/contract.md as data: its rows, what each system can be asked, and which test proves which cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.model import OnDestroy
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword, StatesPolicy, Traits, VerifiesPassword
from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from collections.abc import Callable

_ALL = frozenset({"set", "remove", "verify", "observe", "policy"})
_CHANGES = frozenset({"set", "remove"})
_SET = frozenset({"set"})
ROWS = {  # in the words of docs/contract.md, and the columns in which something stands there
    "all is well": _ALL,
    "asked twice": _ALL,
    "no such principal": _ALL,
    "against the policy": _SET,
    "current password wrong": _CHANGES,
    "our token is bad, or lacks a right": _ALL,
    "the system can't do it": _CHANGES,
    "429, or 503 with `Retry-After`": _ALL,
    "never reached": _ALL,
    "reached, but no answer": _ALL,
    "500, 502, 504, 503 without `Retry-After`; a 2xx that is not the documented JSON, cut short, or over 1 MiB": _ALL,
    "any other answer that the manual does not know": _ALL,
    "any error": _ALL,
    "odd characters": _SET,
}


@dataclass(frozen=True)
class Operation:
    """One thing that a system can be asked.

    ``column`` is one of set, remove, verify, observe, policy; ``way`` tells ``change`` (with the current password,
    where that is another call) from ``set``, and the removals from each other.
    """

    system: str
    column: str
    way: str

    def __str__(self) -> str:
        return f"{self.system}: {self.way}"

    @property
    def traits(self) -> Traits:
        traits: Traits = discover()[self.system].System.traits
        return traits

    @property
    def writes(self) -> bool:
        return self.column in ("set", "remove")

    @property
    def sends_a_new_password(self) -> bool:
        return self.column == "set" or (self.way == OnDestroy.REVOKE.value and self.traits.revoke_overwrites)

    @property
    def sends_the_current_password(self) -> bool:
        required = self.traits.current_password is CurrentPassword.REQUIRED
        return self.way == "change" or (required and self.sends_a_new_password)


def operations(system: str) -> list[Operation]:
    """Return everything that a system can be asked, from its traits and the protocols that it implements."""
    kind = discover()[system].System
    ways = [("set", "set")]
    if kind.traits.current_password is CurrentPassword.USED:
        ways.append(("set", "change"))
    ways += [("remove", how.value) for how in OnDestroy if how in kind.traits.removals]
    optional = {"verify": VerifiesPassword, "observe": ObservesPassword, "policy": StatesPolicy}
    ways += [(name, name) for name, protocol in optional.items() if issubclass(kind, protocol)]
    return [Operation(system, column, way) for column, way in ways]


def applies(row: str, operation: Operation) -> bool:
    """Whether there is anything to prove in a cell."""
    if row == "current password wrong" and operation.column == "set":
        # `set` is the call without it where `change` is the one with it.
        return operation.way == "change" or operation.traits.current_password is not CurrentPassword.USED
    if row == "the system can't do it" and operation.column == "set":
        return operation.way == "set"  # what a program declares, whichever call it leads to
    return operation.column in ROWS[row]


OPERATIONS = [operation for system in discover() for operation in operations(system)]
proved: dict[str, set[Operation]] = {row: set() for row in ROWS}


def proves(row: str, about: Callable[[Operation], bool] = lambda _: True) -> pytest.MarkDecorator:
    """Run a test for each operation of each system that it is about, and note these cells of ``row`` as proved."""
    chosen = [operation for operation in OPERATIONS if about(operation)]
    proved[row].update(chosen)
    return pytest.mark.parametrize("operation", chosen, ids=str)
