"""The report as Markdown for a pull request: GitHub's and GitLab's dialect, with what others wrote kept inert."""

from __future__ import annotations

import re
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from tabulate import tabulate

from pulumi_pwmgmt.report.credentials import Change
from pulumi_pwmgmt.report.findings import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pulumi_pwmgmt.report.credentials import Credential
    from pulumi_pwmgmt.report.findings import Finding, Report
    from pulumi_pwmgmt.report.gates import Gate

MARK = "<!-- pwmgmt report -->"  # by which a workflow finds the comment that it wrote before

_MOST = 56_000  # of the tables together, in characters; GitHub takes 65,536 in a comment
_TABLES = 3
_ACTIVE = re.compile(r"[\\`*\[\]<>|~&$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.")
# After what GitHub and GitLab would act, once all entities are read: a name or address, an issue, a merge request and
# what else they number, an emoji, a link.
_REFERENCE = re.compile(
    r"""@(?=\S)|[#!%~](?=[\w"])|[$&](?=\d)|[*\[](?=\w+:)|G[HL]-(?=\d)|:(?=//|[\w+-]+:)|www(?=\.)""", re.IGNORECASE
)
_PADDING = re.compile(r" {2,}|-{4,}")  # of cells that are as wide as the widest: a comment has no room for it
_SIGN = {Level.ERROR: "❌", Level.WARNING: "⚠️", Level.NOTE: "💬"}
_DONE = {
    Change.REFUSED: "refused",
    Change.DELETE: "removed",
    Change.REPLACE: "replaced",
    Change.UPDATE: "changed",
    Change.CREATE: "created",
    Change.LET_GO: "let go",
    Change.OTHER: "otherwise planned",
    Change.SAME: "unchanged",
}


def as_markdown(report: Report) -> str:
    """Return the report; rows that exceed what a comment holds are left out, and it says how many."""
    parts = [MARK, f"## Credentials: {_verdict(report)}", *_summary(report)]
    if report.findings:
        found = [_finding(finding) for finding in report.findings]
        parts += ["### To look at", *_table(["", "Credential", "Rule", "What is so", "What to do"], found)]
    told = [one for one in report.credentials if one.change is not Change.SAME or report.of(one.urn)]
    if told:
        planned = [_planned(credential, report) for credential in told]
        parts += ["### Planned", *_table(["Credential", "Change", "Account", "Why", "Source", "Rules"], planned)]
    if report.generated:
        made = [[_name(one.name), one.change.value, inert(one.why)] for one in report.generated]
        parts += ["### Generated passwords", *_table(["Generated password", "Change", "Why"], made)]
    return "\n\n".join(parts) + "\n"


def inert(text: str) -> str:
    """Return text that a reader sees as it is, and that neither Markdown, HTML nor a forge acts upon."""
    text = _ACTIVE.sub(lambda found: f"&#{ord(found.group())};", _REFERENCE.sub("\\g<0>\u200b", text))
    return "<br>".join(line.strip() for line in text.splitlines())


def _name(text: str) -> str:
    """Inside ``<code>`` nobody is told, so a name is not altered: it can be copied."""
    if not text:
        return ""
    text = _ACTIVE.sub(lambda found: f"&#{ord(found.group())};", " ".join(text.split()))
    return f"<code>{text}</code>"


def _verdict(report: Report) -> str:
    if report.failed:
        return "the preview failed"
    if report.refused:
        return "refused"
    return "look before applying" if report.findings else "nothing against it"


def _summary(report: Report) -> Iterator[str]:
    if not report.whole:
        yield "**The preview did not get to its end.** What it did not come to is not below, removals least of all."
    counts = Counter(credential.change for credential in report.credentials)
    told = ", ".join(f"{counts[change]} {_DONE[change]}" for change in Change if counts[change])
    if counts[Change.DELETE] or counts[Change.REPLACE]:  # an account that is handed over keeps its password
        yield f"{told}. Accounts that lose their password: {sum(one.removes for one in report.credentials)}."
    elif told:
        yield f"{told}."
    elif report.whole:
        yield "There is no credential in it."
    if report.packs:
        yield f"Policy packs: {', '.join(map(_name, report.packs))}."
    elif report.whole:
        yield "No policy pack judged it."
    if report.gates:
        yield "\n".join(f"- {_gate(gate, whole=report.whole)}" for gate in report.gates)


def _gate(gate: Gate, *, whole: bool) -> str:
    if gate.exceeded:
        return f"{_SIGN[Level.ERROR]} {gate.says}"
    return f"✅ {gate.says}" if whole else f"not judged: {gate.says}, as far as the preview came"


def _finding(finding: Finding) -> list[str]:
    rule = _name(finding.rule)
    if finding.enforcement:
        rule += f"<br>{inert(', '.join(filter(None, (finding.enforcement, finding.severity))))}"
    subject = _name(finding.subject) if finding.urn else finding.subject
    return [_SIGN[finding.level], subject, rule, inert(finding.says), inert(finding.to_do)]


def _planned(credential: Credential, report: Report) -> list[str]:
    account = " ".join(filter(None, (_name(credential.principal), inert(credential.system))))
    change = f"**{credential.change.value}**" if credential.removes else credential.change.value
    rules = dict.fromkeys(f"{_SIGN[finding.level]} {_name(finding.rule)}" for finding in report.of(credential.urn))
    return [
        _name(credential.name),
        change,
        account,
        inert(credential.why),
        inert(credential.source),
        "<br>".join(rules),
    ]


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the table with as many rows as there is room for, and how many are left out."""
    lengths = accumulate(sum(len(cell) + 3 for cell in row) + 1 for row in rows)
    fitting = sum(length <= _MOST // _TABLES for length in lengths)
    table = tabulate(rows[:fitting], headers, tablefmt="github", disable_numparse=True)
    yield _PADDING.sub(lambda found: "---" if found.group().startswith("-") else " ", table)
    if fitting < len(rows):
        yield f"… and {len(rows) - fitting} more, for which there is no room here: SARIF and JUnit XML have them all."
