"""What people make of a file by hand: keys removed, of another type, huge, no number, unknown, nested."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from tests.hostile.replies import nodes

if TYPE_CHECKING:
    from random import Random

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2.0, 0.5, 1e300, float("nan"), float("inf"), -float("inf")),
    *("", " ", "x", "1", "none", "\x00", "\x1b[31m", "a\nb", "x" * 10_000, "edited", "{}", "[[", "null"),
    *("derived", "generated", "revoke", "https://elsewhere.example.com", "id-of-other", "other@example.com"),
    *(
        "2026-01-01",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-13-45T99:99",
    ),
    *("pwmgmt:fingerprint:1:", "pwmgmt:fingerprint:2:é"),
    *([], {}, [None], [[]], [{}] * 1000, {"": None}, {"env": "PWMGMT_NOT_THERE"}, {"file": "/nowhere"}),
    *({"kind": "derived"}, {"kind": "generated"}, {"kind": 7}),
    {"kind": "derived", "generation": float("nan"), "recipe": {}, "format": 1, "master": "it"},
    *({"since": "yesterday"}, {"format": 1, "strength": "estimated"}, {"length": "long"}),
)


def edited(chance: Random, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which one to three things are different."""
    copy = deepcopy(properties)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        path = chance.choice([way for way in nodes(copy) if way] or [("x",)])
        *way, last = path
        parent: Any = copy
        for step in way:
            parent = parent[step]
        match chance.randrange(6):
            case 0 if last in parent or isinstance(parent, list):
                del parent[last]
            case 1 if isinstance(parent, dict):
                parent[f"{last}x"] = deepcopy(chance.choice(VALUES))
            case _:
                parent[last] = deepcopy(chance.choice(VALUES))
    return copy
