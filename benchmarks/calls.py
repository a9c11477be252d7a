"""API calls of each system, counted in the simulator's log while one stack goes through its life."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from benchmarks.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.simulator import Simulator

READ, WRITE, LOG_IN, TOKEN = "read", "write", "log-in", "token"
_LOG_INS = ("/api/v1/authn", "/api/1/login/auth")
_UPDATE = ("--yes", "--skip-preview")
_RULES = ", with the one call of a run that reads the rules"

Log = list[dict[str, Any]]


@dataclass(frozen=True)
class Expectation:
    """Calls of ``kinds`` that ``system`` gets in ``phase`` for one account: so many, or with ``exact`` off at most.

    Without ``account`` it is the only one that the phase touches in this system.
    """

    phase: str
    system: str
    allowed: int
    kinds: tuple[str, ...] = (READ, WRITE, LOG_IN)
    exact: bool = True
    account: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Count:
    """An expectation, and the calls that were made."""

    promise: str
    allowed: int
    made: int
    exact: bool


EXPECTED = (
    Expectation("create", "okta", 1, account="okta"),
    Expectation("change", "okta", 1, account="okta"),
    Expectation("change", "okta", 2, account="okta-kept", note=" with keep_in_state"),
    Expectation("create", "onelogin", 4, note=_RULES),
    Expectation("change", "onelogin", 3, note=_RULES),
    *(
        Expectation(phase, "onelogin", 1, (TOKEN,), note=", token calls of the process")
        for phase in ("create", "change", "refresh", "adoption")
    ),
    Expectation("create", "etna", 1),
    Expectation("change", "etna", 1),
    Expectation("create", "etna", 1, (TOKEN,), note=", token calls"),
    Expectation("change", "etna", 1, (TOKEN,), note=", token calls"),
    Expectation("create", "okta_myaccount", 3, exact=False, note=_RULES),
    Expectation("change", "okta_myaccount", 3, exact=False, note=_RULES),
    Expectation("refresh", "okta", 1, account="okta"),
    Expectation("refresh", "okta_myaccount", 1),
    Expectation("refresh", "onelogin", 1),
    Expectation("refresh", "etna", 0, (READ, WRITE, LOG_IN, TOKEN)),
    *(
        Expectation("no-op up", system, 0, (READ, WRITE, LOG_IN, TOKEN))
        for system in ("okta", "okta_myaccount", "onelogin", "etna")
    ),
    *(
        expectation
        for system, log_in in (("okta", LOG_IN), ("onelogin", LOG_IN), ("etna", TOKEN))
        for expectation in (
            Expectation("adoption", system, 1, (log_in,), note=", log-ins"),
            Expectation("adoption", system, 2, (READ,), exact=False, note=", reads"),
            Expectation("adoption", system, 0, (WRITE,), note=", writes"),
        )
    ),
)


def count(scratch: Path, simulator: Simulator) -> list[Count]:
    """Take one account of each system through its life, adopt others, and count."""
    accounts = _accounts(simulator.accounts)
    logs = _live(scratch, simulator, accounts)
    return [_counted(expectation, logs, accounts) for expectation in EXPECTED]


def kind_of(call: dict[str, Any]) -> str:
    """Tell a read, a write, a log-in and a token call apart. ETNA's log-in is its token call."""
    path = call["path"]
    if path.endswith("/token"):
        return TOKEN
    if path in _LOG_INS:
        return LOG_IN
    return READ if call["method"] == "GET" else WRITE


def calls_of(expectation: Expectation, log: Iterable[dict[str, Any]], names: tuple[str, ...]) -> int:
    """Count the calls that an expectation is about; ``names`` are those that its account goes by in the log."""
    kinds = Counter(
        kind_of(call)
        for call in log
        if call["system"] == expectation.system and (expectation.account is None or call["account"] in names)
    )
    return sum(kinds[kind] for kind in expectation.kinds)


def _counted(expectation: Expectation, logs: dict[str, Log], accounts: dict[str, dict[str, Any]]) -> Count:
    account = accounts.get(expectation.account or "", {})
    made = calls_of(expectation, logs[expectation.phase], (account.get("id", ""), account.get("login", "")))
    promise = f"{expectation.system}, {expectation.phase}{expectation.note}"
    return Count(promise, expectation.allowed, made, expectation.exact)


def _accounts(printed: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Choose an account for each credential of ``benchmarks/programs/calls``."""
    of = {system: [account for account in printed if account["system"] == system] for system in _systems(printed)}
    chosen = {system: accounts[0] for system, accounts in of.items()}
    chosen |= {f"{system}-adopted": of[system][1] for system in ("okta", "onelogin", "etna")}
    return chosen | {"okta-kept": of["okta"][2]}


def _systems(printed: list[dict[str, Any]]) -> set[str]:
    return {account["system"] for account in printed}


def _live(scratch: Path, simulator: Simulator, accounts: dict[str, dict[str, Any]]) -> dict[str, Log]:
    simulator.start_over()
    plain = {"bench:adopt": "false", "bench:generation": "1"}
    plain |= {f"bench:principals.{name}": account["principal"] for name, account in accounts.items()}
    secret = {f"bench:live.{name}": accounts[name]["password"] for name in ("etna", *_adopted(accounts))}
    secret |= {f"bench:password{number}": f"CANARY-Number-{number}" for number in (1, 2)}
    for account in accounts.values():
        for setting, value in account["connection"].items():
            path = f"pwmgmt:connections.{account['system']}.{setting}"
            (plain if setting in ("system", "url", "subdomain") else secret)[path] = value
    stack = Stack.make(scratch / "calls", "calls", plain=plain, secret=secret)
    logs: dict[str, Log] = {}
    known = 0
    for phase, change, command in (
        ("create", {}, "up"),
        ("no-op up", {}, "up"),
        ("change", {"generation": "2"}, "up"),
        ("refresh", {}, "refresh"),
        ("adoption", {"adopt": "true"}, "up"),
        ("destroy", {}, "destroy"),
    ):
        stack.set(**change)
        stack.run(command, *_UPDATE)
        log = simulator.calls()
        logs[phase], known = log[known:], len(log)
    stack.discard()
    return logs


def _adopted(accounts: Iterable[str]) -> list[str]:
    return [name for name in accounts if name.endswith("-adopted")]
