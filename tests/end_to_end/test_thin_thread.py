"""One Okta credential through the real ``pulumi``: the main job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack


def test_a_password_is_set_changed_and_revoked(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal)))

    stack.configure(secrets={"password": "CANARY-First-of-1"})
    assert stack.preview().planned == {"bot": "create"}
    assert directory.logs_in(account, account.password), "a preview changes nothing"
    assert stack.up().operations == {"bot": "create"}
    assert directory.logs_in(account, "CANARY-First-of-1")
    assert not directory.logs_in(account, account.password)

    calls = directory.calls()
    assert stack.up().operations == {"bot": "same"}
    assert directory.calls() == calls, "nothing to do is no call"

    stack.configure(secrets={"password": "CANARY-Second-of-2"})
    preview = stack.preview()
    assert re.search(r'reason *: "created" => "changed in the program"', preview.text)
    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, "CANARY-Second-of-2")
    assert not directory.logs_in(account, "CANARY-First-of-1")

    assert stack.refresh().operations == {"bot": "same"}
    stack.destroy()
    assert not directory.logs_in(account, "CANARY-Second-of-2")
    assert stack.credentials() == {}
