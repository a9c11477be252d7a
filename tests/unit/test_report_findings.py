"""What a reviewer has to look at, and what of it stands against applying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.report.events import NoStreamError, read
from pulumi_pwmgmt.report.findings import Finding, Level, Report, report, unreadable
from pulumi_pwmgmt.report.gates import Limits
from tests.unit.report_streams import STACK_URN, inputs, remediation, said, step, stream, summary, urn, violation

if TYPE_CHECKING:
    from tests.unit.report_streams import Event

TRACEBACK = "Program failed with an unhandled exception:\nTraceback (most recent call last):\nValueError: CANARY-value"
NO_LIMITS = Limits()


def judged(*events: Event, end: Event | None = None, limits: Limits = NO_LIMITS) -> Report:
    return report(read(stream(*events, end=end)), limits)


def only(*events: Event, end: Event | None = None, limits: Limits = NO_LIMITS) -> Finding:
    [finding] = judged(*events, end=end, limits=limits).findings
    return finding


def test_a_plan_without_findings_is_well() -> None:
    found = judged(step("create", new=inputs()))

    assert (found.findings, found.refused, found.whole, found.failed) == ((), False, True, False)


def test_a_refusal_by_check_is_divided_into_what_is_so_and_what_to_do() -> None:
    found = judged(
        said(
            "pulumi-python:dynamic/pwmgmt:ManagedCredential resource 'bot' has a problem: NotConfigured: none — set it"
        ),
        end=summary("failed"),
    )

    assert (found.refused, found.whole, found.failed) == (True, False, False)
    assert found.findings == (Finding(Level.ERROR, "refused", "NotConfigured: none", "set it", urn("bot")),)


def test_a_refused_property_is_told_without_the_words_around_it() -> None:
    told = only(said("… property password value {[secret]} has a problem: PasswordRejected: short — longer"))

    assert (told.says, told.to_do) == ("PasswordRejected: short", "longer")


@pytest.mark.parametrize(
    ("enforcement", "level"),
    [
        ("mandatory", Level.ERROR),
        ("remediate", Level.ERROR),
        ("a later one", Level.ERROR),
        ("advisory", Level.WARNING),
        ("warning", Level.WARNING),
    ],
)
def test_what_a_policy_says_weighs_as_its_pack_enforces_it(enforcement: str, level: Level) -> None:
    told = only(violation(level=enforcement, severity="high"))

    assert told == Finding(level, "pwmgmt/length", "too short", "take more", urn("bot"), enforcement, "high")
    assert told.subject == "bot"


def test_a_stack_policy_speaks_of_the_stack() -> None:
    told = only(violation("two alike", resourceUrn=STACK_URN))

    assert (told.urn, told.subject, told.says) == ("", "the stack", "two alike")


def test_another_resources_policy_counts_but_is_not_quoted() -> None:
    told = only(violation("CANARY-value", resourceUrn=urn("db", "kubernetes:core/v1:Secret")))

    assert (told.level, told.subject) == (Level.ERROR, "db")
    assert "CANARY" not in told.says + told.to_do


def test_what_a_remediation_sets_is_told_by_name() -> None:
    before, after = inputs(declared="connection principal"), inputs(declared="connection on_destroy principal")
    told = only(remediation(before, after | {"on_drift": "accept"}))

    assert (told.level, told.enforcement) == (Level.NOTE, "remediate")
    assert told.says == "the policy sets on_destroy, on_drift", "and not the property that lists what is declared"
    assert only(remediation(before, inputs(declared=["CANARY-no-text"]))).says == "the policy sets declared"


def test_a_remediation_that_takes_a_secret_mark_away_is_seen() -> None:
    assert only(remediation(inputs(), inputs(password="CANARY-fingerprint"))).says == "the policy sets password"


def test_a_programs_failure_is_told_by_its_first_line() -> None:
    found = judged(said(TRACEBACK, name=None), end=summary("failed"))

    assert [(told.rule, told.says) for told in found.findings] == [
        ("preview-failed", "Program failed with an unhandled exception")
    ]
    assert (found.refused, found.whole, found.failed) == (True, False, True)


def test_another_resources_refusal_is_not_quoted() -> None:
    told = only({"diagnosticEvent": {"urn": urn("x", "aws:iam/user:User"), "message": "CANARY-v", "severity": "error"}})

    assert (told.level, told.rule, told.subject) == (Level.ERROR, "preview-failed", "x")
    assert "CANARY" not in told.says


def test_a_failure_without_a_cause_is_a_finding_all_the_same() -> None:
    assert only(end=summary("failed")).says == "the preview failed and gives no cause"
    assert only(end=summary("canceled")).rule == "preview-failed"


def test_that_something_failed_is_not_told_beside_what_failed() -> None:
    found = judged(violation(), said("preview failed\n", name=None), end=summary("failed"))

    assert [told.rule for told in found.findings] == ["pwmgmt/length"]
    assert (found.refused, found.whole, found.failed) == (True, True, False), "the engine goes on after a policy"
    assert only(said("preview failed\n", name=None)).says == "preview failed"


def test_an_exceeded_gate_is_no_cause_of_a_failure() -> None:
    found = judged(step("delete", old=inputs()), said("preview failed\n", name=None), limits=Limits(removals=0))

    assert [told.rule for told in found.findings] == ["preview-failed", "max-removals"]
    assert not found.whole


def test_drift_is_a_finding_and_stands_against_nothing() -> None:
    old = inputs(drift="changed outside at noon")
    repaired = only(step("update", old=old, new=inputs()))
    accepted = only(step("same", old=old, new=old))

    assert repaired.level is Level.WARNING
    assert repaired.says == "the password was changed outside at noon"
    assert "sets the declared one" in repaired.to_do
    assert "on_drift='accept'" in accepted.to_do


def test_warnings_of_ours_are_told_and_others_are_not() -> None:
    found = judged(
        said("missing in this preview — set it", "warning"),
        said("in clear text\nCANARY-second line", "warning", name=None),
        {"diagnosticEvent": {"urn": urn("x", "aws:iam/user:User"), "message": "CANARY-v", "severity": "warning"}},
        said("chatter", "info"),
        said("CANARY-d", "debug"),
    )

    assert {(told.level, told.subject, told.says) for told in found.findings} == {
        (Level.WARNING, "bot", "missing in this preview"),
        (Level.WARNING, "the stack", "in clear text"),
    }
    assert not found.refused


def test_what_is_said_twice_is_told_once() -> None:
    assert only(violation(), violation()).rule == "pwmgmt/length"


def test_what_weighs_most_comes_first() -> None:
    found = judged(remediation({}, {}), violation(level="advisory"), said("no"), violation())

    assert [told.level for told in found.findings] == [Level.ERROR, Level.ERROR, Level.WARNING, Level.NOTE]


def test_an_exceeded_gate_stands_against_it_and_names_whom() -> None:
    told = only(step("delete", old=inputs()), limits=Limits(removals=0, changes=1))

    assert (told.level, told.rule, told.says) == (Level.ERROR, "max-removals", "removals: 1, at most 0 allowed: bot")
    assert "--allow-removal" in told.to_do


def test_a_gate_names_no_more_than_a_reader_reads() -> None:
    deletes = [step("delete", f"bot-{number}", old=inputs(f"{number}@x.io")) for number in range(30)]

    assert only(*deletes, limits=Limits(changes=5)).says.endswith(" and more")


def test_a_stream_that_is_none_is_a_failure_of_its_own() -> None:
    found = unreadable(NoStreamError("it is empty", to_do="look"))

    assert (found.refused, found.whole, found.failed, found.credentials) == (True, False, True, ())
    assert [(told.rule, told.says, told.to_do) for told in found.findings] == [("no-stream", "it is empty", "look")]
