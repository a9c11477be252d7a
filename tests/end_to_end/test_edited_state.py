"""A state that somebody has edited leads the real engine to no other account than the program's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack


@pytest.mark.parametrize("command", [("up", "--yes"), ("refresh", "--yes"), ("destroy", "--yes")], ids=lambda it: it[0])
def test_an_entry_that_names_another_account_is_refused(
    stack: Stack, directory: Directory, command: tuple[str, ...]
) -> None:
    ours, theirs = directory.account("okta"), directory.account("okta", 1)
    stack.connect("okta", ours.connection)
    declared = credential(connection="okta", principal=ours.principal)
    stack.program(program(declared))
    stack.configure(secrets={"password": "CANARY-First-1-lamp"})
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    [entry] = [it for it in exported["deployment"]["resources"] if it["urn"].endswith("::bot")]
    entry["outputs"]["principal_id"] = theirs.id
    edited = stack.directory / "edited.json"
    edited.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(edited))

    stack.configure(secrets={"password": "CANARY-Second-2-lamp"})
    outcome = stack.run(*command, expect=1)
    assert "NotConfigured: the state of this credential names two accounts" in outcome.text
    assert "restore an earlier state: " in outcome.text
    assert directory.logs_in(theirs, theirs.password)
    assert directory.logs_in(ours, "CANARY-First-1-lamp")
