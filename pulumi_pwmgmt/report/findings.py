"""What a reviewer has to look at: refusals, what policies said, drift, warnings, and gates that are exceeded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pulumi_pwmgmt.report.credentials import Change, Credential, credentials, is_ours, is_stack, name_of, set_by
from pulumi_pwmgmt.report.generated import Generated, generated
from pulumi_pwmgmt.report.text import first_line

if TYPE_CHECKING:
    from pulumi_pwmgmt.report.events import Diagnostic, NoStreamError, Remediation, Stream, Violation
    from pulumi_pwmgmt.report.gates import Gate, Limits

REFUSED, PREVIEW_FAILED, NO_STREAM = "refused", "preview-failed", "no-stream"

_REFUSAL = re.compile(r"^.*? has a problem: ", re.DOTALL)
_ADVISORY = {"advisory", "warning", "none", "disabled"}
_ONLY_THAT = "preview failed"  # what the engine ends with after a refusal by policy
_NAMED = 20  # of the credentials that exceed a gate
_AFTER_DRIFT = {
    Change.SAME: "on_drift='accept' leaves it so",
    Change.DELETE: "a password that somebody has taken over is left alone",
    Change.LET_GO: "it is left alone",
}
_SEE_OUTPUT = "read the preview's own output"


class Level(Enum):
    """How much it weighs: an ``ERROR`` makes the report fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing to look at.

    Args:
        level: how much it weighs.
        rule: ``PACK/POLICY`` of a policy, else one of this report's own names.
        says: what is so.
        to_do: what to do about it; empty where ``says`` holds it.
        urn: the resource; empty for the whole stack.
        enforcement: a policy's, as its pack has it.
        severity: a policy's, where its pack gives one.

    """

    level: Level
    rule: str
    says: str
    to_do: str = ""
    urn: str = ""
    enforcement: str = ""
    severity: str = ""

    @property
    def subject(self) -> str:
        """The resource's name in the program, or the stack."""
        return name_of(self.urn) if self.urn else "the stack"


@dataclass(frozen=True)
class Report:
    """All that the report's formats tell.

    ``whole`` is False where the preview did not get to its end. The engine goes on after a policy's refusal, and not
    after any other.
    """

    credentials: tuple[Credential, ...]
    generated: tuple[Generated, ...]
    findings: tuple[Finding, ...]
    gates: tuple[Gate, ...]
    packs: tuple[str, ...]
    whole: bool

    @property
    def refused(self) -> bool:
        """Whether anything stands against applying it."""
        return any(finding.level is Level.ERROR for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether something else than a refusal kept the preview from its end."""
        return any(finding.rule in {PREVIEW_FAILED, NO_STREAM} for finding in self.findings)

    def of(self, urn: str) -> list[Finding]:
        """Return what was found about one resource."""
        return [finding for finding in self.findings if finding.urn == urn]


def report(stream: Stream, limits: Limits) -> Report:
    """Judge a preview."""
    planned = credentials(stream)
    gates = limits.applied_to(planned)
    found = [
        *_against(stream),
        *(_exceeded(gate) for gate in gates if gate.exceeded),
        *(_violation(said) for said in stream.violations if _advises(said)),
        *(_remediation(said) for said in stream.remediations if is_ours(said.urn)),
        *(_warning(said) for said in stream.diagnostics if said.severity == "warning" and _concerns(said.urn)),
        *(_drift(credential) for credential in planned if credential.drift),
    ]
    found.sort(key=lambda finding: (list(Level).index(finding.level), finding.urn))
    stopped = any(finding.rule in {REFUSED, PREVIEW_FAILED} for finding in found)
    return Report(
        planned, generated(stream), tuple(dict.fromkeys(found)), gates, tuple(stream.summary.packs), whole=not stopped
    )


def unreadable(error: NoStreamError) -> Report:
    """Return the report on a stream that is none, so that nobody takes its absence for a preview without changes."""
    finding = Finding(Level.ERROR, NO_STREAM, error.problem, error.to_do)
    return Report((), (), (finding,), (), (), whole=False)


def _concerns(urn: str) -> bool:
    return is_stack(urn) or is_ours(urn)


def _against(stream: Stream) -> list[Finding]:
    found = [_violation(said) for said in stream.violations if not _advises(said)]
    found += [_refusal(said) for said in stream.diagnostics if said.severity == "error"]
    causes = [finding for finding in found if finding.says != _ONLY_THAT]
    if found or stream.summary.result in {"", "succeeded"}:
        return causes or found
    return [Finding(Level.ERROR, PREVIEW_FAILED, "the preview failed and gives no cause", _SEE_OUTPUT)]


def _advises(said: Violation) -> bool:
    return said.enforcement in _ADVISORY


def _refusal(said: Diagnostic) -> Finding:
    if is_ours(said.urn):
        says, to_do = _divided(_REFUSAL.sub("", said.message))
        return Finding(Level.ERROR, REFUSED, says, to_do, said.urn)
    # A program's traceback or another provider's words may hold anything.
    line = (
        first_line(said.message).rstrip(":") if is_stack(said.urn) else "this resource is refused; it is no credential"
    )
    says, to_do = _divided(line)
    urn = "" if is_stack(said.urn) else said.urn
    return Finding(Level.ERROR, PREVIEW_FAILED, says, to_do or _SEE_OUTPUT, urn)


def _violation(said: Violation) -> Finding:
    if _concerns(said.urn):
        says, to_do = _divided(said.message)
    else:
        says, to_do = "it speaks of a resource that is no credential", _SEE_OUTPUT
    return Finding(
        level=Level.WARNING if _advises(said) else Level.ERROR,
        rule=f"{said.pack}/{said.policy}",
        says=says,
        to_do=to_do,
        urn="" if is_stack(said.urn) else said.urn,
        enforcement=said.enforcement,
        severity=said.severity,
    )


def _remediation(said: Remediation) -> Finding:
    names = set_by(said.before, said.after)
    says = f"the policy sets {', '.join(names)}" if names else "the policy changes this credential's inputs"
    to_do = "declare it in the program, so that what is reviewed is what is applied"
    return Finding(Level.NOTE, f"{said.pack}/{said.policy}", says, to_do, said.urn, enforcement="remediate")


def _warning(said: Diagnostic) -> Finding:
    says, to_do = _divided(said.message if is_ours(said.urn) else first_line(said.message))
    return Finding(Level.WARNING, "warning", says, to_do, "" if is_stack(said.urn) else said.urn)


def _drift(credential: Credential) -> Finding:
    follows = _AFTER_DRIFT.get(credential.change, "applying this sets the declared one")
    says = f"the password was {credential.drift}"
    return Finding(Level.WARNING, "drift", says, f"find out who changed it: {follows}", credential.urn)


def _exceeded(gate: Gate) -> Finding:
    names = ", ".join(gate.counted[:_NAMED]) + (" and more" if len(gate.counted) > _NAMED else "")
    ways = "divide the change, or raise the limit for it"
    if gate.what == "removals":
        ways = "keep their declarations, or let each that is meant pass with --allow-removal NAME"
    return Finding(Level.ERROR, gate.rule, f"{gate.says}: {names}", ways)


def _divided(message: str) -> tuple[str, str]:
    """Divide ``what happened — what to do`` as this library's errors are written."""
    says, dash, to_do = message.rpartition(" — ")
    return (says, to_do) if dash else (message, "")
