"""What a preview knows, and that an update does what the preview said."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.canary import assert_no_canary
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Outcome, Stack

_UNKNOWN_UNTIL_MADE = """
import pulumi.dynamic


class Maker(pulumi.dynamic.ResourceProvider):
    def create(self, props):
        return pulumi.dynamic.CreateResult("made", {"value": props["value"]})

    def diff(self, _id, olds, news):
        return pulumi.dynamic.DiffResult(changes=olds["value"] != news["value"])

    def update(self, _id, olds, news):
        return pulumi.dynamic.UpdateResult({"value": news["value"]})


class Made(pulumi.dynamic.Resource):
    def __init__(self, name, value):
        super().__init__(Maker(), name, {"value": value, "other": None})


made = Made("made", config.require_secret("password"))
"""


def test_a_password_that_a_preview_does_not_know(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Made-1"})
    # `id` of something not made yet is unknown, and so is what is computed from it
    unknown = "pulumi.Output.all(made.id, made.value).apply(lambda known: known[1])"
    stack.program(
        program(_UNKNOWN_UNTIL_MADE, credential(connection="okta", principal=account.principal, password=unknown))
    )
    assert stack.preview().planned == {"bot": "create"}
    stack.up()
    assert directory.logs_in(account, "CANARY-Made-1")
    stack.configure(secrets={"password": "CANARY-Made-2"})
    assert stack.preview().planned == {"bot": "update"}
    stack.up()
    assert directory.logs_in(account, "CANARY-Made-2")
    assert stack.up().operations == {"bot": "same"}


def test_a_principal_that_a_preview_does_not_know(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure({"principal": account.principal}, secrets={"password": "CANARY-Made-1"})
    stack.program(
        program(
            _UNKNOWN_UNTIL_MADE.replace('config.require_secret("password")', 'config.require("principal")'),
            "principal = pulumi.Output.all(made.id, made.value).apply(lambda known: known[1])",
            credential(connection="okta", more="principal=principal"),
        )
    )
    assert stack.preview().planned == {"bot": "create"}
    stack.up()
    assert directory.logs_in(account, "CANARY-Made-1")


def test_a_saved_plan_is_carried_out_and_holds_no_password(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal, password='from_env("CI_BOT")')))
    plan = stack.directory / "plan.json"
    for number in (1, 2):
        stack.environment["CI_BOT"] = f"CANARY-Planned-{number}"
        stack.preview("--save-plan", str(plan))
        assert_no_canary(plan.read_text(), "the saved plan")
        stack.up("--plan", str(plan))
        assert directory.logs_in(account, f"CANARY-Planned-{number}")

    stack.environment["CI_BOT"] = "CANARY-Planned-3"
    stack.preview("--save-plan", str(plan))
    stack.environment["CI_BOT"] = "CANARY-Other-4"
    refused = stack.up("--plan", str(plan), expect=1).text
    assert "violates plan" in refused
    assert directory.logs_in(account, "CANARY-Planned-2"), "what was not planned is not done"


# what each Python of a run reads before anything else
_AHEAD = """
import datetime
import os


class Ahead(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + datetime.timedelta(days=int(os.environ["DAYS_AHEAD"]))


datetime.datetime = Ahead
"""


def test_a_saved_plan_holds_for_one_generation(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"pwmgmt:masters.main": "CANARY-master-of-more-than-thirty-two-bytes"})
    today = datetime.now(timezone.utc)
    start = today.date() - timedelta(days=10)
    rotated = f"DerivedPassword(master='main', rotation=RotationSchedule(every_days=30, start='{start}'))"
    stack.program(program(credential(connection="okta", principal=account.principal, password=rotated)))
    (stack.directory / "sitecustomize.py").write_text(_AHEAD)
    stack.environment["PYTHONPATH"] = os.pathsep.join([str(stack.directory), stack.variables["PYTHONPATH"]])
    plan = str(stack.directory / "plan.json")

    def saved(ahead: int) -> None:
        stack.environment["DAYS_AHEAD"] = str(ahead)
        stack.preview("--save-plan", plan)

    def carried_out(ahead: int, *, expect: int = 0) -> Outcome:
        stack.environment["DAYS_AHEAD"] = str(ahead)
        return stack.up("--plan", plan, expect=expect)

    stack.environment["DAYS_AHEAD"] = "0"
    stack.up()
    saved(1)
    assert carried_out(15).operations == {"bot": "same"}
    assert "violates plan" in carried_out(25, expect=1).text, "generation 2 was not planned"

    moments = [(today + timedelta(days=days)).isoformat() for days in (25, 55)]
    stack.configure({"pwmgmt:now": moments[0]})
    saved(25)
    stack.configure({"pwmgmt:now": moments[1]})
    assert "violates plan" in carried_out(25, expect=1).text
    assert len(directory.calls(of="POST /api/v1/users/")) == 1

    stack.configure({"pwmgmt:now": moments[0]})
    assert carried_out(60).operations == {"bot": "update"}, "the config's time holds, not the clock's"
    assert json.loads(stack.credentials()["bot"]["outputs"]["source"])["generation"] == 2
    assert len(directory.calls(of="POST /api/v1/users/")) == 2


def test_a_consumer_is_ordered_behind_the_accepted_password(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection | {"strict": True})
    stack.program(
        program(
            credential(connection="okta", principal=account.principal),
            _UNKNOWN_UNTIL_MADE.replace('config.require_secret("password")', "bot.accepted_password"),
        )
    )
    stack.configure(secrets={"password": "CANARY-Accepted-1"})
    stack.up()
    stack.configure(secrets={"password": account.password})
    stack.up(expect=1)
    values = [entry["outputs"]["value"] for entry in stack.state(secrets=True) if "value" in entry.get("outputs", {})]
    assert "CANARY-Accepted-1" in str(values), "what was refused is not handed on"
    stack.configure(secrets={"password": "CANARY-Accepted-2"})
    assert "~ 2 updated" in stack.up().text
    assert "3 unchanged" in stack.up().text
    assert "3 unchanged" in stack.preview().text
