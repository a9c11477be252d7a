"""Nothing of an official release is used unless all of it is what Pulumi published."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine import PULUMI_VERSION, pulumi_cli, release
from tests.engine.releases_server import ARCHIVE, CHECKSUMS, Releases, archive, checksums, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.places import Places

GOOD = archive()


def refusal(places: Places, releases: Releases, **limits: float) -> str:
    with pytest.raises(release.NoRelease) as refused:
        release.fetch(replace(places, releases=releases.url), **limits)
    assert release.cached(places) is None
    assert list((places.cache / "engine").iterdir()) == []
    return str(refused.value)


def test_a_release_with_the_right_checksum_is_cached(places: Places) -> None:
    with serving({ARCHIVE: GOOD, CHECKSUMS: checksums(GOOD)}) as releases:
        directory = release.fetch(replace(places, releases=releases.url))
    assert release.cached(places) == directory
    version = subprocess.run([directory / "pulumi", "version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip() == f"v{PULUMI_VERSION}"


def test_an_archive_cannot_write_outside_its_directory(places: Places, tmp_path: Path) -> None:
    with serving({ARCHIVE: GOOD, CHECKSUMS: checksums(GOOD)}) as releases:
        directory = release.fetch(replace(places, releases=releases.url))
    assert {path.name for path in directory.iterdir()} == {"pulumi", "pulumi-language-python"}
    assert list(tmp_path.rglob("escaped")) == []


def test_a_wrong_checksum_refuses_the_archive(places: Places) -> None:
    with serving({ARCHIVE: archive("echo other"), CHECKSUMS: checksums(GOOD)}) as releases:
        assert "SHA-256" in refusal(places, releases)


@pytest.mark.parametrize(
    "files",
    [{ARCHIVE: GOOD}, {ARCHIVE: GOOD, CHECKSUMS: b""}, {ARCHIVE: GOOD, CHECKSUMS: checksums(GOOD, "another.tar.gz")}],
    ids=["no file of checksums", "an empty one", "none for this archive"],
)
def test_a_missing_checksum_refuses_the_archive_before_it_is_downloaded(
    places: Places, files: dict[str, bytes]
) -> None:
    with serving(files) as releases:
        assert refusal(places, releases)
        assert releases.asked[ARCHIVE] == 0


def test_a_published_checksum_without_its_archive_is_no_release(places: Places) -> None:
    with serving({CHECKSUMS: checksums(GOOD)}) as releases:
        assert "404" in refusal(places, releases)


@pytest.mark.parametrize("broken", [b"not an archive", GOOD[:100], archive("exit 7")], ids=["other", "cut", "broken"])
def test_an_archive_that_is_no_working_pulumi_is_no_release(places: Places, broken: bytes) -> None:
    with serving({ARCHIVE: broken, CHECKSUMS: checksums(broken)}) as releases:
        assert refusal(places, releases)


def test_a_server_that_says_nothing_is_given_up(places: Places) -> None:
    with serving({CHECKSUMS: checksums(GOOD)}, pause=30) as releases:
        assert "timed out" in refusal(places, releases, silence=0.2)


def test_a_server_that_dribbles_is_given_up(places: Places) -> None:
    with serving({ARCHIVE: GOOD, CHECKSUMS: checksums(GOOD)}) as releases:
        releases.files[ARCHIVE] = bytes(100_000)
        releases.piece, releases.pause = 10_000, 0.1
        assert "takes longer" in refusal(places, releases, silence=30, download=0.2)


def test_a_server_that_is_not_there_is_no_release(places: Places) -> None:
    assert "refused" in refusal(places, Releases(places.releases, {}))


def test_two_set_ups_at_once_download_once(places: Places, told: Callable[[], str]) -> None:
    with serving({ARCHIVE: GOOD, CHECKSUMS: checksums(GOOD)}, pause=0.2) as releases:
        here = replace(places, releases=releases.url)
        there = replace(here, root=places.root.with_name("another"))
        (there.venv / "bin").mkdir(parents=True)
        with ThreadPoolExecutor(2) as both:
            assert list(both.map(pulumi_cli.provide, [here, there])) == [True, True]
        assert releases.asked == {CHECKSUMS: 1, ARCHIVE: 1}
    assert told().count("Downloading") == 1
    for checkout in (here, there):
        assert (checkout.venv / "bin" / "pulumi-language-python").exists()
    assert pulumi_cli.provide(here) is False
