"""Where each account's password comes from, and how the demo knows it without asking the account."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe

if TYPE_CHECKING:
    from examples.demo.stack import Stack


class Source(Protocol):
    """One source. ``kind`` is its name in the table."""

    kind: str

    def renew(self, stack: Stack) -> None:
        """Declare another password, which the next run sets."""

    def password(self, stack: Stack) -> str:
        """Return the password that the last run has set."""
        ...


class Supplied:
    """Somebody chose it; it is in the stack's config."""

    kind = "supplied"

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._value = ""

    def renew(self, stack: Stack) -> None:
        """Choose another one."""
        self._value = chosen()
        stack.set_secret(self._setting, self._value)

    def password(self, _stack: Stack) -> str:
        """Return what was chosen."""
        return self._value


class Referred:
    """It is in the environment of the run only."""

    kind = "reference"

    def __init__(self, variable: str) -> None:
        self._variable = variable

    def renew(self, stack: Stack) -> None:
        """Let the environment hold another one."""
        stack.environment[self._variable] = chosen()

    def password(self, stack: Stack) -> str:
        """Return what the environment holds."""
        return stack.environment[self._variable]


class Generated:
    """A ``GeneratedPassword`` of this name: only the state knows it."""

    kind = "generated"

    def __init__(self, resource: str) -> None:
        self._resource = resource
        self._generation = 0

    def renew(self, stack: Stack) -> None:
        """Ask for the next generation; the first needs no asking."""
        self._generation += 1
        if self._generation > 1:
            stack.set_generation(self._resource, self._generation)

    def password(self, stack: Stack) -> str:
        """Read it from the state."""
        return stack.generated(self._resource)


class Derived:
    """The ``DerivedPassword`` of the credential ``etna``: nobody keeps it, whoever has the master computes it."""

    kind = "derived"

    def __init__(self, stack: Stack, url: str, principal: str) -> None:
        self._master = stack.environment["MASTER"] = secrets.token_urlsafe(48)
        self._tenant = urlsplit(url)._replace(path="").geturl()
        self._principal = principal
        self._generation = 0

    def renew(self, stack: Stack) -> None:
        """Ask for the next generation; the first needs no asking."""
        self._generation += 1
        if self._generation > 1:
            stack.set_generation("etna", self._generation)

    def password(self, _stack: Stack) -> str:
        """Compute it once more, from the master alone."""
        recipe = Recipe.for_system("etna")
        place = {"tenant": self._tenant, "principal": self._principal}
        return derive(Secret(self._master), generation=self._generation, recipe=recipe, **place).reveal()


def chosen() -> str:
    """Return a password as somebody might choose it who takes care."""
    return f"Demo-{secrets.token_urlsafe(12)}-1a"
