"""What a stack's config and state say of its credentials, in the form that the rest of the doctor thinks about."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.doctor.pulumi_command import StackUnreadableError, ask
from pulumi_pwmgmt.json_text import TABLES, with_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Properties = dict[str, Any]

CREDENTIAL = "pulumi-python:dynamic/pwmgmt:ManagedCredential"
GENERATED = "pulumi-python:dynamic/pwmgmt:GeneratedPassword"

# sdk/go/common/resource/properties.go: how the state marks a secret
_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


@dataclass(frozen=True, kw_only=True, repr=False)
class Entry:
    """One resource of ours as the state has it, decrypted.

    ``hidden`` are the values of plain properties that the program has made secret. ``is_replaced`` says that another
    has taken its place and only its removal is left, ``is_removed`` that it has been removed to be made again.
    """

    urn: str
    id: str
    type: str
    inputs: Properties
    outputs: Properties
    hidden: frozenset[str] = frozenset()
    is_replaced: bool = False
    is_removed: bool = False

    @property
    def name(self) -> str:
        """The name that the program gives it."""
        return name_in(self.urn)


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """An operation that a run began and did not end: ``creating``, ``updating``, ``deleting`` and so on."""

    urn: str
    operation: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Stack:
    """``config`` is the flat map of texts that Pulumi hands to a provider."""

    config: dict[str, str]
    credentials: list[Entry] = field(default_factory=list)
    generated: list[Entry] = field(default_factory=list)
    interrupted: list[Interrupted] = field(default_factory=list)


def read(stack: str | None) -> Stack:
    """Read the stack of that name, or the selected one, with the user's own ``pulumi`` in the current directory.

    Raises:
        StackUnreadableError: pulumi can't tell.

    """
    config = ask("config", "--json", stack=stack)
    state = ask("stack", "export", stack=stack)
    with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):  # they would quote what they met
        return parse(config, state)
    raise StackUnreadableError("pulumi's answer has another form than this version knows", "install a newer version")


def parse(config: Properties, state: Properties) -> Stack:
    """Read what ``pulumi config --json`` and ``pulumi stack export`` answer with, both with ``--show-secrets``."""
    deployment = state.get("deployment") or {}
    entries = list(_entries(deployment.get("resources") or []))
    pending = deployment.get("pending_operations") or []
    return Stack(
        config={key: entry["value"] for key, entry in config.items() if "value" in entry},
        credentials=[entry for entry in entries if entry.type == CREDENTIAL],
        generated=[entry for entry in entries if entry.type == GENERATED],
        interrupted=[
            Interrupted(urn=one["resource"]["urn"], operation=one["type"])
            for one in pending
            if one["resource"]["type"] in (CREDENTIAL, GENERATED)
        ],
    )


def name_in(urn: str) -> str:
    """Return the last part of a URN, which is the name that the program gives; it may hold ``::`` too."""
    return urn.split("::", 3)[-1]


def _entries(resources: Iterable[Properties]) -> Iterator[Entry]:
    for one in resources:
        if one["type"] in (CREDENTIAL, GENERATED):
            yield Entry(
                urn=one["urn"],
                id=one["id"],
                type=one["type"],
                inputs=with_tables(_revealed(one.get("inputs") or {})),
                outputs=with_tables(_revealed(one.get("outputs") or {})),
                hidden=frozenset(_hidden(one.get("inputs") or {})) | frozenset(_hidden(one.get("outputs") or {})),
                is_replaced=bool(one.get("delete")),
                is_removed=bool(one.get("pendingReplacement")),
            )


def _is_secret(value: object) -> bool:
    return isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET


def _hidden(properties: Properties) -> Iterator[str]:
    for name, value in properties.items():
        revealed = _revealed(value) if _is_secret(value) and name not in TABLES else None
        if isinstance(revealed, str) and revealed:
            yield revealed


def _revealed(value: Any) -> Any:  # noqa: ANN401 -- any property
    if _is_secret(value):
        return _revealed(json.loads(value["plaintext"]))
    if isinstance(value, dict):
        return {name: _revealed(one) for name, one in value.items()}
    return [_revealed(one) for one in value] if isinstance(value, list) else value
