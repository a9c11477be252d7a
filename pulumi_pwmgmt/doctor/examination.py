"""The whole look: every connection that the stack has, then every credential, several at a time."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_pwmgmt.configuration import KEY, Configuration
from pulumi_pwmgmt.doctor import connections, credentials, rotation
from pulumi_pwmgmt.doctor.connections import ConnectionReport, Seen
from pulumi_pwmgmt.doctor.credentials import CredentialReport
from pulumi_pwmgmt.doctor.finding import of_error
from pulumi_pwmgmt.errors import CredentialError, NotConfigured
from pulumi_pwmgmt.generated import Generated
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.record import RESTORE, Record
from pulumi_pwmgmt.redaction import Scrubber
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.settings import Settings
from pulumi_pwmgmt.system import ObservesPassword

if TYPE_CHECKING:
    from datetime import datetime

    from pulumi_pwmgmt.doctor.finding import Finding
    from pulumi_pwmgmt.doctor.stack import Entry, Stack
    from pulumi_pwmgmt.heard import Heard

_AT_ONCE = 8  # accounts that are read at the same time
_LONGEST = 1000  # characters of one text


@dataclass(frozen=True, kw_only=True)
class Report:
    """All of it. ``findings`` are those that are about neither a connection nor a credential's own entry."""

    connections: list[ConnectionReport]
    credentials: list[CredentialReport]
    findings: list[Finding]

    @property
    def all_findings(self) -> list[Finding]:
        """Every finding there is: the stack's, the connections', the credentials'."""
        of_connections = [finding for one in self.connections for finding in one.findings]
        return [*self.findings, *of_connections, *(finding for one in self.credentials for finding in one.findings)]


class Examination:
    """One look at one stack. ``now`` is this machine's time."""

    def __init__(self, stack: Stack, now: datetime) -> None:
        self._stack = stack
        self._now = self._by_the_clock = now
        self._settings = Settings(stack.config)
        self._heard: defaultdict[str, list[Heard]] = defaultdict(list)
        self._configuration = Configuration(
            stack.config.get(KEY), lambda: None, hear=lambda name, heard: self._heard[name].append(heard)
        )
        self._run = Run(self._configuration.connect, lambda _: None, settings=self._settings)
        self._seen: dict[str, Seen] = {}
        self._unusable: set[str] = set()

    def report(self) -> Report:
        """Look at everything. Whatever the look meets becomes a finding."""
        findings = [*self._of_settings(), *rotation.interrupted(self._stack), *self._of_generated()]
        try:
            names = self._configuration.names
        except NotConfigured as error:
            names, findings = [], [*findings, of_error(KEY, error)]
        found = [self._connection(name) for name in names]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            looked_at = list(threads.map(self._credential, self._stack.credentials))
        for report in found:
            connections.judge(report, self._heard[report.name], self._now)
        return Report(connections=found, credentials=looked_at, findings=findings)

    def _of_settings(self) -> list[Finding]:
        findings = []
        try:
            self._settings.refuse_unknown()
        except NotConfigured as error:
            findings.append(of_error("the config", error))
        try:
            self._by_the_clock = self._settings.now()  # pwmgmt:now is what schedules go by
        except NotConfigured as error:
            findings.append(of_error("the config", error))
        return findings

    def _of_generated(self) -> list[Finding]:
        findings = []
        for entry in self._stack.generated:
            try:
                Generated.parse(entry.outputs)
            except NotConfigured as error:  # noqa: PERF203 -- each one's problem is told
                findings.append(of_error(entry.name, error))
        return findings

    def _connection(self, name: str) -> ConnectionReport:
        report = ConnectionReport(name=name)
        known = [(entry, record) for entry in self._stack.credentials if (record := _record(entry))]
        here = [(entry, record) for entry, record in known if record.connection == name and not entry.is_replaced]
        try:
            seen = connections.examine(report, self._configuration.connect(name), [record for _, record in here])
        except NotConfigured as error:
            report.add(error)
            seen = None
        if seen:
            self._seen[name] = seen
        if report.findings and not seen:
            self._unusable.add(name)
        if here:
            report.findings = [_shown(finding, _scrubber(here[0][0])) for finding in report.findings]
        return report

    def _credential(self, entry: Entry) -> CredentialReport:
        try:
            record = Record.parse(entry.outputs)
        except NotConfigured as error:
            return CredentialReport(name=entry.name, urn=entry.urn, findings=[of_error(entry.name, error)])
        report = credentials.recorded(entry, record, self._now)
        try:
            report.findings += self._of_state(entry, record)
        except (AttributeError, LookupError, TypeError, ValueError):  # they would quote the state
            broken = NotConfigured("the source of its password is not as this provider wrote it", to_do=RESTORE)
            report.findings.append(of_error(entry.name, broken))
        try:
            if not (entry.is_replaced or entry.is_removed):
                self._look(report, record)
        except CredentialError as error:
            report.findings.append(of_error(entry.name, error))
        scrub = _scrubber(entry)
        report.principal, report.status = scrub(record.principal), scrub(report.status or "") or None
        report.findings = [_shown(finding, scrub) for finding in report.findings]
        return report

    def _of_state(self, entry: Entry, record: Record) -> list[Finding]:
        findings = list(rotation.half_done(entry, record, self._stack.generated, self._stack.config))
        if not (entry.is_replaced or entry.is_removed):
            findings += rotation.overdue(entry, record, self._by_the_clock)
            findings += rotation.lost(entry, record, self._run)
        return findings

    def _look(self, report: CredentialReport, record: Record) -> None:
        if record.connection in self._unusable:
            return  # said of the connection, once
        connected = self._run.connect_again(record.connection, record.system, record.tenant)
        if not isinstance(connected.system, ObservesPassword):
            return
        seen = self._seen.get(record.connection)
        if seen is None or seen.principal_id != record.principal_id:
            seen = Seen(principal_id=record.principal_id, observation=connected.system.observe(record.principal_id))
        credentials.held_against(report, record, seen.observation, connected.system.traits, self._now)


def _record(entry: Entry) -> Record | None:
    try:
        return Record.parse(entry.outputs)
    except NotConfigured:  # told where that entry itself is looked at
        return None


def _scrubber(entry: Entry) -> Scrubber:
    """Take out what the program has made secret in a credential, a principal for instance."""
    return Scrubber(map(Secret, entry.hidden))


def _shown(finding: Finding, scrub: Scrubber) -> Finding:
    return replace(
        finding, happened=scrub(finding.happened, limit=_LONGEST), to_do=scrub(finding.to_do, limit=_LONGEST)
    )
