"""What a reviewer is told of a password, and what is refused because of it, before anything changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt import facts, server_rules
from pulumi_pwmgmt.arguments import DERIVED, GENERATED, is_generated, source_of
from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.model import UNKNOWN, Unknown
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.system import ActsAsOneUser, ObservesPassword

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.arguments import Problems, Properties
    from pulumi_pwmgmt.model import Password
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected


def review(
    run: Run,
    olds: Properties,
    inputs: Properties,
    connected: Connected,
    *,
    changes: bool | None,
    in_preview: bool,
) -> tuple[Properties, Problems]:
    """Return the inputs with their ``facts``, and what the server's own rules or a reuse of the password refuse.

    ``changes`` says whether another password is to be set; None: nobody knows yet. A password that is adopted or stays
    as it is has the server's consent already.
    """
    password = None if inputs["password"] is UNKNOWN else run.recall(inputs["password"])
    if inputs["password"] is UNKNOWN and not is_generated(inputs):
        return _told(inputs, UNKNOWN), []
    asked = changes is not False and not _adopts(olds, inputs)
    if in_preview and not olds:
        _look_for(run, inputs, connected)
    try:
        policy = server_rules.stated(run, inputs, connected) if asked else None
        problems = server_rules.unmet_rules(run, inputs, connected, policy) if asked else []
        known = _facts(run, olds, inputs, password, changes=changes) | facts.server(policy)
        tagged = facts.tag(password, run.reuse_key(in_preview=in_preview)) if password else {}
        if source_of(inputs).get("kind") not in (GENERATED, DERIVED):
            known |= tagged
        _refuse_reuse(run, inputs, connected, (tagged if password else known).get("reuse_tag"))
    except CredentialError as error:
        return inputs, [("password", error)]
    return _told(inputs, known), problems


def _look_for(run: Run, inputs: Properties, connected: Connected) -> None:
    """Tell of an account that is not there, or closed: no refusal, since this very run may make or open it."""
    system = connected.system
    if not isinstance(system, ObservesPassword) or isinstance(system, ActsAsOneUser) or connected.missing:
        return  # a user's own token makes the password where there is none
    try:
        seen = system.observe(inputs["principal"])
    except CredentialError:
        return  # whatever stands in the way is told where the rules or the change meet it
    if seen is None or seen.status in system.traits.closed:
        what = f"is {seen.status}" if seen else "is not there yet"
        run.tell(
            f"{inputs['principal']!r} on connection {connected.name!r} {what}: unless something else in this run "
            "changes that, its update will be refused"
        )


def _comes_back(olds: Properties, inputs: Properties) -> bool:
    """Whether the program goes back to an earlier generation."""
    before, after = (source_of(properties).get("generation") for properties in (olds, inputs))
    return before is not None and after is not None and after < before


def _told(inputs: Properties, known: facts.Facts | Unknown) -> Properties:
    """Fill in the facts where the program has registered them as a secret; elsewhere they would lie in clear."""
    return inputs | {"facts": known} if "facts" in inputs else inputs


def _adopts(olds: Properties, inputs: Properties) -> bool:
    """Whether nothing is written; adopt speaks of a create only."""
    return not olds and bool(inputs.get("adopt"))


def _facts(
    run: Run, olds: Properties, inputs: Properties, password: Password | None, *, changes: bool | None
) -> facts.Facts:
    """Tell what may be known. Of the same password, what was found out once is taken over."""
    before: Mapping[str, Any] | None = olds.get("facts") or {}
    if changes is not False:
        # since when an adopted one is in use, nobody knows; one that comes back is older than today
        before = {} if _adopts(olds, inputs) or _comes_back(olds, inputs) else None
    source = source_of(inputs)
    now, kind = run.settings.now(), source.get("kind")
    if kind == GENERATED and (not before or before.get("source") != GENERATED):
        told = facts.of_recipe(Recipe.parse(source["recipe"]), generation=source["generation"])
    elif password is None or kind == GENERATED:
        # held back by ignore_changes, or made by the recipe of its day, which has the say in how strong it is
        return facts.carried(before or {})
    elif kind == DERIVED:
        told = facts.of_derived(password, Recipe.parse(source["recipe"]), generation=source["generation"])
    else:
        names = (inputs["principal"], inputs["connection"])
        told = facts.of_value(password, "reference" if kind == "reference" else "supplied", names=names, before=before)
        told |= _breached(run, told, password)
    stated_before = {name: value for name, value in (before or {}).items() if name == "server"}
    return facts.dated(told, now, before) | stated_before


def _breached(run: Run, told: facts.Facts, password: Password) -> facts.Facts:
    """Ask once for each password whether it is known from a breach, where the config wants that asked."""
    breaches = None if "breached" in told else run.breaches()
    if breaches is None:
        return {}
    try:
        return {"breached": breaches.count(password) > 0}
    except CredentialError as error:
        if breaches.must_answer:
            raise
        run.tell_once(f"whether passwords are known from breaches is not judged: {error}")
    return {}


def _refuse_reuse(run: Run, inputs: Properties, connected: Connected, tag: str | None) -> None:
    """Refuse one password for two accounts: where there is a key for its tag, and of a generated one in any case."""
    made_by = f"GeneratedPassword {source_of(inputs)['resource']}" if is_generated(inputs) else None
    for name in (made_by, tag):
        if name:
            run.use(name, connected, inputs["principal"])
