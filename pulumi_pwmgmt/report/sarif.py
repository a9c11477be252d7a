"""The report as SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import sarif_pydantic as sarif  # type: ignore[import-untyped] # typed, but not marked so

from pulumi_pwmgmt.report.findings import NO_STREAM, PREVIEW_FAILED, REFUSED, Level

if TYPE_CHECKING:
    from pulumi_pwmgmt.report.findings import Finding, Report

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Level.ERROR: sarif.Level.ERROR, Level.WARNING: sarif.Level.WARNING, Level.NOTE: sarif.Level.NOTE}
# What GitHub reads beside the level: https://docs.github.com/code-security/reference/code-scanning/sarif-support;
# above 9.0 it is critical there.
_SEVERITIES = {"critical": "9.5", "high": "7.0", "medium": "4.0", "low": "1.0"}
_ABOUT = {
    REFUSED: "The provider refuses a credential.",
    PREVIEW_FAILED: "The preview failed.",
    NO_STREAM: "There is no preview to report on.",
    "warning": "The provider or the engine warns.",
    "drift": "A password was changed outside.",
    "max-removals": "More accounts lose their password than are allowed to.",
    "max-changes": "More credentials change than are allowed to.",
}


def as_sarif(report: Report, location: str) -> str:
    """Return the findings as SARIF, as JSON text.

    Args:
        report: what to tell.
        location: the file they are shown at, relative to the repository's root: events name no line of a program, and
            code scanning takes no result without a file.

    """
    rules = {finding.rule: _rule(finding) for finding in reversed(report.findings)}
    order = sorted(rules)
    driver = sarif.ToolDriver(name="pwmgmt report", rules=[rules[name] for name in order])
    run = sarif.Run(
        tool=sarif.Tool(driver=driver),
        invocations=[sarif.Invocation(execution_successful=report.whole)],
        results=[_result(finding, order.index(finding.rule), location) for finding in report.findings],
    )
    document = sarif.Sarif(schema_uri=_SCHEMA, runs=[run])
    return f"{document.model_dump_json(by_alias=True, exclude_none=True, indent=2)}\n"


def _rule(finding: Finding) -> sarif.ReportingDescriptor:
    severity = _SEVERITIES.get(finding.severity)
    properties = {"tags": ["security"], "security-severity": severity} if severity else None
    pack, _, policy = finding.rule.rpartition("/")
    about = sarif.Message(text=_ABOUT.get(finding.rule) or f"The policy {policy!r} of the pack {pack!r} is not met.")
    return sarif.ReportingDescriptor(
        id=finding.rule,
        short_description=about,
        full_description=about,
        help=sarif.Message(text=finding.to_do or finding.says),
        properties=properties,
    )


def _result(finding: Finding, rule: int, location: str) -> sarif.Result:
    file = sarif.PhysicalLocation(
        artifact_location=sarif.ArtifactLocation(uri=location), region=sarif.Region(start_line=1)
    )
    same_alert = sha256(f"{finding.rule}\n{finding.urn}".encode()).hexdigest()
    resource = sarif.LogicalLocation(name=finding.subject, fully_qualified_name=finding.urn, kind="resource")
    return sarif.Result(
        rule_id=finding.rule,
        rule_index=rule,
        level=_LEVELS[finding.level],
        message=sarif.Message(text=" — ".join(filter(None, (f"{finding.subject}: {finding.says}", finding.to_do)))),
        locations=[
            sarif.Location(physical_location=file, logical_locations=[resource] if finding.urn else None),
        ],
        # The same rule on the same resource is the same alert, also when its words change. GitHub reads the second.
        partial_fingerprints={"pwmgmt/v1": same_alert, "primaryLocationLineHash": same_alert},
    )
