"""Judging what a program declares, in preview and again before the change, and taking the password out of it.

What ``check`` returns is what the engine stores, what policies see and what a saved plan holds: a fingerprint stands
there instead of the password, and the real one stays in the memory of the process for the write that follows.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CredentialError,
    NotConfigured,
    PasswordRejected,
    PrincipalNotFound,
    Unsupported,
)
from pulumi_pwmgmt.fingerprint import fingerprint, is_fingerprint, same
from pulumi_pwmgmt.model import UNKNOWN, OnDestroy, OnDrift, Password, Reference, Secret
from pulumi_pwmgmt.system import ActsAsOneUser, CurrentPassword, Traits, VerifiesPassword

if TYPE_CHECKING:
    import enum

    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

Properties = dict[str, Any]
Problems = list[tuple[str, CredentialError]]

_FORMS = 'a secret text, from_env("NAME") or from_file("PATH")'
_ARGUMENTS: dict[str, tuple[tuple[type, ...], str]] = {
    "connection": ((str,), "the name of a connection"),
    "principal": ((str,), "a user id or login"),
    "password": ((str, Mapping), _FORMS),
    "current_password": ((str, Mapping), _FORMS),
    "adopt": ((bool,), "True or False"),
    "on_destroy": ((str,), ", ".join(how.value for how in OnDestroy)),
    "on_drift": ((str,), ", ".join(how.value for how in OnDrift)),
    "keep_in_state": ((bool,), "True or False"),
}
_REQUIRED = ("connection", "principal", "password")
_PASSWORDS = ("current_password", "password")
_CHOICES: dict[str, type[enum.Enum]] = {"on_destroy": OnDestroy, "on_drift": OnDrift}
# Set by the program when nothing in pwmgmt:connections is marked secret: only it is told.
IN_CLEAR = "connections_in_clear"
_LONGEST_PRINCIPAL = 1024


def check(run: Run, olds: Properties, news: Properties) -> tuple[Properties, Problems]:
    """Judge ``news`` and return the inputs to store, with each problem and the argument it is about.

    ``olds`` are the inputs as they were stored, empty for a create and for the second look at a replacement.
    A value that the engine does not know yet is ``UNKNOWN``.
    """
    inputs = {name: news[name] for name in _ARGUMENTS if news.get(name) is not None}
    if inputs.get("adopt") is False:
        del inputs["adopt"]  # the default has one form only, or a refresh would show a difference
    problems = [*_wrong_arguments(inputs)]
    if problems:
        return _withheld(inputs), problems
    if UNKNOWN in (inputs["connection"], inputs["principal"]):
        return _unknown_yet(inputs), []
    try:
        connected = run.connect(inputs["connection"])
    except NotConfigured as error:
        return _withheld(inputs), [("connection", error)]
    if news.get(IN_CLEAR) and connected.literal_secrets:
        _warn_of_clear_text(run, connected)
    inputs = _with_defaults(inputs, connected)
    problems = [
        *_wrong_place(olds, inputs, connected),
        *_impossible(olds, inputs, connected),
        *_wrong_user(run, inputs, connected),
    ]
    inputs, hidden = _without_passwords(run, olds, inputs, connected.system.traits)
    problems += hidden
    problems += _unrepairable(run, olds, inputs)
    try:
        run.claim(connected, inputs["principal"], inputs["principal"])
    except Unsupported as error:
        problems.append(("principal", error))
    if problems:
        return _withheld(inputs), problems
    return inputs | _history(run, olds, inputs), []


def _wrong_arguments(inputs: Properties) -> Problems:
    problems: Problems = []
    for name, (types, expected) in _ARGUMENTS.items():
        value = inputs.get(name)
        if value is UNKNOWN or (value is None and name not in _REQUIRED):
            continue
        what = None
        if value is None or value == "":
            what = "is missing" if value is None else "is empty"
        elif not isinstance(value, types):
            what = "is of the wrong type"
        elif name in _CHOICES and value not in [choice.value for choice in _CHOICES[name]]:
            what = "is none of its values"
        if what:
            problems.append((name, Unsupported(f"{name} {what}", to_do=f"give {expected}")))
    return problems


def _unknown_yet(inputs: Properties) -> Properties:
    return inputs | {name: UNKNOWN for name in _PASSWORDS if inputs.get(name) is not None}


def _withheld(inputs: Properties) -> Properties:
    """Leave the passwords out of a refusal: an update takes no unknown value in their place."""
    return {name: value for name, value in inputs.items() if name not in _PASSWORDS}


def _warn_of_clear_text(run: Run, connected: Connected) -> None:
    setting = connected.literal_secrets[0]
    run.tell_once(
        f"connection {connected.name!r} holds a secret ({setting}) in clear text in the stack's config. Encrypt it: "
        f"pulumi config set --secret --path 'pwmgmt:connections.{connected.name}.{setting}'"
    )


def _with_defaults(inputs: Properties, connected: Connected) -> Properties:
    required = connected.system.traits.current_password is CurrentPassword.REQUIRED
    defaults: Properties = {"on_drift": OnDrift.REPAIR.value, "keep_in_state": required}
    if not required:  # where nobody could set a new one afterwards, the program has to say it
        defaults["on_destroy"] = OnDestroy.REVOKE.value
    return defaults | inputs | {"system": connected.kind, "tenant": connected.tenant}


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


def _impossible(olds: Properties, inputs: Properties, connected: Connected) -> Problems:
    traits = connected.system.traits
    problems: Problems = []

    def refuse(argument: str, happened: str, to_do: str) -> None:
        problems.append((argument, Unsupported(happened, to_do=to_do)))

    can = " or ".join(sorted(how.value for how in traits.removals))
    removal = inputs.get("on_destroy")
    if removal is None:
        refuse(
            "on_destroy",
            f"{traits.title} has nobody who could set a new password afterwards, so there is no default",
            f"say on_destroy={can!r}, or keep the account out of a destroy with retain_on_delete",
        )
    elif removal is not UNKNOWN and OnDestroy(removal) not in traits.removals:
        refuse("on_destroy", f"{traits.title} can't {removal}", f"choose {can}")
    if inputs.get("adopt") is True and not isinstance(connected.system, VerifiesPassword):
        refuse("adopt", f"{traits.title} can't prove a password by a log-in", "leave adopt out and set a new one")
    required = traits.current_password is CurrentPassword.REQUIRED
    if inputs["keep_in_state"] is False and required:
        refuse("keep_in_state", f"{traits.title} demands the current password for a change", "leave it out")
    if inputs["keep_in_state"] is True and traits.current_password is CurrentPassword.IGNORED:
        refuse("keep_in_state", f"{traits.title} has no use for the current password", "leave it out")
    if required and not olds and inputs.get("adopt") is None and inputs.get("current_password") is None:
        refuse(
            "current_password",
            f"{traits.title} changes a password only for who knows the current one",
            "give it once, or adopt=True if the account has the declared one already",
        )
    principal_problem = _principal_problem(inputs["principal"], traits)
    if principal_problem:
        problems.append(("principal", PrincipalNotFound(f"the principal {principal_problem}")))
    return problems


def _wrong_user(run: Run, inputs: Properties, connected: Connected) -> Problems:
    if not isinstance(connected.system, ActsAsOneUser):
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


def _principal_problem(principal: str, traits: Traits) -> str | None:
    if principal in (".", "..") or len(principal) > _LONGEST_PRINCIPAL:
        return "is no user id or login"
    for character in traits.unaddressable:
        if character in principal:
            return f"holds {character!r}, which {traits.title} can't carry in a login: name it by its user id"
    return _text_problem(principal, traits)


def _text_problem(text: str, traits: Traits) -> str | None:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "holds a control character"
    if traits.header_safe and (not text.isascii() or text != text.strip(" ")):
        return f"can't travel in {traits.title}'s log-in: it takes printable ASCII without a blank at either end"
    return None


def _without_passwords(run: Run, olds: Properties, inputs: Properties, traits: Traits) -> tuple[Properties, Problems]:
    problems: Problems = []
    for argument in _PASSWORDS:
        try:
            inputs = inputs | _fingerprinted(run, argument, olds, inputs, traits)
        except CredentialError as error:  # noqa: PERF203 -- two rounds, and each problem is told
            problems.append((argument, error))
    return inputs, problems


def _fingerprinted(run: Run, argument: str, olds: Properties, inputs: Properties, traits: Traits) -> Properties:
    value = inputs.get(argument)
    if value is None or value is UNKNOWN:
        return {}
    if isinstance(value, str) and is_fingerprint(value) and same(value, str(olds.get(argument))):
        return {}  # ignore_changes puts the old input back
    try:
        password = Reference.parse(value).read() if isinstance(value, Mapping) else Secret(value)
    except ValueError:
        raise Unsupported(f"{argument} is no reference", to_do=f"give {_FORMS}") from None
    except NotConfigured:
        if argument == "current_password" and olds:  # needed once, and that was long ago
            return {argument: None}
        raise
    _refuse_unsendable(argument, password, traits)
    return {argument: run.remember(password, inputs["tenant"], inputs["principal"])}


def _refuse_unsendable(argument: str, password: Password, traits: Traits) -> None:
    text = password.reveal()
    if is_fingerprint(text):
        raise Unsupported(f"the {argument} starts like a fingerprint of ours", to_do="choose another password")
    if len(text) > traits.longest_password:
        longest = f"is longer than the {traits.longest_password} characters that {traits.title} takes"
        raise PasswordRejected(f"the {argument} {longest}", to_do="choose a shorter one")
    problem = _text_problem(text, traits)
    if problem:
        raise Unsupported(f"the {argument} {problem}", to_do="choose one without it")


def _unrepairable(run: Run, olds: Properties, inputs: Properties) -> Problems:
    repairs = olds.get("drift") and inputs["on_drift"] == OnDrift.REPAIR.value
    if not repairs or inputs["password"] is UNKNOWN or run.recall(inputs["password"]):
        return []
    held_back = Unsupported(
        f"the password was {olds['drift']}, and ignore_changes holds back the one to repair it with",
        to_do="take 'password' out of ignore_changes, or say on_drift='accept'",
    )
    return [("password", held_back)]


def _history(run: Run, olds: Properties, inputs: Properties) -> Properties:
    """Why the password last changed, for the reader of a diff, and the drift that the program accepts."""
    if not olds:
        return {"reason": {None: "created", True: "adopted"}.get(inputs.get("adopt"), UNKNOWN)}
    drift = olds.get("drift")
    if UNKNOWN in (inputs["password"], inputs["on_drift"]):
        return {"reason": UNKNOWN}
    if not same_password(run, olds, inputs):
        return {"reason": "changed in the program"}
    if drift and inputs["on_drift"] == OnDrift.REPAIR.value:
        return {"reason": f"{drift}: set again"}
    return {"reason": olds.get("reason"), "drift": drift}


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
