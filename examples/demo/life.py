"""The life of the accounts, and the table that shows it."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from examples.demo.stack import DemoFailed, Stack, start_simulator
from pulumi_pwmgmt.simulator.log_in import logs_in

AS_PROMISED, NOT_AS_PROMISED = 0, 1
PASSWORD_OF = {  # by system, the setting of the program that holds its password
    "okta": "oktaPassword",
    "okta_myaccount": "myaccountPassword",
    "onelogin": "oneloginPassword",
    "etna": "etnaPassword",
}
WORKS = {True: "yes", False: "no", None: "-"}  # None: there is none to try
WIDTHS = {"system": 14, "account": 25, "pulumi did": 12, "old works": 11, "new works": 11}


@dataclass(frozen=True)
class Step:
    """A ``pulumi`` command, and what it does to each credential if all is well."""

    name: str
    about: str
    command: str
    operation: str
    new_passwords: bool = False


STEPS = (
    Step("create", "a password of ours for each account", "up", "create", new_passwords=True),
    Step("up again", "nothing to do", "up", "same"),
    Step("change", "another password for each account", "up", "update", new_passwords=True),
    Step("refresh", "nobody else has changed one", "refresh", "same"),
    Step("destroy", "the passwords are revoked", "destroy", "delete"),
)


class Account:
    """A simulated account, the password that should open it, and the one that did before."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.entry = entry
        self.system: str = entry["system"]
        self.login: str = entry["login"]
        self.old = ""
        self.new: str | None = entry["password"]

    def expect(self, password: str | None) -> None:
        """Expect another password to open it from now on; None: none at all."""
        self.old, self.new = self.new or "", password

    def log_ins(self) -> tuple[bool, bool | None]:
        """Log in with the old password and with the new one; None where there is no new one."""
        return logs_in(self.entry, self.old), logs_in(self.entry, self.new) if self.new else None


def demonstrate(directory: Path, console: Console) -> int:
    """Take the accounts through their life, showing each step; return the exit code."""
    started = time.monotonic()
    _simulator, simulated = start_simulator()
    first = {account["system"]: account for account in reversed(simulated["accounts"])}
    accounts = [Account(first[system]) for system in PASSWORD_OF]
    with console.status("pulumi stack init, pulumi config set"):
        stack = Stack(directory)
        for account in accounts:
            stack.connect(account.system, account.entry["connection"])
        stack.set_secret("etnaCurrentPassword", first["etna"]["password"])
    version = stack.run("version").strip()
    console.print(f"One account in each of {len(accounts)} simulated systems, and the real Pulumi, {version}.")
    console.print("After each step we log in with the password from before, and with the new one.\n")
    console.print(line(*WIDTHS, style="bold"))
    broken = [text for step in STEPS for text in take(step, stack, accounts, console)]
    if broken:
        console.print(f"\n[bold red]{len(broken)} lines are not as promised:[/]", *broken, sep="\n  ", soft_wrap=True)
        return NOT_AS_PROMISED
    seconds = time.monotonic() - started
    console.print(f"\n[bold green]Every line is as promised.[/] {seconds:.0f} s; nothing is left behind.")
    return AS_PROMISED


def take(step: Step, stack: Stack, accounts: list[Account], console: Console) -> list[str]:
    """Do one step, print its lines, and return those that are not as promised."""
    with console.status(f"{step.name}: {step.about} (pulumi {step.command})"):
        for account in accounts:
            if step.new_passwords:
                account.expect(f"Demo-{secrets.token_urlsafe(12)}-1a")
                stack.set_secret(PASSWORD_OF[account.system], account.new or "")
            elif step.operation == "delete":
                account.expect(None)
        operations = stack.change(step.command)
        seen = [(account, operations.get(account.system, "nothing"), *account.log_ins()) for account in accounts]
    console.print(f"\n[bold]{step.name}[/]: {step.about}")
    broken = []
    for account, operation, old, new in seen:
        told = (operation, WORKS[old], WORKS[new])
        promised = (step.operation, WORKS[False], WORKS[None if account.new is None else True])
        cells = [mark(*pair) for pair in zip(told, promised, strict=True)]
        console.print(line(account.system, account.login, *cells))
        if told != promised:
            broken.append(f"{step.name}, {account.system}: {', '.join(told)} instead of {', '.join(promised)}")
    return broken


def mark(told: str, promised: str) -> str:
    """Show whether a cell is as promised."""
    if told != promised:
        return f"[bold red]✗ {told}[/]"
    return f"[green]✓[/] {told}" if told != WORKS[None] else f"  {told}"


def line(*cells: str, style: str = "") -> Table:
    """Return one line of the table; a column is as wide in every one."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    for width in WIDTHS.values():
        table.add_column(width=width, no_wrap=True)
    table.add_row("", *cells, style=style)
    return table


def main() -> int:
    """Run in the session and the directory that belong to the demo alone."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())  # what is started from here on listens to signals again
    os.environ |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}  # there is nothing else to talk to
    console = Console(highlight=False)
    try:
        return demonstrate(Path(sys.argv[1]), console)
    except DemoFailed as failure:
        console.print(str(failure), markup=False, style="red")
        return NOT_AS_PROMISED


if __name__ == "__main__":
    sys.exit(main())
