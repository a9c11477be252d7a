"""The ready pack in the real engine: what it refuses in a preview and in an update, and what it lets through."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.policy.profiles import PROFILES
from pulumi_pwmgmt.policy.rules import RULES
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Outcome, Stack

PACK = Path(__file__).parents[2] / "policy"
GOOD = "DerivedPassword(master='2026')"
MASTER = "CANARY-master-of-more-than-32-bytes-in-all"
WEAK, STRONG = "CANARY-Abc-123", "CANARY-hX7-quiet-Lamp-9-river"  # 14 and 29 characters
FROM_CONFIG = 'config.require_secret("password")'
REVOKED = "on_destroy='revoke'"
# A stand-in with the same type and inputs of its own: for what the provider itself refuses before any policy sees it.
STAND_IN = """
import json

import pulumi.dynamic


class Standing(pulumi.dynamic.ResourceProvider):
    def create(self, props):
        return pulumi.dynamic.CreateResult("made", props)


class Credential(pulumi.dynamic.Resource, module="pwmgmt", name="ManagedCredential"):
    def __init__(self, name, principal="bot@example.com", https=True, **facts):
        told = {
            "format": 1, "source": "supplied", "length": 20, "lower": 9, "upper": 9, "digits": 1, "symbols": 1,
            "classes": 4, "strength_bits": 90, "strength": "estimated", "common": False, "since": "2026-11-01", **facts,
        }
        super().__init__(Standing(), name, {
            "system": "okta", "tenant": "https://example.okta.com", "principal": principal, "on_destroy": "revoke",
            "keep_in_state": False, "declared": "on_destroy", "source": '{"kind": "reference"}', "reason": "created",
            "connection_risks": [] if https else ["unencrypted"],
            "facts": pulumi.Output.secret(json.dumps(told)),
        })


"""


def configured(stack: Stack, configuration: dict[str, Any]) -> tuple[str, ...]:
    file = stack.directory / "policy.json"
    file.write_text(json.dumps(configuration))
    return "--policy-pack", str(PACK), "--policy-pack-config", str(file)


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Return level, rule and words of each thing that the pack said, without what to do about it."""
    events = [event["policyEvent"] for event in outcome.events if "policyEvent" in event]
    assert all(event["policyPackName"].startswith("pwmgmt") for event in events)
    return [(event["enforcementLevel"], event["policyName"], words(event["message"])) for event in events]


def words(message: str) -> str:
    return message.partition(" — ")[0].partition(" (")[0].strip()


@dataclass(frozen=True)
class Case:
    """A program that a rule refuses, and one that satisfies it. Each is an expression or lines of source."""

    rule: str
    says: str
    bad: str
    good: str
    configuration: dict[str, Any] = field(default_factory=dict)


def declared(password: str = GOOD, more: str = REVOKED, connection: str = "okta") -> str:
    more = ", ".join(filter(None, ["principal=config.require('principal')", more]))
    return credential(connection=connection, password=password, more=more)


CASES = [
    Case(
        "minimum-length",
        "the password is shorter than 15 characters",
        declared(f"pulumi.Output.secret({WEAK!r})"),
        declared(f"pulumi.Output.secret({STRONG!r})"),
    ),
    Case(
        "character-classes",
        "the password has fewer than 3 digits",
        declared(f"pulumi.Output.secret({STRONG!r})"),
        declared("DerivedPassword(master='2026', recipe=Recipe(digits=3))"),
        {"character-classes": {"digits": 3}},
    ),
    Case(
        "strength",
        "the password is easier to guess than 128 bits",
        declared("GeneratedPassword('made', recipe=Recipe(length=15))"),
        declared("GeneratedPassword('made', recipe=Recipe(length=32))"),
        {"strength": {"bits": 128, "enforcementLevel": "mandatory"}},
    ),
    Case(
        "common-password",
        "the password is one of the most common ones, or nearly",
        STAND_IN + "Credential('bot', common=True)",
        STAND_IN + "Credential('bot', common=False)",
    ),
    Case(
        "breached-password",
        "nobody has looked whether the password was published in a breach",
        declared(f"pulumi.Output.secret({STRONG!r})"),
        declared(),
        {"breached-password": {"required": True}},
    ),
    Case(
        "source",
        "the password comes from a source that is none of reference, generated, derived",
        declared(f"pulumi.Output.secret({STRONG!r})"),
        declared("GeneratedPassword('made')"),
        {"source": "mandatory"},
    ),
    Case(
        "recipe",
        "the recipe may make a password that has no symbol",
        declared("GeneratedPassword('made', recipe=Recipe(symbols=0))"),
        declared("GeneratedPassword('made', recipe=Recipe(symbols=1))"),
        {"character-classes": {"symbols": 1, "enforcementLevel": "disabled"}},
    ),
    Case(
        "rotation",
        "the schedule lets the password become older than 90 days",
        declared("DerivedPassword(master='2026', rotation=RotationSchedule(every_days=180))"),
        declared("DerivedPassword(master='2026', rotation=RotationSchedule(every_days=30))"),
        {"profile": {"name": "pci-dss-4"}},
    ),
    Case(
        "on-destroy",
        "the program does not say what becomes of the account's password when the resource is destroyed",
        declared(more=""),
        declared(),
    ),
    Case(
        "keep-in-state",
        "the state keeps the password, and the system does not demand that",
        declared(more=f"{REVOKED}, keep_in_state=True"),
        declared(more=f"{REVOKED}, keep_in_state=False"),
    ),
    Case(
        "connection-tls",
        "the connection sends passwords and tokens unencrypted over a network",
        STAND_IN + "Credential('bot', https=False)",
        STAND_IN + "Credential('bot', https=True)",
    ),
    Case(
        "secrets-by-reference",
        "the connection's secrets stand in the stack's config, so the state keeps a copy of them",
        declared(),
        declared(connection="referring"),
        {"secrets-by-reference": "mandatory"},
    ),
    Case(
        "server-rules",
        "for this account the server demands certain kinds of characters, which the profile says nobody should",
        declared(),
        STAND_IN + "Credential('bot', server={'min_length': 8})",
        {"server-rules": "mandatory"},
    ),
    Case(
        "one-owner",
        "another resource declares the password of the same account: 'other'",
        STAND_IN + "Credential('bot')\nCredential('other', principal='BOT@example.com')",
        STAND_IN + "Credential('bot')\nCredential('other', principal='other@example.com')",
    ),
    Case(
        "password-reuse",
        "another account has the same password: 'other'",
        STAND_IN + "Credential('bot', reuse_tag='a')\nCredential('other', principal='other', reuse_tag='a')",
        STAND_IN + "Credential('bot', reuse_tag='a')\nCredential('other', principal='other', reuse_tag='b')",
    ),
]


def test_every_rule_has_its_case() -> None:
    assert [case.rule for case in CASES] == [rule.name for rule in RULES]


@pytest.fixture
def account(stack: Stack, directory: Directory) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    token = account.connection["token"]
    stack.environment["OKTA_TOKEN"] = token
    referring = {name: value for name, value in account.connection.items() if name != "token"}
    stack.connect("referring", referring | {"token.env": "OKTA_TOKEN"})
    stack.configure({"principal": account.principal}, secrets={"pwmgmt:masters.2026": MASTER})
    return account


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_rule_refuses_in_preview_and_in_an_update_and_lets_through_what_satisfies_it(
    case: Case, stack: Stack, account: Account, directory: Directory
) -> None:
    pack = configured(stack, case.configuration)
    stack.program(program(case.bad))
    for outcome in (stack.preview(*pack, expect=1), stack.up(*pack, expect=1)):
        assert ("mandatory", case.rule, case.says) in told(outcome), outcome.text
        refused = {rule for level, rule, _ in told(outcome) if level == "mandatory"}
        assert refused == {case.rule}
    assert directory.logs_in(account, account.password), "nothing was changed"

    stack.program(program(case.good))
    assert [rule for level, rule, _ in told(stack.preview(*pack)) if level == "mandatory" or rule == case.rule] == []
    if "Standing" not in case.good:
        stack.up(*pack)
        assert not directory.logs_in(account, account.password)


MADE = """
import pulumi.dynamic


class Maker(pulumi.dynamic.ResourceProvider):
    def create(self, props):
        return pulumi.dynamic.CreateResult("made", {"value": props["value"]})


class Made(pulumi.dynamic.Resource):
    def __init__(self, name, value):
        super().__init__(Maker(), name, {"value": value, "other": None})


made = Made("made", config.require_secret("password"))
unknown_in_preview = pulumi.Output.all(made.id, made.value).apply(lambda known: known[1])
"""
NEEDS_FACTS = ("minimum-length", "strength", "common-password", "breached-password")


def test_what_a_preview_does_not_know_is_judged_in_the_update_before_the_account_is_touched(
    stack: Stack, account: Account, directory: Directory
) -> None:
    pack = configured(stack, {"source": "disabled"})
    stack.program(program(MADE, declared("unknown_in_preview")))
    stack.configure(secrets={"password": WEAK})

    said = told(stack.preview(*pack))
    for rule in NEEDS_FACTS:
        assert ("advisory", rule, "judged when applied: 'facts' is not known before") in said
    assert {level for level, *_ in said} == {"advisory"}

    said = told(stack.up(*pack, expect=1))
    assert ("mandatory", "minimum-length", "the password is shorter than 15 characters") in said
    assert directory.logs_in(account, account.password), "it was refused before the account was touched"

    stack.destroy()
    stack.configure(secrets={"password": STRONG})
    assert {level for level, *_ in told(stack.up(*pack))} <= {"advisory"}
    assert directory.logs_in(account, STRONG)


@pytest.mark.usefixtures("account")
def test_a_principal_that_a_preview_does_not_know_is_judged_in_the_update(stack: Stack) -> None:
    pack = configured(stack, {"source": "disabled"})
    stack.program(
        program(
            MADE.replace('config.require_secret("password")', "config.require('principal')"),
            credential(connection="okta", password=GOOD, more=f"principal=unknown_in_preview, {REVOKED}"),
        )
    )
    said = told(stack.preview(*pack))
    assert {
        "judged when applied: 'principal' is not known before",
        "judged when applied: 'facts' is not known before",
    } == {words for _, _, words in said}
    assert {level for level, *_ in said} == {"advisory"}
    assert not [says for *_, says in told(stack.up(*pack)) if "judged" in says]


@pytest.mark.usefixtures("account")
def test_a_generated_password_is_judged_in_the_preview_that_does_not_know_it(stack: Stack) -> None:
    stack.program(program(declared("GeneratedPassword('made', recipe=Recipe(length=14))")))
    said = told(stack.preview(*configured(stack, {}), expect=1))
    assert ("mandatory", "minimum-length", "the password is shorter than 15 characters") in said
    assert ("mandatory", "recipe", "the recipe may make a password that is shorter than 15 characters") in said


def test_an_adopted_password_of_unknown_age_is_refused_where_a_schedule_is_demanded(
    stack: Stack, account: Account, directory: Directory
) -> None:
    pack = configured(stack, {"profile": {"name": "pci-dss-4"}, "rotation": {"schedule_required": True}})
    stack.configure(secrets={"password": account.password})
    stack.program(program(declared(FROM_CONFIG, more=f"{REVOKED}, adopt=True")))
    for outcome in (stack.preview(*pack, expect=1), stack.up(*pack, expect=1)):
        assert ("mandatory", "rotation", "no schedule changes the password") in told(outcome)
    assert not [call for call in directory.calls() if "authn" in call], "nobody has logged in yet"


@pytest.mark.usefixtures("account")
def test_a_state_from_before_is_judged_once_it_is_brought_up_to_date(stack: Stack) -> None:
    pack = configured(stack, {})
    stack.program(program(declared(), STAND_IN, "Credential('other', principal='other')"))
    stack.up()
    exported = json.loads(stack.run("stack", "export").text)
    for resource in exported["deployment"]["resources"]:
        if resource["urn"].endswith("::bot"):
            for name in ("facts", "source", "declared", "connection_risks"):
                resource["inputs"].pop(name)
                resource["outputs"].pop(name, None)
    old = stack.directory / "old.json"
    old.write_text(json.dumps(exported))
    stack.run("stack", "import", "--file", str(old))

    left_out = told(stack.up(*pack, "--target", "**other"))
    assert ("advisory", "minimum-length", "not judged: 'facts' is not recorded") in left_out
    assert ("advisory", "on-destroy", "not judged: 'declared' is not recorded") in left_out
    assert {level for level, *_ in left_out} == {"advisory"}

    assert not [each for each in told(stack.up(*pack)) if each[2].startswith("not judged: '")]
    assert stack.up(*pack).operations == {"bot": "same", "other": "same"}


@pytest.mark.usefixtures("account")
def test_a_missing_on_destroy_is_declared_where_that_is_asked_for(stack: Stack) -> None:
    pack = configured(stack, {"on-destroy": "remediate"})
    stack.program(program(declared(more="")))
    for run in (stack.preview, stack.up):
        outcome = run(*pack)
        remedied = [event["policyRemediationEvent"] for event in outcome.events if "policyRemediationEvent" in event]
        assert [event["policyName"] for event in remedied] == ["on-destroy"]
        assert not [rule for _, rule, _ in told(outcome) if rule == "on-destroy"]
    assert "on_destroy" in stack.credentials()["bot"]["inputs"]["declared"]
    assert stack.up(*pack).operations == {"bot": "same"}


@pytest.mark.parametrize(
    ("configuration", "says"),
    [
        (
            {"profile": {"name": "pci"}},
            f"'pci' (did you mean pci-dss-4?); there are {', '.join(PROFILES)}. Nothing was",
        ),
        ({"minimum-lenght": "mandatory"}, "there is no rule 'minimum-lenght' (did you mean minimum-length?)"),
        ({"minimum-lenght": {"length": 20}}, 'invalid enforcement level ""'),  # the engine's words
        ({"rotation": {"max_day": 9}}, "'rotation' has no parameter 'max_day' (did you mean max_days?)"),
        (
            {"minimum-length": {"length": "long"}},
            "minimum-length: length: Invalid type. Expected: integer, given: string",
        ),
        ({"source": {"allowed": ["derivd"]}}, "source: allowed.0: allowed.0 must be one of the following"),
        ({"strength": {"bits": -1}}, "strength: bits: Must be greater than or equal to 0"),
    ],
)
def test_a_configuration_that_can_not_be_followed_changes_nothing(
    configuration: dict[str, Any], says: str, stack: Stack, account: Account, directory: Directory
) -> None:
    stack.program(program(declared()))
    text = stack.up(*configured(stack, configuration), expect=1).text
    assert says in text
    assert directory.logs_in(account, account.password)
