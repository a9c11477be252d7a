"""What a preview plans for each generated password: that it is made, made anew, or dropped, and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.report.credentials import Change, change_of, name_of, steps_of
from pulumi_pwmgmt.report.text import HIDDEN, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.report.events import Stream

TYPE = "pulumi-python:dynamic/pwmgmt:GeneratedPassword"

_CHANGED = {
    "keepers": "keepers changed",
    "recipe": "the recipe changed, and the value does not meet it",
}
_DROPPED = "the state keeps neither its value nor the one before"


@dataclass(frozen=True)
class Generated:
    """A generated password in the plan."""

    urn: str
    change: Change
    why: str = ""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return name_of(self.urn)


def generated(stream: Stream) -> tuple[Generated, ...]:
    """Return each generated password that something is planned for, by name."""
    found = []
    for urn, steps in steps_of(TYPE, stream).items():
        change = change_of(steps)
        before = next((step.old.inputs for step in steps if step.old), {})
        after = next((step.new.inputs for step in reversed(steps) if step.new), {})
        if change is Change.DELETE:
            found.append(Generated(urn, change, _DROPPED))
        elif change is not Change.SAME:
            found.append(Generated(urn, change, _why(before, after) if change is Change.UPDATE else ""))
    return tuple(sorted(found, key=lambda one: one.urn))


def _why(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Tell by what is wanted why another value is made; a change of what is secret doesn't show."""
    old, new = before.get("generation"), after.get("generation")
    if old != new:
        return f"generation {_number(old)} → {_number(new)}"
    changed = [says for name, says in _CHANGED.items() if before.get(name) != after.get(name)]
    if changed:
        return "; ".join(changed)
    passed = f"rotate_after: {_number(after['rotate_after'])} days" if "rotate_after" in after else ""
    keepers = "a secret keeper changed" if HIDDEN in json.dumps(after.get("keepers")) else ""
    return " or ".join(filter(None, (passed, keepers)))


def _number(value: object) -> str:
    """Return a whole number, which comes back from the engine as 3.0."""
    return plain(f"{value:g}") if isinstance(value, (int, float)) else "?"
