"""The Pulumi that the user has installed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from engine import PULUMI_VERSION
from engine.console import CommandFailed, run, say

if TYPE_CHECKING:
    from engine.places import Places


def on_path(places: Places) -> Path | None:
    """Return the first `pulumi` on PATH, of whatever version."""
    found = shutil.which("pulumi", path=places.search_path)
    return Path(found) if found else None


def newest_enough(places: Places) -> Path | None:
    """Return that `pulumi` if its version is supported; say so if it isn't."""
    pulumi = on_path(places)
    if not pulumi:
        return None
    try:
        version = run([pulumi, "version"], environment={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}).strip()
        numbers = version_numbers(version)
    except (CommandFailed, ValueError) as error:
        say(f"{pulumi} doesn't tell its version, so it isn't used: {error}")
        return None
    if numbers < version_numbers(PULUMI_VERSION):
        say(f"{pulumi} is {version}, older than {PULUMI_VERSION}, so it isn't used.")
        return None
    return pulumi


def version_numbers(version: str) -> tuple[int, ...]:
    """Return (3, 259, 0) for `v3.259.0`, `3.259.0-alpha.1` and `go3.259`; raise ValueError for anything else."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    if not found:
        raise ValueError(f"no version number in {version!r}")
    return tuple(int(number or 0) for number in found.groups())
