"""Which Pulumi engine this checkout uses, and its way into .venv/bin."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from engine import PULUMI_VERSION, installed, release, source_build
from engine.console import SetupError, say
from engine.places import only_one_at_a_time

if TYPE_CHECKING:
    from engine.places import Places

HOST = "pulumi-language-python"
# Called by its full name, without the environment being active, it finds the project's Python all the same.
PULUMI = """#!/bin/sh
bin={bin}
case ":$PATH:" in
    *":$bin:"*) ;;
    *) PATH=$bin:$PATH; export PATH ;;
esac
exec {pulumi} "$@"
"""
LANGUAGE_HOST = """#!/bin/sh
exec {python} -u {host} {program_runner} "$@"
"""


def provide(places: Places) -> bool:
    """Find, fetch or build an engine and link it into .venv/bin; return whether there was anything to do."""
    found = installed.newest_enough(places)
    if found:
        return _link(places, found.parent, [])
    with only_one_at_a_time(places.cache / "engine"):
        downloaded = release.cached(places)
        built = source_build.cached(places)
        if not downloaded and not built:
            try:
                downloaded = release.fetch(places)
            except release.NoRelease as reason:
                say(f"No official release of Pulumi: {reason}.")
                built = _build(places, reason)
        if downloaded:
            return _link(places, downloaded, sorted(p.name for p in downloaded.iterdir() if p.name != "pulumi"))
        return _link_bundle(places, built) if built else False


def _build(places: Places, reason: release.NoRelease) -> Path:
    try:
        return source_build.build(places)
    except source_build.CannotBuild as obstacle:
        raise SetupError(
            f"no Pulumi engine. None of version {PULUMI_VERSION} or newer is on PATH; the official release:"
            f" {reason}; a build from source: {obstacle}.\n"
            f"Installing Pulumi helps in any case: https://www.pulumi.com/docs/install/"
        ) from None


def _link_bundle(places: Places, built: Path) -> bool:
    """Put a built engine in .venv/engine, and our language host beside it unless an official one is on PATH.

    The engine takes a host on PATH before one beside itself; one beside a Pulumi that is too old is too old as well.
    """
    names = [path.name for path in built.iterdir()]
    changed = [_same_file(built / name, places.engine / name) for name in names]
    official = shutil.which(HOST, path=places.search_path)
    too_old = installed.on_path(places)
    if official and not (too_old and too_old.parent == Path(official).parent):
        (places.engine / HOST).unlink(missing_ok=True)
    else:
        names.append(HOST)
        script = LANGUAGE_HOST.format(
            python=shlex.quote(str(places.python)),
            host=shlex.quote(str(places.root / "engine" / "language_host.py")),
            program_runner=shlex.quote(str(places.engine / "pulumi-language-python-exec")),
        )
        changed.append(_script(places.engine / HOST, script))
    return any([*changed, _link(places, places.engine, sorted(n for n in names if n != "pulumi"))])


def _link(places: Places, engine: Path, companions: list[str]) -> bool:
    """Make .venv/bin/pulumi run the engine in that directory, with these of its companions beside it."""
    directory = places.venv / "bin"
    stale = [p for p in directory.glob("pulumi-*") if p.is_symlink() and p.name not in companions]
    for path in stale:
        path.unlink()
    changed = [_symlink(engine / name, directory / name) for name in companions]
    launcher = PULUMI.format(bin=shlex.quote(str(directory)), pulumi=shlex.quote(str(engine / "pulumi")))
    changed.append(_script(directory / "pulumi", launcher))
    if stale or any(changed):
        say(f"The engine is {engine / 'pulumi'}.")
        return True
    return False


def _symlink(target: Path, link: Path) -> bool:
    if link.is_symlink() and link.readlink() == target:
        return False
    link.unlink(missing_ok=True)
    link.symlink_to(target)
    return True


def _script(path: Path, text: str) -> bool:
    if path.exists() and not path.is_symlink() and path.read_text() == text:
        return False
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_text(text)
    new.chmod(0o755)
    new.replace(path)
    return True


def _same_file(source: Path, copy: Path) -> bool:
    """Hard-link a file into the checkout, or copy it where the cache is on another file system."""
    if copy.exists():
        ours, theirs = copy.stat(), source.stat()
        if (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns):
            return False
    copy.parent.mkdir(exist_ok=True)
    new = copy.with_name(f"{copy.name}.new")
    new.unlink(missing_ok=True)
    try:
        os.link(source, new)
    except OSError:
        shutil.copy2(source, new)
    new.replace(copy)
    return True
