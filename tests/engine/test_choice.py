"""An installed Pulumi comes first, if it is new enough; then a release; then a build."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine import pulumi_cli, release, source_build
from engine.console import SetupError
from engine.places import Places
from tests.engine.releases_server import ARCHIVE, CHECKSUMS, archive, checksums, serving
from tests.engine.scripts import pulumi, script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "pulumi-language-python"


def with_path(places: Places, *directories: Path) -> Places:
    return replace(places, search_path=":".join([*map(str, directories), places.search_path]))


def runs(places: Places) -> str:
    """What `.venv/bin/pulumi` answers when it is asked for its version."""
    return subprocess.check_output([places.venv / "bin" / "pulumi", "version"], text=True).strip()


def built(places: Places, version: str = "built here") -> Path:
    """Put an engine into the cache as if it had been built."""
    directory = places.cache / "engine"
    directory.mkdir(parents=True, exist_ok=True)
    bundle = source_build.directory(places)
    pulumi(bundle, version)
    script(bundle / "pulumi-language-python-exec", "")
    script(bundle / "pulumi-resource-pulumi-python", "")
    return bundle


@pytest.mark.parametrize("version", ["v3.259.0", "3.259.1", "v3.260.0-alpha.1", "v4.0.0"])
def test_an_installed_pulumi_that_is_new_enough_is_used(places: Places, tmp_path: Path, version: str) -> None:
    built(places)
    pulumi(tmp_path / "installed", version)
    assert pulumi_cli.provide(with_path(places, tmp_path / "installed")) is True
    assert runs(places) == version


@pytest.mark.parametrize("version", ["v3.258.9", "v2.300.0"])
def test_an_older_one_is_named_and_the_next_way_taken(
    places: Places, tmp_path: Path, told: Callable[[], str], version: str
) -> None:
    built(places)
    old = pulumi(tmp_path / "installed", version)
    pulumi_cli.provide(with_path(places, tmp_path / "installed"))
    assert f"{old} is {version}, older than 3.259.0" in told()
    assert runs(places) == "built here"


@pytest.mark.parametrize("answer", ["exit 3", "echo nothing to say", "exec /does/not/exist"])
def test_one_that_tells_no_version_is_named_and_the_next_way_taken(
    places: Places, tmp_path: Path, told: Callable[[], str], answer: str
) -> None:
    built(places)
    mute = script(tmp_path / "installed" / "pulumi", answer)
    pulumi_cli.provide(with_path(places, tmp_path / "installed"))
    assert str(mute) in told()
    assert runs(places) == "built here"


def test_a_pulumi_in_a_virtual_environment_is_nobodys_installation(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    directories = [tmp_path / "venv" / "bin", tmp_path / "bin"]
    places = Places.from_environment(environment={"PATH": ":".join(map(str, directories))})
    assert places.search_path == str(tmp_path / "bin")


def test_the_release_comes_before_a_build(places: Places) -> None:
    official = archive("#!/bin/sh\necho the release\n")
    with serving({ARCHIVE: official, CHECKSUMS: checksums(official)}) as releases:
        here = replace(places, releases=releases.url)
        pulumi_cli.provide(here)
    assert runs(here) == "the release"
    assert (here.venv / "bin" / HOST).readlink() == release.directory(here) / HOST


def test_a_cached_engine_is_used_without_asking_anybody(places: Places, told: Callable[[], str]) -> None:
    built(places)
    with serving({}) as releases:
        assert pulumi_cli.provide(replace(places, releases=releases.url)) is True
        assert pulumi_cli.provide(replace(places, releases=releases.url)) is False
        assert releases.asked == {}
    assert "No official release" not in told()


def test_without_any_way_left_each_is_named_with_what_stood_in_it(places: Places, tmp_path: Path) -> None:
    script(tmp_path / "go" / "go", 'test "$1" = env && echo go1.99.0 || { echo no modules >&2; exit 1; }')
    with pytest.raises(SetupError) as missing:
        pulumi_cli.provide(with_path(places, tmp_path / "go"))
    text = str(missing.value)
    for part in ("PATH", "official release", places.releases, "build from source", "no modules", "docs/install"):
        assert part in text
    assert list((places.cache / "engine").iterdir()) == []


def test_a_build_brings_our_language_host(places: Places) -> None:
    built(places)
    pulumi_cli.provide(places)
    host = (places.venv / "bin" / HOST).read_text()
    assert str(places.root / "engine" / "language_host.py") in host
    assert (places.venv / "bin" / "pulumi-resource-pulumi-python").exists()


def test_an_official_language_host_on_path_wins(places: Places, tmp_path: Path) -> None:
    built(places)
    pulumi_cli.provide(places)
    script(tmp_path / "official" / HOST, "")
    assert pulumi_cli.provide(with_path(places, tmp_path / "official")) is True
    assert not (places.venv / "bin" / HOST).exists()
    assert not (places.engine / HOST).exists()


def test_the_language_host_of_a_pulumi_that_is_too_old_does_not(places: Places, tmp_path: Path) -> None:
    built(places)
    pulumi(tmp_path / "old", "v3.100.0")
    script(tmp_path / "old" / HOST, "")
    pulumi_cli.provide(with_path(places, tmp_path / "old"))
    assert (places.venv / "bin" / HOST).exists()


def test_an_installation_made_later_takes_over_and_leaves_no_link_behind(places: Places, tmp_path: Path) -> None:
    built(places)
    pulumi_cli.provide(places)
    pulumi(tmp_path / "installed", "v3.300.0")
    later = with_path(places, tmp_path / "installed")
    assert pulumi_cli.provide(later) is True
    assert runs(places) == "v3.300.0"
    assert [path.name for path in (places.venv / "bin").iterdir()] == ["pulumi"]
    assert pulumi_cli.provide(later) is False


def test_a_checkout_survives_the_loss_of_the_cache(places: Places) -> None:
    bundle = built(places)
    pulumi_cli.provide(places)
    for path in bundle.iterdir():
        path.unlink()
    assert runs(places) == "built here"


def test_pulumi_puts_the_project_s_python_first_unless_the_environment_is_active(
    places: Places, tmp_path: Path
) -> None:
    script(tmp_path / "installed" / "pulumi", 'test "$1" = version && echo v3.300.0 || echo "$PATH"')
    pulumi_cli.provide(with_path(places, tmp_path / "installed"))
    launcher = places.venv / "bin" / "pulumi"
    active = f"/elsewhere/bin:{launcher.parent}:/usr/bin:/bin"
    for before, after in {"/usr/bin:/bin": f"{launcher.parent}:/usr/bin:/bin", active: active}.items():
        assert subprocess.check_output([launcher, "x"], env={"PATH": before}, text=True).strip() == after
