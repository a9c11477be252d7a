"""A rate limit shared with another client and another stack, and one that lasts longer than a run may wait."""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.end_to_end.programs import program
from tests.end_to_end.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.directory import Account, Directory

MANY, FEW = 300, 30
NUMBERS = range(1, MANY + FEW + 1)
PASSWORD = "CANARY-Set-by-the-run"
_WAITS = re.compile(
    r"connection 'okta': (waiting|slowed down) until (\S+Z) for the rate limit of POST /api/v1/users/{id}: "
)
PROGRAM = """
for number in range({first}, {last} + 1):
    ManagedCredential(
        f"bot-{{number}}",
        connection={connection!r},
        principal=f"bot-{{number:04}}@example.com",
        password=config.require_secret("password").apply(lambda text, number=number: f"{{text}}-{{number}}"),
    )
"""


def declare(stack: Stack, connection: str, first: int, last: int) -> None:
    stack.program(program(PROGRAM.format(connection=connection, first=first, last=last)))
    stack.configure(secrets={"password": PASSWORD})


def many(count: int) -> list[dict[str, object]]:
    return [{"prefix": "bot-", "count": count, "domain": "example.com"}]


class OtherClient:
    """Somebody who writes to one account again and again, and for whom a refusal is a failed test."""

    def __init__(self, directory: Directory, account: Account) -> None:
        self._directory, self._account = directory, account
        self._done = threading.Event()
        self.written = itertools.count(1)

    def write(self) -> None:
        self._directory.set_by_hand(self._account, f"CANARY-Elsewhere-{next(self.written)}")

    @contextlib.contextmanager
    def at_work(self, *, every_s: float) -> Iterator[None]:
        def go_on() -> None:
            while not self._done.wait(every_s):
                self.write()

        with ThreadPoolExecutor(1) as threads:
            working = threads.submit(go_on)
            try:
                yield
            finally:
                self._done.set()
                working.result()


def test_two_stacks_beside_a_client_that_takes_half(directory: Directory, tmp_path: Path) -> None:
    somebody = {"login": "other@example.com", "password": "CANARY-Elsewhere-0"}
    okta = {"tokens": [{"token": "CANARY-okta-admin-token"}], "rates": {"users_write": 600}, "users": [somebody]}
    directory.simulator.load({"okta": {**okta, "many": many(MANY + FEW)}})
    positions = {account["login"]: position for position, account in enumerate(directory.simulator.accounts)}
    accounts = [directory.account("okta", positions[f"bot-{number:04}@example.com"]) for number in NUMBERS]
    shared = directory.account("okta", positions["other@example.com"])
    stacks = [Stack(tmp_path / name) for name in ("many", "few")]
    for stack, first, last in zip(stacks, (1, MANY + 1), (MANY, MANY + FEW), strict=True):
        stack.connect("okta", shared.connection)
        declare(stack, "okta", first, last)

    def ours() -> list[str]:
        writes = directory.calls(of="POST /api/v1/users/")
        return [call for call in writes if shared.id not in call and shared.login not in call]

    other = OtherClient(directory, shared)
    with other.at_work(every_s=60 / 300), ThreadPoolExecutor(2) as threads:
        running = [threads.submit(stack.up) for stack in stacks]
        while len(ours()) < 150 and not any(one.done() for one in running):
            time.sleep(0.5)
        directory.simulator.advance_clock(25)  # of the minute's sixty seconds, and the other client's calls in them
        for _ in range(25 * 5):
            other.write()
        many_told, _ = (one.result() for one in running)
    assert not directory.calls(of=" 429")
    assert len(ours()) == MANY + FEW
    assert len(set(ours())) == MANY + FEW
    told = [line.strip() for line in many_told.text.partition("Diagnostics:")[2].splitlines() if "okta" in line]
    assert any(_WAITS.match(line) for line in told)
    ends = [(found[1], found[2]) for line in told if (found := _WAITS.match(line))]
    assert len(set(ends)) == len(ends)
    assert all(
        directory.logs_in(account, f"{PASSWORD}-{number}") for number, account in zip(NUMBERS, accounts, strict=True)
    )
    for stack in stacks:
        stack.discard()


def test_an_hourly_limit_ends_the_run_with_what_was_accepted(stack: Stack, directory: Directory) -> None:
    pair = {"client_id": "CANARY-client-id", "client_secret": "CANARY-client-secret"}
    directory.simulator.load({"onelogin": {"credentials": [pair], "calls_per_hour": 20, "many": many(12)}})
    stack.connect("onelogin", {**directory.account("onelogin").connection, "rate_share_free": 0})
    declare(stack, "onelogin", 1, 12)
    outcome = stack.up(expect=1)
    (*_, why) = (line for line in outcome.error_lines if "RateLimited: " in line)
    assert "0 of 20 calls are left until 20" in why
    assert why.endswith("run it again later, or raise the connection's time_budget")
    accepted = directory.calls(of="PUT /api/1/users/")
    assert 0 < len(accepted) < 12
    assert len(stack.credentials()) == len(accepted)
    directory.simulator.advance_clock(3600)
    stack.up()
    assert len(stack.credentials()) == 12
    calls = directory.calls()
    assert len([call for call in calls if call.startswith("PUT /api/1/users/")]) == 12
    assert not [call for call in calls if call.endswith(" 429")]
    directory.simulator.advance_clock(3600)
    for position in range(12):
        account = directory.account("onelogin", position)
        assert directory.logs_in(account, f"{PASSWORD}-{position + 1}"), account.login
