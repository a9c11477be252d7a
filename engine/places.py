"""The directories, addresses and search path that set-up works with, all taken from the environment once."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Places:
    """Where things are and where they go."""

    root: Path
    """The checkout."""
    cache: Path
    """What outlives a checkout: the engine, and environments for tests. Shared by all checkouts of a user."""
    search_path: str
    """PATH, without the executables of virtual environments: a `pulumi` or `go` there is nobody's installation."""
    releases: str
    """Base URL of Pulumi's releases."""

    @property
    def venv(self) -> Path:
        """The Python environment of the checkout."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The Python of that environment."""
        return self.venv / "bin" / "python"

    @property
    def engine(self) -> Path:
        """The checkout's own copy of an engine built from source; an installed or downloaded one stays where it is."""
        return self.venv / "engine"

    @classmethod
    def from_environment(cls, root: Path = ROOT, environment: Mapping[str, str] = os.environ) -> Places:
        """Read XDG_CACHE_HOME, PATH and PWMGMT_PULUMI_RELEASES."""
        cache = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        directories = environment.get("PATH", os.defpath).split(os.pathsep)
        return cls(
            root=root,
            cache=cache / "pulumi-pwmgmt",
            search_path=os.pathsep.join(d for d in directories if not (Path(d).parent / "pyvenv.cfg").exists()),
            releases=environment.get("PWMGMT_PULUMI_RELEASES", "https://get.pulumi.com/releases/sdk"),
        )


@contextmanager
def scratch(directory: Path) -> Iterator[Path]:
    """Work in a new directory inside that one, which only one process uses at a time; what a killed one left goes."""
    for leftover in directory.glob("scratch-*"):
        shutil.rmtree(leftover)
    with tempfile.TemporaryDirectory(dir=directory, prefix="scratch-") as temporary:
        yield Path(temporary)


@contextmanager
def only_one_at_a_time(directory: Path) -> Iterator[None]:
    """Wait until no other process holds this directory, then hold it; a process that dies lets go."""
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
