"""States that a version without facts has written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

_ADDED = ("connection_risks", "declared", "facts", "source")


def test_facts_come_to_a_credential_from_before_without_a_diff(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-From-before-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    [entry] = [one for one in exported["deployment"]["resources"] if one["urn"].endswith("::bot")]
    for name in _ADDED:
        del entry["inputs"][name], entry["outputs"][name]
    old = stack.directory / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))
    assert not entry["inputs"].keys() & set(_ADDED)

    calls = directory.calls()
    assert stack.preview("--expect-no-changes").planned == {"bot": "same"}
    assert stack.up().operations == {"bot": "same"}
    assert directory.calls() == calls, "nobody is asked, and nothing is sent"

    inputs = stack.credentials(secrets=True)["bot"]["inputs"]
    facts = json.loads(json.loads(inputs["facts"]["plaintext"]))
    assert facts["length"] == len("CANARY-From-before-1")
    assert json.loads(inputs["source"]) == {"kind": "supplied"}
    assert "since" not in facts, "nobody knows"
    assert stack.up().operations == {"bot": "same"}
