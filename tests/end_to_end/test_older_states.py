"""States that a version without facts has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import Secret
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

# What `pulumi stack export --show-secrets` told of the program below with the last version that knew no facts, without
# the places in its source. It was made against a simulator at that address.
EXPORTED = Path(__file__).with_name("state_without_facts.json")
ADDRESS = "http://127.0.0.1:35907"
PASSWORD = "CANARY-From-before-1"
ADDED = {"connection_risks", "declared", "facts", "source"}


def exported(url: str, passwords: list[tuple[Account, str]]) -> str:
    """Return the state as if the simulator had been at ``url``, which is in the salt of each fingerprint."""
    text = EXPORTED.read_text()
    for account, password in passwords:
        before, now = (fingerprint(Secret(password), tenant, account.principal) for tenant in (ADDRESS, url))
        assert before in text, "fingerprints are as they were"
        text = text.replace(before, now)
    return text.replace(ADDRESS, url)


def test_facts_come_to_credentials_from_before_without_a_diff(stack: Stack, directory: Directory) -> None:
    okta, kept, etna = directory.account("okta"), directory.account("okta", 1), directory.account("etna")
    stack.connect("okta", okta.connection)
    stack.connect("etna", etna.connection)
    stack.configure(secrets={"password": PASSWORD, "live": etna.password})
    live = "current_password=config.require_secret('live')"
    stack.program(
        program(
            credential("bot", connection="okta", principal=okta.principal),
            credential("kept", connection="okta", principal=kept.principal, more="keep_in_state=True"),
            credential("own", connection="etna", principal=etna.principal, on_destroy="revoke", more=live),
        )
    )
    passwords = [(okta, PASSWORD), (kept, PASSWORD), (etna, PASSWORD), (etna, etna.password)]
    old = stack.directory / "old.json"
    old.write_text(exported(directory.url, passwords))
    stack.run("stack", "import", "--file", str(old))
    before = stack.credentials()
    assert not any(ADDED & entry["inputs"].keys() for entry in before.values())

    nothing = dict.fromkeys(("bot", "kept", "own"), "same")
    assert stack.preview("--expect-no-changes").planned == nothing
    assert stack.up().operations == nothing
    assert directory.calls() == [], "nobody is asked, and nothing is sent"

    for name, entry in stack.credentials(secrets=True).items():
        facts = json.loads(json.loads(entry["inputs"]["facts"]["plaintext"]))
        assert (facts["source"], facts["length"]) == ("supplied", len(PASSWORD))
        assert json.loads(entry["inputs"]["source"]) == {"kind": "supplied"}
        assert "since" not in facts, "nobody knows"
        assert entry["outputs"].keys() == before[name]["outputs"].keys(), "what was accepted stays as it was told"
    assert stack.up().operations == nothing
