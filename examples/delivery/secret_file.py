"""A file that only its owner can read, and that its readers find either old or new, never half written.

The provider lives in a module of its own, not in the program: Pulumi then stores its name instead of its code.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pulumi
from pulumi import dynamic


class SecretFileProvider(dynamic.ResourceProvider):
    """Writes, compares and removes the file."""

    serialize_as_secret_always = False  # it has no attributes, so there is nothing to keep secret

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        """Write it."""
        write(Path(props["path"]), props["content"])
        return dynamic.CreateResult(props["path"], props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.DiffResult:
        """Compare; another path is another file."""
        replaces = ["path"] if _olds["path"] != _news["path"] else []
        return dynamic.DiffResult(changes=bool(replaces) or _olds["content"] != _news["content"], replaces=replaces)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> dynamic.UpdateResult:
        """Write it again."""
        write(Path(_news["path"]), _news["content"])
        return dynamic.UpdateResult(_news)

    def read(self, id_: str, props: dict[str, Any]) -> dynamic.ReadResult:
        """Read it; a file that is not there is gone."""
        path = Path(props["path"])
        if not path.is_file():
            return dynamic.ReadResult("", {})
        return dynamic.ReadResult(id_, props | {"content": path.read_bytes().decode()})

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Remove it."""
        Path(props["path"]).unlink(missing_ok=True)


class SecretFile(dynamic.Resource, module="delivery", name="SecretFile"):
    """A file at ``path`` with ``content``, which this resource's entry in the state holds encrypted."""

    def __init__(self, resource_name: str, *, path: pulumi.Input[str], content: pulumi.Input[str]) -> None:
        options = pulumi.ResourceOptions(additional_secret_outputs=["content"])
        super().__init__(SecretFileProvider(), resource_name, {"path": path, "content": content}, options)


def write(path: Path, content: str) -> None:
    """Put a new file in the place of the old one."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # readable by its owner only
    new = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)  # there only if something went wrong
