"""What one provider process knows during one run: the real passwords, who owns which account, what was said."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Protocol

from pulumi_pwmgmt.errors import NotConfigured, Unsupported
from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.masters import recompute
from pulumi_pwmgmt.model import Reference
from pulumi_pwmgmt.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.model import Password, Secret
    from pulumi_pwmgmt.system import Connected


def _elapsed() -> float:
    if hasattr(time, "CLOCK_BOOTTIME"):  # it goes on while the machine sleeps
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Connect(Protocol):
    """Finds a connection by name; in a preview also one whose optional secrets are missing."""

    def __call__(self, name: str, *, in_preview: bool = False) -> Connected:
        """Return the connection, or raise ``NotConfigured``."""
        ...


class KnowsBreaches(Protocol):
    """Knows passwords from breaches; ``must_answer``: one that it can't be asked about is refused."""

    must_answer: bool

    def count(self, password: Password) -> int:
        """Return in how many breaches it occurs, or raise a ``CredentialError``."""
        ...


class Run:
    """The memory of one provider process. ``check`` fills it; create, update and delete of the same process use it.

    ``connect`` finds a connection by name and raises ``NotConfigured``; ``tell`` warns the user; ``elapsed`` tells
    seconds by a clock that nobody sets; ``settings`` are those of the whole stack; ``breaches`` is who can be asked
    about breached passwords, if anybody.
    """

    def __init__(
        self,
        connect: Connect,
        tell: Callable[[str], None],
        elapsed: Callable[[], float] = _elapsed,
        settings: Settings | None = None,
        breaches: Callable[[], KnowsBreaches | None] = lambda: None,
    ) -> None:
        self.connect = connect
        self.tell = tell
        self.elapsed = elapsed
        self.settings = settings or Settings({})
        self.breaches = breaches
        self._users: dict[str, tuple[tuple[str, str, str], str, str]] = {}
        self._passwords: dict[str, Password] = {}
        self._claims: dict[tuple[str, str, str], tuple[str, str]] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def remember(self, password: Password, tenant: str, principal: str) -> str:
        """Keep the real password for the write that follows; return the fingerprint that stands for it."""
        mark = fingerprint(password, tenant, principal)
        self._passwords[mark] = password
        return mark

    def recall(self, mark: str | None) -> Password | None:
        """Return the real password behind a fingerprint, None where no check of this process has seen it."""
        return self._passwords.get(mark) if mark else None

    def derived(self, source: dict[str, Any], tenant: str, principal: str) -> Password:
        """Compute the password that a source of the kind ``derived`` stands for.

        Raises:
            NotConfigured: its master is not there or too short, or a newer version of this library has made it.

        """
        return recompute(self.settings.masters, source, tenant, principal)

    def use(self, value: str, connected: Connected, principal: str) -> None:
        """Note that this account has the password that ``value`` stands for: its tag, or what it is made by.

        Raises:
            Unsupported: another account of this run has it.

        """
        account = self._account(connected, principal)
        with self._lock:
            first = self._users.setdefault(value, (account, principal, connected.name))
        if first[0] != account:
            raise Unsupported(
                f"{principal!r} on connection {connected.name!r} would have the same password as {first[1]!r} on "
                f"connection {first[2]!r}: who learns one of them has both",
                to_do="give each account one of its own",
            )

    def reuse_key(self, *, in_preview: bool) -> Secret | None:
        """Return the key of the tags that tell a password used twice; None where there is none.

        Raises:
            NotConfigured: it is empty, or refers to something that isn't there.

        """
        if in_preview and self.goes_on_without(self.settings.reuse_key_reference):
            return None
        return self.settings.reuse_key

    def goes_on_without(self, given: Reference | Secret | None) -> bool:
        """Whether a preview does without this, because it is missing and may be; the user is told once."""
        if not isinstance(given, Reference) or not given.optional_in_preview or not given.is_missing:
            return False
        self.tell_once(f"{given} is missing: what depends on it is judged when it is applied")
        return True

    def claim(self, connected: Connected, name: str, principal: str) -> None:
        """Note that the program's ``principal`` owns the account ``name`` (its id, its login or the principal itself).

        Raises:
            Unsupported: another connection, or another spelling of the principal, owns it already.

        """
        owner = (connected.name, principal)
        with self._lock:
            first = self._claims.setdefault(self._account(connected, name), owner)
        if first == owner:
            return
        raise Unsupported(
            f"{principal!r} on connection {connected.name!r} and {first[1]!r} on connection {first[0]!r} "
            f"are one account of {connected.tenant}, and one password can't have two owners",
            to_do="declare it once",
        )

    def is_claimed(self, connected: Connected, *names: str | None) -> bool:
        """Whether this run's program declares the account that goes by one of ``names``."""
        return any(name and self._account(connected, name) in self._claims for name in names)

    def tell_once(self, text: str, *, about: str | None = None) -> None:
        """Warn the user, once a run, or once a run ``about`` something where the words differ each time."""
        with self._lock:
            if (about or text) in self._told:
                return
            self._told.add(about or text)
        self.tell(text)

    def connect_again(self, name: str, kind: str, tenant: str) -> Connected:
        """Find the connection that a recorded credential was made with.

        Raises:
            NotConfigured: it is gone, or leads to another system or tenant than the credential is in.

        """
        try:
            connected = self.connect(name)
        except NotConfigured as error:
            problem, repair = error.happened, f"put the connection back in order ({error.advice})"
        else:
            if connected.kind == kind and tenant in (connected.tenant, connected.moved_from):
                return connected
            problem = (
                f"connection {name!r} leads to {connected.kind} at {connected.tenant}, "
                f"but the credential is in {kind} at {tenant}"
            )
            repair = "put the connection back"
        let_go = "let go of the credential without touching the account: pulumi state delete URN"
        raise NotConfigured(problem, to_do=f"{repair}, or {let_go}")

    @staticmethod
    def _account(connected: Connected, name: str) -> tuple[str, str, str]:
        return connected.system.traits.directory, connected.tenant, name.casefold()
