"""Pulumi's official release, downloaded and held against its published checksum."""

from __future__ import annotations

import hashlib
import http.client
import platform
import shutil
import tarfile
import time
import urllib.request
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from engine import PULUMI_VERSION
from engine.console import CommandFailed, run, step
from engine.places import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.places import Places

SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}
MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
SILENCE = 10.0  # seconds without a byte, after which a server counts as not there
DOWNLOAD = 900.0  # seconds for the whole archive, about 100 MB
CHUNK = 1 << 20
# whatever a network, a server or a broken archive can come up with
UNUSABLE = (OSError, EOFError, ValueError, http.client.HTTPException, tarfile.TarError, zlib.error)


class NoRelease(Exception):
    """The release can't be had; the text says why."""


def cached(places: Places) -> Path | None:
    """Return the directory of a release that was downloaded before."""
    target = directory(places)
    return target if target.exists() else None


def fetch(places: Places, *, silence: float = SILENCE, download: float = DOWNLOAD) -> Path:
    """Download the release into the cache and return its directory; raise NoRelease."""
    archive = f"pulumi-v{PULUMI_VERSION}-{_platform()}.tar.gz"
    checksums = f"{places.releases}/pulumi-{PULUMI_VERSION}-checksums.txt"
    target = directory(places)
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch(target.parent) as work:
        packed, unpacked = work / archive, work / "pulumi"
        try:
            published = b"".join(_read(checksums, silence, silence)).decode()
            expected = published_checksum(published, archive)
            digest = hashlib.sha256()
            with step(f"Downloading Pulumi {PULUMI_VERSION}"), packed.open("wb") as file:
                for chunk in _read(f"{places.releases}/{archive}", silence, download):
                    digest.update(chunk)
                    file.write(chunk)
            actual = digest.hexdigest()
            if actual != expected:
                raise NoRelease(f"the SHA-256 of {archive} is {actual}, but {expected} is published")
            _unpack(packed, unpacked)
            run([unpacked / "pulumi", "version"])
        except UNUSABLE as error:
            raise NoRelease(f"{places.releases} gives nothing usable ({error})") from None
        except CommandFailed as failure:
            raise NoRelease(f"it doesn't run here ({failure})") from None
        unpacked.rename(target)
    return target


def published_checksum(checksums: str, archive: str) -> str:
    """Find an archive's SHA-256 in lines of `checksum  name`; raise NoRelease if it isn't there."""
    for line in checksums.splitlines():
        checksum, _, name = line.partition(" ")
        if name.strip(" *") == archive:
            return checksum.lower()
    raise NoRelease(f"no checksum is published for {archive}")


def directory(places: Places) -> Path:
    """Return where it is cached, or would be."""
    return places.cache / "engine" / f"release-{PULUMI_VERSION}-{platform.system()}-{platform.machine()}".lower()


def _platform() -> str:
    try:
        return f"{SYSTEMS[platform.system()]}-{MACHINES[platform.machine()]}"
    except KeyError:
        raise NoRelease(f"there is none for {platform.system()} on {platform.machine()}") from None


def _read(url: str, silence: float, patience: float) -> Iterator[bytes]:
    """Read what is there, piece by piece; raise NoRelease when all of it together takes longer than `patience`."""
    deadline = time.monotonic() + patience
    with urllib.request.urlopen(url, timeout=silence) as reply:
        while chunk := reply.read1(CHUNK):
            yield chunk
            if time.monotonic() > deadline:
                raise NoRelease(f"{url} takes longer than {patience:.0f} s")


def _unpack(packed: Path, directory: Path) -> None:
    """Take the executables out of the archive; they all lie in its one directory, `pulumi`."""
    directory.mkdir()
    with tarfile.open(packed) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content and Path(member.name).parent == Path("pulumi"):
                path = directory / Path(member.name).name
                with path.open("wb") as file:
                    shutil.copyfileobj(content, file)
                path.chmod(0o755)
