"""A rate limit shared with another client and another stack, and one that lasts longer than a run may wait."""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from tests.end_to_end.programs import program
from tests.end_to_end.stack import Outcome, Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.end_to_end.directory import Account, Directory

MANY, FEW, TRIAL, HOURLY = 300, 30, 48, 120
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


class Reader:
    """Somebody who asks OneLogin for one account again and again, and for whom a refusal is a failed test."""

    def __init__(self, directory: Directory) -> None:
        account = directory.account("onelogin")
        pair = "client_id:{client_id}, client_secret:{client_secret}".format_map(account.connection)
        self._session = requests.Session()
        token = self._session.post(
            f"{directory.url}/auth/oauth2/v2/token",
            headers={"Authorization": pair},
            json={"grant_type": "client_credentials"},
            timeout=30,
        ).json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._url = f"{directory.url}/api/2/users/{account.id}"

    def read(self, times: int) -> None:
        for _ in range(times):
            self._session.get(self._url, timeout=30).raise_for_status()


def settle(running: Future[Outcome], ours: Callable[[], int]) -> None:
    """Wait until calls have gone out, and no longer do so one after the other."""
    began = before = ours()
    while not running.done():
        time.sleep(1.5)
        if began < before == ours():
            return
        before = ours()


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


def test_a_trial_org_beside_a_client_that_takes_half(stack: Stack, directory: Directory) -> None:
    """Fifty writes a minute: of each, a dozen go out at once and the next ones are spread, until another begins."""
    somebody = {"login": "other@example.com", "password": "CANARY-Elsewhere-0"}
    okta = {"tokens": [{"token": "CANARY-okta-admin-token"}], "rates": {"users_write": 50}, "users": [somebody]}
    directory.simulator.load({"okta": {**okta, "many": many(TRIAL)}})
    accounts = {one.login: one for one in (directory.account("okta", position) for position in range(TRIAL + 1))}
    shared = accounts.pop("other@example.com")
    stack.connect("okta", shared.connection)
    declare(stack, "okta", 1, TRIAL)

    def ours() -> list[str]:
        writes = directory.calls(of="POST /api/v1/users/")
        return [call for call in writes if shared.id not in call and shared.login not in call]

    other = OtherClient(directory, shared)
    with other.at_work(every_s=60 / 25), ThreadPoolExecutor(1) as threads:
        running = threads.submit(stack.up)
        while not running.done():
            settle(running, lambda: len(ours()))
            for _ in range(5):  # most of a minute, with the other client's calls in it
                for _ in range(4):
                    other.write()
                directory.simulator.advance_clock(10)
        told = running.result()
    assert not directory.calls(of=" 429")
    assert len(set(ours())) == len(ours()) == TRIAL
    assert any(_WAITS.match(line.strip()) for line in told.text.splitlines())
    for login, account in accounts.items():
        assert directory.logs_in(account, f"{PASSWORD}-{int(login[4:8])}"), login


def test_an_hourly_limit_beside_a_client_that_takes_half(stack: Stack, directory: Directory) -> None:
    """Five thousand calls an hour: a quarter goes out at once, the next ones are spread, and a new hour begins."""
    pair = {"client_id": "CANARY-client-id", "client_secret": "CANARY-client-secret"}
    directory.simulator.load({"onelogin": {"credentials": [pair], "calls_per_hour": 5000, "many": many(HOURLY)}})
    stack.connect("onelogin", directory.account("onelogin").connection)
    declare(stack, "onelogin", 1, HOURLY)
    other = Reader(directory)
    other.read(1000)

    def ours() -> int:
        return len(directory.calls(of="PUT /api/1/users/"))

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(stack.up)
        settle(running, ours)
        first = ours()
        for _ in range(5):  # the rest of this hour, with the other client's calls in it
            other.read(300)
            directory.simulator.advance_clock(720)
        other.read(100)
        told = running.result()
    assert 0 < first < HOURLY
    assert not directory.calls(of=" 429")
    assert ours() == HOURLY
    assert "slowed down until" in told.text
    for number in range(1, HOURLY + 1):
        assert directory.logs_in(directory.account("onelogin", number - 1), f"{PASSWORD}-{number}")


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
