"""What the organisation's rules forbid and a server demands: told as the contradiction that it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from pulumi_pwmgmt.simulator import seed
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

PACK = Path(__file__).parents[2] / "policy"
PASSPHRASE = "recipe=Recipe(length=40, lower=1, upper=None, digits=None, symbols=None)"


@pytest.mark.parametrize(
    "made", [f"DerivedPassword(master='main', {PASSPHRASE})", f"GeneratedPassword('made', {PASSPHRASE})"]
)
def test_a_passphrase_against_a_server_that_demands_a_symbol(stack: Stack, directory: Directory, made: str) -> None:
    seeded = yaml.safe_load(seed.default_text())
    seeded["okta"]["policy"] |= {"lower": False, "upper": False, "number": False, "symbol": True}
    directory.simulator.load(seeded)
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"pwmgmt:masters.main": "CANARY-master-of-more-than-32-bytes-in-all"})
    stack.program(program(credential(connection="okta", principal=account.principal, password=made)))
    configuration = stack.directory / "policy.json"
    configuration.write_text(json.dumps({"profile": {"name": "nist-800-63b-4"}}))
    shown = stack.preview("--policy-pack", str(PACK), "--policy-pack-config", str(configuration), expect=1).text
    assert "break the rules of Okta: at least 1 symbol: say symbols=1 — change the recipe" in shown
    assert "where the organisation's profile forbids such rules, as nist-800-63b-4 does, the two contradict" in shown
    assert "one has to give: the account's password policy in Okta, or the profile (rule server-rules)" in shown
    assert directory.logs_in(account, account.password), "nothing has changed"
