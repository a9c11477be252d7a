"""What the doctor makes of what it knows: pure, and against systems in memory and on a loopback socket."""

from __future__ import annotations

import inspect
import io
import json
import re
import ssl
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from pulumi_pwmgmt.doctor import connections, credentials, rotation, tables
from pulumi_pwmgmt.doctor.as_json import as_json
from pulumi_pwmgmt.doctor.connections import ConnectionReport
from pulumi_pwmgmt.doctor.examination import Examination, Report
from pulumi_pwmgmt.doctor.finding import Finding, of_error
from pulumi_pwmgmt.doctor.stack import CREDENTIAL, Entry, Interrupted, Stack
from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CredentialError,
    NotConfigured,
    PermissionDenied,
    RateLimited,
    UnexpectedReply,
    Unreachable,
    Unsupported,
)
from pulumi_pwmgmt.heard import Heard
from pulumi_pwmgmt.model import OnDrift
from pulumi_pwmgmt.rate import RateBudget
from tests.unit.in_memory import Administrator, NoUseForCurrent, OldForNew, WriteOnly
from tests.unit.loopback_peer import answers, peering
from tests.unit.stack import LOGIN, connected, made

if TYPE_CHECKING:
    from pulumi_pwmgmt.record import Record
    from tests.unit.in_memory import Directory

NOW = datetime(2026, 3, 1, 15, 0, 0, tzinfo=timezone.utc)
URN = f"urn:pulumi:test::stranger::{CREDENTIAL}::bot"
QUIET = Heard(status=200, ahead=timedelta(), rate=None, certificate_ends=None)


def entry_of(record: Record, **differences: Any) -> Entry:  # noqa: ANN401 -- any field
    entry = Entry(urn=URN, id=record.id, type=CREDENTIAL, inputs=record.as_inputs(), outputs=record.properties())
    return replace(entry, **differences)


def account(kind: type[WriteOnly] = Administrator, **arguments: Any) -> tuple[Record, Directory]:  # noqa: ANN401 -- same
    stack, directory = made(kind, **arguments)
    return stack.state["bot"].record, directory


def test_a_name_may_hold_what_divides_a_urn() -> None:
    assert Entry(urn=f"{URN}::of::one", id="", type=CREDENTIAL, inputs={}, outputs={}).name == "bot::of::one"


def held(record: Record, directory: Directory, **traits: Any) -> credentials.CredentialReport:  # noqa: ANN401 -- same
    report = credentials.recorded(entry_of(record), record, NOW)
    system = Administrator(directory)
    seen = replace(Administrator.traits, **traits)
    credentials.held_against(report, record, system.observe(record.principal_id), seen, NOW)
    return report


def kinds(findings: list[Finding]) -> list[str]:
    return [finding.kind for finding in findings]


def test_an_account_as_it_was_left_is_well() -> None:
    report = held(*account())
    assert report.findings == []
    assert (report.there, report.drifted, report.changed_by_us, report.age_days) == (True, False, True, 0)


def test_a_change_by_somebody_else_is_told_until_it_is_accepted() -> None:
    record, directory = account()
    directory.change_outside(LOGIN, "CANARY-outside")
    report = held(record, directory)
    assert (kinds(report.findings), report.changed_by_us) == (["drift"], False)
    assert "set the declared password again" in report.findings[0].to_do

    accepting = record.model_copy(update={"on_drift": OnDrift.ACCEPT})
    assert "accept it" in held(accepting, directory).findings[0].to_do
    known = accepting.model_copy(update={"drift": report.findings[0].happened.removeprefix("the password was ")})
    assert (held(known, directory).findings, held(known, directory).drifted) == ([], True)
    directory.clock.wait(60)
    directory.change_outside(LOGIN, "CANARY-outside-again")
    assert kinds(held(known, directory).findings) == ["drift"], "another change than the accepted one"


def test_an_account_that_is_gone_is_told() -> None:
    record, directory = account()
    directory.accounts.clear()
    report = held(record, directory)
    assert (kinds(report.findings), report.there, report.drifted) == (["gone"], False, None)


def test_a_troubled_status_is_told_beside_a_drift() -> None:
    record, directory = account()
    directory.get(LOGIN).status = "LOCKED_OUT"
    directory.change_outside(LOGIN, "CANARY-outside")
    report = held(record, directory, troubled={"LOCKED_OUT": "unlock the user"})
    assert kinds(report.findings) == ["status", "drift"]
    assert report.findings[0].to_do == "unlock the user"


def test_what_tells_no_time_proves_no_drift() -> None:
    record, directory = account()
    directory.tells_when = False
    report = held(record, directory)
    assert (report.findings, report.drifted, report.changed_by_us, report.there) == ([], None, None, True)


def test_an_age_that_no_server_tells_is_counted_from_the_declaration() -> None:
    record, _ = account(OldForNew)
    ages = []
    for facts in ({"since": "2026-02-01"}, {"since": "2027-01-01"}, {}):
        known = record.model_copy(update={"password_changed_at": None, "facts": facts})
        ages.append(credentials.recorded(entry_of(known), known, NOW).age_days)
    assert ages == [28, 0, None]


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ({"is_replaced": True}, "still to be removed"),
        ({"is_removed": True}, "has not been made"),
        ({"inputs": {"password": "pwmgmt:fingerprint:1:other"}}, "declares another password"),
    ],
)
def test_what_a_run_has_left_undone_is_told(differences: dict[str, Any], says: str) -> None:
    record, _ = account()
    (finding,) = rotation.half_done(entry_of(record, **differences), record, [], {})
    assert (finding.kind, finding.command, says in finding.happened) == ("half-done", "pulumi up", True)
    assert list(rotation.half_done(entry_of(record), record, [], {})) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"bot": 3}', True), ('{"bot": 2}', False), ('{"other": 3}', False), ("[]", False), ("CANARY", False),
     ('{"bot": "3"}', False), ('{"bot": true}', False)],
)  # fmt: skip
def test_a_pinned_generation_is_held_against_the_accepted_one(text: str, *, found: bool) -> None:
    record, _ = account()
    derived = record.model_copy(update={"source": {"kind": "derived", "generation": 2.0}})
    findings = list(rotation.half_done(entry_of(record), derived, [], {"pwmgmt:generations": text}))
    assert bool(findings) is found
    assert all(one.happened.endswith("the account has accepted generation 2") for one in findings)


@pytest.mark.parametrize(("since", "pinned", "found"), [("2026-01-29", None, True), ("2026-01-30", None, False),
                                                      ("2026-01-29", True, False), ("", None, False)])  # fmt: skip
def test_a_schedule_is_overdue_only_past_its_longest(since: str, pinned: bool | None, *, found: bool) -> None:  # noqa: FBT001 -- a flag of the state
    record, _ = account()
    source = {"kind": "derived", "schedule": {"text": "every 30 days", "longest_days": 30.0}, "pinned": pinned}
    scheduled = record.model_copy(update={"source": source, "facts": {"since": since}})
    assert bool(list(rotation.overdue(entry_of(record), scheduled, NOW))) is found


def test_operations_that_are_pending_are_told_with_what_ends_them() -> None:
    record, _ = account()
    made_since = Stack(
        config={}, credentials=[entry_of(record)], interrupted=[Interrupted(urn=URN, operation="creating")]
    )
    assert [one.command for one in rotation.interrupted(made_since)] == ["pulumi refresh --clear-pending-creates"]
    for operation in ("creating", "updating", "deleting"):
        pending = Stack(config={}, interrupted=[Interrupted(urn=URN, operation=operation)])
        assert [(one.about, one.command) for one in rotation.interrupted(pending)] == [("bot", "pulumi up")]


@pytest.mark.parametrize(
    ("error", "reachable", "token", "reads"),
    [
        (Unreachable("no"), False, None, None),
        (PermissionDenied("no"), None, True, False),
        (RateLimited("no"), None, None, None),
    ],
)
def test_what_an_error_tells_of_a_connection(
    error: CredentialError, *, reachable: bool | None, token: bool | None, reads: bool | None
) -> None:
    _, directory = account()
    directory.fail("observe", error)
    report = ConnectionReport(name="main")
    assert connections.examine(report, connected(Administrator(directory)), []) is None
    assert (report.reachable, report.token, report.reads) == (reachable, token, reads)
    assert len(report.findings) == 1


@pytest.mark.parametrize("kind", [Administrator, NoUseForCurrent, OldForNew, WriteOnly])
def test_a_look_at_a_connection_never_writes_and_never_logs_in(kind: type[WriteOnly]) -> None:
    record, directory = account(kind)
    reached: list[str] = []
    report = ConnectionReport(name="main")
    there = connected(kind(directory), reach=lambda: reached.append("reached"))
    connections.examine(report, there, [record])
    assert (directory.writes, directory.log_ins) == (0, 0)
    assert directory.calls.count("observe") + len(reached) == 1
    assert report.findings == []


@pytest.mark.parametrize(
    ("heard", "found"),
    [
        ({}, []),
        ({"ahead": timedelta(seconds=60)}, []),
        ({"ahead": timedelta(seconds=61)}, ["clock-skew"]),
        ({"ahead": timedelta(seconds=-61)}, ["clock-skew"]),
        ({"rate": RateBudget(left=60, limit=600, resets_in=5)}, []),
        ({"rate": RateBudget(left=59, limit=600, resets_in=None)}, ["rate-budget"]),
        ({"rate": RateBudget(left=0, limit=0, resets_in=None)}, []),
        ({"certificate_ends": NOW + timedelta(days=15)}, []),
        ({"certificate_ends": NOW + timedelta(days=13)}, ["certificate-ends"]),
        ({"certificate_ends": NOW - timedelta(days=1)}, ["certificate-ends"]),
    ],
)
def test_what_answers_tell_beside_their_content(heard: dict[str, Any], found: list[str]) -> None:
    report = ConnectionReport(name="main", tenant="https://one.example.com")
    connections.judge(report, [replace(QUIET, **heard)], NOW)
    assert (kinds(report.findings), report.reachable, report.tls) == (found, True, "verified")


def test_clocks_differ_only_if_every_answer_says_so() -> None:
    report = ConnectionReport(name="main", tenant="https://one.example.com")
    late = replace(QUIET, ahead=timedelta(seconds=-90))  # as of an answer that was long on its way
    connections.judge(report, [late, QUIET], NOW)
    assert (report.findings, report.clock_ahead_s) == ([], 0)


def test_nothing_heard_tells_nothing() -> None:
    report = ConnectionReport(name="main", tenant="https://one.example.com")
    connections.judge(report, [], NOW)
    assert (report.reachable, report.tls, report.findings) == (None, None, [])


@pytest.mark.parametrize(("days", "found"), [(5, ["certificate-ends"]), (300, [])])
def test_a_certificate_is_verified_and_its_end_is_known(tmp_path: Path, days: int, found: list[str]) -> None:
    authority, bundle = trustme.CA(), tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    now = datetime.now(timezone.utc).replace(microsecond=0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=now + timedelta(days=days)).configure_cert(context)
    gone = {"errorCode": "E0000007", "errorSummary": "Not found: Resource not found"}
    with peering(answers(404, gone), answers(200, []), tls=context) as peer:
        settings = {"system": "okta", "url": peer.url, "token": "CANARY-token", "ca_bundle": str(bundle)}
        stack = Stack(config={"pwmgmt:connections": json.dumps({"okta": settings})})
        report = Examination(stack, now).report()
        del settings["ca_bundle"]
        stack = Stack(config={"pwmgmt:connections": json.dumps({"okta": settings})})
        untrusted = Examination(stack, now).report()
    (okta,) = report.connections
    assert (okta.reachable, okta.tls, okta.token, kinds(report.all_findings)) == (True, "verified", True, found)
    assert okta.certificate_ends == now + timedelta(days=days)
    assert "its TLS certificate is not trusted" in untrusted.all_findings[0].happened
    assert untrusted.connections[0].reachable is False


def test_what_others_wrote_can_neither_colour_nor_break_a_table() -> None:
    hostile = "[bold red]x[/]\x1b[31m:smile:\r\n\u202e"
    bot = credentials.CredentialReport(name=hostile, urn=URN, principal=hostile, status=hostile, there=True)
    bot.findings.append(Finding(about=hostile, kind="status", happened=hostile, to_do=hostile))
    shown = io.StringIO()
    tables.show(Report(connections=[ConnectionReport(name=hostile)], credentials=[bot], findings=[]), shown)
    assert "[bold red]x[/]" in shown.getvalue()
    assert ":smile:" in shown.getvalue()
    assert not {"\x1b", "\r", "\u202e"} & set(shown.getvalue())


def test_the_page_has_every_kind() -> None:
    page = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")
    sources = "".join(inspect.getsource(one) for one in (connections, credentials, rotation))
    ours = re.findall(r'(?:kind=|tell\(|_HALF_DONE = )"([a-z-]+)"', sources)
    of_reads = (AuthenticationFailed, NotConfigured, PermissionDenied, RateLimited, UnexpectedReply, Unreachable)
    errors = [of_error("bot", error("no")).kind for error in (*of_reads, Unsupported)]
    assert sorted(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)) == sorted({*ours, *errors})


def test_json_has_times_in_utc() -> None:
    bot = credentials.CredentialReport(name="bot", urn=URN, changed_at=NOW)
    told = json.loads(as_json(Report(connections=[], credentials=[bot], findings=[])))
    assert told["credentials"][0]["changed_at"] == "2026-03-01T15:00:00Z"
    assert (told["format"], told["well"], told["findings"]) == (1, True, [])
