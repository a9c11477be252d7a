"""What a user reads of an error: one line, the same with the oldest and the newest SDK that we support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine import oldest_sdk
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

GOLDEN = {
    "check": (
        "error: pulumi-python:dynamic/pwmgmt:ManagedCredential resource 'bot' has a problem: NotConfigured: there is "
        "no connection 'nowhere'; the config has okta — pulumi config set --path 'pwmgmt:connections.nowhere.system' …"
    ),
    "create": (
        "PrincipalNotFound: POST /api/v1/users/{id}: Not found: Resource not found: nobody@example.com (User) "
        "— correct the principal"
    ),
}
# What the SDK itself puts before an exception's text.
BEFORE = {"oldest": "error: Exception calling application: ", "newest": "error: "}


@pytest.fixture(params=["oldest", "newest"])
def sdk(request: pytest.FixtureRequest, stack: Stack) -> str:
    """Run the stack's programs with one of the two SDKs; return its version as the program tells it."""
    if request.param == "oldest":
        variables = oldest_sdk.activated(oldest_sdk.environment(), stack.variables)
        stack.environment |= {name: variables[name] for name in ("PATH", "VIRTUAL_ENV", "PYTHONPATH")}
    return str(request.param)


def test_each_error_is_one_line(stack: Stack, directory: Directory, sdk: str) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.configure(secrets={"password": "CANARY-Never-set-1"})
    version = "import importlib.metadata\npulumi.export('sdk', importlib.metadata.version('pulumi'))"

    stack.program(program(credential(connection="nowhere", principal="nobody@example.com"), version))
    assert [GOLDEN["check"]] == stack.preview(expect=1).error_lines

    stack.program(program(credential(connection="okta", principal="nobody@example.com"), version))
    refused = stack.up(expect=1).text
    diagnostics = [line.strip() for line in refused.split("Diagnostics:")[1].splitlines() if "error: " in line]
    assert sorted(diagnostics) == sorted([BEFORE[sdk] + GOLDEN["create"], "error: update failed"])
    assert "Traceback" not in refused

    stack.program(program(version))
    assert ("3.259.0" in stack.up().text) is (sdk == "oldest")


def test_the_oldest_sdk_does_the_main_job(stack: Stack, directory: Directory) -> None:
    variables = oldest_sdk.activated(oldest_sdk.environment(), stack.variables)
    stack.environment |= {name: variables[name] for name in ("PATH", "VIRTUAL_ENV", "PYTHONPATH")}
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(
        program(
            credential(connection="okta", principal=account.principal, more="keep_in_state=True"),
            'pulumi.export("accepted", bot.accepted_password)',
        )
    )
    for number in (1, 2):
        stack.configure(secrets={"password": f"CANARY-Oldest-{number}"})
        stack.preview()
        stack.up()
        assert directory.logs_in(account, f"CANARY-Oldest-{number}")
    directory.simulator.advance_clock(60)
    directory.set_by_hand(account, "CANARY-By-hand-1")
    stack.refresh()
    stack.up()
    assert directory.logs_in(account, "CANARY-Oldest-2")
    assert stack.refresh().operations == {"bot": "same"}
    stack.destroy()
    assert not directory.logs_in(account, "CANARY-Oldest-2")
