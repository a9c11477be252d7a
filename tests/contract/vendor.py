"""What the contract suite has to know about a vendor: one table for each system, in the folder ``vendors``."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.errors import CredentialError
    from tests.contract.between import Answer


@dataclass(frozen=True)
class Endpoint:
    """The request that does what an operation is about; ``path`` is a glob as the simulator's faults take it."""

    method: str
    path: str


@dataclass(frozen=True)
class Stranger:
    """A principal that the system doesn't know. ``seed`` is the simulator's where its own won't do.

    ``refused`` are the ways to set a password whose refusal does not tell that the principal is unknown.
    """

    principal: str
    seed: Mapping[str, Any] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, type[CredentialError]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """What differs from vendor to vendor.

    ``endpoints`` are by the operation's way. ``cells`` is in how many cells of the table the system is examined.
    ``weak`` is a password that the seeded policy refuses. ``wrong_token`` are settings whose secret nobody gave out.
    ``powerless`` is a seed whose token, in ``powerless_settings``, may do nothing; or the answer to one that may not.
    ``needs_no_right`` are the ways that any token may use. ``does_not_tell`` is the answer to a log-in that tells
    neither that the password is right nor that it is wrong. ``policy`` is what the seeded policy amounts to;
    ``chosen_policies`` are seeds in which there is a choice, each with what is chosen.
    ``lax`` is a seed with one user whose policy takes any password of ``shortest`` characters or more. ``bodiless`` are
    the ways whose success has no body in the manual. ``documented`` are the faults whose answer is in the manual, and
    what they mean.
    """

    endpoints: Mapping[str, Endpoint]
    cells: int
    weak: str
    wrong_token: Mapping[str, str]
    powerless: Mapping[str, Any] | Answer
    stranger: Stranger
    lax: Mapping[str, Any]
    powerless_settings: Mapping[str, str] = field(default_factory=dict)
    needs_no_right: tuple[str, ...] = ()
    does_not_tell: Answer | None = None
    policy: Mapping[str, Any] = field(default_factory=dict)
    chosen_policies: tuple[tuple[Mapping[str, Any], Mapping[str, Any]], ...] = ()
    shortest: int = 1
    bodiless: tuple[str, ...] = ()
    documented: Mapping[str, type[CredentialError]] = field(default_factory=dict)


def vendor_of(system: str) -> Vendor:
    """Return the table of a system."""
    vendor: Vendor = import_module(f"tests.contract.vendors.{system}").VENDOR
    return vendor
