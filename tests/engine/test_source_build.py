"""A build uses a Go that is new enough, and only a whole one reaches the cache."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine import source_build
from engine.places import ROOT, Places
from tests.engine.scripts import script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Stands in for the Go toolchain: "compiles" a script, and knows where Pulumi's SDK module lies.
GO = """
case "$1" in
    env) echo {version} ;;
    build) echo "$CGO_ENABLED $GOTOOLCHAIN $PWD" >{log}; cat go.mod go.sum >>{log}
        while [ "$1" != -o ]; do shift; done; mkdir -p "${{2%/*}}"; echo compiled >"$2" ;;
    list) echo {sdk} ;;
esac
"""


@pytest.fixture
def go(places: Places, tmp_path: Path) -> Callable[[str], Places]:
    sdk = tmp_path / "sdk"
    script(sdk / "python/cmd/pulumi-language-python-exec", "echo program runner")
    script(sdk / "python/dist/pulumi-resource-pulumi-python", "echo plugin").chmod(0o444)

    def with_version(version: str) -> Places:
        script(tmp_path / "go" / "go", GO.format(version=version, sdk=sdk, log=tmp_path / "log"))
        return replace(places, search_path=f"{tmp_path / 'go'}:{places.search_path}")

    return with_version


@pytest.mark.parametrize("version", ["go1.25.11", "go1.26.0", "go1.99.1"])
def test_a_build_is_a_cli_and_two_executable_scripts(go: Callable[[str], Places], version: str) -> None:
    places = go(version)
    bundle = source_build.build(places)
    assert source_build.cached(places) == bundle
    assert {path.name for path in bundle.iterdir()} == {
        "pulumi",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    }
    assert os.access(bundle / "pulumi-resource-pulumi-python", os.X_OK)
    assert [path.name for path in bundle.parent.iterdir()] == [bundle.name]


def test_a_build_needs_no_c_compiler_and_takes_the_modules_that_are_locked(
    go: Callable[[str], Places], tmp_path: Path
) -> None:
    places = go("go1.26.0")
    source_build.build(places)
    first, *rest = (tmp_path / "log").read_text().splitlines()
    assert first.startswith("0 local ")
    locked = [
        line for name in ("go.mod", "go.sum") for line in (ROOT / "engine" / "cli" / name).read_text().splitlines()
    ]
    assert rest == locked


def test_an_older_go_is_named_and_the_package_index_asked(
    go: Callable[[str], Places], told: Callable[[], str], nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"{nowhere}/simple")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    places = go("go1.25.10")
    (places.venv / "bin" / "uv").symlink_to(ROOT / ".venv" / "bin" / "uv")
    (places.venv / "bin" / "python").symlink_to(ROOT / ".venv" / "bin" / "python")
    with pytest.raises(source_build.CannotBuild, match=r"no Go 1\.25\.11 or newer on PATH, and none from the Python"):
        source_build.build(places)
    assert "is go1.25.10, older than 1.25.11" in told()
    assert source_build.cached(places) is None


def test_a_failed_build_leaves_nothing_behind(places: Places, tmp_path: Path) -> None:
    script(tmp_path / "go" / "go", 'test "$1" = env && echo go1.26.0 || { echo no module found >&2; exit 1; }')
    with pytest.raises(source_build.CannotBuild, match="no module found"):
        source_build.build(replace(places, search_path=f"{tmp_path / 'go'}:{places.search_path}"))
    assert list((places.cache / "engine").iterdir()) == []


def test_what_a_killed_build_left_is_removed_by_the_next(go: Callable[[str], Places]) -> None:
    places = go("go1.26.0")
    (places.cache / "engine" / "scratch-of-a-killed-one" / "gopath").mkdir(parents=True)
    bundle = source_build.build(places)
    assert list(bundle.parent.iterdir()) == [bundle]
