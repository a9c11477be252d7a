"""What the doctor finds wrong with connections: each is provoked at the simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from tests.end_to_end.doctor import examined
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

CALLS = 40
SEED: dict[str, Any] = {
    "okta": {
        "tokens": [
            {"token": "CANARY-okta-token-1"},
            {"token": "CANARY-okta-token-2", "scopes": ["okta.policies.read"]},
            {"token": "CANARY-okta-token-3", "scopes": ["okta.users.read"]},
            {"token": "CANARY-okta-token-4", "expired": True},
        ],
        "rates": {"users_read": CALLS},
        "users": [{"login": "bot@example.com", "password": "CANARY-Okta-first-1"}],
    },
    "onelogin": {
        "credentials": [{"client_id": "CANARY-id", "client_secret": "CANARY-secret", "owner_deleted": True}],
        "users": [{"login": "bot@example.com", "password": "CANARY-OneLogin-1"}],
    },
}


def test_each_thing_that_can_be_wrong(stack: Stack, directory: Directory) -> None:
    directory.simulator.load(SEED)
    url = directory.url
    okta = {"system": "okta", "url": url}
    connections: dict[str, dict[str, Any]] = {
        "good": okta | {"token": "CANARY-okta-token-1"},
        "no-users": okta | {"token": "CANARY-okta-token-2"},
        "no-rules": okta | {"token": "CANARY-okta-token-3"},
        "revoked": okta | {"token": "CANARY-okta-token-4"},
        "elsewhere": okta | {"token": "CANARY-okta-token-1", "url": f"{url}/nowhere"},
        "dead": okta | {"token": "CANARY-okta-token-1", "url": "http://127.0.0.1:9", "time_budget": 10},
        "dead-too": {"system": "etna", "url": "http://127.0.0.1:9/api", "app_key": "CANARY-key", "time_budget": 10},
        "ownerless": {
            "system": "onelogin", "url": url, "subdomain": "simulated",
            "client_id": "CANARY-id", "client_secret": "CANARY-secret",
        },
        "misspelt": okta | {"token": "CANARY-okta-token-1", "tokne": "CANARY-okta-token-1"},
    }  # fmt: skip
    for name, connection in connections.items():
        stack.connect(name, connection)
    stack.configure(
        {
            "pwmgmt:connections.absent.system": "okta",
            "pwmgmt:connections.absent.url": url,
            "pwmgmt:connections.absent.token.env": "NOT_SET_ANYWHERE",
            "pwmgmt:conections": "x",
        }
    )

    told = examined(stack, directory)

    assert told.findings() == {
        "the config": ["not-configured"],
        "connection absent": ["not-configured"],
        "connection dead": ["unreachable"],
        "connection dead-too": ["unreachable"],
        "connection elsewhere": ["not-configured"],
        "connection misspelt": ["not-configured"],
        "connection no-rules": ["rules-unreadable"],
        "connection no-users": ["permission-denied"],
        "connection ownerless": ["authentication-failed"],
        "connection revoked": ["authentication-failed"],
    }
    assert "did you mean pwmgmt:connections?" in told.finding("the config")["happened"]
    assert "NOT_SET_ANYWHERE is not set" in told.finding("connection absent")["happened"]
    assert "okta.users.read" in told.finding("connection no-users")["to_do"]
    assert "okta.policies.read" in told.finding("connection no-rules")["to_do"]
    assert told.finding("connection elsewhere")["to_do"] == "correct the connection's url"
    assert told.finding("connection ownerless")["to_do"] == "if it stays, make a credential whose owner exists"
    assert "did you mean token?" in told.finding("connection misspelt")["happened"]
    for name, reachable, token, reads in (
        ("good", True, True, True),
        ("no-rules", True, True, True),
        ("no-users", True, True, False),
        ("revoked", True, False, None),
        ("dead", False, None, None),
        ("absent", None, None, None),
    ):
        report = told.connection(name)
        assert (report["reachable"], report["token"], report["reads"]) == (reachable, token, reads), name
    assert "10 findings (10 connections, 0 credentials)" in told.tables


def test_a_clock_that_goes_wrong_and_a_budget_that_runs_out(stack: Stack, directory: Directory) -> None:
    directory.simulator.load(SEED)
    stack.connect("okta", {"system": "okta", "url": directory.url, "token": "CANARY-okta-token-1"})
    directory.simulator.advance_clock(600)
    for _ in range(CALLS - 3):
        requests.get(
            f"{directory.url}/api/v1/users/bot@example.com",
            headers={"Authorization": "SSWS CANARY-okta-token-1"},
            timeout=30,
        ).raise_for_status()

    told = examined(stack, directory)

    assert told.findings() == {"connection okta": ["clock-skew", "rate-budget"]}
    assert 590 < told.connection("okta")["clock_ahead_s"] <= 600
    assert told.connection("okta")["rate"]["left"] == 2
    assert "ahead of this machine's" in told.tables
    assert f"of {CALLS} calls are left, all of them again in " in told.tables


def test_credentials_of_a_connection_that_does_not_work_add_nothing(stack: Stack, directory: Directory) -> None:
    accounts = [directory.account("okta", position) for position in range(3)]
    stack.connect("okta", accounts[0].connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(
        program(*(credential(f"bot-{n}", connection="okta", principal=one.principal) for n, one in enumerate(accounts)))
    )
    stack.up()
    stack.configure(secrets={"pwmgmt:connections.okta.token": "CANARY-okta-expired-token"})

    told = examined(stack, directory)
    assert told.findings() == {"connection okta": ["authentication-failed"]}
    assert told.credential("bot-0")["there"] is None

    stack.run("config", "rm", "--path", "pwmgmt:connections.okta")
    told = examined(stack, directory)
    assert told.findings() == {f"bot-{n}": ["not-configured"] for n in range(3)}

    stack.connect("okta", accounts[0].connection | {"url": directory.url.replace("127.0.0.1", "localhost")})
    told = examined(stack, directory)
    assert told.findings() == {f"bot-{n}": ["not-configured"] for n in range(3)}
    assert "but the credential is in okta at http://127.0.0.1" in told.tables
