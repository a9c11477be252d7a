"""Properties as the engine sends them, turned into plain values: secrets unwrapped, what is not known yet marked.

https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/plugin/rpc.go has the marks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pulumi_pwmgmt.policy.credential import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

Struct: TypeAlias = Any
"""``google.protobuf.Struct``, which comes without types."""

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- marks a secret, and is none
_UNKNOWN: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a string, or a value of any type
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)


def plain(properties: Struct, names: Iterable[str]) -> dict[str, Any]:
    """Return those of ``names`` that are there. Nothing else is looked at."""
    fields = properties.fields
    return {name: _plain(fields[name]) for name in names if name in fields}


def all_plain(properties: Struct) -> dict[str, Any]:
    """Return all of them."""
    return plain(properties, properties.fields)


def _plain(value: Any) -> Any:  # noqa: ANN401 -- a value of any type
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN else value.string_value
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
            return _plain(fields["value"])
        return {name: _plain(item) for name, item in fields.items()}
    return getattr(value, kind) if kind in ("number_value", "bool_value") else None
