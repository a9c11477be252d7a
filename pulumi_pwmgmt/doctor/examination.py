"""The whole look: every connection that the stack has, then every credential, several at a time."""

from __future__ import annotations

import shlex
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pulumi_pwmgmt.configuration import KEY, Configuration
from pulumi_pwmgmt.doctor import connections, credentials, rotation
from pulumi_pwmgmt.doctor.connections import ConnectionReport, Seen
from pulumi_pwmgmt.doctor.credentials import CredentialReport
from pulumi_pwmgmt.doctor.finding import of_error
from pulumi_pwmgmt.errors import AuthenticationFailed, CredentialError, NotConfigured, RateLimited, Unreachable
from pulumi_pwmgmt.generated import Generated
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.record import RESTORE, Record
from pulumi_pwmgmt.redaction import Scrubber
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.settings import Settings
from pulumi_pwmgmt.system import ObservesPassword

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pulumi_pwmgmt.doctor.finding import Finding
    from pulumi_pwmgmt.doctor.stack import Entry, Stack
    from pulumi_pwmgmt.heard import Heard

_AT_ONCE = 8  # connections or accounts that are read at the same time


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


@dataclass
class _Line:
    """One connection: what is told of it, the account that it was tried with, and whether others may be asked for."""

    report: ConnectionReport
    seen: Seen | None = None
    works: bool = True


@dataclass(frozen=True)
class _Account:
    """A credential of the stack: its entry in the state, what that says, and what of it is not to be shown."""

    entry: Entry
    record: Record
    scrub: Scrubber

    @property
    def is_live(self) -> bool:
        """Whether it is more than the rest of a replacement."""
        return not (self.entry.is_replaced or self.entry.is_removed)


class Examination:
    """One look at one stack. ``now`` is this machine's time; ``tell`` hears of each wait for a rate limit."""

    def __init__(self, stack: Stack, now: datetime, tell: Callable[[str], object] = lambda _: None) -> None:
        self._stack = stack
        self._now = now
        self._settings = Settings(stack.config)
        self._heard: defaultdict[str, list[Heard]] = defaultdict(list)
        self._configuration = Configuration(
            stack.config.get(KEY), lambda: None, hear=lambda name, heard: self._heard[name].append(heard), tell=tell
        )
        self._run = Run(self._configuration.connect, lambda _: None, settings=self._settings)
        self._accounts = [_parsed(entry) for entry in stack.credentials]
        self._lines: dict[str, _Line] = {}
        self._lock = threading.Lock()

    def report(self) -> Report:
        """Look at everything. Whatever the look meets becomes a finding."""
        by_the_clock, findings = _read_settings(self._settings, self._now)
        findings += [*rotation.interrupted(self._stack), *_of_generated(self._stack)]
        try:
            names = self._configuration.names
        except NotConfigured as error:
            names, findings = [], [*findings, of_error(KEY, error)]
        threads = ThreadPoolExecutor(_AT_ONCE)
        try:
            self._lines = dict(zip(names, threads.map(self._connection, names), strict=True))
            looked_at = list(threads.map(lambda one: self._credential(one, by_the_clock), self._accounts))
        finally:
            threads.shutdown(wait=False, cancel_futures=True)  # who interrupts it waits for no answer
        found = [line.report for line in self._lines.values()]
        for report in found:
            connections.judge(report, self._heard[report.name], self._now)
        return Report(connections=found, credentials=looked_at, findings=findings)

    def _connection(self, name: str) -> _Line:
        line = _Line(ConnectionReport(name=name))
        accounts = [one for one in self._accounts if isinstance(one, _Account) and one.record.connection == name]
        here = [one for one in accounts if not one.entry.is_replaced]
        try:
            connected = self._configuration.connect(name)
            line.seen = connections.examine(line.report, connected, [one.record for one in here])
        except NotConfigured as error:
            line.report.add(error)
        line.works = line.seen is not None or not line.report.findings
        if here:
            line.report.findings = [one.without(here[0].scrub) for one in line.report.findings]
        return line

    def _credential(self, account: _Account | CredentialReport, by_the_clock: datetime) -> CredentialReport:
        if isinstance(account, CredentialReport):
            return account
        entry, record, scrub = account.entry, account.record, account.scrub
        report = credentials.recorded(entry, record, self._now)
        try:
            report.findings += self._of_state(account, by_the_clock)
        except (AttributeError, LookupError, TypeError, ValueError):  # they would quote the state
            broken = NotConfigured("the source of its password is not as this provider wrote it", to_do=RESTORE)
            report.findings.append(of_error(entry.name, broken))
        if account.is_live:
            self._look(report, account)
        report.principal, report.status = scrub(record.principal), scrub(report.status or "") or None
        report.findings = [_naming(entry.urn, finding).without(scrub) for finding in report.findings]
        return report

    def _of_state(self, account: _Account, by_the_clock: datetime) -> list[Finding]:
        entry, record = account.entry, account.record
        findings = list(rotation.half_done(entry, record, self._stack.generated, self._stack.config))
        if account.is_live:
            findings += rotation.overdue(entry, record, by_the_clock)
            findings += rotation.lost(entry, record, self._run)
        return findings

    def _look(self, report: CredentialReport, account: _Account) -> None:
        record, line = account.record, self._lines.get(account.record.connection)
        if line and not line.works:
            return  # said of the connection, once
        try:
            connected = self._run.connect_again(record.connection, record.system, record.tenant)
            if not isinstance(connected.system, ObservesPassword):
                return
            seen = line.seen if line else None
            if seen is None or seen.principal_id != record.principal_id:
                seen = Seen(principal_id=record.principal_id, observation=connected.system.observe(record.principal_id))
        except CredentialError as error:
            if line and isinstance(error, (AuthenticationFailed, RateLimited, Unreachable)):
                self._end(line, error, account.scrub)
            else:
                report.findings.append(of_error(report.name, error))
        else:
            credentials.held_against(report, record, seen.observation, connected.system.traits, self._now)

    def _end(self, line: _Line, error: CredentialError, scrub: Scrubber) -> None:
        """Note that a connection has ceased to work, which the next accounts would only meet again."""
        with self._lock:
            if line.works:
                line.works = False
                line.report.add(error)
                line.report.findings = [one.without(scrub) for one in line.report.findings]


def _read_settings(settings: Settings, now: datetime) -> tuple[datetime, list[Finding]]:
    """Return the time that schedules go by, ``now`` unless ``pwmgmt:now`` says otherwise, and what is wrong."""
    findings = []
    try:
        settings.refuse_unknown()
    except NotConfigured as error:
        findings.append(of_error("the config", error))
    try:
        now = settings.now()
    except NotConfigured as error:
        findings.append(of_error("the config", error))
    return now, findings


def _of_generated(stack: Stack) -> Iterator[Finding]:
    for entry in stack.generated:
        try:
            Generated.parse(entry.outputs)
        except NotConfigured as error:  # noqa: PERF203 -- each one's problem is told
            yield of_error(entry.name, error)


def _naming(urn: str, finding: Finding) -> Finding:
    """Fill in what the library leaves to its reader."""
    return replace(
        finding, to_do=finding.to_do.replace("pulumi state delete URN", f"pulumi state delete {shlex.quote(urn)}")
    )


def _parsed(entry: Entry) -> _Account | CredentialReport:
    """Return what an entry says; where it says nothing, all that can be told of it."""
    try:
        record = Record.of(entry.id, entry.outputs)
    except NotConfigured as error:
        return CredentialReport(name=entry.name, urn=entry.urn, findings=[of_error(entry.name, error)])
    # What the program has made secret in a credential is taken out, a principal for instance.
    return _Account(entry, record, Scrubber(map(Secret, entry.hidden)))
