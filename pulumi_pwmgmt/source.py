"""From what a program says of a password to the password itself, and to the fingerprint that stands for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.arguments import DERIVED, FORMS, PASSWORDS, Problems, Properties, is_derived, text_problem
from pulumi_pwmgmt.derivation import FORMAT
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, PasswordRejected, Unsupported
from pulumi_pwmgmt.fingerprint import fingerprint, is_fingerprint, same
from pulumi_pwmgmt.model import UNKNOWN, Password, Reference, Secret
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.rotation import rotated

if TYPE_CHECKING:
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Traits


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
    if source is UNKNOWN or "generation" not in source or source["generation"] is UNKNOWN:
        return source
    return source | {"generation": int(source["generation"]), "recipe": Recipe.parse(source["recipe"]).as_input()}


def _fingerprinted(
    run: Run, argument: str, olds: Properties, inputs: Properties, traits: Traits, *, in_preview: bool
) -> Properties:
    value = inputs.get(argument)
    if value is None or value is UNKNOWN:
        return {}
    if isinstance(value, str) and is_fingerprint(value) and same(value, str(olds.get(argument))):
        # ignore_changes puts the old input back, and what was true of it holds on
        return {"source": olds.get("source")} if argument == "password" else {}
    if argument == "password" and is_derived(inputs):
        return _derived(run, olds, inputs, traits)
    try:
        reference = Reference.parse(value) if isinstance(value, Mapping) else Secret(value)
    except ValueError:
        raise Unsupported(f"{argument} is no reference", to_do=f"give {FORMS}") from None
    if in_preview and isinstance(reference, Reference) and reference.optional_in_preview and reference.is_missing:
        run.tell_once(f"{reference} is missing: what depends on it is judged when it is applied")
        return {argument: UNKNOWN}
    try:
        password = reference.read()
    except NotConfigured:
        if argument == "current_password" and olds:  # needed once, and that was long ago
            return {argument: None}
        raise
    _refuse_unsendable(argument, password, traits)
    return {argument: run.remember(password, inputs["tenant"], inputs["principal"])}


def _derived(run: Run, olds: Properties, inputs: Properties, traits: Traits) -> Properties:
    source = inputs["source"]
    if source is UNKNOWN or source["generation"] is UNKNOWN:
        return {"password": UNKNOWN}
    source = source | {"format": FORMAT}
    place = inputs["tenant"], inputs["principal"]
    before = olds.get("source") or {}
    if same_derivation(before, source) and (olds.get("tenant"), olds.get("principal")) == place:
        source = source | {"master": before["master"]}  # the next generation moves to another master
        try:
            password = run.derived(source, *place)
        except NotConfigured as error:
            source = source | {"master": inputs["source"]["master"]}
            password = run.derived(source, *place)  # the same master may have got another name
            if not same(fingerprint(password, *place), str(olds.get("password"))):
                raise NotConfigured(
                    f"{error.happened}, and generation {source['generation']} was derived from it",
                    to_do=f"put it back until this credential has moved on to another generation ({error.advice})",
                ) from None
    else:
        password = run.derived(source, *place)
    _refuse_unsendable("password", password, traits)
    return {"password": run.remember(password, *place), "source": source}


def same_derivation(one: Properties, other: Properties) -> bool:
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
    before, after = olds.get("source") or {"kind": "supplied"}, inputs["source"] or {}
    known_before = "source" in olds or after.get("kind") in ("generated", DERIVED)
    if known_before and before.get("kind") != after.get("kind"):
        return f"source changed: {before.get('kind')} → {after.get('kind')}"
    if before.get("generation") != after.get("generation"):
        return rotated(int(before["generation"]), int(after["generation"]), age)
    if before.get("recipe") != after.get("recipe"):
        return "the recipe changed"
    if after.get("kind") == DERIVED and olds.get("tenant") != inputs["tenant"]:
        return "the tenant has moved, and the password is derived for it"
    return "changed in the program"
