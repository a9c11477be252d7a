"""The report as JSON, for scripts."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.model import rfc3339

if TYPE_CHECKING:
    from pulumi_pwmgmt.doctor.examination import Report

FORMAT = 1


def as_json(report: Report) -> str:
    """Return it as one JSON object; docs/doctor.md says what is in it."""
    whole = {"format": FORMAT, "well": not report.all_findings, **asdict(report)}
    return json.dumps(whole, indent=2, default=_text)


def _text(value: Any) -> str:  # noqa: ANN401 -- what JSON has no form for
    if isinstance(value, datetime):
        return rfc3339(value)
    raise TypeError(type(value).__name__)
