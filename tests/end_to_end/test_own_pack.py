"""Our rules in a pack that somebody else has written with pulumi_policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Outcome, Stack

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy
from pulumi_pwmgmt.policy.own_pack import policies


def judge(args, report):
    if args.resource_type.endswith("ManagedCredential"):
        report("the house has something to say too")


PolicyPack("ours", [
    ResourceValidationPolicy("house", "A rule of the house.", judge, EnforcementLevel.ADVISORY),
    *policies("cis", {"minimum-length": {"length": 16}}),
])
"""
MADE = """
import pulumi.dynamic


class Maker(pulumi.dynamic.ResourceProvider):
    def create(self, props):
        return pulumi.dynamic.CreateResult("made", {**props, "late": props["value"]})


class Made(pulumi.dynamic.Resource):
    def __init__(self, name, value):
        super().__init__(Maker(), name, {"value": value, "late": None})


late = Made("made", config.require_secret("password")).late
"""
WEAK, STRONG = "CANARY-Abc-1234", "CANARY-hX7-quiet-Lamp-9-river"  # 15 and 29 characters


def written(stack: Stack) -> tuple[str, str]:
    """Write the pack, and return how to run it."""
    pack = stack.directory / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(PACK)
    return "--policy-pack", str(pack)


def told(outcome: Outcome) -> set[tuple[str, str, str]]:
    """Return level, rule and words of each thing that the pack said, without clause and advice."""
    events = [event["policyEvent"] for event in outcome.events if "policyEvent" in event]
    return {
        (event["enforcementLevel"], event["policyName"], event["message"].strip().splitlines()[-1].partition(" — ")[0])
        for event in events
    }


def test_they_judge_there_what_they_judge_in_ours(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure({"pwmgmt:connections.okta.require_policy": "false"}, secrets={"password": WEAK})
    run = written(stack)
    one = credential("bot", connection="okta", principal=account.principal, password="late", more="on_destroy='revoke'")
    stack.program(program(MADE, one))

    said = told(stack.preview(*run))
    assert ("advisory", "house", "the house has something to say too") in said
    notes = {rule: words for level, rule, words in said if "judged when applied" in words and level == "advisory"}
    assert notes.keys() >= {"minimum-length", "common-password", "password-reuse"}
    assert notes["minimum-length"].endswith("during preview: judged when applied: 'facts' is not known before")

    said = told(stack.up(*run, expect=1))
    [words] = [words for level, rule, words in said if (level, rule) == ("mandatory", "minimum-length")]
    assert words == "the password is shorter than 16 characters", "16 is ours, so no framework is cited"
    assert directory.logs_in(account, account.password), "it was refused before the account was touched"

    stack.destroy()
    stack.configure(secrets={"password": STRONG})
    assert {level for level, *_ in told(stack.up(*run))} == {"advisory"}
    assert directory.logs_in(account, STRONG)


def test_parameters_that_it_could_not_follow_are_refused_and_levels_are_not(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": STRONG})
    stack.program(program(credential(connection="okta", principal=account.principal, more="on_destroy='revoke'")))
    configuration = stack.directory / "policy.json"
    run = (*written(stack), "--policy-pack-config", str(configuration))

    configuration.write_text('{"minimum-length": {"length": 99}}')
    for outcome in (stack.preview(*run, expect=1), stack.up(*run, "--skip-preview", expect=1)):
        assert "'minimum-length': --policy-pack-config sets its level only — give its parameters to" in outcome.text
    assert directory.logs_in(account, account.password)

    configuration.write_text('{"source": "mandatory", "on-destroy": {"enforcementLevel": "disabled"}}')
    assert ("mandatory", "source") in {(level, rule) for level, rule, _ in told(stack.preview(*run, expect=1))}
