"""From what a program says of a password to the password itself, and to the fingerprint that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.arguments import (
    DERIVED,
    FORMS,
    GENERATED,
    PASSWORDS,
    Problems,
    Properties,
    is_derived,
    is_generated,
    is_held_back,
    source_of,
    text_problem,
)
from pulumi_pwmgmt.derivation import FORMAT
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, PasswordRejected, Unsupported
from pulumi_pwmgmt.fingerprint import fingerprint, is_fingerprint, same
from pulumi_pwmgmt.masters import named, reference
from pulumi_pwmgmt.model import UNKNOWN, Password, Reference, Secret
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.rotation import aged, rotated

if TYPE_CHECKING:
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Traits


_PUT_BACK = (
    "put it back until this credential has moved on to another generation, with another master: "
    "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'; if it is lost, give the live "
    "password as current_password, or let go of the credential without touching the account: pulumi state delete URN"
)


def without_passwords(
    run: Run, olds: Properties, inputs: Properties, traits: Traits, *, in_preview: bool
) -> tuple[Properties, Problems]:
    """Replace the passwords by fingerprints, keep the real ones in the run, and say what of their source is accepted.

    A password that is not known yet stays ``UNKNOWN``, in a preview also one whose optional reference leads nowhere.
    """
    problems: Problems = []
    inputs = inputs | {"source": _known_source(inputs["source"])}
    for argument in PASSWORDS:
        try:
            inputs = inputs | _fingerprinted(run, argument, olds, inputs, traits, in_preview=in_preview)
        except CredentialError as error:  # noqa: PERF203 -- two rounds, and each problem is told
            problems.append((argument, error))
    return inputs, problems


def _known_source(source: Any) -> Any:  # noqa: ANN401 -- a map, or UNKNOWN
    """Give the numbers of a source back their form: on its way through the engine each becomes a float."""
    if source is UNKNOWN or "generation" not in source:
        return source
    return source | {"generation": int(source["generation"]), "recipe": Recipe.parse(source["recipe"]).as_input()}


def _fingerprinted(
    run: Run, argument: str, olds: Properties, inputs: Properties, traits: Traits, *, in_preview: bool
) -> Properties:
    value = inputs.get(argument)
    if value is None or value is UNKNOWN:
        return {}
    if is_held_back(argument, olds, inputs):
        return {}
    if argument == "password" and is_derived(inputs):
        return _derived(run, olds, inputs, traits, in_preview=in_preview)
    try:
        given = Reference.parse(value) if isinstance(value, Mapping) else Secret(value)
    except ValueError:
        raise Unsupported(f"{argument} is no reference", to_do=f"give {FORMS}") from None
    if in_preview and run.goes_on_without(given):
        return {argument: UNKNOWN}
    try:
        password = given.read()
    except NotConfigured:
        if argument == "current_password" and olds:  # needed once, and that was long ago
            return {argument: None}
        raise
    _refuse_unsendable(argument, password, traits)
    return {argument: run.remember(password, inputs["tenant"], inputs["principal"])}


def _derived(run: Run, olds: Properties, inputs: Properties, traits: Traits, *, in_preview: bool) -> Properties:
    if inputs["source"] is UNKNOWN:
        return {"password": UNKNOWN}
    source = inputs["source"] | {"format": FORMAT}
    place = inputs["tenant"], inputs["principal"]
    stays = (olds.get("tenant"), olds.get("principal")) == place and _same_derivation(source_of(olds), source)
    masters = [source["master"], source_of(olds)["master"]] if stays else [source["master"]]
    if in_preview and any(run.goes_on_without(reference(run.settings.masters, one)) for one in masters):
        return {"password": UNKNOWN, "source": source}
    if stays:  # the next generation moves to another master, this one stays with its own
        source = source | {"master": _master_of_accepted(run, olds, source)}
    password = run.derived(source, *place)
    _refuse_unsendable("password", password, traits)
    return {"password": run.remember(password, *place), "source": source}


def _master_of_accepted(run: Run, olds: Properties, source: Properties) -> str | Mapping[str, Any]:
    """Return the master that the accepted password was derived from, which may have got another name.

    Where the one that it was is there with another value, it is the program's: the generation is made anew.
    """
    master: str | Mapping[str, Any] = source["master"]
    before: str | Mapping[str, Any] = olds["source"]["master"]
    unusable: NotConfigured | None = None
    try:
        if _computed(run, olds | {"source": source}):
            return master
    except NotConfigured as error:
        unusable = error
    if not accepted_again(run, olds):
        return master
    if unusable:
        run.tell_once(
            f"{unusable.happened}, so the next generation can't be derived from {named(master)} — {unusable.advice}",
            about=f"master {named(master)}",
        )
    return before


def accepted_again(run: Run, inputs: Properties) -> Password | None:
    """Compute the derived password that ``inputs`` have the fingerprint of; None where its master is another one now.

    Raises:
        NotConfigured: its master is gone, or can't be used.

    """
    try:
        return _computed(run, inputs)
    except NotConfigured as error:
        raise NotConfigured(f"{error.happened}; {_derived_from(inputs)}", to_do=_PUT_BACK) from None


def _computed(run: Run, inputs: Properties) -> Password | None:
    source, place = inputs["source"], (inputs["tenant"], inputs["principal"])
    password = run.derived(source, *place)
    return password if same(fingerprint(password, *place), str(inputs["password"])) else None


def demanded_again(run: Run, inputs: Properties) -> Password:
    """Compute the derived password that ``inputs`` have the fingerprint of.

    Raises:
        NotConfigured: its master is gone, can't be used, or is another one now.

    """
    password = accepted_again(run, inputs)
    if password is None:
        other = f"the master {named(inputs['source']['master'])} has another value"
        raise NotConfigured(f"{other}; {_derived_from(inputs)}", to_do=_PUT_BACK)
    return password


def _derived_from(inputs: Properties) -> str:
    return f"generation {inputs['source']['generation']:g} of {inputs['principal']!r} was derived from what it was"


def _same_derivation(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two sources compute the same from the same master."""
    return all(one.get(name) == other.get(name) for name in ("kind", "generation", "recipe", "format"))


def _refuse_unsendable(argument: str, password: Password, traits: Traits) -> None:
    text = password.reveal()
    if is_fingerprint(text):
        raise Unsupported(f"the {argument} starts like a fingerprint of ours", to_do="choose another password")
    if len(text) > traits.longest_password:
        longest = f"is longer than the {traits.longest_password} characters that {traits.title} takes"
        raise PasswordRejected(f"the {argument} {longest}", to_do="choose a shorter one")
    problem = text_problem(text, traits)
    if problem:
        raise Unsupported(f"the {argument} {problem}", to_do="choose one without it")


def why(olds: Properties, inputs: Properties, age: int | None) -> str:
    """Say why this is another password, for the reader of a diff. ``age`` is the old one's, in days."""
    before, after = source_of(olds) or {"kind": "supplied"}, source_of(inputs)
    known_before = bool(source_of(olds)) or after.get("kind") in (GENERATED, DERIVED)
    if known_before and before.get("kind") != after.get("kind"):
        return f"source changed: {before.get('kind')} → {after.get('kind')}"
    if after.get("resource") not in (None, before.get("resource")):
        return f"it is another GeneratedPassword now: {after['resource'].rpartition('::')[2]!r}"
    if before.get("generation") != after.get("generation"):
        changed = rotated(int(before["generation"]), int(after["generation"]), age)
        return changed + (_by_master(before, after) if after.get("kind") == DERIVED else "")
    if before.get("recipe") != after.get("recipe"):
        return "the recipe changed"
    what = "changed in the program"
    if after.get("kind") == GENERATED:
        what = f"another one was generated{aged(age)}"
    elif after.get("kind") == DERIVED and olds.get("tenant") != inputs["tenant"]:
        what = "the tenant has moved, and the password is derived for it"
    elif after.get("kind") == DERIVED and olds.get("principal") == inputs["principal"]:
        what = f"the master {named(after['master'])} has another value"
    return what


def _by_master(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say by which master a password is an earlier one: the same generation of another is another password."""
    if after["generation"] > before["generation"]:
        return ""
    one, other = named(before["master"]), named(after["master"])
    return f", derived from {other}" + ("" if one == other else f" in place of {one}, so not the password that it had")


def surely_another(inputs: Properties) -> bool:
    """Whether the password will be another one although nobody knows it: it is still to be generated."""
    return inputs["password"] is UNKNOWN and is_generated(inputs)
