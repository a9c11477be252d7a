"""The port: what an identity system can be asked to do, whatever its vendor.

Every method may raise ``NotConfigured`` (a secret by reference is not there), ``AuthenticationFailed``,
``PermissionDenied``, ``RateLimited``, ``Unreachable`` and ``UnexpectedReply``. docs/contract.md in the repository says
when. A method's own docstring names what else it raises.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_pwmgmt.model import Observation, OnDestroy, Password, PasswordPolicy


SET_ANOTHER = "declare another password and run pulumi up"


class Authority(str, enum.Enum):
    """Whose right a connection acts with."""

    ADMINISTRATOR = "administrator"  # one connection serves many principals
    SELF_MANAGED = "self-managed"  # the principal itself, nobody else


class CurrentPassword(str, enum.Enum):
    """What a system does with the current password when a new one is set."""

    REQUIRED = "required"
    USED = "used if known"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Traits:
    """The facts about a system that the life of a credential depends on.

    ``directory`` names whose accounts these are: systems of the same directory on the same origin own the same
    passwords. ``revoke_overwrites`` says that the system has no call that takes a password away, so it is revoked by
    setting a random one nobody keeps. ``closed`` are the statuses, in the vendor's words, in which an account takes no
    password and no password opens it. ``troubled`` are all statuses in which the password does not open the account,
    each with what a human does about it. ``reserved`` are the logins, in lower case, by which the
    vendor's paths name somebody else. ``unaddressable`` are the characters that a login can't have because the
    vendor's paths can't carry them. ``longest_password`` is in characters. ``header_safe`` says that log-in and
    password travel in HTTP headers, which carry printable ASCII without a blank at either end.
    """

    title: str
    docs: str
    directory: str
    authority: Authority
    current_password: CurrentPassword
    removals: frozenset[OnDestroy]
    revoke_overwrites: bool
    closed: frozenset[str] = frozenset()
    troubled: Mapping[str, str] = field(default_factory=dict, hash=False)
    reserved: frozenset[str] = frozenset()
    unaddressable: str = ""
    longest_password: int = 1024
    header_safe: bool = False


class IdentitySystem(Protocol):
    """A system that keeps passwords of principals."""

    traits: Traits

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation | None:
        """Make ``new`` the password: by a change call where ``current`` is known and there is one, else by set.

        Returns what the reply tells, None where it tells nothing.

        Raises:
            PrincipalNotFound: the system knows no such principal.
            PasswordRejected: the policy refuses ``new``; nothing changed.
            CurrentPasswordRejected: ``current`` is not the live one, or is needed and None; nothing changed.
            Unsupported: the account takes no password in the state that it is in.
            OutcomeUnknown: it was sent, and nobody knows whether it was done.

        """
        ...

    def remove_password(self, principal: str, how: OnDestroy, current: Password | None) -> None:
        """Take the password away by the vendor's own call for ``how``. A principal that is not there is success.

        Raises:
            Unsupported: the vendor has no call for ``how`` (``Traits.revoke_overwrites``: use ``set_password``).
            OutcomeUnknown: it was sent, and nobody knows whether it was done.

        """
        ...


@runtime_checkable
class VerifiesPassword(Protocol):
    """A system that can prove a password by logging in with it."""

    def verify_password(self, principal: str, password: Password) -> bool | None:
        """Log in. None: the answer does not tell (a second factor, a sign-on policy, a lock).

        False for a principal that is not there. It raises what every method may raise.
        """
        ...


@runtime_checkable
class ObservesPassword(Protocol):
    """A system that tells the status and time of change of a password."""

    def observe(self, principal: str) -> Observation | None:
        """Read what there is to know; None where the principal is not there.

        It raises what every method may raise.
        """
        ...


@runtime_checkable
class StatesPolicy(Protocol):
    """A system that states its own password rules."""

    def password_policy(self, principal: str) -> PasswordPolicy | None:
        """Return the rules that apply to this principal; None where the system states none for it.

        What is the same for every principal is read once in a process, refusals included, whichever thread asks first.

        Raises:
            PrincipalNotFound: the rules depend on the principal, and the system knows no such one.

        """
        ...


@runtime_checkable
class ActsAsOneUser(Protocol):
    """A system whose token is one user's: it acts on that user, whoever the program names."""

    def subject(self) -> str | None:
        """Return the login that the token names, unverified, good for comparing only; None where it is unreadable.

        Raises:
            NotConfigured: the token is given by reference, and is not there.

        """
        ...


@dataclass(frozen=True, kw_only=True)
class Connected:
    """A connection by its name, with the system it leads to.

    ``kind`` is the system's name, ``tenant`` the origin ``scheme://host[:port]``, ``moved_from`` the origin that the
    user says it had before. ``literal_secrets`` names the settings whose value stands in the config itself.
    ``require_policy`` says that rules which can't be read are a refusal, not a warning. ``reach`` asks whether anybody
    answers there, whatever the answer is, and raises ``Unreachable``.
    """

    name: str
    kind: str
    tenant: str
    system: IdentitySystem
    moved_from: str | None = None
    literal_secrets: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_loopback: bool = False
    require_policy: bool = False
    reach: Callable[[], None] = lambda: None
