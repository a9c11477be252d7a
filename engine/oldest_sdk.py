"""An environment with the oldest Pulumi SDK that the library supports, for the tests that run on it.

It is shared by all checkouts, so the project itself isn't in it: `activated` puts the checkout on PYTHONPATH.
`python -m engine.oldest_sdk` makes it, if need be, and prints its path.
"""

from __future__ import annotations

import hashlib
import os
import platform
from typing import TYPE_CHECKING

from engine import python_environment
from engine.console import CommandFailed, SetupError, run, say
from engine.package_index import uv_environment
from engine.places import Places, only_one_at_a_time

if TYPE_CHECKING:
    from pathlib import Path


def environment(places: Places | None = None) -> Path:
    """Return the environment's directory; make it first where it isn't there. Raises SetupError."""
    places = places or Places.from_environment()
    lock = places.root / "requirements-oldest.lock"
    key = f"{platform.python_version()}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    directory = places.cache / "oldest-sdk" / key
    complete = directory / "complete"
    with only_one_at_a_time(directory.parent):
        if not complete.exists():
            uv = python_environment.uv(places)
            variables = uv_environment(places.python)
            try:
                run([uv, "venv", "--quiet", "--clear", "--python", places.python, directory], environment=variables)
                run([uv, "pip", "sync", "--quiet", "--python", directory / "bin" / "python", "--require-hashes", lock],
                    environment=variables)  # fmt: skip
            except CommandFailed as failure:
                raise SetupError(f"cannot install what {lock.name} names: {failure}") from None
            complete.touch()
    return directory


def activated(directory: Path, ambient: dict[str, str]) -> dict[str, str]:
    """Return `ambient` changed so that a program run by .venv/bin/pulumi runs in this environment."""
    places = Places.from_environment(environment=ambient)
    search_path = [str(directory / "bin"), str(places.venv / "bin"), places.search_path]
    return {
        **ambient,
        "PATH": os.pathsep.join(search_path),
        "PYTHONPATH": str(places.root),
        "VIRTUAL_ENV": str(directory),
    }


if __name__ == "__main__":
    say(str(environment()))
