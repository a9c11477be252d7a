"""uv looks for packages where pip is configured to look, unless it is configured itself."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from engine.package_index import parse_pip_config, uv_environment

if TYPE_CHECKING:
    from pathlib import Path


def test_a_later_source_of_pip_s_settings_wins() -> None:
    listing = """
global.index-url='https://one.example/simple'
install.index-url='https://two.example/simple'
:env:.find-links='/wheels'
freeze.timeout='10'
global.find-links='/elsewhere'
"""
    assert parse_pip_config(listing) == {"index-url": "https://two.example/simple", "find-links": "/wheels"}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has pip."""
    directory = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    return directory / "bin" / "python"


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's pip.conf; no other setting of pip."""
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CERT", "PIP_PROXY", "PIP_TRUSTED_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    return tmp_path / "pip.conf"


def settings_of_uv(python: Path, ambient: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in uv_environment(python, ambient).items() if name.startswith("UV_")}


def test_an_index_of_the_user_s_own_is_used_by_uv(python: Path, pip: Path) -> None:
    pip.write_text(
        "[global]\nindex-url = https://user:CANARY-index@packages.example/simple\nfind-links = /a /b\n"
        "extra-index-url =\n    https://one.example\n    https://two.example\n"
    )
    assert settings_of_uv(python, {}) == {
        "UV_DEFAULT_INDEX": "https://user:CANARY-index@packages.example/simple",
        "UV_FIND_LINKS": "/a,/b",
        "UV_INDEX": "https://one.example https://two.example",
    }


@pytest.mark.parametrize("name", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_uv_s_own_setting_wins(python: Path, pip: Path, name: str) -> None:
    pip.write_text("[global]\nindex-url = https://packages.example/simple\n")
    assert settings_of_uv(python, {name: "https://uv.example/simple"}) == {name: "https://uv.example/simple"}


def test_without_settings_uv_is_left_as_it_is(python: Path, pip: Path) -> None:
    pip.write_text("")
    assert settings_of_uv(python, {"HOME": "/home/me"}) == {}
    assert uv_environment(python, {"HOME": "/home/me"})["HOME"] == "/home/me"
