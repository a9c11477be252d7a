"""Rotations that a run began and did not end, and those that are overdue: told from config and state alone."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_pwmgmt.arguments import is_derived
from pulumi_pwmgmt.counting import is_counting
from pulumi_pwmgmt.doctor.finding import UP, Finding, of_error
from pulumi_pwmgmt.doctor.stack import name_in
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.facts import age
from pulumi_pwmgmt.fingerprint import fingerprint, same
from pulumi_pwmgmt.generated import Generated
from pulumi_pwmgmt.source import demanded_again

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from pulumi_pwmgmt.doctor.stack import Entry, Stack
    from pulumi_pwmgmt.record import Record
    from pulumi_pwmgmt.run import Run

_FINISHED_BY = f"finish it: {UP} (first pulumi cancel, if it says that the stack is locked)"
_CLEAR = "pulumi refresh --clear-pending-creates"
_HALF_DONE = "half-done"


def interrupted(stack: Stack) -> Iterator[Finding]:
    """Tell of each operation that the state still calls pending."""
    present = {entry.urn for entry in (*stack.credentials, *stack.generated)}
    for one in stack.interrupted:
        about = name_in(one.urn)
        if one.operation == "creating" and one.urn in present:
            yield Finding(
                about=about,
                kind=_HALF_DONE,
                happened="a run was interrupted while creating it; a later one has, and the state does not know it yet",
                to_do=f"clear the mark: {_CLEAR}",
                command=_CLEAR,
            )
        else:
            yield _unfinished(about, f"a run was interrupted while {one.operation} it")


def half_done(entry: Entry, record: Record, generated: Iterable[Entry], config: Mapping[str, str]) -> Iterator[Finding]:
    """Tell where what the account has accepted is behind what config and state want it to have."""
    if entry.is_replaced:
        yield _unfinished(entry.name, "another has taken its place, and its own password is still to be removed")
        return
    if entry.is_removed:
        yield _unfinished(entry.name, "it was removed to be made again, and has not been made")
        return
    declared = entry.inputs.get("password")
    if isinstance(declared, str) and not same(declared, record.password):
        yield _unfinished(entry.name, "the state declares another password than the account has accepted")
        return
    source = record.source
    made = name_in(str(source.get("resource"))) if source.get("kind") == "generated" else None
    if made and _is_behind(record, generated):
        yield _unfinished(entry.name, f"GeneratedPassword {made!r} has a newer value than the account has accepted")
    elif source.get("kind") in ("generated", "derived"):
        pinned, accepted = _pinned(config, made or entry.name), source["generation"]
        if pinned not in (None, accepted):
            asked = f"pwmgmt:generations.{made or entry.name} is {pinned}"
            yield _unfinished(entry.name, f"{asked}, and the account has accepted generation {accepted:g}")


def overdue(entry: Entry, record: Record, now: datetime) -> Iterator[Finding]:
    """Tell of a password that is older than its own schedule ever lets it become."""
    schedule, days = record.source.get("schedule") or {}, age(record.facts, now)
    longest = schedule.get("longest_days")
    if isinstance(longest, (int, float)) and days is not None and days > longest and not record.source.get("pinned"):
        yield Finding(
            about=entry.name,
            kind="overdue",
            happened=f"its schedule ({schedule.get('text')}) lets it become {longest:g} days old, and it is {days}",
            to_do=f"rotate it: {UP}",
            command=UP,
        )


def lost(entry: Entry, record: Record, run: Run) -> Iterator[Finding]:
    """Tell of a derived password that can't be computed any more: nobody could log in with it."""
    inputs = record.as_inputs()
    if is_derived(inputs):
        try:
            demanded_again(run, inputs)
        except NotConfigured as error:
            yield replace(of_error(entry.name, error), kind="master")


def _pinned(config: Mapping[str, str], name: str) -> int | None:
    """Return what the config says; None too where that is no whole number, which a run refuses in its own words."""
    try:
        entries = json.loads(config.get("pwmgmt:generations", "{}"))
    except ValueError:
        return None
    pinned = entries.get(name) if isinstance(entries, dict) else None
    return pinned if is_counting(pinned) else None


def _is_behind(record: Record, generated: Iterable[Entry]) -> bool:
    """Whether the value of the generated password is another one than the account has accepted."""
    for entry in generated:
        if entry.urn == record.source.get("resource"):
            with contextlib.suppress(NotConfigured):  # told where that entry itself is looked at
                value = Generated.parse(entry.outputs).value
                return not same(fingerprint(value, record.tenant, record.principal), record.password)
    return False


def _unfinished(about: str, happened: str) -> Finding:
    return Finding(about=about, kind=_HALF_DONE, happened=happened, to_do=_FINISHED_BY, command=UP)
