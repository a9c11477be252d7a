"""What a preview plans for each credential, told with a few plain properties; nothing else of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.report.sources import Source, between
from pulumi_pwmgmt.report.text import HIDDEN, UNKNOWN, plain

if TYPE_CHECKING:
    from pulumi_pwmgmt.report.events import State, Step, Stream

_OURS = "pulumi-python:dynamic/pwmgmt:"
TYPE = f"{_OURS}ManagedCredential"
# the only properties that are ever shown
PLAIN = ("connection", "principal", "system", "tenant", "reason", "drift", "on_destroy")
# sdk/go/common/resource/plugin/rpc.go: what stands for text that is not known yet
_UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_REPLACING = {"replace", "create-replacement", "delete-replaced", "import-replacement", "discard-replaced"}
_STAYING = {"same", "read"}
_REMOVED = {
    "revoke": "the old password is revoked and no longer works",
    "expire": "the old password expires and only opens the step that changes it",
    "deactivate": "the old account is deactivated",
}


class Change(Enum):
    """What is planned for a credential."""

    REFUSED = "refused"
    DELETE = "delete"
    REPLACE = "replace"
    UPDATE = "update"
    CREATE = "create"
    LET_GO = "let go"
    OTHER = "other"
    SAME = "same"


@dataclass(frozen=True)
class Credential:
    """A credential in the plan.

    ``removes`` tells whether an account loses its password: not when it is only let go (``retain_on_delete``), and not
    when another credential of the same plan holds the same account.
    """

    urn: str
    change: Change
    principal: str = ""
    system: str = ""
    why: str = ""
    source: str = ""
    drift: str = ""
    removes: bool = False

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return name_of(self.urn)

    @property
    def changes(self) -> bool:
        """Whether anything is planned for it."""
        return self.change not in (Change.SAME, Change.REFUSED)


def name_of(urn: str) -> str:
    """Return the name in ``urn:pulumi:STACK::PROJECT::TYPES::NAME``."""
    return urn.split("::", 3)[-1]


def is_ours(urn: str) -> bool:
    """Tell whether the resource is one of this library's."""
    return _type_of(urn).startswith(_OURS)


def is_stack(urn: str) -> bool:
    """Tell whether it is the stack itself, or nothing at all."""
    return not urn or _type_of(urn) == "pulumi:pulumi:Stack"


def shown(properties: Mapping[str, Any], name: str) -> str:
    """Return a property of the allow-list, fit to be shown; empty where there is none, or none that is text."""
    if name not in PLAIN:
        raise ValueError(f"{name} is not to be shown")
    value = properties.get(name)
    if isinstance(value, Mapping):
        return HIDDEN
    if not isinstance(value, str):
        return ""
    return UNKNOWN if value == _UNKNOWN_MARK else plain(value)


def set_by(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return which properties differ, by name; of ``declared``, which is a list of such, the names that differ.

    A secret that is none any more differs.
    """
    names = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    old, new = before.get("declared"), after.get("declared")
    if isinstance(old, str) and isinstance(new, str):
        names = names - {"declared"} | set(old.split()) ^ set(new.split())
    return sorted(map(plain, names))


def steps_of(kind: str, stream: Stream) -> dict[str, list[Step]]:
    """Return what is planned for each resource of this type, by its URN."""
    planned: dict[str, list[Step]] = {}
    for step in stream.steps:
        if step.type == kind and step.op != "refresh":  # it only looks, and what is found the next step starts from
            planned.setdefault(step.urn, []).append(step)
    return planned


def change_of(steps: list[Step]) -> Change:
    """Return what the steps of one resource come to."""
    ops = {step.op for step in steps}
    if ops & _REPLACING or ("delete" in ops and ops - {"delete"}):
        return Change.REPLACE
    if "delete" in ops:
        return Change.LET_GO if _let_go(steps) else Change.DELETE
    if ops <= _STAYING:
        return Change.SAME
    if ops - _STAYING <= {"create", "import"}:
        return Change.CREATE
    return Change.UPDATE if ops - _STAYING == {"update"} else Change.OTHER


def credentials(stream: Stream) -> tuple[Credential, ...]:
    """Return each credential that the preview plans something for or refuses, those with most to tell first."""
    planned = steps_of(TYPE, stream)
    kept = _kept(planned.values())
    refused = {
        said.urn
        for said in stream.diagnostics
        if said.severity == "error" and _type_of(said.urn) == TYPE and said.urn not in planned
    }
    found = [
        *(Credential(urn, Change.REFUSED, why="nothing is planned") for urn in refused),
        *(_credential(urn, steps, kept) for urn, steps in planned.items()),
    ]
    return tuple(sorted(found, key=lambda one: (list(Change).index(one.change), one.urn)))


def _type_of(urn: str) -> str:
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 3 else ""  # noqa: PLR2004 -- prefix, project, types, name


def _kept(plans: Iterable[list[Step]]) -> dict[tuple[str, str], str]:
    """Return whose password is still declared once the plan is carried out, and by which resource."""
    new = ((step.urn, _account(step.new)) for steps in plans for step in steps if step.new)
    return {account: urn for urn, account in new if account}


def _account(state: State) -> tuple[str, str] | None:
    tenant, principal = shown(state.inputs, "tenant"), shown(state.inputs, "principal")
    known = all(text not in ("", HIDDEN, UNKNOWN) for text in (tenant, principal))
    return (tenant, principal.casefold()) if known else None


def _let_go(steps: list[Step]) -> bool:
    return any(step.old and step.old.retain_on_delete for step in steps)


def _credential(urn: str, steps: list[Step], kept: Mapping[tuple[str, str], str]) -> Credential:
    change = change_of(steps)
    leaving = [step for step in steps if "delete" in step.op] or steps
    old = next((step.old for step in leaving if step.old), None)
    new = next((step.new for step in reversed(steps) if step.new), None)
    before, after = (old.inputs if old else {}), (new.inputs if new else {})
    account = _account(old) if old else None
    heir = kept.get(account) if account else None
    going = change in (Change.DELETE, Change.REPLACE) and not _let_go(steps)
    drift = shown(before, "drift")
    return Credential(
        urn=urn,
        change=change,
        principal=shown(after or before, "principal"),
        system=shown(after or before, "system"),
        why="; ".join(
            [
                *_moves(change, before, after),
                *_reasons(change, steps, after, drift),
                *(_loss(urn, before, heir) if going else []),
                *(["the old account is left as it is"] if _let_go(steps) else []),
            ]
        ),
        source=between(Source.of(before), Source.of(after or before)),
        drift=drift,
        removes=going and heir is None,
    )


def _moves(change: Change, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    if change is not Change.REPLACE:
        return []
    pairs = ((name, shown(before, name), shown(after, name)) for name in ("principal", "system", "tenant"))
    return [f"{name} {old} → {new}" for name, old, new in pairs if old != new]


def _reasons(change: Change, steps: list[Step], after: Mapping[str, Any], drift: str) -> list[str]:
    if change is Change.OTHER:
        return ["the engine plans: " + ", ".join(sorted({plain(step.op) for step in steps}))]
    if change is Change.SAME:
        return [f"{drift}, and left so"] if drift else []
    reason = shown(after, "reason") if change in (Change.CREATE, Change.UPDATE) else ""
    found = [drift] if drift and drift not in reason and change is Change.UPDATE else []
    return [*found, *([reason] if reason not in ("", "created") else [])]


def _loss(urn: str, before: Mapping[str, Any], heir: str | None) -> list[str]:
    if heir is not None:
        return ["the account keeps its password" if heir == urn else f"the account goes over to {name_of(heir)}"]
    how = shown(before, "on_destroy")
    return [_REMOVED.get(how, f"on_destroy is {how or 'not told'}")]
