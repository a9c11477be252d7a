"""What becomes of a connection when it is used for reading, and what its answers tell beside their content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pulumi_pwmgmt.doctor.finding import Finding, of_error
from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CredentialError,
    PermissionDenied,
    PrincipalNotFound,
    Unreachable,
)
from pulumi_pwmgmt.model import Observation, rfc3339
from pulumi_pwmgmt.system import ActsAsOneUser, ObservesPassword, StatesPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_pwmgmt.heard import Heard
    from pulumi_pwmgmt.rate import RateBudget
    from pulumi_pwmgmt.record import Record
    from pulumi_pwmgmt.system import Connected

NOBODY = "pwmgmt-doctor@example.invalid"
"""Who is asked for where the stack has no credential on a connection: nobody has an address that ends so."""

_SKEW = timedelta(seconds=60)
_CERTIFICATE = timedelta(days=14)
_FEW = 0.1  # of the calls that a server grants


@dataclass(kw_only=True)
class ConnectionReport:
    """What is known of one connection; None where it is not.

    ``token`` and ``reads`` tell whether the server takes the token, and whether the token may read accounts. ``tls`` is
    ``verified``, or ``none`` to this machine itself. ``clock_ahead_s`` is 0 unless the clocks differ for certain.
    ``rules`` is ``readable``, ``unreadable`` or ``not stated``.
    """

    name: str
    system: str | None = None
    tenant: str | None = None
    reachable: bool | None = None
    tls: str | None = None
    certificate_ends: datetime | None = None
    token: bool | None = None
    reads: bool | None = None
    clock_ahead_s: float | None = None
    rate: RateBudget | None = None
    rules: str | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def about(self) -> str:
        """What a finding calls it."""
        return f"connection {self.name}"

    def add(self, error: CredentialError) -> None:
        """Note what an error tells of the connection, and the error itself."""
        if isinstance(error, Unreachable):
            self.reachable = False
        elif isinstance(error, AuthenticationFailed):
            self.token = False
        elif isinstance(error, PermissionDenied):
            self.token, self.reads = True, False
        self.findings.append(of_error(self.about, error))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What reading one account gave."""

    principal_id: str
    observation: Observation | None


def examine(report: ConnectionReport, connected: Connected, records: Sequence[Record]) -> Seen | None:
    """Read one account and the system's rules; return the account, None where none was read.

    An account of the stack is read where there is one: no other read tells as much of the token.
    """
    report.system, report.tenant = connected.kind, connected.tenant
    try:
        seen = _read(connected, records)
    except CredentialError as error:
        report.add(error)
        return None
    if seen is not None:
        report.token = report.reads = True
    _read_rules(report, connected, records)
    return seen


def judge(report: ConnectionReport, heard: Sequence[Heard], now: datetime) -> None:
    """Note what the answers of a connection tell beside their content."""
    if not heard:
        return
    report.reachable = report.reachable is not False  # one that broke off was heard too
    report.tls = "verified" if (report.tenant or "").startswith("https:") else "none"
    ends = [one.certificate_ends for one in heard if one.certificate_ends]
    report.certificate_ends = min(ends, default=None)
    report.rate = min(
        (one.rate for one in heard if one.rate), key=lambda one: one.left / max(one.limit, 1), default=None
    )
    ahead = [one.ahead for one in heard if one.ahead is not None]
    if ahead:
        report.clock_ahead_s = round(min(ahead, key=abs).total_seconds(), 1)
    report.findings += _of_answers(report, now)


def _of_answers(report: ConnectionReport, now: datetime) -> list[Finding]:
    findings = []

    def tell(kind: str, happened: str, to_do: str) -> None:
        findings.append(Finding(about=report.about, kind=kind, happened=happened, to_do=to_do))

    ahead = timedelta(seconds=report.clock_ahead_s or 0)
    if abs(ahead) > _SKEW:
        side = "ahead of" if ahead > timedelta() else "behind"
        what = f"the server's clock is {abs(ahead).total_seconds():.0f} s {side} this machine's"
        tell("clock-skew", what, "set this machine's clock by NTP; tokens and rotations go by it")
    if report.certificate_ends and report.certificate_ends - now < _CERTIFICATE:
        what = f"the server's certificate runs out at {rfc3339(report.certificate_ends)}"
        tell("certificate-ends", what, "have it renewed: from then on nothing is sent there")
    if report.rate and report.rate.left < report.rate.limit * _FEW:
        again = "" if report.rate.resets_in is None else f", all of them again in {report.rate.resets_in:.0f} s"
        what = f"{report.rate.left} of {report.rate.limit} calls are left{again}"
        tell("rate-budget", what, "wait, find out who else calls, or have the limit raised")
    return findings


def _read(connected: Connected, records: Sequence[Record]) -> Seen | None:
    system = connected.system
    if not isinstance(system, ObservesPassword):
        connected.reach()
        return None
    principal = records[0].principal_id if records else _somebody(connected)
    return Seen(principal_id=principal, observation=system.observe(principal))


def _somebody(connected: Connected) -> str:
    subject = connected.system.subject() if isinstance(connected.system, ActsAsOneUser) else None
    return subject or NOBODY


def _read_rules(report: ConnectionReport, connected: Connected, records: Sequence[Record]) -> None:
    system = connected.system
    if not isinstance(system, StatesPolicy):
        report.rules = "not stated"
        return
    principal = records[0].principal_id if records else _somebody(connected)
    try:
        stated = system.password_policy(principal)
        report.rules = "readable" if stated else "not stated"
    except PrincipalNotFound:
        report.rules = "readable"  # whose they are depends on the principal
    except CredentialError as error:
        report.rules = "unreadable"
        what = f"the system's password rules can't be read: {error.happened}"
        report.findings.append(Finding(about=report.about, kind="rules-unreadable", happened=what, to_do=error.advice))
