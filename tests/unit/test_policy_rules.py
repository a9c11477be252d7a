"""Each rule about one credential: what passes, what violates it, what it can't judge."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt import policy
from pulumi_pwmgmt.facts import server
from pulumi_pwmgmt.model import PasswordPolicy
from pulumi_pwmgmt.policy.credential import READ, UNKNOWN
from pulumi_pwmgmt.policy.profiles import PROFILES
from pulumi_pwmgmt.policy.rule import Outcome, Rule, Verdict
from pulumi_pwmgmt.policy.rules import CREDENTIAL_RULES
from tests.canary import assert_no_canary
from tests.unit.policy_subjects import BY_NAME, GOOD, RECIPE, TODAY, but, parameters

SUPPLIED: dict[str, Any] = {"source": {"kind": "supplied"}, "facts__source": "supplied", "facts__strength": "estimated"}
ROTATED = {"kind": "derived", "schedule": {"text": "every 30 days", "longest_days": 31.0}}
YEARLY = {"kind": "derived", "schedule": {"text": "every 365 days", "longest_days": 365.0}}
ETNA = {"system": "etna", "keep_in_state": True}


def judge(rule: str, properties: dict[str, Any], profile: str = "nist-800-63b-4", **over: object) -> Verdict:
    judged = BY_NAME[rule]
    assert isinstance(judged, Rule)
    return judged.judge(properties, parameters(rule, profile, **over), TODAY)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("rule", CREDENTIAL_RULES, ids=lambda rule: rule.name)
def test_a_good_credential_passes_under_every_profile(rule: Rule, profile: str) -> None:
    assert judge(rule.name, GOOD, profile).outcome is Outcome.PASSED


VIOLATIONS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("minimum-length", {"facts__length": 14.0}, {}, "the password is shorter than 15 characters"),
    ("minimum-length", {"facts__length": 19.0}, {"length": 20}, "the password is shorter than 20 characters"),
    ("character-classes", {"facts__symbols": 0.0}, {"symbols": 1}, "the password has no symbol"),
    ("character-classes", {"facts__lower": 1.0}, {"lower": 2}, "the password has fewer than 2 lower-case letters"),
    ("character-classes", {"facts__upper": 0.0}, {"upper": 1}, "the password has no upper-case letter"),
    (
        "character-classes",
        {"facts__digits": 0.0, "facts__symbols": 0.0},
        {"digits": 1, "non_letters": 1},
        "the password has no digit; the password has no character but letters",
    ),
    (
        "character-classes",
        {"facts__lower": 0.0, "facts__upper": 0.0},
        {"letters": 1},
        "the password has no letter",
    ),
    (
        "character-classes",
        {"facts__classes": 2.0},
        {"classes": 3},
        "the password has characters of fewer than 3 of the four kinds",
    ),
    ("strength", {"facts__strength_bits": 59.9}, {}, "the password is easier to guess than 60 bits"),
    (
        "common-password",
        SUPPLIED | {"facts__common": True},
        {},
        "the password is one of the most common ones, or nearly",
    ),
    ("breached-password", SUPPLIED | {"facts__breached": True}, {}, "the password has been published in a breach"),
    (
        "breached-password",
        SUPPLIED,
        {"required": True},
        "nobody has looked whether the password was published in a breach",
    ),
    ("source", SUPPLIED, {}, "the password comes from a source that is none of reference, generated, derived"),
    ("source", {}, {"allowed": ["generated"]}, "the password comes from a source that is none of generated"),
    (
        "recipe",
        {"source__recipe": RECIPE | {"length": 14.0}},
        {},
        "the recipe may make a password that is shorter than 15 characters",
    ),
    (
        "recipe",
        {"source__recipe": RECIPE | {"symbols": None}},
        {"of": "character-classes", "symbols": 1},
        "the recipe may make a password that has no symbol",
    ),
    (
        "recipe",
        {"source__recipe": RECIPE | {"digits": 0.0, "symbols": 0.0}},
        {"of": "character-classes", "classes": 3},
        "the recipe may make a password that has characters of fewer than 3 of the four kinds",
    ),
    ("rotation", {"facts__since": "2026-08-24"}, {"max_days": 90}, "the password is older than 90 days"),
    ("rotation", {"source": YEARLY}, {"max_days": 90}, "the schedule lets the password become older than 90 days"),
    (
        "rotation",
        {"source": {"kind": "derived", "pinned": True}, "facts__since": "2025-10-19"},
        {"max_days": 365, "schedule_required": True},
        "no schedule changes the password; the password is older than 365 days",
    ),
    (
        "on-destroy",
        {"declared": "connection"},
        {},
        "the program does not say what becomes of the account's password when the resource is destroyed",
    ),
    (
        "keep-in-state",
        {"keep_in_state": True},
        {},
        "the state keeps the password, and the system does not demand that",
    ),
    ("keep-in-state", ETNA, {}, "the state keeps the password, and a derived one can be computed again instead"),
    (
        "connection-tls",
        {"connection_risks": ["unencrypted", "literal token"]},
        {},
        "the connection sends passwords and tokens unencrypted over a network",
    ),
    (
        "secrets-by-reference",
        {"connection_risks": ["literal token"]},
        {},
        "the connection's secrets stand in the stack's config, so the state keeps a copy of them",
    ),
    (
        "server-rules",
        {"facts__server": {"min_length": 8.0, "min_symbols": 1.0, "max_age_days": 30.0}},
        {},
        (
            "for this account the server demands certain kinds of characters, which the profile says nobody should; "
            "for this account the server lets passwords expire after a time, which the profile says nobody should"
        ),
    ),
    (
        "server-rules",
        {"facts__server": {"max_age_days": 30.0}, "source": ROTATED},
        {"no_expiry": False},
        "the server lets the password expire before its schedule changes it",
    ),
    (
        "server-rules",
        {"facts__server": {"max_age_days": 30.0}},
        {"of": "rotation", "max_days": 90},
        (
            "for this account the server lets passwords expire after a time, which the profile says nobody should; "
            "the server lets the password expire before the 90 days that the profile allows"
        ),
    ),
]


@pytest.mark.parametrize(("rule", "changes", "over", "says"), VIOLATIONS)
def test_a_violation_says_what_is_wrong(rule: str, changes: dict[str, Any], over: dict[str, Any], says: str) -> None:
    verdict = judge(rule, but(**changes), **over)
    assert (verdict.outcome, verdict.says) == (Outcome.VIOLATED, says)


def test_every_rule_about_one_credential_is_violated_above() -> None:
    assert {rule for rule, *_ in VIOLATIONS} == {rule.name for rule in CREDENTIAL_RULES}


SATISFIED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("minimum-length", {"facts__length": 15.0}, {}),
    ("character-classes", {"facts__symbols": 0.0, "facts__classes": 1.0}, {}),
    ("strength", {"facts__strength_bits": 1.0}, {"bits": 0}),
    ("strength", {"facts__strength_bits": ...}, {"bits": 0}),
    ("common-password", SUPPLIED, {}),
    ("breached-password", SUPPLIED, {}),
    ("breached-password", SUPPLIED | {"facts__breached": False}, {"required": True}),
    ("breached-password", {}, {"required": True}),  # nobody looks up what nobody chose
    ("source", SUPPLIED, {"allowed": ["supplied"]}),
    ("recipe", SUPPLIED, {}),
    (
        "recipe",  # all 32 are digits, whatever the least number of them says
        {"source__recipe": RECIPE | {"lower": None, "upper": None, "symbols": None}},
        {"of": "character-classes", "digits": 20, "classes": 1},
    ),
    (
        "recipe",
        {"source__recipe": RECIPE | {"lower": 2.0, "upper": 3.0}},
        {"of": "character-classes", "letters": 5, "non_letters": 2, "classes": 4},
    ),
    ("rotation", {"facts__since": "2013-03-16"}, {}),
    ("rotation", {"facts__since": "2026-08-25"}, {"max_days": 90}),
    ("rotation", {"source": ROTATED, "facts__since": ...}, {"max_days": 90, "schedule_required": True}),
    ("rotation", {"source": ROTATED | {"pinned": False}}, {"max_days": 31, "schedule_required": True}),
    ("rotation", {"source": {"kind": "derived", "pinned": True}, "facts__since": "2026-11-21"}, {"max_days": 90}),
    ("keep-in-state", ETNA | {"source": {"kind": "reference"}}, {}),
    ("keep-in-state", {"keep_in_state": True, "source": {"kind": "generated"}}, {"systems": ["okta"]}),
    ("connection-tls", {"connection_risks": ["literal token"]}, {}),
    ("secrets-by-reference", {"connection_risks": ["unencrypted"]}, {}),
    ("server-rules", {"facts__server": {"min_length": 30.0, "remembered": 5.0, "excludes_username": True}}, {}),
    (
        "server-rules",
        {"facts__server": {"min_symbols": 1.0, "max_age_days": 90.0}, "source": ROTATED},
        {"no_composition": False, "no_expiry": False},
    ),
]


@pytest.mark.parametrize(("rule", "changes", "over"), SATISFIED)
def test_what_satisfies_a_rule_passes(rule: str, changes: dict[str, Any], over: dict[str, Any]) -> None:
    assert judge(rule, but(**changes), **over) == Verdict(Outcome.PASSED)


@pytest.mark.parametrize(
    "name",
    [
        each.name
        for each in fields(PasswordPolicy)
        if each.name.startswith("min_") and each.name not in ("min_length", "min_age_minutes")
    ],
)
def test_whatever_kind_of_characters_a_server_demands_the_profile_is_against_it(name: str) -> None:
    demand: dict[str, Any] = {name: 1}
    facts = GOOD["facts"] | server(PasswordPolicy(**demand))
    assert judge("server-rules", but(facts=facts)).parameters == ("no_composition",)


READS = {
    "minimum-length": "facts", "character-classes": "facts", "strength": "facts", "common-password": "facts",
    "breached-password": "facts", "source": "source", "recipe": "source", "rotation": "source",
    "on-destroy": "declared", "keep-in-state": "keep_in_state", "connection-tls": "connection_risks",
    "secrets-by-reference": "connection_risks", "server-rules": "facts",
}  # fmt: skip
DEMANDING: dict[str, dict[str, Any]] = {"character-classes": {"classes": 3}, "rotation": {"max_days": 90}}


@pytest.mark.parametrize(("rule", "name"), READS.items())
def test_what_is_not_known_yet_is_judged_when_applied(rule: str, name: str) -> None:
    verdict = judge(rule, but(**{name: UNKNOWN}), **DEMANDING.get(rule, {}))
    assert verdict == Verdict(Outcome.WHEN_APPLIED, f"judged when applied: {name!r} is not known before")


def test_an_output_may_turn_out_to_declare_nothing() -> None:
    verdict = judge("on-destroy", but(on_destroy=UNKNOWN))
    assert verdict == Verdict(Outcome.WHEN_APPLIED, "judged when applied: 'on_destroy' is not known before")


EMPTY: tuple[object, ...] = (..., None, {}, "text", 3.0, [], {"other": 1.0})
STRANGE = [
    (rule, name, value)
    for rule, name in READS.items()
    for value in EMPTY
    if (name, value) not in (("declared", "text"), ("connection_risks", []))  # which they may be
    and not (
        rule in ("recipe", "rotation", "server-rules") and value == {"other": 1.0}
    )  # what they look for is optional
]


@pytest.mark.parametrize(("rule", "name", "empty"), STRANGE)
def test_a_state_from_before_is_not_judged_and_says_what_to_do(rule: str, name: str, empty: object) -> None:
    verdict = judge(rule, but(**{name: empty}), **DEMANDING.get(rule, {}))
    assert verdict.outcome is Outcome.NOT_JUDGED
    assert verdict.says.startswith("not judged: ")
    assert verdict.to_do


@pytest.mark.parametrize("unknown", ["connection", "principal"])
@pytest.mark.parametrize("rule", READS)
def test_what_hides_behind_an_unknown_place_is_judged_when_applied(rule: str, unknown: str) -> None:
    hidden = {name: GOOD[name] for name in ("connection", "principal", "declared")} | {unknown: UNKNOWN}
    verdict = judge(rule, hidden, **DEMANDING.get(rule, {}))
    assert verdict == Verdict(Outcome.WHEN_APPLIED, f"judged when applied: {unknown!r} is not known before")


def test_what_the_provider_has_refused_is_not_remarked_on() -> None:
    refused = {name: GOOD[name] for name in ("connection", "principal", "declared", "source")}
    for rule in CREDENTIAL_RULES:
        assert judge(rule.name, refused).outcome is Outcome.PASSED


def test_an_age_that_nobody_recorded_is_not_taken_for_a_young_one() -> None:
    verdict = judge("rotation", but(source=SUPPLIED["source"], facts__since=...), max_days=90)
    assert verdict == Verdict(
        Outcome.NOT_JUDGED,
        "not judged: 'facts.since' is not recorded",
        "its age is known once the password has been changed",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"source": {"kind": "supplied"}, "facts__since": ...},  # adopted: nobody knows since when
        {"source": {"kind": "supplied"}, "facts": UNKNOWN},
        {"source": {"kind": "derived", "pinned": True}, "facts": None},
    ],
)
def test_a_violation_that_was_found_stands_whatever_else_can_not_be_judged(changes: dict[str, Any]) -> None:
    verdict = judge("rotation", but(**changes), "pci-dss-4", schedule_required=True)
    assert verdict == Verdict(Outcome.VIOLATED, "no schedule changes the password")


class Watched(dict[str, object]):
    """Properties that tell which of them were read."""

    def __init__(self, properties: dict[str, object]) -> None:
        super().__init__(properties)
        self.names: set[str] = set()

    def get(self, name: str, *default: object) -> object:
        self.names.add(name)
        return super().get(name, *default)


def test_no_rule_reads_anything_else_than_is_declared() -> None:
    for rule in CREDENTIAL_RULES:
        watched = Watched(but(**ETNA) | {"password": "CANARY-fingerprint", "kept_password": "CANARY-kept"})
        rule.judge(watched, parameters(rule.name, "pci-dss-4"), TODAY)
        assert watched.names <= set(READ), rule.name


CANARIES = st.sampled_from(["CANARY-one", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"])
LEAVES = CANARIES | st.none() | st.booleans() | st.floats() | st.just(UNKNOWN)
KEYS = st.sampled_from([*GOOD["facts"], *RECIPE, "recipe", "kind", "server", "schedule",
                        "longest_days", "max_age_days", "min_symbols", "pinned", "breached"])  # fmt: skip
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([name for name in READ if name != "reason"]), ANYTHING))
def test_whatever_the_properties_are_every_rule_ends_and_none_quotes_them(properties: dict[str, Any]) -> None:
    for rule in CREDENTIAL_RULES:
        for profile in PROFILES:
            verdict = rule.judge(properties | {"reason": "created"}, parameters(rule.name, profile), TODAY)
            assert_no_canary(verdict.says, rule.name)
            assert "04da6b54" not in verdict.says
            assert (verdict.outcome is Outcome.PASSED) == (verdict.says == "")


def test_only_what_speaks_the_protocol_knows_pulumi() -> None:
    folder = Path(policy.__file__).parent
    knowing = {
        path.stem
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.partition(".")[0] in ("pulumi", "pulumi_policy", "grpc", "google")
    }
    assert knowing == {"analyzer", "own_pack", "pack"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
