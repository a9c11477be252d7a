"""A hundred derived passwords that rotate at once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
from tests.end_to_end.programs import program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

MANY = 100
MASTER = "CANARY-master-of-more-than-32-bytes-in-all"
PROGRAM = f"""
monthly = RotationSchedule(every_days=30, start="2026-01-01")
for number in range(1, {MANY} + 1):
    ManagedCredential(
        f"bot-{{number}}",
        connection="okta",
        principal=f"bot-{{number:04}}@example.com",
        password=DerivedPassword(master="main", rotation=monthly),
    )
"""


def _writes(directory: Directory) -> Counter[str]:
    """Return how often each account was written, by what names it in the request."""
    return Counter(
        call["account"]
        for call in directory.simulator.log()
        if call["method"] != "GET" and call["path"].startswith("/api/v1/users/")
    )


def _all_open(directory: Directory, generation: int) -> bool:
    def password(login: str) -> str:
        place = {"tenant": directory.url, "principal": login}
        return derive(Secret(MASTER), **place, generation=generation, recipe=Recipe()).reveal()

    accounts = [directory.account("okta", position) for position in range(MANY)]
    return all(directory.logs_in(account, password(account.login)) for account in accounts)


def test_a_rotation_of_a_hundred_writes_each_account_once(stack: Stack, directory: Directory) -> None:
    token = {"token": "CANARY-okta-admin-token"}
    many = {"prefix": "bot-", "count": MANY, "domain": "example.com"}
    directory.simulator.load({"okta": {"tokens": [token], "many": [many]}})
    stack.connect("okta", directory.account("okta").connection)
    stack.configure({"pwmgmt:now": "2026-01-15T12:00:00Z"}, secrets={"pwmgmt:masters.main": MASTER})
    stack.program(program(PROGRAM))
    stack.up()
    made = _writes(directory)
    assert (len(made), set(made.values())) == (MANY, {1})
    assert _all_open(directory, 1)

    stack.configure({"pwmgmt:now": "2026-02-01T12:00:00Z"})
    rotated = stack.up()
    assert rotated.operations == {f"bot-{number}": "update" for number in range(1, MANY + 1)}
    written = _writes(directory) - made
    assert (written.keys(), set(written.values())) == (made.keys(), {1})
    assert _all_open(directory, 2)
    assert set(stack.up().operations.values()) == {"same"}
    assert _writes(directory) == made + written, "nothing is left to write"
