"""Tables that travel through Pulumi's engine as one text of JSON each.

The engine converts, logs and sends every leaf of every property, once for the provider and three times for each policy
pack. A text is one leaf. Its reader loses nothing: where a text of JSON changes, Pulumi shows what changes inside.
"""

from __future__ import annotations

import json
from typing import Any

TABLES = ("facts", "source")
"""The properties of a credential that travel so."""

Properties = dict[str, Any]


def as_text(table: Properties) -> str:
    """Return the same text for equal tables, however they were put together."""
    return json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def as_table(text: object) -> Any:  # noqa: ANN401 -- a table, or what was given
    """Return the table that a text stands for; what is no such text comes back as it is."""
    if not isinstance(text, str):
        return text
    try:
        table = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return table if isinstance(table, dict) else text


def with_tables(properties: Properties) -> Properties:
    """Return the properties as the library thinks of them."""
    return {name: as_table(value) if name in TABLES else value for name, value in properties.items()}


def with_texts(properties: Properties) -> Properties:
    """Return the properties as the engine has them."""
    return {
        name: as_text(value) if name in TABLES and isinstance(value, dict) else value
        for name, value in properties.items()
    }
