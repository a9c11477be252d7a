"""What is known of one credential: what the state has, held against what the server tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_pwmgmt.doctor.finding import REFRESH, Finding
from pulumi_pwmgmt.facts import age
from pulumi_pwmgmt.model import OnDrift

if TYPE_CHECKING:
    from datetime import datetime

    from pulumi_pwmgmt.doctor.stack import Entry
    from pulumi_pwmgmt.model import Observation
    from pulumi_pwmgmt.record import Record
    from pulumi_pwmgmt.system import Traits


@dataclass(kw_only=True)
class CredentialReport:
    """What is known of one credential; None where it is not.

    ``there`` and ``status`` are the account's, ``changed_at`` is when its password was last changed by the server's
    time, ``changed_by_us`` whether that is the change that the state records. ``drifted`` is also true where the
    program accepts it, which is no finding. ``age_days`` counts from the last change, or from the day since which the
    password is declared.
    """

    name: str
    urn: str
    connection: str | None = None
    principal: str | None = None
    there: bool | None = None
    status: str | None = None
    drifted: bool | None = None
    changed_at: datetime | None = None
    changed_by_us: bool | None = None
    age_days: int | None = None
    findings: list[Finding] = field(default_factory=list)


def recorded(entry: Entry, record: Record, now: datetime) -> CredentialReport:
    """Return what is known without asking anybody."""
    report = CredentialReport(name=entry.name, urn=entry.urn, connection=record.connection, principal=record.principal)
    report.changed_at = record.password_changed_at
    report.age_days = _days(record.password_changed_at, now)
    if report.age_days is None:
        report.age_days = age(record.facts, now)
    return report


def held_against(
    report: CredentialReport, record: Record, observation: Observation | None, traits: Traits, now: datetime
) -> None:
    """Add what the server tells, None where it knows no such account any more."""
    report.there = observation is not None
    if observation is None:
        report.findings.append(
            Finding(
                about=report.name,
                kind="gone",
                happened=f"{traits.title} knows no account {record.principal!r} any more",
                to_do=f"take it out of the program, or make the account again: {REFRESH}",
                command=REFRESH,
            )
        )
        return
    report.status = observation.status
    to_do = traits.troubled.get(observation.status or "")
    if to_do:
        happened = f"the account is {observation.status}, so its password opens nothing"
        report.findings.append(Finding(about=report.name, kind="status", happened=happened, to_do=to_do))
    _hold_against_time(report, record, observation, now)


def _hold_against_time(report: CredentialReport, record: Record, observation: Observation, now: datetime) -> None:
    if observation.password_changed_at is None or record.password_changed_at is None:
        return
    drift = record.drift_from(observation)
    report.drifted, report.changed_by_us = drift is not None, drift is None
    report.changed_at = observation.password_changed_at
    report.age_days = _days(report.changed_at, now)
    if drift is None or (record.on_drift is OnDrift.ACCEPT and record.drift == drift):
        return
    what = "accept it" if record.on_drift is OnDrift.ACCEPT else "set the declared password again"
    report.findings.append(
        Finding(
            about=report.name,
            kind="drift",
            happened=f"the password was {drift}",
            to_do=f"find out by whom, then {what}: {REFRESH}",
            command=REFRESH,
        )
    )


def _days(moment: datetime | None, now: datetime) -> int | None:
    return None if moment is None else max((now - moment).days, 0)
