"""The report as JUnit XML, for the test views of CI systems: each credential a test, and each gate, and the preview."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from pulumi_pwmgmt.report.findings import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_pwmgmt.report.findings import Finding, Report
    from pulumi_pwmgmt.report.gates import Gate


def as_junit(report: Report) -> bytes:
    """Return the report as XML, encoded in UTF-8. What does not stand against applying it is a test's output."""
    told = {credential.urn for credential in report.credentials}
    gates = {gate.rule for gate in report.gates}
    general = [finding for finding in report.findings if finding.urn not in told and finding.rule not in gates]
    suite = TestSuite("pwmgmt report")
    suite.add_testcases(
        [
            _case("preview", "preview", general, failed=report.failed),
            *(_gate(gate, report) for gate in report.gates),
            *(_case(one.name, one.system or "credential", report.of(one.urn)) for one in report.credentials),
        ]
    )
    document = JUnitXml("pwmgmt report")
    document.add_testsuite(suite)
    written = BytesIO()
    document.write(written)
    return written.getvalue()


def _gate(gate: Gate, report: Report) -> TestCase:
    case = _case(f"at most {gate.most} {gate.what}", "gates", [one for one in report.findings if one.rule == gate.rule])
    if not gate.exceeded and not report.whole:
        case.result = Skipped("not judged: the preview did not get to its end")
    return case


def _case(name: str, classname: str, findings: Sequence[Finding], *, failed: bool = False) -> TestCase:
    case = TestCase(name, classname=classname)
    against = [finding for finding in findings if finding.level is Level.ERROR]
    others = [finding for finding in findings if finding.level is not Level.ERROR]
    if against:
        result = (Error if failed else Failure)("; ".join(finding.rule for finding in against), type_=against[0].rule)
        result.text = "\n\n".join(map(_text, against))
        case.result = result
    if others:
        case.system_out = "\n\n".join(map(_text, others))
    return case


def _text(finding: Finding) -> str:
    head = f"[{finding.enforcement or finding.level.value}] {finding.rule}: {finding.subject}"
    return "\n".join(filter(None, (head, finding.says, finding.to_do)))
