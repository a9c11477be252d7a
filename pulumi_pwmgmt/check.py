"""Judging what a program declares, in preview and again before the change, and taking the password out of it.

What ``check`` returns is what the engine stores, what policies see and what a saved plan holds: a fingerprint stands
there instead of the password, and the real one stays in the memory of the process for the write that follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt import arguments, source
from pulumi_pwmgmt.arguments import PASSWORDS, Problems, Properties, is_derived
from pulumi_pwmgmt.errors import AuthenticationFailed, NotConfigured, Unsupported
from pulumi_pwmgmt.facts import age
from pulumi_pwmgmt.fingerprint import fingerprint, same
from pulumi_pwmgmt.model import UNKNOWN, OnDrift
from pulumi_pwmgmt.record import Declaration
from pulumi_pwmgmt.review import review
from pulumi_pwmgmt.system import ActsAsOneUser, CurrentPassword

if TYPE_CHECKING:
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

# Told by the program, because only it knows: in which of the settings that hold secrets nothing is marked as one, and
# that this is a preview. Neither is an input.
IN_CLEAR = "in_clear"
IN_PREVIEW = "in_preview"
_OF_THE_PASSWORD = (*PASSWORDS, "facts")


def check(run: Run, olds: Properties, news: Properties) -> tuple[Properties, Problems]:
    """Judge ``news`` and return the inputs to store, with each problem and the argument it is about.

    ``olds`` are the inputs as they were stored, empty for a create and for the second look at a replacement.
    A value that the engine does not know yet is ``UNKNOWN``.
    """
    in_preview = news.get(IN_PREVIEW) is True
    inputs = arguments.given(olds, news)
    problems = _unreadable(olds) or arguments.wrong(inputs)
    if problems:
        return _withheld(inputs), problems
    if UNKNOWN in (inputs["connection"], inputs["principal"]):
        return _unknown_yet(inputs), []
    try:
        run.settings.refuse_unknown()
        connected = run.connect(inputs["connection"], in_preview=in_preview)
    except NotConfigured as error:
        return _withheld(inputs), [("connection", error)]
    _warn_of_clear_text(run, connected, str(news.get(IN_CLEAR, "")).split())
    if connected.missing:
        run.tell_once(
            f"connection {connected.name!r} has no {' and no '.join(connected.missing)} here, so "
            f"{connected.system.traits.title} is not asked: what depends on it is judged when it is applied"
        )
    inputs = arguments.with_defaults(inputs, connected)
    problems = [
        *_wrong_place(olds, inputs, connected),
        *arguments.impossible(olds, inputs, connected),
        *_wrong_user(run, inputs, connected),
    ]
    inputs, hidden = source.without_passwords(run, olds, inputs, connected.system.traits, in_preview=in_preview)
    problems += hidden
    problems += _unrepairable(run, olds, inputs)
    problems += [] if problems else _out_of_reach(run, olds, inputs, connected)
    try:
        run.claim(connected, inputs["principal"], inputs["principal"])
    except Unsupported as error:
        problems.append(("principal", error))
    if problems:
        return _withheld(inputs), problems
    changes = _changes(run, olds, inputs)
    inputs, problems = review(run, olds, inputs, connected, changes=changes, in_preview=in_preview)
    if problems:
        return _withheld(inputs), problems
    return inputs | _history(run, olds, inputs, changes=changes), []


def _unreadable(olds: Properties) -> Problems:
    """Say that the stored inputs are not what an earlier check has returned, as after editing the state by hand."""
    try:
        if olds:
            Declaration.parse(olds)
    except NotConfigured as error:
        return [("", error)]
    return []


def _unknown_yet(inputs: Properties) -> Properties:
    return inputs | {name: UNKNOWN for name in _OF_THE_PASSWORD if inputs.get(name) is not None}


def _withheld(inputs: Properties) -> Properties:
    """Leave the passwords out of a refusal: an update takes no unknown value in their place."""
    return {name: value for name, value in inputs.items() if name not in _OF_THE_PASSWORD}


def _warn_of_clear_text(run: Run, connected: Connected, in_clear: list[str]) -> None:
    literal = {path: f"{path} stands" for key in in_clear for path in run.settings.literal_secrets(key)}
    if "connections" in in_clear and connected.literal_secrets:
        setting = connected.literal_secrets[0]
        path = f"pwmgmt:connections.{connected.name}.{setting}"
        literal[path] = f"connection {connected.name!r} holds a secret ({setting})"
    for path, holder in literal.items():
        run.tell_once(
            f"{holder} in clear text in the stack's config. Encrypt it: pulumi config set --secret --path '{path}'"
        )


def _wrong_place(olds: Properties, inputs: Properties, connected: Connected) -> Problems:
    if not olds or olds.get("connection") != inputs["connection"]:
        return []
    before, now = (olds.get("system"), olds.get("tenant")), (connected.kind, connected.tenant)
    if before == now or (before[0] == now[0] and connected.moved_from == before[1]):
        return []
    moved = NotConfigured(
        f"connection {connected.name!r} leads to {now[0]} at {now[1]}, but the credential is in {before[0]} "
        f"at {before[1]}, and its password must not go elsewhere",
        to_do="correct the url or name another connection; if the tenant has moved, set "
        f"'pwmgmt:connections.{connected.name}.accept_tenant_change' to {before[1]}",
    )
    return [("connection", moved)]


def _wrong_user(run: Run, inputs: Properties, connected: Connected) -> Problems:
    if not isinstance(connected.system, ActsAsOneUser) or connected.missing:
        return []
    principal, subject = inputs["principal"], connected.system.subject()
    if subject is None:
        run.tell_once(
            f"whose token connection {connected.name!r} has can't be read from it: make sure that it is the one of "
            f"{principal!r}, because {connected.system.traits.title} changes the password of whoever the token names"
        )
        return []
    if subject.casefold() == principal.casefold():
        return []
    stranger = AuthenticationFailed(
        f"the token of connection {connected.name!r} is {subject!r}'s, the program says {principal!r}",
        to_do=f"give the connection a token that {principal!r} signed in for, or correct the principal",
    )
    return [("principal", stranger)]


def _unrepairable(run: Run, olds: Properties, inputs: Properties) -> Problems:
    if not _repairs(olds, inputs) or inputs["password"] is UNKNOWN or run.recall(inputs["password"]):
        return []
    held_back = Unsupported(
        f"the password was {olds['drift']}, and ignore_changes holds back the one to repair it with",
        to_do="take 'password' out of ignore_changes, or say on_drift='accept'",
    )
    return [("password", held_back)]


def _out_of_reach(run: Run, olds: Properties, inputs: Properties, connected: Connected) -> Problems:
    """Refuse a change for which the system demands a password that can't be computed any more."""
    required = connected.system.traits.current_password is CurrentPassword.REQUIRED
    if not required or not is_derived(olds) or not _changes(run, olds, inputs):
        return []
    if inputs.get("current_password") not in (None, olds.get("current_password")):
        return []
    try:
        source.demanded_again(run, olds)
    except NotConfigured as error:
        return [("password", error)]
    return []


def _changes(run: Run, olds: Properties, inputs: Properties) -> bool | None:
    """Tell whether a password is to be set; None where that is not known yet."""
    if not olds:
        return True
    if UNKNOWN in (inputs["password"], inputs["on_drift"]):
        return None
    return not same_password(run, olds, inputs) or _repairs(olds, inputs)


def _repairs(olds: Properties, inputs: Properties) -> bool:
    return bool(olds.get("drift")) and inputs["on_drift"] == OnDrift.REPAIR.value


def _history(run: Run, olds: Properties, inputs: Properties, *, changes: bool | None) -> Properties:
    """Why the password last changed, for the reader of a diff, and the drift that the program accepts."""
    if not olds:
        return {"reason": {None: "created", True: "adopted"}.get(inputs.get("adopt"), UNKNOWN)}
    if changes is None:
        return {"reason": _why(run, olds, inputs) if source.surely_another(inputs) else UNKNOWN}
    if not changes:
        return {"reason": olds.get("reason"), "drift": olds.get("drift")}
    if same_password(run, olds, inputs):
        return {"reason": f"{olds['drift']}: set again"}
    return {"reason": _why(run, olds, inputs)}


def _why(run: Run, olds: Properties, inputs: Properties) -> str:
    return source.why(olds, inputs, age(olds.get("facts") or {}, run.settings.now()))


def same_password(run: Run, olds: Properties, inputs: Properties) -> bool:
    """Whether two sets of inputs mean the same password, also where the salt of the fingerprint has changed."""
    before, after = olds.get("password"), inputs["password"]
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    if same(before, after):
        return True
    password = run.recall(after)
    if password is None or (olds.get("tenant"), olds.get("principal")) == (inputs["tenant"], inputs["principal"]):
        return False
    return same(before, fingerprint(password, str(olds.get("tenant")), str(olds.get("principal"))))
