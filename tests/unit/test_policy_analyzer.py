"""The pack as the engine speaks to it: what it announces, how it is configured, what it says of which value."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn, cast

import grpc
import pytest
from pulumi.runtime.proto import analyzer_pb2

from pulumi_pwmgmt.policy.analyzer import Analyzer
from pulumi_pwmgmt.policy.credential import CREDENTIAL
from pulumi_pwmgmt.policy.rules import CREDENTIAL_RULES, RULES
from tests.canary import assert_no_canary
from tests.unit.policy_subjects import GOOD, URN, but

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN_MARKS = [
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]  # fmt: skip
JUDGED_BY_FACTS = {
    "minimum-length", "strength", "common-password", "breached-password", "server-rules",
}  # fmt: skip


class Aborted(Exception):
    """What the real context raises; the engine then shows the text and stops."""


class Context:
    """A call's context, of which only the refusal matters."""

    def abort(self, code: grpc.StatusCode, text: str) -> NoReturn:
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        raise Aborted(text)


class Pack:
    """A pack that is spoken to as the engine does."""

    def __init__(self, *, in_preview: bool = True, now: str = "") -> None:
        self.analyzer = Analyzer("pwmgmt", "1.2.3")
        stack = analyzer_pb2.AnalyzerStackConfigureRequest(
            dry_run=in_preview, config={"pwmgmt:now": now} if now else {}
        )
        self.analyzer.ConfigureStack(stack, None)

    def configure(self, *, levels: dict[str, int] | None = None, **over: dict[str, Any]) -> None:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.analyzer.GetAnalyzerInfo(None, None).policies:  # the engine sends them all, defaults too
            request.policyConfig[policy.name].enforcementLevel = policy.enforcementLevel
        for name, level in (levels or {}).items():
            request.policyConfig[name].enforcementLevel = level
        for name, properties in over.items():
            request.policyConfig[name.replace("_", "-")].properties.update(properties)
        self.analyzer.Configure(request, cast("grpc.ServicerContext", Context()))

    def judge(self, properties: dict[str, Any]) -> dict[str, analyzer_pb2.AnalyzeDiagnostic]:
        return _by_name(self.analyzer.Analyze(request(properties), None).diagnostics)

    def judge_stack(self, **credentials: dict[str, Any]) -> list[tuple[str, str, str]]:
        stack = analyzer_pb2.AnalyzeStackRequest()
        for name, properties in credentials.items():
            resource = stack.resources.add(type=CREDENTIAL, urn=URN + name)
            resource.properties.update(as_sent(properties))
        told = self.analyzer.AnalyzeStack(stack, None).diagnostics
        return [(each.policyName, each.urn.rpartition("::")[2], each.message.partition(" — ")[0]) for each in told]


def request(properties: dict[str, Any], of: str = CREDENTIAL) -> analyzer_pb2.AnalyzeRequest:
    asked = analyzer_pb2.AnalyzeRequest(type=of, urn=f"{URN}bot", name="bot")
    asked.properties.update(as_sent(properties))
    return asked


def as_sent(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the properties as the engine has them: facts and source are one text each."""
    return properties | {
        name: json.dumps(properties[name])
        for name in ("facts", "source")
        if isinstance(properties.get(name), dict) and SIGNATURE not in properties[name]
    }


def _by_name(
    diagnostics: Iterable[analyzer_pb2.AnalyzeDiagnostic],
) -> dict[str, analyzer_pb2.AnalyzeDiagnostic]:
    return {each.policyName: each for each in diagnostics}


def test_it_announces_every_rule_and_the_choice_of_a_profile() -> None:
    info = Analyzer("pwmgmt", "1.2.3").GetAnalyzerInfo(None, None)
    assert [policy.name for policy in info.policies] == ["profile", *(rule.name for rule in RULES)]
    assert info.supportsConfig
    by_name = {policy.name: policy for policy in info.policies}
    assert by_name["profile"].configSchema.properties["name"]["default"] == "nist-800-63b-4"
    assert by_name["password-reuse"].policy_type == analyzer_pb2.POLICY_TYPE_STACK
    assert by_name["minimum-length"].policy_type == analyzer_pb2.POLICY_TYPE_RESOURCE
    assert by_name["minimum-length"].enforcementLevel == analyzer_pb2.MANDATORY
    assert by_name["minimum-length"].severity == analyzer_pb2.POLICY_SEVERITY_HIGH
    assert all(policy.description for policy in info.policies)
    assert Analyzer("pwmgmt", "1.2.3").GetPluginInfo(None, None).version == "1.2.3"


def test_a_violation_is_told_with_its_clause_and_its_way_out() -> None:
    told = Pack().judge(but(facts__length=14.0))
    assert told.keys() == {"minimum-length"}
    assert told["minimum-length"].message == (
        "the password is shorter than 15 characters (NIST SP 800-63B-4: §3.1.1.2 (1)) — "
        "take a longer one, or a GeneratedPassword or DerivedPassword whose recipe says the length"
    )
    assert told["minimum-length"].enforcementLevel == analyzer_pb2.MANDATORY
    assert told["minimum-length"].urn.endswith("::bot")


@pytest.mark.parametrize(
    ("rules", "clause"),
    [
        ({"min_symbols": 1}, " (NIST SP 800-63B-4: §3.1.1.2 (5)) — "),
        ({"max_age_days": 30}, " (NIST SP 800-63B-4: §3.1.1.2 (6)) — "),
        ({"min_symbols": 1, "max_age_days": 30}, " (NIST SP 800-63B-4: §3.1.1.2 (5), §3.1.1.2 (6)) — "),
    ],
)
def test_a_server_is_held_against_the_clause_that_it_contradicts(rules: dict[str, int], clause: str) -> None:
    told = Pack().judge(but(facts__server=rules))
    assert clause in told["server-rules"].message


def test_a_figure_of_ours_is_not_put_into_a_framework_s_mouth() -> None:
    told = Pack().judge(but(facts__strength_bits=59.0))
    assert told["strength"].message.startswith("the password is easier to guess than 60 bits — ")


def test_secrets_are_read_whichever_way_they_are_wrapped() -> None:
    facts = json.dumps(GOOD["facts"] | {"length": 3})
    assert Pack().judge(but(facts={**SECRET, "value": facts})).keys() == {"minimum-length"}


@pytest.mark.parametrize("text", ["CANARY-no-json", "[]", "3", "null", "{", "[" * 100_000])
def test_a_text_that_is_no_table_records_nothing(text: str) -> None:
    told = Pack().judge(but(facts=text))
    assert told.keys() == JUDGED_BY_FACTS
    assert {each.enforcementLevel for each in told.values()} == {analyzer_pb2.ADVISORY}


@pytest.mark.parametrize("mark", UNKNOWN_MARKS)
@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {**SECRET, "value": value}])
def test_what_a_preview_does_not_know_is_told_and_refused_once_it_is_an_update(mark: str, wrap: Any) -> None:  # noqa: ANN401 -- a lambda
    properties = but(facts=wrap(mark))
    for in_preview, level in ((True, analyzer_pb2.ADVISORY), (False, analyzer_pb2.MANDATORY)):
        told = Pack(in_preview=in_preview).judge(properties)
        assert told.keys() == JUDGED_BY_FACTS
        assert {each.message for each in told.values()} == {"judged when applied: 'facts' is not known before"}
        assert told["minimum-length"].enforcementLevel == level
        assert told["server-rules"].enforcementLevel == analyzer_pb2.ADVISORY


@pytest.mark.parametrize("in_preview", [True, False])
def test_a_state_from_before_is_advised_and_not_refused(in_preview: bool) -> None:  # noqa: FBT001 -- a parameter of the test
    old = {name: GOOD[name] for name in ("reason", "system", "tenant", "principal", "on_destroy", "keep_in_state")}
    told = Pack(in_preview=in_preview).judge(old)
    # character-classes and rotation demand nothing, and a password that is not kept needs no reason
    assert told.keys() == {rule.name for rule in CREDENTIAL_RULES} - {"character-classes", "rotation", "keep-in-state"}
    assert {each.enforcementLevel for each in told.values()} == {analyzer_pb2.ADVISORY}
    assert all(
        each.message.endswith(" is not recorded — run pulumi up once with this version, without --target")
        for each in told.values()
    )


def test_other_resources_are_none_of_its_business() -> None:
    pack = Pack()
    pack.configure(levels={"on-destroy": analyzer_pb2.REMEDIATE})
    other = request({"facts": {"length": 1.0}, "declared": []}, of="pulumi-python:dynamic/pwmgmt:GeneratedPassword")
    assert not pack.analyzer.Analyze(other, None).diagnostics
    assert not pack.analyzer.Remediate(other, None).remediations
    stack = analyzer_pb2.AnalyzeStackRequest()
    for name in ("one", "two"):
        stack.resources.add(type=other.type, urn=URN + name).properties.update(GOOD)
    assert not pack.analyzer.AnalyzeStack(stack, None).diagnostics


def test_levels_and_parameters_are_the_configured_ones() -> None:
    pack = Pack()
    pack.configure(
        levels={
            "strength": analyzer_pb2.MANDATORY, "minimum-length": analyzer_pb2.DISABLED,
            "one-owner": analyzer_pb2.DISABLED, "all": analyzer_pb2.ADVISORY, "source": analyzer_pb2.ADVISORY,
        },
        strength={"bits": 200}, profile={"name": "pci-dss-4"}, rotation={"max_days": 30.0},
    )  # fmt: skip
    told = pack.judge(but(facts__length=1.0, facts__digits=0.0, facts__since="2000-01-01"))
    assert told.keys() == {"strength", "character-classes", "rotation"}
    assert told["strength"].enforcementLevel == analyzer_pb2.MANDATORY
    assert "(PCI DSS 4.0.1: " in told["character-classes"].message
    assert "PCI DSS" not in told["rotation"].message, "30 days are ours, not the framework's"
    assert pack.judge_stack(one=GOOD, two=GOOD) == []


@pytest.mark.parametrize(
    ("now", "refused"),
    [
        ("2026-11-23T23:30:00-02:00", {"rotation"}),  # the 24th in UTC
        ("2026-11-23t23:30:00z", set()),
        ("yesterday", set()),  # the provider refuses it; the pack counts to the real day
        ("", set()),
    ],
)
def test_ages_are_counted_to_the_day_that_the_config_fixes(now: str, refused: set[str]) -> None:
    since = "2026-11-22" if now.startswith("2026") else str(datetime.now(timezone.utc).date())
    pack = Pack(now=now)
    pack.configure(rotation={"max_days": 1.0})
    assert pack.judge(but(facts__since=since)).keys() == refused


def test_a_wrong_configuration_ends_the_run() -> None:
    with pytest.raises(Aborted) as refused:
        Pack().configure(levels={"minimum-lenght": analyzer_pb2.MANDATORY}, source={"allowed": "CANARY-derived"})
    assert "there is no rule 'minimum-lenght' (did you mean minimum-length?)" in str(refused.value)
    assert "'source': 'allowed' takes a list of texts" in str(refused.value)
    assert_no_canary(str(refused.value), "a refused configuration")


def test_two_owners_of_one_account_are_told_of_each_other() -> None:
    told = Pack().judge_stack(one=GOOD, two=but(principal="CI-Bot@example.com"), three=but(principal="other"))
    assert told == [
        ("one-owner", "one", "another resource declares the password of the same account: 'two'"),
        ("one-owner", "two", "another resource declares the password of the same account: 'one'"),
    ]
    assert Pack().judge_stack(one=GOOD, two=but(tenant="https://other.okta.com"), three=but(system="onelogin")) == []


def test_a_name_may_hold_what_divides_a_urn() -> None:
    told = Pack().judge_stack(**{"team::one": GOOD, "two": GOOD})
    assert told[1][2].endswith(": 'team::one'")


def test_equal_passwords_are_told_by_tag_and_by_the_resource_they_come_from() -> None:
    def tagged(principal: str, tag: str) -> dict[str, Any]:
        return but(principal=principal, facts__source="supplied", facts__reuse_tag=tag, source={"kind": "supplied"})

    def made(principal: str, resource: str) -> dict[str, Any]:
        return but(principal=principal, source={"kind": "generated", "resource": resource}, facts__source="generated")

    pack = Pack()
    assert pack.judge_stack(one=tagged("1", "CANARY-tag"), two=tagged("2", "CANARY-other"), three=made("3", "a")) == []
    told = pack.judge_stack(
        one=tagged("1", "CANARY-tag"), two=tagged("2", "CANARY-tag"), three=made("3", "a"), four=made("4", "a")
    )
    assert [(rule, name) for rule, name, _ in told] == [
        ("password-reuse", name) for name in ("one", "two", "three", "four")
    ]
    assert told[0][2] == "another account has the same password: 'two'"
    assert_no_canary(str(told), "a violation")


def test_a_stack_is_judged_by_what_was_declared_and_not_by_what_was_last_written() -> None:
    pack = Pack()
    for name in ("one", "two"):
        asked = request(but(principal=name, facts__source="supplied", facts__reuse_tag="tag"))
        asked.urn = URN + name
        pack.analyzer.Analyze(asked, None)
    told = pack.judge_stack(one={"reason": "before there were facts"}, two={"reason": "before there were facts"})
    assert [(rule, name) for rule, name, _ in told] == [("password-reuse", "one"), ("password-reuse", "two")]


def test_only_some_of_many_others_are_named() -> None:
    told = Pack().judge_stack(**{f"bot{number}": GOOD for number in range(9)})
    assert told[0][2].endswith(": 'bot1', 'bot2', 'bot3', 'bot4', 'bot5' and 3 more")
    assert told[8][2].endswith(": 'bot0', 'bot1', 'bot2', 'bot3', 'bot4' and 3 more")


def test_what_a_stack_rule_can_not_judge_is_told() -> None:
    unknown = UNKNOWN_MARKS[2]
    supplied = but(principal="1", facts__source="supplied", source={"kind": "supplied"})
    told = Pack().judge_stack(
        one=supplied, two=but(principal=unknown), three=but(principal="3", facts=unknown), four={"reason": "x"}, five={}
    )
    assert told == [
        ("one-owner", "two", "judged when applied: 'principal' is not known before"),
        ("one-owner", "four", "not judged: 'system' is not recorded"),
        ("password-reuse", "three", "judged when applied: 'facts' is not known before"),
        ("password-reuse", "four", "not judged: 'source' is not recorded"),
        ("password-reuse", "", "not judged for 1 of the credentials: without pwmgmt:reuse_key none can be told equal"),
    ]


def test_a_missing_on_destroy_is_declared_and_nothing_else_is_touched() -> None:
    pack = Pack()
    before = but(declared="connection principal") | {
        "password": {**SECRET, "value": "CANARY-fingerprint"}, "unknown": UNKNOWN_MARKS[0], "__provider": "bytes",
    }  # fmt: skip
    assert not pack.analyzer.Remediate(request(before), None).remediations, "only where it is asked for"
    pack.configure(levels={"on-destroy": analyzer_pb2.REMEDIATE, "minimum-length": analyzer_pb2.REMEDIATE})
    [remedied] = pack.analyzer.Remediate(request(before), None).remediations
    assert remedied.policyName == "on-destroy"
    assert remedied.properties == request(before | {"declared": "connection on_destroy principal"}).properties
    after = dict(before, declared="connection on_destroy principal")
    assert not pack.analyzer.Remediate(request(after), None).remediations
    assert pack.judge(before)["on-destroy"].enforcementLevel == analyzer_pb2.MANDATORY, (
        "where it could not be put right"
    )


@pytest.mark.parametrize("declared", [UNKNOWN_MARKS[2], SECRET | {"value": UNKNOWN_MARKS[2]}, 1.0, None, ["principal"]])
def test_what_is_not_known_is_not_remedied(declared: object) -> None:
    pack = Pack()
    pack.configure(levels={"on-destroy": analyzer_pb2.REMEDIATE})
    assert not pack.analyzer.Remediate(request(but(declared=declared)), None).remediations


def test_no_message_quotes_a_property() -> None:
    def poisoned(value: Any) -> Any:  # noqa: ANN401 -- any property
        if isinstance(value, dict):
            return {name: poisoned(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return ["CANARY-item"]
        return "CANARY-text" if isinstance(value, str) else value

    bad = poisoned(GOOD) | {
        "keep_in_state": True,
        "connection_risks": ["unencrypted", "literal CANARY-s"],
    }  # fmt: skip
    bad["facts"] |= {"length": 1.0, "strength_bits": 1.0, "common": True, "breached": True, "since": "2000-01-01",
                     "server": {"min_symbols": 1.0, "max_age_days": 1.0}}  # fmt: skip
    bad["source"]["recipe"]["length"] = 2.0
    pack = Pack()
    pack.configure(profile={"name": "pci-dss-4"}, character_classes={"symbols": 9})
    told = pack.judge(bad)
    assert told.keys() == {rule.name for rule in CREDENTIAL_RULES}
    assert_no_canary(str([*told.values()]), "violations")
    assert_no_canary(str(pack.judge_stack(one=bad, two=bad)), "violations of the stack")
