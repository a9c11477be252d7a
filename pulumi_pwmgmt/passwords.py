"""Where a password comes from when nobody has to choose or keep it: generated, or derived from a master secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pulumi
from pulumi import dynamic

from pulumi_pwmgmt.counting import MOST, is_counting
from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.model import Reference
from pulumi_pwmgmt.moment import moment
from pulumi_pwmgmt.pins import pinned
from pulumi_pwmgmt.provider import GeneratedPasswordProvider
from pulumi_pwmgmt.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_pwmgmt.schedule import RotationSchedule

Properties: TypeAlias = dict[str, Any]
_LONGEST_NAME = 31  # a master has 32 bytes and more, so whoever gives one for its name is told, and nobody is shown it


@dataclass(frozen=True, kw_only=True)
class DerivedPassword:
    """A password computed from a master secret, for this principal of this tenant and this generation of it.

    It is in no state: whoever has the master computes it again (docs/derived-passwords.md). A new generation is a new
    password; so is a changed recipe. A changed ``master`` takes effect with the next of either, so that two masters
    serve side by side while credentials move from one to the other.

    Args:
        master: the name of an entry under ``pwmgmt:masters`` in the stack's config, or ``from_env("NAME")`` or
            ``from_file("PATH")``. The secret has at least 32 bytes, the name has fewer.
        recipe: what the password looks like.
        rotation: when it changes by itself. The default is never.
        generation: which one it is, a whole number from 1; not together with ``rotation``. The default is 1.

    ``pwmgmt:generations.<name of the credential>`` in the stack's config overrules both.

    Raises:
        ValueError: ``generation`` is no whole number from 1, or stands beside ``rotation``; or ``master`` is neither a
            name nor a reference.

    """

    master: str | Reference
    recipe: Recipe = Recipe()  # noqa: RUF009 -- frozen
    rotation: RotationSchedule | None = None
    generation: int | None = None

    def __post_init__(self) -> None:
        _judge(self.recipe, self.rotation, self.generation)
        named = isinstance(self.master, str) and 0 < len(self.master.encode()) <= _LONGEST_NAME
        if not (named or isinstance(self.master, Reference)):
            raise ValueError(
                "master is the name of an entry under pwmgmt:masters, of at most "
                f'{_LONGEST_NAME} bytes, or from_env("NAME") or from_file("PATH"); never the secret itself'
            )

    def as_source(self, resource_name: str, principal: pulumi.Input[str]) -> pulumi.Output[Properties]:
        """Return what the provider computes the password from."""
        master = self.master.as_input() if isinstance(self.master, Reference) else self.master
        source = {"kind": "derived", "master": master, "recipe": self.recipe.as_input()}
        return _with_generation(source, resource_name, principal, self.rotation, self.generation)


class GeneratedPassword(dynamic.Resource, module="pwmgmt", name="GeneratedPassword"):
    """A random password, kept encrypted in the state from before an account is given it.

    All passwords that meet the recipe are equally likely. A new one is made when ``keepers``, the generation or the
    passing of ``rotate_after`` says so, or when a changed recipe is one that the present value does not meet. The one
    before it is kept too, and its generation brings it back.

    Args:
        resource_name: the resource's name in the program.
        recipe: what the password looks like.
        keepers: any values; another value of one of them makes another password.
        rotate_after: so many days after it was made, the next run makes another; not together with ``rotation``.
        rotation: when it changes by itself, by a schedule. The name of the resource takes the place of the principal.
        generation: which one it is, a whole number from 1; not together with ``rotation``. The default is 1.
            ``pwmgmt:generations.<name of the resource>`` in the stack's config overrules it.
        opts: Pulumi's resource options.

    Attributes:
        value: the password, secret.
        previous: the one before it, secret; None if there was none.
        generation: the generation of the value.
        made_at: when it was made, RFC 3339 in UTC.
        reason: why it was made.

    Raises:
        ValueError: ``generation`` or ``rotate_after`` is no whole number from 1, or ``rotation`` stands beside one of
            them.

    """

    value: pulumi.Output[str]
    previous: pulumi.Output[str | None]
    generation: pulumi.Output[int]
    made_at: pulumi.Output[str]
    reason: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        recipe: Recipe | None = None,
        keepers: Mapping[str, pulumi.Input[Any]] | None = None,
        rotate_after: int | None = None,
        rotation: RotationSchedule | None = None,
        generation: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        if rotate_after is not None and rotation is not None:
            raise ValueError("give rotate_after or a rotation, not both: each says when another one is made")
        recipe = recipe or Recipe()
        _judge(recipe, rotation, generation)
        if rotate_after is not None and not is_counting(rotate_after):
            raise ValueError(f"rotate_after is {rotate_after!r}: it is a whole number of days, from 1 to {MOST}")
        source: Properties = {"kind": "generated", "recipe": recipe.as_input()}
        if rotate_after is not None:
            source["schedule"] = {"text": f"{rotate_after} days after it was made", "longest_days": rotate_after}
        self._source = _with_generation(source, resource_name, resource_name, rotation, generation)
        super().__init__(
            GeneratedPasswordProvider(),
            resource_name,
            {
                **dict.fromkeys(("value", "previous", "previous_generation", "made_at", "reason")),
                "recipe": source["recipe"],
                "keepers": keepers,
                "rotate_after": rotate_after,
                "generation": self._source["generation"],
            },
            pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=["value", "previous"])),
        )

    def as_source(self, _resource_name: str, _principal: pulumi.Input[str]) -> pulumi.Output[Properties]:
        """Return what is known of the password before there is one."""
        # two of the same name may have different parents
        return pulumi.Output.all(self._source, self.urn).apply(lambda known: {**known[0], "resource": known[1]})


def _judge(recipe: object, rotation: object, generation: object) -> None:
    if not isinstance(recipe, Recipe):
        raise ValueError("recipe is no Recipe: give Recipe(length=…)")  # noqa: TRY004 -- as every other argument
    if rotation is not None:
        from pulumi_pwmgmt.schedule import RotationSchedule  # noqa: PLC0415 -- most programs have none

        if not isinstance(rotation, RotationSchedule):
            raise ValueError("rotation is no RotationSchedule: give RotationSchedule(every_days=…)")
    if generation is not None and rotation is not None:
        raise ValueError("give a generation or a rotation, not both: the rotation says which generation it is")
    if generation is not None and not is_counting(generation):
        raise ValueError(f"generation is {generation!r}: it is a whole number, from 1 to {MOST}")


def _with_generation(
    source: Properties,
    resource_name: str,
    principal: pulumi.Input[str],
    rotation: RotationSchedule | None,
    generation: int | None,
) -> pulumi.Output[Properties]:
    """Add which generation it is: what the config says, else the program's number, else the schedule's."""
    try:
        number, now = pinned(resource_name), moment(_config().get("now"))
    except CredentialError as error:
        raise pulumi.RunError(error.line) from None
    if rotation and number is None:
        source["schedule"] = {"text": str(rotation), "longest_days": rotation.longest_days}
    if number is not None:
        return pulumi.Output.from_input({**source, "generation": number, "pinned": True})
    if rotation is None:
        return pulumi.Output.from_input({**source, "generation": generation or 1})
    name = pulumi.Output.from_input(principal)
    return name.apply(lambda name: {**source, "generation": rotation.generation(now, name)})


def masters() -> pulumi.Output[str | None]:
    """Return the text of ``pwmgmt:masters``, for an accepted password that is computed again.

    It is parsed by nobody but ``Settings``: Pulumi's own way would quote a broken one in its error.
    """
    return _config().get_secret("masters") or pulumi.Output.from_input(None)


def _config() -> pulumi.Config:
    return pulumi.Config("pwmgmt")
