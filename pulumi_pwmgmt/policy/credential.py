"""How a rule reads a credential: by the names of its properties, never past what is known and recorded."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

CREDENTIAL: Final = "pulumi-python:dynamic/pwmgmt:ManagedCredential"
"""The type token of the resources that rules judge; all others are passed over."""

READ: Final = (
    "connection",
    "connection_risks",
    "declared",
    "facts",
    "keep_in_state",
    "on_destroy",
    "principal",
    "reason",
    "source",
    "system",
    "tenant",
)
"""The properties that rules read. No password is among them, nor anything that one could be made from."""

Properties = Mapping[str, Any]

_IN_ONE_TEXT: Final = ("facts", "source")
_RUN_ONCE = "run pulumi up once with this version, without --target"


class Unknown(enum.Enum):
    """Stands where the engine does not know a value yet."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


def opened(properties: Properties) -> Properties:
    """Return the properties with those that the engine has as one text of JSON as the tables they are."""
    return {name: _opened(value) if name in _IN_ONE_TEXT else value for name, value in properties.items()}


def _opened(value: Any) -> Any:  # noqa: ANN401 -- a property of any type
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None  # nobody has recorded anything that could be read


class NotKnownYet(Exception):
    """A property that a rule needs is known only once the change is made. ``property_name`` says which."""

    def __init__(self, property_name: str) -> None:
        super().__init__(property_name)
        self.property_name = property_name


class NotRecorded(Exception):
    """A property that a rule needs is not there, as in a state from before it.

    ``property_name`` says which, ``to_do`` what would have to happen first.
    """

    def __init__(self, property_name: str, to_do: str = _RUN_ONCE) -> None:
        super().__init__(property_name)
        self.property_name = property_name
        self.to_do = to_do


@dataclass(frozen=True)
class Credential:
    """A credential's properties, read by path.

    Every reader raises ``NotKnownYet`` for a value that the engine does not know yet, and ``NotRecorded`` for one that
    is missing or of another type than it always has; ``None`` counts as missing.
    """

    properties: Properties

    @property
    def is_refused(self) -> bool:
        """Whether the provider has refused it already: then it says no more of it, and nothing will be done."""
        return "reason" not in self.properties and not self._hides_behind()

    def flag(self, *path: str) -> bool:
        """Read True or False."""
        value = self._at(path)
        if isinstance(value, bool):
            return value
        raise NotRecorded(path[0])

    def number(self, *path: str) -> float:
        """Read a number: what went through the engine is a float, whatever it was."""
        value = self._at(path)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
        raise NotRecorded(path[0])

    def text(self, *path: str) -> str:
        """Read a text."""
        value = self._at(path)
        if isinstance(value, str):
            return value
        raise NotRecorded(path[0])

    def texts(self, *path: str) -> tuple[str, ...]:
        """Read a list of texts."""
        value = self._at(path)
        if isinstance(value, list) and UNKNOWN in value:
            raise NotKnownYet(path[0])
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
        raise NotRecorded(path[0])

    def has(self, group: str, *path: str) -> bool:
        """Tell whether a group such as the facts holds a value; where there is no group, nobody knows."""
        try:
            self._at((group, *path))
        except NotRecorded:
            inside = self._at((group,))
            if not isinstance(inside, Mapping) or not inside:
                raise
            return False
        return True

    def _at(self, path: tuple[str, ...]) -> Any:  # noqa: ANN401 -- the readers above narrow it
        hidden_by = self._hides_behind()
        if hidden_by and path[0] not in self.properties:
            raise NotKnownYet(hidden_by)
        value: Any = self.properties
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
            if value is UNKNOWN:
                raise NotKnownYet(path[0])
            if value is None:
                raise NotRecorded(path[0])
        return value

    def _hides_behind(self) -> str | None:
        """Return which unknown property keeps the provider from filling in the others."""
        return next((name for name in ("connection", "principal") if self.properties.get(name) is UNKNOWN), None)
