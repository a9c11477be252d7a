"""The doctor on a stack that is well, and where it can't look at one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.systems import discover
from tests.end_to_end.doctor import examined, run
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack


def test_a_stack_that_is_well(stack: Stack, directory: Directory) -> None:
    declared = ["made = GeneratedPassword('made')\n"]
    for system in discover():
        account = directory.account(system)
        stack.connect(system, account.connection)
        takes = "on_destroy='revoke', current_password=config.require_secret('live')" if system == "etna" else ""
        declared.append(credential(system, connection=system, principal=account.principal, more=takes))
    stack.connect("idle", directory.account("okta").connection)
    more = [directory.account("okta", position) for position in (1, 2)]
    declared += [
        credential("generated", connection="okta", principal=more[0].principal, password="made"),
        credential("derived", connection="okta", principal=more[1].principal, password="DerivedPassword(master='m')"),
    ]
    stack.configure(
        secrets={
            "password": "CANARY-Declared-1",
            "live": directory.account("etna").password,
            "pwmgmt:masters.m": "CANARY-master-of-more-than-thirty-two-bytes",
        }
    )
    stack.program(program(*declared))
    stack.up()
    before = stack.state(secrets=True)

    told = examined(stack, directory)

    assert told.findings() == {}
    assert "All well (5 connections, 6 credentials)" in told.tables
    assert stack.state(secrets=True) == before
    for name in ("okta", "okta_myaccount", "onelogin", "idle"):
        report = told.connection(name)
        assert (report["reachable"], report["token"], report["reads"], report["rules"]) == (
            True,
            True,
            True,
            "readable",
        )
        assert report["rate"]["left"] < report["rate"]["limit"]
    etna = told.connection("etna")
    assert (etna["reachable"], etna["token"], etna["rules"]) == (True, None, "not stated"), "it takes a user's password"
    for name in ("okta", "okta_myaccount", "onelogin", "generated", "derived"):
        report = told.credential(name)
        assert (report["there"], report["drifted"], report["changed_by_us"], report["age_days"]) == (
            True,
            False,
            True,
            0,
        )
        assert report["status"].casefold() == "active"
        assert report["changed_at"].startswith("20")
    etna = told.credential("etna")
    assert (etna["there"], etna["drifted"], etna["age_days"]) == (None, None, 0)


def test_a_stack_without_anything(stack: Stack, directory: Directory) -> None:
    told = examined(stack, directory)
    assert (told.findings(), told.tables.strip()) == ({}, "All well (0 connections, 0 credentials)")


def test_a_secret_that_is_no_password_is_not_shown_either(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Declared-1", "who": account.principal})
    declared = credential(connection="okta", more="principal=config.require_secret('who')")
    stack.program(program(declared))
    stack.up()
    directory.remove_by_hand(account)
    told = examined(stack, directory)
    assert told.findings() == {"bot": ["gone"]}
    assert told.credential("bot")["principal"] == "[secret]"
    assert account.principal not in str(told)


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["--stack", "nope"], {}, "there is no such stack — see which there are: pulumi stack ls"),
        ([], {"PULUMI_CONFIG_PASSPHRASE": "CANARY-wrong"}, "the stack's passphrase is another one — correct PULUMI"),
        ([], {"PULUMI_CONFIG_PASSPHRASE": None}, "the stack's passphrase is not set — set PULUMI_CONFIG_PASSPHRASE"),
        ([], {"PULUMI_BACKEND_URL": None}, "pulumi is not logged in — log in: pulumi login"),
        ([], {"PULUMI_BACKEND_URL": "file:///nowhere/CANARY-x"}, "pulumi config --json ended with code"),
        ([], {"PATH": "/nowhere"}, "there is no pulumi on PATH — install it"),
    ],
)
def test_what_keeps_it_from_looking_is_told(
    stack: Stack, arguments: list[str], environment: dict[str, str | None], says: str
) -> None:
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    ended = run(stack, *arguments, **environment)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(says)
    assert len(ended.stderr.splitlines()) == 1


def test_a_project_or_a_selection_that_is_missing_is_told(stack: Stack) -> None:
    stack.run("stack", "unselect")
    ended = run(stack)
    assert (ended.returncode, ended.stderr.splitlines()) == (
        2,
        ["no stack is selected — name one with --stack, or select one: pulumi stack select"],
    )
    assert run(stack, "--stack", "test").returncode == 0
    (stack.directory / "Pulumi.yaml").unlink()
    ended = run(stack)
    assert (ended.returncode, ended.stderr) == (
        2,
        "there is no Pulumi project here — run it in the program's directory\n",
    )


def test_its_help_says_how_it_ends(stack: Stack) -> None:
    ended = run(stack, "--help")
    assert ended.returncode == 0
    assert "0 all well, 1 something to look at, 2 config or state can't be had" in " ".join(ended.stdout.split())
