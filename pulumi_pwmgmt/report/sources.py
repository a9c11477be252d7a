"""Where a credential's password comes from before and after a change, in the words of its plain input ``source``."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_pwmgmt.report.text import plain


@dataclass(frozen=True)
class Source:
    """What a reviewer may know of a password's source; empty where the inputs tell nothing."""

    kind: str = ""
    generation: int | None = None
    schedule: str = ""
    pinned: bool = False

    @classmethod
    def of(cls, inputs: Mapping[str, Any]) -> Source:
        """Read the input ``source``; whatever is not of the expected form is left out."""
        told: Any = inputs.get("source")  # a text of JSON
        with contextlib.suppress(TypeError, ValueError, RecursionError):
            told = json.loads(told)
        if not isinstance(told, Mapping):
            return cls()
        schedule = told.get("schedule")
        return cls(
            kind=_text(told.get("kind")),
            generation=_whole(told.get("generation")),
            schedule=_text(schedule.get("text")) if isinstance(schedule, Mapping) else "",
            pinned=told.get("pinned") is True,
        )


def between(before: Source, after: Source) -> str:
    """Tell the source, and what of it changes: ``derived, generation 3 → 4, every 30 days``."""
    words = (
        _arrow(before.kind, after.kind),
        _generations(before, after),
        after.schedule,
        "set in the config" if after.pinned else "",
    )
    return ", ".join(filter(None, words))


def _generations(before: Source, after: Source) -> str:
    if after.generation is None:
        return ""
    old = "" if before.generation is None or before.kind != after.kind else str(before.generation)
    return f"generation {_arrow(old, str(after.generation))}"


def _arrow(before: str, after: str) -> str:
    return after if before in ("", after) else f"{before} → {after}"


def _text(value: object) -> str:
    return plain(value) if isinstance(value, str) else ""


def _whole(value: object) -> int | None:
    """Take a whole number, which may come back from the engine as 3.0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        return None
    return int(value)
