"""The report as tables, for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pulumi_pwmgmt.model import rfc3339
from pulumi_pwmgmt.report.text import plain

if TYPE_CHECKING:
    from typing import TextIO

    from pulumi_pwmgmt.doctor.connections import ConnectionReport
    from pulumi_pwmgmt.doctor.credentials import CredentialReport
    from pulumi_pwmgmt.doctor.examination import Report
    from pulumi_pwmgmt.rate import RateBudget

_NOT_KNOWN = "–"  # noqa: RUF001 -- a dash is meant
_AS_WIDE_AS_IT_TAKES = 1000
_GOOD, _BAD = "green", "bold red"
_CONNECTIONS = ("connection", "system", "reachable", "TLS", "token", "may read", "clock", "reads left", "rules")
_CREDENTIALS = ("credential", "principal", "connection", "there", "status", "drifted", "changed", "by us", "days old")


def show(report: Report, file: TextIO | None = None) -> None:
    """Print it to ``file``, by default standard output; in colours where that is a terminal."""
    console = Console(file=file or sys.stdout, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(
            file=file or sys.stdout, highlight=False, markup=False, emoji=False, width=_AS_WIDE_AS_IT_TAKES
        )
    if report.connections:
        _print(console, _CONNECTIONS, [_connection(one) for one in report.connections])
    if report.credentials:
        _print(console, _CREDENTIALS, [_credential(one) for one in report.credentials])
    findings = report.all_findings
    for finding in findings:
        console.print(Text.assemble(("✗ ", _BAD), (plain(finding.about), "bold"), f": {plain(finding.happened)}"))
        console.print(Text(f"  → {plain(finding.to_do)}"))
    looked_at = f"{_count(len(report.connections), 'connection')}, {_count(len(report.credentials), 'credential')}"
    if findings:
        console.print(Text(f"{_count(len(findings), 'finding')} ({looked_at})", style=_BAD))
    else:
        console.print(Text(f"All well ({looked_at})", style=_GOOD))


def _print(console: Console, names: tuple[str, ...], rows: list[list[Text]]) -> None:
    """Print a table, or a list where that is too wide: in a table's narrow columns names would be cut."""
    table = Table(*names, box=box.SIMPLE)
    for row in rows:
        table.add_row(*row)
    if console.measure(table, options=console.options.update(width=_AS_WIDE_AS_IT_TAKES)).maximum <= console.width:
        console.print(table)
        return
    for name, *cells in rows:
        told = [Text.assemble((title, "dim"), " ", cell) for title, cell in zip(names[1:], cells, strict=True)]
        console.print(Text.assemble((name.plain, "bold")))
        console.print(Padding(Text("; ").join(told), (0, 0, 0, 2)))
    console.print()


def _connection(report: ConnectionReport) -> list[Text]:
    ends = f", until {report.certificate_ends:%Y-%m-%d}" if report.certificate_ends else ""
    return [
        _cell(report.name),
        _cell(report.system),
        _yes(report.reachable),
        _cell(report.tls and report.tls + ends),
        _yes(report.token, "accepted", "refused"),
        _yes(report.reads),
        _cell(None if report.clock_ahead_s is None else f"{report.clock_ahead_s:+.0f} s"),
        _cell(_calls(report.rate)),
        _cell(report.rules, _BAD if report.rules == "unreadable" else ""),
    ]


def _credential(report: CredentialReport) -> list[Text]:
    troubled = any(finding.kind == "status" for finding in report.findings)
    return [
        _cell(report.name),
        _cell(report.principal),
        _cell(report.connection),
        _yes(report.there),
        _cell(report.status, _BAD if troubled else ""),
        _yes(report.drifted, good=False),
        _cell(rfc3339(report.changed_at) if report.changed_at else None),
        _yes(report.changed_by_us),
        _cell(None if report.age_days is None else str(report.age_days)),
    ]


def _calls(rate: RateBudget | None) -> str | None:
    return f"{rate.left} of {rate.limit}" if rate else None


def _cell(text: str | None, style: str = "") -> Text:
    return Text(plain(text) if text else _NOT_KNOWN, style=style)


def _yes(it_is: bool | None, yes: str = "yes", no: str = "no", *, good: bool = True) -> Text:  # noqa: FBT001 -- a cell
    if it_is is None:
        return _cell(None)
    return Text(yes if it_is else no, style=_GOOD if it_is is good else _BAD)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
