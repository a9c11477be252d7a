"""The Python environment in .venv: exactly what requirements.lock says, and the project itself."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from engine.console import CommandFailed, SetupError, run, step
from engine.package_index import uv_environment

if TYPE_CHECKING:
    from engine.places import Places

STAMP = "set-up-from"  # in .venv: the fingerprint of what it was made from
SUPPORTED = "import sys; sys.exit(sys.version_info < (3, 10))"
NO_PACKAGES = "Is there a network? An index or proxy of your own is taken from pip's and uv's configuration."


def provide(places: Places) -> bool:
    """Make the environment what it should be; return whether there was anything to do."""
    if not _runs(places.python):
        _create(places)
    if up_to_date(places):
        return False
    stamp = places.venv / STAMP
    stamp.unlink(missing_ok=True)
    tool = uv(places)
    environment = uv_environment(places.python)
    here = ("--quiet", "--python", str(places.python))
    try:
        with step("Installing the locked Python packages"):
            run([tool, "pip", "sync", *here, "--require-hashes",
                 places.root / "requirements.lock"], environment=environment)  # fmt: skip
    except CommandFailed as failure:
        raise SetupError(f"cannot install what requirements.lock names. {NO_PACKAGES}\n{failure}") from None
    try:
        with step("Installing the project itself"):
            run([tool, "pip", "install", *here, "--no-deps", "--no-build-isolation", "--editable", places.root],
                environment=environment)  # fmt: skip
    except CommandFailed as failure:
        raise SetupError(f"cannot install the project itself.\n{failure}") from None
    stamp.write_text(_fingerprint(places))
    return True


def up_to_date(places: Places) -> bool:
    """Whether the environment was made from what pyproject.toml and requirements.lock say now."""
    stamp = places.venv / STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint(places)


def uv(places: Places) -> Path:
    """Return a uv: the environment's own, else the one on PATH, else the locked one, fetched with pip."""
    own = places.venv / "bin" / "uv"
    if own.exists():
        return own
    found = shutil.which("uv", path=places.search_path)
    if found:
        return Path(found)
    with step("Fetching uv, which installs the rest"), tempfile.TemporaryDirectory() as scratch:
        requirement = Path(scratch, "uv.txt")
        requirement.write_text(locked("uv", (places.root / "requirements.lock").read_text()))
        try:
            run([places.python, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", requirement])
        except CommandFailed as failure:
            raise SetupError(f"no uv on PATH, and pip cannot fetch it. {NO_PACKAGES}\n{failure}") from None
    return own


def locked(package: str, lock: str) -> str:
    """Return the lines of a lock that pin one package and its hashes."""
    lines = iter(lock.splitlines())
    first = next(line for line in lines if line.startswith(f"{package}=="))
    hashes = []
    for line in lines:
        if not line.lstrip().startswith("--hash"):
            break
        hashes.append(line)
    return "\n".join([first, *hashes]) + "\n"


def _runs(python: Path) -> bool:
    try:
        run([python, "-c", SUPPORTED])
    except CommandFailed:
        return False
    return True


def _create(places: Places) -> None:
    missing = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    if missing:
        raise SetupError(
            f"{sys.executable} lacks the module {missing[0]}, which makes Python environments"
            f" (Debian, Ubuntu: apt install python3-venv)."
        )
    with step(f"Making a Python environment in {places.venv}"):
        try:
            run([sys.executable, "-m", "venv", "--clear", places.venv])
        except CommandFailed as failure:
            raise SetupError(f"cannot make a Python environment in {places.venv}: {failure}") from None


def _fingerprint(places: Places) -> str:
    """Whatever, when it changes, makes it necessary to install again."""
    inputs = [str(places.root).encode()]
    inputs += [(places.root / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(inputs)).hexdigest()
