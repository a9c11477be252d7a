"""The life of the accounts, and the table that shows it."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from examples.demo.sources import Derived, Generated, Referred, Source, Supplied
from examples.demo.stack import DemoFailed, Stack, start_simulator
from pulumi_pwmgmt.simulator.log_in import logs_in

AS_PROMISED, NOT_AS_PROMISED = 0, 1
SYSTEMS = ("okta", "okta_myaccount", "onelogin", "etna")
WORKS = {True: "yes", False: "no", None: "-"}  # None: there is none to try
WIDTHS = {"system": 14, "account": 24, "password": 9, "pulumi did": 10, "old": 5, "new": 5}
SETTING = "oktaPassword"
TOO_SHORT = "Demo-1-short"  # Okta's own rules would let it pass


@dataclass(frozen=True)
class Step:
    """A ``pulumi`` command, and what it does to each credential if all is well."""

    name: str
    about: str
    command: str
    operation: str
    new_passwords: bool = False


CREATE = Step("create", "a password of ours for each account", "up", "create", new_passwords=True)
UP_AGAIN = Step("up again", "nothing to do", "up", "same")
CHANGE = Step("change", "another password for each account", "up", "update", new_passwords=True)
REFUSAL = Step("policy", "12 characters are too few for NIST SP 800-63B-4", "up", "refused")
REFRESH = Step("refresh", "nobody else has changed one", "refresh", "same")
DESTROY = Step("destroy", "the passwords are revoked", "destroy", "delete")


class Account:
    """A simulated account, where its password is from, the one that should open it, and the one that did before."""

    def __init__(self, entry: dict[str, Any], source: Source) -> None:
        self.entry = entry
        self.source = source
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
    with console.status("pulumi stack init, pulumi config set"):
        stack = Stack(directory)
        accounts = [Account(first[system], source) for system, source in sources(stack, first["etna"]).items()]
        for account in accounts:
            stack.connect(account.system, account.entry["connection"])
    version = stack.run("version").strip()
    console.print(f"One account in each of {len(accounts)} simulated systems, and the real Pulumi, {version}.")
    console.print("After each step we log in with the old password and with the new one.\n")
    console.print(line(*WIDTHS, style="bold"))
    broken = [text for step in (CREATE, UP_AGAIN, CHANGE) for text in take(step, stack, accounts, console)]
    broken += meet_a_policy(stack, accounts[0], console)
    broken += [text for step in (REFRESH, DESTROY) for text in take(step, stack, accounts, console)]
    if broken:
        console.print(f"\n[bold red]{len(broken)} lines are not as promised:[/]", *broken, sep="\n  ", soft_wrap=True)
        return NOT_AS_PROMISED
    seconds = time.monotonic() - started
    console.print(f"\n[bold green]Every line is as promised.[/] {seconds:.0f} s; nothing is left behind.")
    return AS_PROMISED


def sources(stack: Stack, etna: dict[str, Any]) -> dict[str, Source]:
    """Return where the password of each system's account is from."""
    stack.environment["ETNA_FIRST_PASSWORD"] = etna["password"]
    return {
        "okta": Supplied(SETTING),
        "okta_myaccount": Referred("MYACCOUNT_PASSWORD"),
        "onelogin": Generated("made"),
        "etna": Derived(stack, etna["connection"]["url"], etna["login"]),
    }


def take(step: Step, stack: Stack, accounts: list[Account], console: Console) -> list[str]:
    """Do one step with every account, print its lines, and return those that are not as promised."""
    with console.status(f"{step.name}: {step.about} (pulumi {step.command})"):
        for account in accounts:
            if step.new_passwords:
                account.source.renew(stack)
            elif step.operation == "delete":
                account.expect(None)
        operations = stack.change(step.command).operations
        for account in accounts:
            if step.new_passwords:
                account.expect(account.source.password(stack))
        seen = [(account, operations.get(account.system, "nothing"), *account.log_ins()) for account in accounts]
    show(step, console)
    return [
        text
        for account, operation, old, new in seen
        for promised in [(step.operation, WORKS[False], WORKS[None if account.new is None else True])]
        for text in compared(step, account, (operation, WORKS[old], WORKS[new]), promised, console)
    ]


def meet_a_policy(stack: Stack, account: Account, console: Console) -> list[str]:
    """Declare a password that the policies refuse: the one from before works on, and the new one never does."""
    with console.status(f"{REFUSAL.name}: {REFUSAL.about} (pulumi {REFUSAL.command})"):
        stack.set_secret(SETTING, TOO_SHORT)
        refusal = stack.change(REFUSAL.command, refused=True).refusals.get(account.system)
        seen = logs_in(account.entry, account.new or ""), logs_in(account.entry, TOO_SHORT)
    show(REFUSAL, console)
    told = ("refused" if refusal else "nothing", *map(WORKS.__getitem__, seen))
    broken = compared(REFUSAL, account, told, ("refused", WORKS[True], WORKS[False]), console)
    console.print(f"    {refusal}", markup=False, style="dim")
    return broken


def show(step: Step, console: Console) -> None:
    """Print what a step is about."""
    console.print(f"\n[bold]{step.name}[/]: {step.about}")


def compared(
    step: Step, account: Account, told: tuple[str, ...], promised: tuple[str, ...], console: Console
) -> list[str]:
    """Print one line; return it in words if it is not as promised."""
    cells = [mark(*pair) for pair in zip(told, promised, strict=True)]
    console.print(line(account.system, account.login, account.source.kind, *cells))
    if told == promised:
        return []
    return [f"{step.name}, {account.system}: {', '.join(told)} instead of {', '.join(promised)}"]


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
