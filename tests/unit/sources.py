"""What a program declares of passwords that nobody chose, as the provider gets it; and a system that states rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import PasswordPolicy, Secret
from pulumi_pwmgmt.recipe import Recipe
from tests.unit.in_memory import Administrator, Directory, OldForNew, WriteOnly
from tests.unit.stack import LOGIN, TENANT, Properties, Stack, credential, stack_of

if TYPE_CHECKING:
    from pulumi_pwmgmt.errors import CredentialError

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
NEXT_MASTER = "CANARY-next-master-of-more-than-32-bytes"
RECIPE = Recipe(length=20)
ETNA: Properties = {"on_destroy": "revoke", "current_password": "CANARY-live"}


def generated(
    value: object, generation: int = 1, *, recipe: Recipe = RECIPE, resource: str = "made", **arguments: object
) -> Properties:
    source = {"kind": "generated", "generation": generation, "recipe": recipe.as_input(), "resource": resource}
    return credential(password=value, source=source, facts={}, **arguments)


def derived(
    generation: int = 1, *, recipe: Recipe = RECIPE, master: str | dict[str, str] = "main", **arguments: object
) -> Properties:
    source = {"kind": "derived", "generation": generation, "recipe": recipe.as_input(), "master": master}
    computed = {"computed": "from its source"}
    return credential(**({"password": computed, "source": source, "facts": {}} | arguments))


def password(
    generation: int = 1, *, recipe: Recipe = RECIPE, master: str = MASTER, tenant: str = TENANT, principal: str = LOGIN
) -> str:
    """Return what the account has to have."""
    return derive(Secret(master), tenant=tenant, principal=principal, generation=generation, recipe=recipe).reveal()


def stack_with_master(kind: type[WriteOnly]) -> tuple[Stack, Directory]:
    """Return a stack with the master ``main``, and a directory with one account that remembers no passwords."""
    stack, directory = stack_of(kind)
    stack.config["masters"] = {"main": MASTER}
    directory.remembered = 0
    return stack, directory


def for_system(kind: type[WriteOnly]) -> Properties:
    return ETNA if kind is OldForNew else {}


class Ruled(Administrator):
    """States its rules to who asks, or refuses to."""

    def __init__(self, directory: Directory, **rules: Any) -> None:  # noqa: ANN401 -- any rule
        super().__init__(directory)
        self.policy: PasswordPolicy | None = PasswordPolicy(**rules)
        self.refusal: CredentialError | None = None
        self.asked: list[str] = []

    def password_policy(self, principal: str) -> PasswordPolicy | None:
        self.asked.append(principal)
        if self.refusal:
            raise self.refusal
        return self.policy
