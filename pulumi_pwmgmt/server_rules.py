"""The server's own rules, asked for before anything changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt.arguments import is_derived, is_generated, source_of
from pulumi_pwmgmt.demands import of_composition, unmet, unmet_by_recipe
from pulumi_pwmgmt.errors import (
    CredentialError,
    PasswordRejected,
    PermissionDenied,
    PrincipalNotFound,
    RateLimited,
    UnexpectedReply,
    Unreachable,
    Unsupported,
)
from pulumi_pwmgmt.model import UNKNOWN, PasswordPolicy
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.system import StatesPolicy

if TYPE_CHECKING:
    from pulumi_pwmgmt.arguments import Problems, Properties
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

# What leaves the rules unknown without saying that the change itself would fail.
_UNREADABLE = (PermissionDenied, RateLimited, UnexpectedReply, Unreachable, Unsupported)


def stated(run: Run, inputs: Properties, connected: Connected) -> PasswordPolicy | None:
    """Read the rules that the server states for this principal; None where it states none, or they can't be read.

    Raises:
        CredentialError: they can't be read, and the connection's ``require_policy`` wants them to be, or what stands in
            the way would stop the change as well.

    """
    system = connected.system
    if not isinstance(system, StatesPolicy) or connected.missing:
        return None
    try:
        return system.password_policy(inputs["principal"])
    except PrincipalNotFound:
        return None  # it may be made in this very run
    except _UNREADABLE as error:
        if connected.require_policy:
            raise
        run.tell_once(
            f"the password rules of connection {connected.name!r} can't be read, so nothing is held against them: "
            f"{error.happened} — {error.advice}, or set "
            f"'pwmgmt:connections.{connected.name}.require_policy' to have this refused",
            about=f"the rules of connection {connected.name}",
        )
    return None


def unmet_rules(run: Run, inputs: Properties, connected: Connected, policy: PasswordPolicy | None) -> Problems:
    """Name every rule that the password does not meet, or that some password of its recipe would not.

    Where the server states none, it is known all the same how long a password it takes.
    """
    policy = policy or PasswordPolicy(max_length=connected.system.traits.longest_password)
    if is_generated(inputs) or is_derived(inputs):  # the next generation comes when nobody looks
        rules = unmet_by_recipe(policy, Recipe.parse(source_of(inputs)["recipe"]), inputs["principal"])
        subject, to_do = "some passwords of the recipe break", "change the recipe"
    else:
        password = None if inputs["password"] is UNKNOWN else run.recall(inputs["password"])
        if password is None:
            return []
        rules = unmet(policy, password, inputs["principal"])
        subject, to_do = "the password breaks", "choose one that they accept"
    if not rules:
        return []
    if of_composition(rules):
        to_do += (
            "; where the organisation's profile forbids such rules, as nist-800-63b-4 does, the two contradict each "
            f"other and one has to give: the account's password policy in {connected.system.traits.title}, or the "
            "profile (rule server-rules)"
        )
    broken: CredentialError = PasswordRejected(
        f"{subject} the rules of {connected.system.traits.title}: {'; '.join(rules)}", to_do=to_do, reasons=rules
    )
    return [("password", broken)]
