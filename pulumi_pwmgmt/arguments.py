"""What a program may say of a credential, and what of it the system that it names can't do."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import CredentialError, PrincipalNotFound, Unsupported
from pulumi_pwmgmt.fingerprint import is_fingerprint, same
from pulumi_pwmgmt.model import UNKNOWN, OnDestroy, OnDrift
from pulumi_pwmgmt.system import CurrentPassword, VerifiesPassword

if TYPE_CHECKING:
    import enum

    from pulumi_pwmgmt.system import Connected, Traits

Properties = dict[str, Any]
Problems = list[tuple[str, CredentialError]]

FORMS = 'a secret text, from_env("NAME"), from_file("PATH"), a GeneratedPassword or a DerivedPassword'
PASSWORDS = ("current_password", "password")
DERIVED = "derived"
GENERATED = "generated"
_ARGUMENTS: dict[str, tuple[tuple[type, ...], str]] = {
    "connection": ((str,), "the name of a connection"),
    "principal": ((str,), "a user id or login"),
    "password": ((str, Mapping), FORMS),
    "current_password": ((str, Mapping), 'a secret text, from_env("NAME") or from_file("PATH")'),
    "adopt": ((bool,), "True or False"),
    "on_destroy": ((str,), ", ".join(how.value for how in OnDestroy)),
    "on_drift": ((str,), ", ".join(how.value for how in OnDrift)),
    "keep_in_state": ((bool,), "True or False"),
}
_REQUIRED = ("connection", "principal", "password")
_CHOICES: dict[str, type[enum.Enum]] = {"on_destroy": OnDestroy, "on_drift": OnDrift}
_LONGEST_PRINCIPAL = 1024


def given(olds: Properties, news: Properties) -> Properties:
    """Return the arguments that the program gives, ``declared`` with their names, and where the password is from.

    Where ``ignore_changes`` holds the password back, that is where the accepted one is from.
    """
    inputs = {name: news[name] for name in _ARGUMENTS if news.get(name) is not None}
    if inputs.get("adopt") is False:
        del inputs["adopt"]  # the default has one form only, or a refresh would show a difference
    by_reference = isinstance(news.get("password"), Mapping)
    source: Any = news.get("source") or {"kind": "reference" if by_reference else "supplied"}
    if is_held_back("password", olds, inputs):
        source = olds.get("source", {})
    # what the program has not registered as a secret would lie in the state in clear
    registered: Properties = {"facts": {}} if "facts" in news else {}
    return inputs | registered | {"declared": " ".join(sorted(inputs)), "source": source}


def is_held_back(argument: str, olds: Properties, inputs: Properties) -> bool:
    """Whether ``ignore_changes`` has put the fingerprint back that stands for the old value."""
    value = inputs.get(argument)
    return isinstance(value, str) and is_fingerprint(value) and same(value, str(olds.get(argument)))


def wrong(inputs: Properties) -> Problems:
    """Name each argument that is missing, or is of a type or value that no credential takes."""
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
        elif name == "connection" and not str(value).isprintable():
            what = "holds a character that can't be seen"
        if what:
            problems.append((name, Unsupported(f"{name} {what}", to_do=f"give {expected}")))
    return problems


def with_defaults(inputs: Properties, connected: Connected) -> Properties:
    """Add what holds where the program says nothing, and the place that the connection leads to."""
    required = connected.system.traits.current_password is CurrentPassword.REQUIRED
    keep = required and not is_derived(inputs)  # the old one is computed again
    defaults: Properties = {"on_drift": OnDrift.REPAIR.value, "keep_in_state": keep}
    if not required:  # where nobody could set a new one afterwards, the program has to say it
        defaults["on_destroy"] = OnDestroy.REVOKE.value
    encrypted = connected.tenant.startswith("https:") or connected.is_loopback
    risks = [] if encrypted else ["unencrypted"]
    risks += [f"literal {name}" for name in connected.literal_secrets]
    place = {"system": connected.kind, "tenant": connected.tenant, "connection_risks": risks}
    return defaults | inputs | place


def source_of(inputs: Properties) -> Mapping[str, Any]:
    """Return where the password is from; empty where that is not known, or was written by a version without it."""
    source = inputs.get("source")
    return source if isinstance(source, Mapping) else {}


def is_derived(inputs: Properties) -> bool:
    """Whether the password is computed from a master. What is not known yet is: it waits for its principal."""
    return inputs.get("source") is UNKNOWN or source_of(inputs).get("kind") == DERIVED


def is_generated(inputs: Properties) -> bool:
    """Whether the password is that of a ``GeneratedPassword``."""
    return source_of(inputs).get("kind") == GENERATED


def impossible(olds: Properties, inputs: Properties, connected: Connected) -> Problems:
    """Name each argument that asks for something that this system can't do."""
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
    if inputs["keep_in_state"] is False and required and not is_derived(inputs):
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


def _principal_problem(principal: str, traits: Traits) -> str | None:
    if principal in (".", "..") or len(principal) > _LONGEST_PRINCIPAL:
        return "is no user id or login"
    if principal.lower() in traits.reserved:
        return f"is what {traits.title} calls the connection's own user: name the account by its whole login or its id"
    for character in traits.unaddressable:
        if character in principal:
            return f"holds {character!r}, which {traits.title} can't carry in a login: name it by its user id"
    odd = next((character for character in principal if not character.isprintable()), None)
    return text_problem(principal, traits) or (odd and f"holds {odd!r}, which can't be seen: write it without")


def text_problem(text: str, traits: Traits) -> str | None:
    """Say why a login or password can't be sent to this system, without the text itself."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return "holds a control character"
    if traits.header_safe and (not text.isascii() or text != text.strip(" ")):
        return f"can't travel in {traits.title}'s log-in: it takes printable ASCII without a blank at either end"
    return None
