"""The engine's events: what a preview prints with ``PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true``, line by line.

Their form is ``EngineEvent`` in https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/apitype/events.go.
Engines from 3.17.0 on print them. They hold secrets as ``[secret]``, except where a remediation has lost the mark.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from pulumi_pwmgmt.report.text import Plain, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOW = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json"
_BEGINNING = '{"sequence":'  # of every event, as the engine writes it; a text that quotes one has it escaped


class NoStreamError(Exception):
    """What was given is not the whole event stream of one preview.

    ``problem`` says what is wrong with it, ``to_do`` what to do; neither quotes it.
    """

    def __init__(self, problem: str, *, to_do: str) -> None:
        super().__init__(f"{problem} — {to_do}")
        self.problem = problem
        self.to_do = to_do


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, hide_input_in_errors=True)


class State(_Event):
    """A resource before or after a step. ``inputs`` and ``outputs`` are as the engine has them: not to be shown."""

    inputs: dict[str, Any] = Field(default_factory=dict, repr=False)
    outputs: dict[str, Any] = Field(default_factory=dict, repr=False)
    delete: bool = False
    retain_on_delete: bool = False


class Step(_Event):
    """One operation that is planned for a resource."""

    op: str
    urn: Plain
    type: str
    old: State | None = None
    new: State | None = None


class Violation(_Event):
    """What a policy said. ``urn`` is the stack's own where it spoke of no single resource."""

    urn: Plain = Field("", alias="resourceUrn")
    message: Plain
    policy: Plain = Field(alias="policyName")
    pack: Plain = Field(alias="policyPackName")
    enforcement: Plain = Field(alias="enforcementLevel")
    severity: Plain = ""


class Remediation(_Event):
    """What a policy would write over. ``before`` and ``after`` are all the inputs: not to be shown."""

    urn: Plain = Field("", alias="resourceUrn")
    policy: Plain = Field(alias="policyName")
    pack: Plain = Field(alias="policyPackName")
    before: dict[str, Any] = Field(default_factory=dict, repr=False)
    after: dict[str, Any] = Field(default_factory=dict, repr=False)


class Diagnostic(_Event):
    """What a program, a provider or the engine said."""

    urn: Plain = ""
    message: Plain
    severity: str
    ephemeral: bool = False


class Summary(_Event):
    """How the preview ended. Engines before the field ``result`` tell a failure by its diagnostics only."""

    result: str = ""
    is_preview: bool = True
    policy_packs: dict[str, str] | None = Field(None, alias="PolicyPacks")

    @property
    def packs(self) -> list[str]:
        """The policy packs that ran, by name and version; the engine adds to a local one's name where it lies."""
        return sorted(
            plain(f"{name.partition('|')[0]} {version}") for name, version in (self.policy_packs or {}).items()
        )


class _Planned(_Event):
    metadata: Step


@dataclass(frozen=True)
class Stream:
    """The events of one whole preview, each kind in the order in which they came."""

    summary: Summary
    steps: tuple[Step, ...] = ()
    violations: tuple[Violation, ...] = ()
    remediations: tuple[Remediation, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


_KINDS: dict[str, type[_Event]] = {
    "resourcePreEvent": _Planned,
    "policyEvent": Violation,
    "policyRemediationEvent": Remediation,
    "diagnosticEvent": Diagnostic,
    "summaryEvent": Summary,
}


def read(content: bytes) -> Stream:
    """Read a preview's event stream, as ``pulumi preview --json`` prints it to standard output.

    Lines without an event are passed over: they are what others printed in between.

    Raises:
        NoStreamError: it is empty, something else, damaged, cut off, or of more or less than one preview.

    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoStreamError("the event stream is not UTF-8", to_do=f"give what this prints: {_HOW}") from None
    if not text.strip():
        raise NoStreamError(
            "the event stream is empty, so the preview ended before its first event",
            to_do="read what it printed to standard error",
        )
    _refuse_summary_document(text)
    events = list(_events(text.split("\n")))
    if not events:
        raise NoStreamError("there is no event in it", to_do=f"give what this prints: {_HOW}")
    found = [event for event in events if event is not None]
    summaries = [event for event in found if isinstance(event, Summary)]
    if not summaries:
        raise NoStreamError(
            "the event stream is cut off: it ends before the preview did",
            to_do="run the preview again, and read what it printed to standard error",
        )
    if not all(summary.is_preview for summary in summaries):
        raise NoStreamError(
            "these are the events of an update, not of a preview", to_do=f"give what this prints: {_HOW}"
        )
    if len(summaries) > 1:
        raise NoStreamError("these are the events of more than one preview", to_do="report on each of them by itself")
    return Stream(
        summary=summaries[0],
        steps=tuple(event.metadata for event in found if isinstance(event, _Planned)),
        violations=tuple(event for event in found if isinstance(event, Violation)),
        remediations=tuple(event for event in found if isinstance(event, Remediation)),
        diagnostics=tuple(event for event in found if isinstance(event, Diagnostic) and not event.ephemeral),
    )


def _refuse_summary_document(text: str) -> None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    if isinstance(document, dict) and "sequence" not in document:
        raise NoStreamError(
            "this is one JSON document, not an event stream; what policies said is not in it",
            to_do=f"run it as {_HOW} (engine 3.17.0 or newer)",
        )


def _events(lines: Iterable[str]) -> Iterable[_Event | None]:
    """Yield each event, None for one of a kind that is not needed."""
    for number, line in enumerate(lines, start=1):
        if not line.startswith("{") and _BEGINNING not in line:
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            raise NoStreamError(
                f"the event stream is damaged or cut off: line {number} is not one whole JSON object",
                to_do="run the preview again, and keep its standard error out of it",
            ) from None
        if "sequence" not in event:
            raise NoStreamError(f"line {number} is no event of the engine", to_do=f"give what this prints: {_HOW}")
        yield _parsed(event, number)


def _parsed(event: dict[str, Any], number: int) -> _Event | None:
    for name, kind in _KINDS.items():
        if name in event:
            try:
                return kind.model_validate(event[name])
            except ValidationError as error:
                fields = ", ".join(sorted({".".join(map(str, item["loc"])) for item in error.errors()}))
                raise NoStreamError(
                    f"line {number} is a {name} of a form that no engine known here writes (see {fields})",
                    to_do="report it, with the version of the engine",
                ) from None
    return None
