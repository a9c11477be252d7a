"""Each example, as it stands in the repository: up, up again, refresh, change, destroy, and the accounts follow."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import assert_no_canary
from tests.end_to_end.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.directory import Account, Directory

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
FIRST, SECOND = "CANARY-First-of-1", "CANARY-Second-of-2"
MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
_EVERYTHING_THE_SAME = re.compile(r"^Resources:\n +3 unchanged$", re.MULTILINE)  # credential, file, the stack itself
_GZIP = b"\x1f\x8b"
_TOKEN_BY_REFERENCE = "pwmgmt:connections.okta_myaccount.token.env"


@pytest.fixture
def example(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    stack = Stack(tmp_path / "stack", project=EXAMPLES / request.param)
    yield stack
    stack.discard()


def goes_through_its_life(
    stack: Stack, directory: Directory, credentials: dict[str, Account], settings: dict[str, str]
) -> None:
    """Take an example through its life: its credentials' accounts and password settings, by the resource's name."""

    def every(operation: str) -> dict[str, str]:
        return dict.fromkeys(credentials, operation)

    def works(password: str) -> list[bool]:
        return [directory.logs_in(account, password) for account in credentials.values()]

    everywhere, nowhere = [True] * len(credentials), [False] * len(credentials)

    stack.configure(secrets=dict.fromkeys(settings.values(), FIRST))
    assert stack.preview().planned == every("create")
    assert stack.up().operations == every("create")
    assert works(FIRST) == everywhere
    assert not any(directory.logs_in(account, account.password) for account in credentials.values())
    stack.environment.pop("ETNA_FIRST_PASSWORD", None)  # needed for the take-over only

    assert stack.up().operations == every("same")
    assert stack.refresh().operations == every("same")
    assert stack.up().operations == every("same")

    stack.configure(secrets=dict.fromkeys(settings.values(), SECOND))
    assert stack.up().operations == every("update")
    assert (works(FIRST), works(SECOND)) == (nowhere, everywhere)
    nothing_stands_in_clear(stack.directory)

    assert stack.destroy().operations == every("delete")
    assert (works(FIRST), works(SECOND)) == (nowhere, nowhere)
    assert stack.state() == []


def nothing_stands_in_clear(directory: Path) -> None:
    """Read every file that the runs so far have written: state, backups, history, Pulumi's own logs, config."""
    written = [path for part in ("backend", "home") for path in (directory / part).rglob("*") if path.is_file()]
    assert {"backups", "history", "stacks"} <= {part for path in written for part in path.parts}
    for path in [*written, directory / "Pulumi.test.yaml"]:
        data = path.read_bytes()
        assert_no_canary((gzip.decompress(data) if data.startswith(_GZIP) else data).decode("latin-1"), str(path))


@pytest.mark.parametrize("example", ["quickstart"], indirect=True)
def test_quickstart(example: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    example.connect("okta", account.connection)

    goes_through_its_life(example, directory, {"ci-bot": account}, {"ci-bot": "ciBotPassword"})

    others = [directory.account("okta", 1), directory.account("onelogin"), directory.account("etna")]
    assert all(directory.logs_in(other, other.password) for other in others), "nobody else was touched"


@pytest.mark.parametrize("example", ["self_managed"], indirect=True)
def test_self_managed(example: Stack, directory: Directory) -> None:
    accounts = {system: directory.account(system) for system in ("etna", "okta_myaccount")}
    example.connect("etna", accounts["etna"].connection)
    connection = dict(accounts["okta_myaccount"].connection)
    token = connection.pop("token")
    example.connect("okta_myaccount", connection)
    example.configure({_TOKEN_BY_REFERENCE: "OKTA_USER_TOKEN"})
    example.environment |= {"OKTA_USER_TOKEN": token, "ETNA_FIRST_PASSWORD": accounts["etna"].password}

    goes_through_its_life(example, directory, accounts, {"etna": "etnaPassword", "okta_myaccount": "myaccountPassword"})


@pytest.mark.parametrize("example", ["many_systems"], indirect=True)
def test_many_systems(example: Stack, directory: Directory) -> None:
    settings = {
        "okta": "oktaPassword",
        "okta_myaccount": "myaccountPassword",
        "onelogin": "oneloginPassword",
        "etna": "etnaPassword",
    }
    accounts = {system: directory.account(system) for system in settings}
    for system, account in accounts.items():
        example.connect(system, account.connection)
    example.configure(secrets={"etnaCurrentPassword": accounts["etna"].password})

    goes_through_its_life(example, directory, accounts, settings)


@pytest.mark.parametrize("example", ["many_systems"], indirect=True)
def test_many_systems_refuses_one_account_with_two_owners(example: Stack, directory: Directory) -> None:
    """What its README says: one user under ``okta`` and ``okta_myaccount`` is one password."""
    program = (example.directory / "__main__.py").read_text()
    example.program(program.replace("ci-bot@example.com", "self-service@example.com"))
    settings = ("oktaPassword", "myaccountPassword", "oneloginPassword", "etnaPassword", "etnaCurrentPassword")
    for system in ("okta", "okta_myaccount", "onelogin", "etna"):
        example.connect(system, directory.account(system).connection)
    example.configure(secrets=dict.fromkeys(settings, FIRST))

    assert "one password can't have two owners" in example.preview(expect=1).text


@pytest.mark.parametrize("example", ["sources"], indirect=True)
def test_sources(example: Stack, directory: Directory) -> None:
    accounts = {"ci-bot": directory.account("okta"), "deploy-bot": directory.account("okta", 1)}
    assert accounts["deploy-bot"].login == "deploy-bot@example.com"
    connection = dict(accounts["ci-bot"].connection)
    example.environment |= {"OKTA_TOKEN": connection.pop("token"), "MASTER": MASTER}
    example.connect("okta", connection)
    example.configure({"pwmgmt:connections.okta.token.env": "OKTA_TOKEN", "pwmgmt:masters.main.env": "MASTER"})
    place = {"tenant": connection["url"], "principal": accounts["ci-bot"].principal}
    pack = ("--policy-pack", str(EXAMPLES.parent / "policy"))

    def every(operation: str) -> dict[str, str]:
        return dict.fromkeys(accounts, operation)

    def works(number: int, generated: str) -> list[bool]:
        derived = derive(Secret(MASTER), generation=number, recipe=Recipe.for_system("okta"), **place).reveal()
        return [directory.logs_in(accounts["ci-bot"], derived), directory.logs_in(accounts["deploy-bot"], generated)]

    example.configure({"pwmgmt:now": "2026-11-01T12:00:00Z"})
    assert example.preview(*pack).planned == every("create")
    assert example.up(*pack).operations == every("create")
    first = example.generated("deploy-bot")["value"]
    assert works(11, first) == [True, True]
    assert example.up(*pack).operations == every("same")
    assert example.refresh().operations == every("same")

    directory.simulator.advance_clock(60)
    example.configure({"pwmgmt:now": "2026-12-01T12:00:00Z", "pwmgmt:generations.deploy-bot": "2"})
    assert example.up(*pack).operations == every("update")
    second = example.generated("deploy-bot")["value"]
    assert (works(11, first), works(12, second)) == ([False, False], [True, True])
    nothing_stands_in_clear(example.directory)

    assert example.destroy().operations == every("delete")
    assert works(12, second) == [False, False]
    assert example.state() == []


@pytest.mark.parametrize("example", ["delivery"], indirect=True)
def test_delivery(example: Stack, directory: Directory) -> None:
    account, file = directory.account("okta"), example.directory / "delivered"
    example.connect("okta", account.connection)
    example.configure({"file": str(file)})

    example.configure(secrets={"ciBotPassword": FIRST})
    example.preview()
    assert not file.exists(), "a preview delivers nothing"
    example.up()
    assert (file.read_text(), file.stat().st_mode & 0o777) == (FIRST, 0o600)

    example.configure(secrets={"ciBotPassword": "CANARY-no-digit"})
    assert "PasswordRejected" in example.up(expect=1).text
    assert file.read_text() == FIRST, "what the system refuses is not delivered"

    example.configure(secrets={"ciBotPassword": SECOND})
    example.up()
    assert file.read_text() == SECOND
    assert directory.logs_in(account, SECOND)
    assert not directory.logs_in(account, FIRST)
    written = file.stat().st_mtime_ns
    assert _EVERYTHING_THE_SAME.search(example.up().text)
    assert _EVERYTHING_THE_SAME.search(example.refresh().text)
    assert file.stat().st_mtime_ns == written, "it is not written again"
    assert [path.name for path in file.parent.glob("*delivered*")] == ["delivered"], "no half-written file is left"

    example.destroy()
    assert not file.exists()
    assert not directory.logs_in(account, SECOND)
    assert example.state() == []
