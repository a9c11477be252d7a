"""An environment with the oldest Pulumi SDK that the library supports, for the tests that run on it.

It is shared by all checkouts, so the project itself isn't in it: `activated` puts the checkout on PYTHONPATH.
`python -m engine.oldest_sdk` makes it, if need be, and prints its path.
"""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from engine.console import say
from engine.locked_environment import locked_environment
from engine.places import Places

if TYPE_CHECKING:
    from pathlib import Path


def environment(places: Places | None = None) -> Path:
    """Return the environment's directory; make it first where it isn't there. Raises SetupError."""
    places = places or Places.from_environment()
    lock = places.root / "requirements-oldest.lock"
    return locked_environment(places, "oldest-sdk", lock, places.python, platform.python_version())


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
