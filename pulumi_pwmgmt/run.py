"""What one provider process knows during one run: the real passwords, who owns which account, what was said."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import NotConfigured, Unsupported
from pulumi_pwmgmt.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.model import Password
    from pulumi_pwmgmt.system import Connected


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Run:
    """The memory of one provider process. ``check`` fills it; create, update and delete of the same process use it.

    ``connect`` finds a connection by name and raises ``NotConfigured``; ``tell`` warns the user; ``now`` is the clock.
    """

    def __init__(
        self,
        connect: Callable[[str], Connected],
        tell: Callable[[str], None],
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.connect = connect
        self.tell = tell
        self.now = now
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

    def tell_once(self, text: str) -> None:
        """Warn the user, once a run."""
        with self._lock:
            if text in self._told:
                return
            self._told.add(text)
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
