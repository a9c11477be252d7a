"""A status in which the account's password opens nothing is told by a refresh, with what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pulumi_pwmgmt.systems import discover
from pulumi_pwmgmt.systems._onelogin_statuses import NAMES
from tests.unit.in_memory import Administrator
from tests.unit.stack import LOGIN, credential, made

OPEN = {"okta": {"ACTIVE"}, "okta_myaccount": {"ACTIVE"}, "onelogin": {"Active"}, "etna": set()}
STATUSES = {
    # https://developer.okta.com/docs/api/openapi/okta-management/management/user/getuser
    "okta": {
        "STAGED", "PROVISIONED", "ACTIVE", "RECOVERY", "LOCKED_OUT", "PASSWORD_EXPIRED", "SUSPENDED", "DEPROVISIONED",
    },
    # https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/getpassword ; NOT_ENROLLED is gone
    "okta_myaccount": {"ACTIVE", "EXPIRED", "SUSPENDED"},
    "onelogin": set(NAMES.values()),
    "etna": set(),
}  # fmt: skip


@pytest.mark.parametrize("system", discover())
def test_every_status_that_a_vendor_documents_is_judged(system: str) -> None:
    traits = discover()[system].System.traits
    assert traits.troubled.keys() | OPEN[system] == STATUSES[system]
    assert traits.closed <= traits.troubled.keys()
    assert not traits.troubled.keys() & OPEN[system]


def test_a_refresh_tells_it_once_with_what_to_do() -> None:
    stack, directory = made(Administrator)
    traits = replace(Administrator.traits, troubled={"LOCKED_OUT": "unlock the user"})
    stack.connections["main"].system.traits = traits
    stack.refresh()
    assert stack.told == []

    directory.get(LOGIN).status = "LOCKED_OUT"
    stack.refresh()
    assert stack.told == [
        f"{LOGIN!r} on connection 'main' is LOCKED_OUT, so its password opens nothing: unlock the user"
    ]
    assert stack.state["bot"].record.status == "LOCKED_OUT"
    assert stack.up(bot=credential()) == []


def test_a_status_that_nobody_knows_is_not_judged() -> None:
    stack, directory = made(Administrator)
    directory.get(LOGIN).status = "ON_HOLIDAY"
    stack.refresh()
    assert (stack.told, stack.state["bot"].record.status) == ([], "ON_HOLIDAY")
