"""Bad input: a clear line in preview that says what to do, and nothing was asked of any system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

CONNECTIONS = "pwmgmt:connections"


def _declare(**arguments: Any) -> str:  # noqa: ANN401 -- whatever the scenario says
    declared = {"connection": "okta", "principal": "ci-bot@example.com"} | arguments
    return program(credential(**declared))


@pytest.fixture(autouse=True)
def _okta(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.configure(secrets={"password": "CANARY-Bad-input-1"})


def _refusal(stack: Stack, directory: Directory) -> str:
    text = stack.preview(expect=1).text
    assert directory.calls() == []
    lines = [line for line in text.splitlines() if "error: " in line]
    assert lines, text
    assert "Traceback" not in text
    return "\n".join(line.split(" has a problem: ", 1)[1] for line in lines)


PROGRAMS = {
    "unknown connection": (
        {"connection": "octa"},
        (
            "NotConfigured: there is no connection 'octa' (did you mean okta?); the config has okta — "
            "pulumi config set --path 'pwmgmt:connections.octa.system' …"
        ),
    ),
    "empty principal": ({"principal": ""}, "Unsupported: principal is empty — give a user id or login"),
    "empty password": (
        {"password": 'pulumi.Output.secret("")'},
        "Unsupported: password is empty — give a secret text,",
    ),
    "control character in the principal": (
        {"principal": "ci\nbot"},
        "PrincipalNotFound: the principal holds a control character — correct the principal",
    ),
    "a character that nobody sees in the principal": (
        {"principal": "ci-bot\u200b@example.com"},
        "PrincipalNotFound: the principal holds '\\u200b', which can't be seen: write it without — correct the",
    ),
    "control character in the password": (
        {"password": 'pulumi.Output.secret("CANARY-\\x07-1")'},
        "Unsupported: the password holds a control character — choose one without it",
    ),
    "100 kB password": (
        {"password": 'pulumi.Output.secret("CANARY-" + "x" * 100_000)'},
        "PasswordRejected: the password is longer than the 72 characters that Okta takes — choose a shorter one",
    ),
    "missing environment variable": (
        {"password": 'from_env("NOT_THERE")'},
        "NotConfigured: the environment variable NOT_THERE is not set — set it where pulumi runs",
    ),
    "missing file": (
        {"password": 'from_file("not-there.txt")'},
        "NotConfigured: the file not-there.txt can't be read: No such file or directory — put it there",
    ),
    "unknown removal": (
        {"on_destroy": "vanish"},
        "Unsupported: on_destroy is none of its values — give revoke, expire, deactivate",
    ),
    "a number for a password": (
        {"password": "pulumi.Output.secret(12345678)"},
        "Unsupported: password is of the wrong type — give a secret text",
    ),
    "a list for a principal": (
        {"more": "principal=['ci-bot']"},
        "Unsupported: principal is of the wrong type — give a user id or login",
    ),
    "text for a switch": ({"more": "adopt='yes'"}, "Unsupported: adopt is of the wrong type — give True or False"),
    "nothing for a password": ({"password": "None"}, "Unsupported: password is missing"),
    "a fingerprint for a password": (
        {"password": 'pulumi.Output.secret("pwmgmt:fingerprint:1:CANARY-forged")'},
        "Unsupported: the password starts like a fingerprint of ours — choose another password",
    ),
}


@pytest.mark.parametrize("scenario", PROGRAMS)
def test_a_program(stack: Stack, directory: Directory, scenario: str) -> None:
    arguments, expected = PROGRAMS[scenario]
    declared = {"connection": "okta", "principal": "ci-bot@example.com"} | arguments
    if "principal=" in declared.get("more", ""):
        del declared["principal"]
    stack.program(program(credential(**declared)))
    assert expected in _refusal(stack, directory)


def test_a_removal_that_the_system_can_not_do(stack: Stack, directory: Directory) -> None:
    stack.connect("onelogin", directory.account("onelogin").connection)
    stack.program(_declare(connection="onelogin", on_destroy="expire"))
    assert "Unsupported: OneLogin can't expire — choose deactivate or revoke" in _refusal(stack, directory)
    stack.connect("own", directory.account("okta_myaccount").connection)
    stack.program(_declare(connection="own", principal="self-service@example.com", more="adopt=True"))
    assert "Unsupported: Okta MyAccount can't prove a password by a log-in" in _refusal(stack, directory)


def test_a_connection(stack: Stack, directory: Directory) -> None:
    """One stack, one broken setting after the other: each is told by name and mended before the next."""
    stack.program(_declare())
    where = f"{CONNECTIONS}.okta"
    mishaps: list[tuple[list[str], str]] = [
        (
            ["set", "--path", f"{where}.system", "octa"],
            "system is none that we know (did you mean okta?); there are etna,",
        ),
        (["set", "--path", f"{where}.system", "okta"], ""),
        (["set", "--path", f"{where}.tokne", "x"], "tokne is no setting of okta (did you mean token?)"),
        (["rm", "--path", f"{where}.tokne"], ""),
        (["set", "--path", f"{where}.read_timeout", "soon"], "read_timeout Input should be a valid number"),
        (["set", "--path", f"{where}.read_timeout", "10"], ""),
        (
            ["set", "--path", f"{where}.url", "http://okta.example.com"],
            "url must be https: a password never travels in clear",
        ),
        (["set", "--path", f"{where}.url", "okta.example.com"], "url must start with https:// and name a host"),
        (["set", "--path", f"{where}.url", directory.url], ""),
        (["rm", "--path", f"{where}.token"], "token is missing"),
        (["set", "--path", f"{where}.token.env", "NOT_THERE"], "the environment variable NOT_THERE is not set"),
        (["rm", "--path", f"{where}.token"], "token is missing"),
        (["set", "--path", f"{where}.token.file", "not-there"], "the file not-there can't be read"),
        (["rm", CONNECTIONS], "the config has no pwmgmt:connections"),
        (["set", CONNECTIONS, "not JSON"], "pwmgmt:connections is not a map of connections"),
        (["set", CONNECTIONS, "[]"], "pwmgmt:connections is not a map of connections"),
    ]
    for command, expected in mishaps:
        stack.run("config", *command)
        if expected:
            refusal = _refusal(stack, directory)
            assert refusal.startswith("NotConfigured: ")
            assert expected in refusal
