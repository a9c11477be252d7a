"""Three hundred credentials in one stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

MANY = 300
PROGRAM = """
for number in range(1, {many} + 1):
    ManagedCredential(
        f"bot-{{number}}",
        connection="okta",
        principal=f"bot-{{number:04}}@example.com",
        password=config.require_secret("password").apply(lambda text, number=number: f"{{text}}-{{number}}"),
    )
"""


def test_three_hundred(stack: Stack, directory: Directory) -> None:
    token = {"token": "CANARY-okta-admin-token"}
    many = {"prefix": "bot-", "count": MANY, "domain": "example.com"}
    directory.simulator.load({"okta": {"tokens": [token], "many": [many]}})
    stack.connect("okta", directory.account("okta").connection)
    stack.program(program(PROGRAM.format(many=MANY)))
    for round_ in ("First", "Second"):
        stack.configure(secrets={"password": f"CANARY-{round_}"})
        stack.up()
        for position in (0, MANY // 2, MANY - 1):
            account = directory.account("okta", position)
            number = int(account.login.removeprefix("bot-").split("@")[0])
            assert directory.logs_in(account, f"CANARY-{round_}-{number}")
        writes = [call for call in directory.calls() if call.startswith("POST /api/v1/users/")]
        assert len(writes) == MANY * (1 if round_ == "First" else 2)
    assert len({entry["inputs"]["__provider"] for entry in stack.credentials().values()}) == 1
    stack.destroy()
    assert stack.credentials() == {}
