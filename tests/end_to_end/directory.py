"""The simulated systems as somebody outside sees them: who can log in, what was asked of them, what they suffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

from pulumi_pwmgmt.simulator.log_in import logs_in

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

_TIMEOUT_S = 30


@dataclass(frozen=True)
class Account:
    """An account as the simulator prints it."""

    system: str
    principal: str
    id: str
    login: str
    password: str
    connection: dict[str, Any]


@dataclass(frozen=True)
class Directory:
    """The shipped fixture's simulator, with what only these scenarios need."""

    simulator: Simulator

    @property
    def url(self) -> str:
        return self.simulator.url

    def account(self, system: str, position: int = 0) -> Account:
        return Account(**self.simulator.account(system, position))

    def logs_in(self, account: Account, password: str) -> bool:
        return logs_in(vars(account), password)

    def calls(self, *, of: str = "") -> list[str]:
        """Return ``METHOD path status`` of each request since the test began, those of ``logs_in`` among them."""
        calls = [f"{call['method']} {call['path']} {call['status']}" for call in self.simulator.log()]
        return [call for call in calls if of in call]

    def passwords(self) -> list[str]:
        """Return every password that was ever sent, in clear: the project's settings start the simulator so."""
        sent = self.simulator.control("GET", "/passwords")
        return [str(password) for password in sent] if isinstance(sent, list) else []

    def set_by_hand(self, account: Account, password: str) -> None:
        """Change an Okta password as an administrator with a browser would, past Pulumi."""
        requests.post(
            f"{self.url}/api/v1/users/{account.login}",
            headers={"Authorization": f"SSWS {account.connection['token']}"},
            json={"credentials": {"password": {"value": password}}},
            timeout=_TIMEOUT_S,
        ).raise_for_status()

    def remove_by_hand(self, account: Account) -> None:
        """Delete an Okta user, past Pulumi: the first call deactivates, the second deletes."""
        for _ in range(2):
            requests.delete(
                f"{self.url}/api/v1/users/{account.id}",
                headers={"Authorization": f"SSWS {account.connection['token']}"},
                timeout=_TIMEOUT_S,
            ).raise_for_status()
