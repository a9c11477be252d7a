"""``pwmgmt:generations``: what it names by mistake is told in preview, once the whole program is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Outcome, Stack

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
# declared by a function that waits for the other, after the program's last line
LATE = """
made.generation.apply(lambda _: ManagedCredential(
    "late", connection="okta", principal="svc-backup@example.com", password=DerivedPassword(master="main")
))
"""


def warnings(outcome: Outcome) -> list[str]:
    told = [event["diagnosticEvent"] for event in outcome.events if "diagnosticEvent" in event]
    return [one["message"].strip() for one in told if one["severity"] == "warning"]


def test_what_they_name_by_mistake_is_told(stack: Stack, directory: Directory) -> None:
    account, other = directory.account("okta"), directory.account("okta", 1)
    stack.connect("okta", account.connection)
    stack.configure({"pwmgmt:generations.ci-bto": "2"}, secrets={"pwmgmt:masters.main": MASTER})
    derived = credential(
        "ci-bot", connection="okta", principal=account.principal, password="DerivedPassword(master='main')"
    )
    late = LATE.replace("svc-backup@example.com", other.principal)
    written = program("made = GeneratedPassword('made')", derived, late)
    stack.program(written)
    for outcome in (stack.preview(), stack.up(), stack.up()):
        [told] = warnings(outcome)
        mistake = "pwmgmt:generations.ci-bto names nothing in this program that has generations (did you mean ci-bot?)"
        assert told.startswith(mistake)
        assert told.endswith("pulumi config rm --path 'pwmgmt:generations.ci-bto'")

    stack.run("config", "rm", "--path", "pwmgmt:generations.ci-bto")
    stack.configure({f"pwmgmt:generations.{name}": "2" for name in ("ci-bot", "made", "late")})
    assert warnings(stack.up()) == []

    stack.configure({"pwmgmt:generations.lost": "2"})
    stack.program(f"{written}\nraise ValueError")
    assert "generations" not in stack.preview(expect=1).text, "what the rest of the program declares, nobody knows"

    stack.configure({"pwmgmt:generations.a.b": "2"})
    stack.program(program(credential(connection="okta", principal=account.principal, password="'CANARY-Supplied-1'")))
    refused = stack.preview(expect=1).text
    assert "pwmgmt:generations.a is a map, and no number: a name with a dot in it has to be quoted" in refused
    stack.run("config", "rm", "--path", "pwmgmt:generations.a")
    stack.run("config", "set", "--path", 'pwmgmt:generations["a.b"]', "2")
    assert any('pwmgmt:generations["a.b"] names nothing' in told for told in warnings(stack.preview()))


def test_a_value_that_went_without_its_number_is_reached_by_previous(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    declared = {"connection": "okta", "principal": account.principal}
    made = "made = GeneratedPassword('made', keepers={{'host': '{}'}})"
    stack.program(program(made.format("a"), credential(password="made", **declared)))
    stack.up()
    first = stack.generated()["value"]
    stack.program(program(made.format("b"), credential(password="made", **declared)))
    stack.up()
    assert not directory.logs_in(account, first)
    stack.configure({"pwmgmt:generations.made": "1"})
    assert stack.up().operations == {"bot": "same"}, "it is the same generation"

    stack.program(program(made.format("b"), credential(password="made.previous", **declared)))
    assert stack.up().operations == {"bot": "update"}
    assert directory.logs_in(account, first)
