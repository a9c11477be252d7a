"""The simulated systems as somebody outside sees them: who can log in, what was asked of them, what they suffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from pulumi_pwmgmt.simulator.log_in import logs_in

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
    """One running simulator."""

    url: str
    control_url: str
    accounts: list[Account]

    def account(self, system: str, number: int = 0) -> Account:
        """Return the ``number``-th account of a system, counted from 0."""
        return [account for account in self.accounts if account.system == system][number]

    def logs_in(self, account: Account, password: str) -> bool:
        return logs_in(vars(account), password)

    def calls(self, *, of: str = "") -> list[str]:
        """Return ``METHOD path status`` of each request since the last reset, those of ``logs_in`` among them."""
        log = requests.get(f"{self.control_url}/log", timeout=_TIMEOUT_S).json()
        return [f"{call['method']} {call['path']} {call['status']}" for call in log if of in call["path"]]

    def fault(self, **fault: str | float) -> None:
        """Order a fault: ``system``, ``method``, ``path``, ``kind``, ``times``, ``delay_s``."""
        requests.post(f"{self.control_url}/faults", json=fault, timeout=_TIMEOUT_S).raise_for_status()

    def seed(self, seed: dict[str, Any]) -> Directory:
        """Start over from another seed and return the view of its accounts."""
        reply = requests.put(f"{self.control_url}/directory", json=seed, timeout=_TIMEOUT_S)
        reply.raise_for_status()
        return Directory(self.url, self.control_url, [Account(**entry) for entry in reply.json()])

    def wait(self, seconds: float) -> None:
        """Let time pass in the simulated systems."""
        requests.post(f"{self.control_url}/clock", json={"advance_s": seconds}, timeout=_TIMEOUT_S).raise_for_status()

    def set_by_hand(self, account: Account, password: str) -> None:
        """Change an Okta password as an administrator with a browser would, past Pulumi."""
        requests.post(
            f"{self.url}/api/v1/users/{account.login}",
            headers={"Authorization": f"SSWS {account.connection['token']}"},
            json={"credentials": {"password": {"value": password}}},
            timeout=_TIMEOUT_S,
        ).raise_for_status()
