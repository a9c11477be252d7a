"""An account that works already is taken over as it is: one log-in proves its password, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.system import VerifiesPassword
from pulumi_pwmgmt.systems import discover
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

LOG_IN = {
    "etna": "POST /api/token",
    "okta": "POST /api/v1/authn",
    "onelogin": "POST /api/1/login/auth",
}
WITHOUT_A_WRITE = ("POST /auth/oauth2/v2/token", "GET ")


def test_every_system_that_can_log_in_is_here() -> None:
    can = {name for name, module in discover().items() if issubclass(module.System, VerifiesPassword)}
    assert LOG_IN.keys() == can


@pytest.mark.parametrize("system", LOG_IN)
def test_adoption_proves_by_one_log_in_and_writes_nothing(stack: Stack, directory: Directory, system: str) -> None:
    account = directory.account(system)
    stack.connect("it", account.connection)
    declared = {"connection": "it", "principal": account.principal, "on_destroy": "revoke"}
    stack.program(program(credential(**declared, more="adopt=True")))
    stack.configure(secrets={"password": "CANARY-Not-the-one-1"})
    refused = stack.up(expect=1).text
    assert "error: CurrentPasswordRejected: " in refused
    assert "was not adopted" in refused
    assert stack.credentials() == {}

    stack.configure(secrets={"password": account.password})
    before = len(directory.calls())
    stack.up()
    calls = directory.calls()[before:]
    assert len([call for call in calls if call.startswith(LOG_IN[system])]) == 1
    assert [call for call in calls if not call.startswith((LOG_IN[system], *WITHOUT_A_WRITE))] == []
    assert len([call for call in calls if call.startswith("GET ")]) <= 2
    assert stack.credentials()["bot"]["outputs"]["reason"] == "adopted"

    stack.program(program(credential(**declared)))
    assert stack.up().operations == {"bot": "same"}
    stack.configure(secrets={"password": "CANARY-After-2"})
    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-After-2")
