"""What of a rule can be set: each parameter's type, limits and meaning."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Value = bool | int | float | tuple[str, ...]


class Kind(enum.Enum):
    """The type of a parameter, by its name in JSON schema."""

    FLAG = "boolean"
    WHOLE = "integer"
    NUMBER = "number"
    TEXTS = "array"


_EXPECTED = {
    Kind.FLAG: "true or false",
    Kind.WHOLE: "a whole number of at least 0",
    Kind.NUMBER: "a number of at least 0",
    Kind.TEXTS: "a list of texts",
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One setting of a rule.

    ``default`` holds where neither the profile nor the configuration says otherwise. ``about`` says what it means, with
    its unit. ``most`` is the largest number that makes sense; ``choices`` are all texts that a list may hold, empty
    where any will do.
    """

    name: str
    kind: Kind
    default: Value
    about: str
    most: int | None = None
    choices: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        """What it takes, in words."""
        words = _EXPECTED[self.kind]
        if self.most is not None:
            words += f" and at most {self.most}"
        return f"{words} out of {', '.join(self.choices)}" if self.choices else words

    def read(self, value: object) -> Value:
        """Return ``value`` in the type that rules take; a number may come as a float, as the engine sends it.

        Raises:
            ValueError: it is of another type, or out of range. The text says what is expected, never what was given.

        """
        if self.kind is Kind.FLAG and isinstance(value, bool):
            return value
        if self.kind is Kind.TEXTS and isinstance(value, Sequence) and not isinstance(value, str):
            texts = tuple(value)
            if all(isinstance(text, str) and (not self.choices or text in self.choices) for text in texts):
                return texts
        if self.kind in (Kind.WHOLE, Kind.NUMBER) and isinstance(value, (int, float)) and not isinstance(value, bool):
            number = int(value) if self.kind is Kind.WHOLE and value == value // 1 else value
            if (self.kind is Kind.NUMBER or isinstance(number, int)) and 0 <= number <= (self.most or float("inf")):
                return number
        raise ValueError(f"takes {self.expected}")

    def schema(self) -> dict[str, Any]:
        """Return it as JSON schema, for the engine and for who edits the configuration in a form."""
        if self.kind is Kind.TEXTS:
            items = {"type": "string", **({"enum": list(self.choices)} if self.choices else {})}
            return {"type": "array", "items": items, "description": self.about}
        limits = {} if self.kind is Kind.FLAG else {"minimum": 0}
        if self.most is not None:
            limits["maximum"] = self.most
        return {"type": self.kind.value, "description": self.about, **limits}
