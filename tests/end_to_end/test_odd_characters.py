"""Passwords and principals that look like something else arrive byte for byte, or are refused in preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

ODD_PASSWORDS = (
    "CANARY- with spaces 1 ",
    " CANARY-leading-blank-1",
    "CANARY-\"quotes\"-and-'quotes'-1",
    "CANARY-\\back\\slash-1",
    "CANARY-%41-100%-one",
    "CANARY-<b>&amp;-1",
    "CANARY-€-ünïcödé-1",
    "CANARY-🔑-key-1",
    "CANARY-${pulumi}-{{x}}-1",
    "CANARY-" + "x1" * 32 + "y",  # 72 characters: as long as Okta takes
)
ODD_PRINCIPALS = (
    "first last@example.com",
    "plus+tag@example.com",
    "per%cent@example.com",
    "query?and#hash@example.com",
    "..%2f..%2fapi@example.com",
    'o\'brien"quoted"@example.com',
    "łódź@example.com",
    "semi;colon&amp@example.com",
    "back\\slash@example.com",
    "colon:at@@example.com",
)


def test_they_arrive_byte_for_byte(stack: Stack, directory: Directory) -> None:
    connection = directory.account("okta").connection
    users = [{"login": login, "password": "CANARY-First-password-1"} for login in ODD_PRINCIPALS]
    directory.simulator.load({"okta": {"tokens": [{"token": connection["token"]}], "users": users}})
    accounts = [directory.account("okta", position) for position in range(len(users))]

    def declare(passwords: tuple[str, ...]) -> None:
        declarations = []
        for number, (account, password) in enumerate(zip(accounts, passwords, strict=True)):
            variable = f"PASSWORD_{number}"
            stack.environment[variable] = password
            declarations.append(
                credential(
                    f"bot-{number}", connection="okta", principal=account.login, password=f'from_env("{variable}")'
                )
            )
        stack.program(program(*declarations))

    stack.connect("okta", connection)
    declare(ODD_PASSWORDS)
    stack.up()
    assert [directory.logs_in(*one) for one in zip(accounts, ODD_PASSWORDS, strict=True)] == [True] * len(accounts)
    turned = ODD_PASSWORDS[1:] + ODD_PASSWORDS[:1]
    declare(turned)
    stack.up()
    assert [directory.logs_in(*one) for one in zip(accounts, turned, strict=True)] == [True] * len(accounts)
    assert set(stack.up().operations.values()) == {"same"}


def test_what_a_path_can_not_carry_is_refused_in_preview(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.configure(secrets={"password": "CANARY-Odd-1"})
    for odd, problem in {
        "slash/slash@example.com": "holds '/', which Okta can't carry in a login: name it by its user id",
        "..": "is no user id or login",
        "line\nbreak@example.com": "holds a control character",
    }.items():
        stack.program(program(credential(connection="okta", principal=odd)))
        assert problem in stack.preview(expect=1).text
    assert directory.calls() == []


def test_the_same_at_onelogin_and_myaccount(stack: Stack, directory: Directory) -> None:
    accounts = [directory.account("onelogin"), directory.account("okta_myaccount")]
    stack.program(
        program(
            *(
                credential(
                    account.system, connection=account.system, principal=account.principal, password='from_env("ODD")'
                )
                for account in accounts
            )
        )
    )
    for account in accounts:
        stack.connect(account.system, account.connection)
    odd = "CANARY-\"€ 🔑\\%41<b>'1 "
    stack.environment["ODD"] = odd
    stack.up()
    assert [directory.logs_in(account, odd) for account in accounts] == [True, True]


def test_what_a_header_can_not_carry_is_refused_in_preview(stack: Stack, directory: Directory) -> None:
    account = directory.account("etna")
    stack.connect("etna", account.connection)
    stack.configure(secrets={"live": account.password})
    _declare_etna(stack, account)
    for odd in ("CANARY-€-1", "CANARY-blank-1 ", " CANARY-blank-1"):
        stack.environment["ODD"] = odd
        assert "can't travel in ETNA Trader's log-in" in stack.preview(expect=1).text
    assert directory.calls() == []

    for odd in ('CANARY-"quotes" and \\ % < 1', "CANARY-" + "x1" * 500):
        stack.environment["ODD"] = odd
        stack.up()
        assert directory.logs_in(account, odd)


def _declare_etna(stack: Stack, account: Account) -> None:
    stack.program(
        program(
            credential(
                connection="etna",
                principal=account.principal,
                on_destroy="revoke",
                password='from_env("ODD")',
                more="current_password=config.require_secret('live')",
            )
        )
    )
