"""The two obvious alternatives, as a table: what each is, and which invariants ask for something that it doesn't have.

Nothing is retried: `requests` does not by itself, and who writes the first version of such a call adds no retries.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS = "ours"


@dataclass(frozen=True)
class Alternative:
    """``not_applicable`` has the reason for each invariant that is no measure of it."""

    name: str
    title: str
    about: str
    not_applicable: Mapping[str, str] = field(default_factory=dict)


NAIVE = Alternative(
    "naive provider",
    "The naive dynamic provider",
    "A `pulumi.dynamic.ResourceProvider` with `create`, `update` and `delete`, as Pulumi's documentation shows one: "
    "each calls the documented endpoint with `requests`, a time-out and `raise_for_status()`. The engine's part is "
    "played by its rules: it updates where the inputs differ, stores nothing of a step that failed, and when it is "
    "killed the plugin finishes what it is doing.",
    {"I9": "without a `check` its previews ask nothing and refuse nothing"},
)
SCRIPT = Alternative(
    "script",
    "A plain script",
    "It makes up a password, sets it with the same calls, then writes it into the vault that it keeps; to take a "
    "password away it sets one that it throws away. When it is killed it ends there and then. Every run sets another "
    "password, so of I3 only the next run is judged, and not that the one after it is quiet.",
    {"I9": "there is no preview"},
)
ALTERNATIVES = (NAIVE, SCRIPT)
