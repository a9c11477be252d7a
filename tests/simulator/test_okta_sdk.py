"""The vendor's own SDK, pointed at the simulator, works as against the vendor."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest
from okta.client import Client
from okta.models import ChangePasswordRequest, PasswordCredential, UpdateUserRequest, UserCredentials

from tests.simulator.wire import okta_log_in

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator


@pytest.fixture
def client(pwmgmt_simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Client:
    # The SDK insists on https, except where its own test setting says otherwise; that is read from the environment.
    monkeypatch.setenv("OKTA_TESTING_TESTINGDISABLEHTTPSCHECK", "true")
    logging.getLogger("okta-sdk-python").propagate = False
    token = pwmgmt_simulator.account("okta")["connection"]["token"]
    return Client({"orgUrl": pwmgmt_simulator.url, "token": token, "rateLimit": {"maxRetries": 2}})


def credential(password: str) -> PasswordCredential:
    return PasswordCredential(value=password)


def change(old: str, new: str) -> ChangePasswordRequest:
    return ChangePasswordRequest(
        old_password=credential(old), new_password=credential(new), revoke_sessions=True
    )  # fmt: skip


def run(call: Any) -> Any:  # noqa: ANN401 -- the SDK is untyped
    """Return what the SDK gives: the object, the response, the error."""
    return asyncio.run(call)


def test_it_reads(client: Client, pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    user, _, error = run(client.get_user(account["login"]))
    assert error is None
    assert (user.id, user.status.value, user.profile.login) == (account["id"], "ACTIVE", account["login"])
    assert user.password_changed is not None


def test_it_lists(client: Client, pwmgmt_simulator: Simulator) -> None:
    users, _, error = run(client.list_users())
    assert error is None
    assert {user.profile.login for user in users} >= {
        a["login"] for a in pwmgmt_simulator.accounts if a["system"] == "okta"
    }


def test_it_sets(client: Client, pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    update = UpdateUserRequest(credentials=UserCredentials(password=credential("CANARY-New-2")))
    user, _, error = run(client.update_user(account["id"], update, strict=True))
    assert (error, user.status.value) == (None, "ACTIVE")
    assert okta_log_in(pwmgmt_simulator, account["login"], "CANARY-New-2").status_code == 200


def test_it_changes(client: Client, pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    request = change(account["password"], "CANARY-New-2")
    credentials, _, error = run(client.change_password(account["id"], request, strict=False))
    assert (error, credentials.provider.type.value) == (None, "OKTA")
    assert okta_log_in(pwmgmt_simulator, account["login"], "CANARY-New-2").status_code == 200


def test_it_expires(client: Client, pwmgmt_simulator: Simulator) -> None:
    user, _, error = run(client.expire_password(pwmgmt_simulator.account("okta")["id"]))
    assert (error, user.status.value) == (None, "PASSWORD_EXPIRED")


def test_it_expires_with_a_temporary_password(client: Client, pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    _, response, error = run(client.expire_password_with_temp_password(account["id"], revoke_sessions=True))
    assert error is None
    assert b"tempPassword" in response.raw_data  # the SDK maps the answer to a user and loses it


def test_it_deactivates(client: Client, pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    _, _, error = run(client.deactivate_user(account["id"]))
    assert error is None
    user, _, _ = run(client.get_user(account["id"]))
    assert user.status.value == "DEPROVISIONED"


def test_it_reads_the_password_policy(client: Client) -> None:
    policies, _, error = run(client.list_policies(type="PASSWORD"))
    assert error is None
    assert policies[0].settings.password.complexity.min_length == 8


def test_it_is_refused_as_documented(client: Client, pwmgmt_simulator: Simulator) -> None:
    request = change("CANARY-Wrong-1", "CANARY-New-2")
    _, response, error = run(client.change_password(pwmgmt_simulator.account("okta")["id"], request))
    assert response.status == 403
    assert "E0000014" in error.message
    assert "Old Password is not correct" in error.message


def test_it_waits_for_the_rate_to_reset(client: Client, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.fault(system="okta", kind="429", delay_s=0)
    user, _, error = run(client.get_user(pwmgmt_simulator.account("okta")["id"]))
    assert (error, user.status.value) == (None, "ACTIVE")
    assert [entry["status"] for entry in pwmgmt_simulator.log()] == [429, 200]
