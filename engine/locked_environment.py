"""Environments with exactly what a lock names, for the tests that need another one than .venv.

They are shared by all checkouts, so the project itself isn't in them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from engine import python_environment
from engine.console import CommandFailed, SetupError, run
from engine.package_index import uv_environment
from engine.places import Places, only_one_at_a_time

if TYPE_CHECKING:
    from pathlib import Path


def locked_environment(places: Places, purpose: str, lock: Path, python: Path, version: str) -> Path:
    """Return the directory of the environment for `python`, whose full version it is; make it if it isn't there.

    Raises:
        SetupError: its packages cannot be installed.

    """
    key = f"{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    directory = places.cache / purpose / key
    complete = directory / "complete"
    with only_one_at_a_time(directory.parent):
        if not complete.exists():
            uv = python_environment.uv(places)
            variables = uv_environment(places.python)
            try:
                run([uv, "venv", "--quiet", "--clear", "--python", python, directory], environment=variables)
                run([uv, "pip", "sync", "--quiet", "--python", directory / "bin" / "python", "--require-hashes", lock],
                    environment=variables)  # fmt: skip
            except CommandFailed as failure:
                raise SetupError(f"cannot install what {lock.name} names: {failure}") from None
            complete.touch()
    return directory
