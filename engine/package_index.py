"""Makes uv look for packages where the user's pip looks: uv reads no pip configuration of its own accord."""

from __future__ import annotations

import ast
import os
import sys
from typing import TYPE_CHECKING

from engine.console import CommandFailed, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# pip's option → uv's variable, the older names of the same, and what separates several values
# https://docs.astral.sh/uv/reference/environment/
SAME_IN_UV = {
    "index-url": ("UV_DEFAULT_INDEX", ("UV_INDEX_URL",), " "),
    "extra-index-url": ("UV_INDEX", ("UV_EXTRA_INDEX_URL",), " "),
    "find-links": ("UV_FIND_LINKS", (), ","),
    "trusted-host": ("UV_INSECURE_HOST", (), " "),
    "cert": ("SSL_CERT_FILE", (), " "),
    "proxy": ("ALL_PROXY", ("HTTPS_PROXY", "https_proxy", "all_proxy"), " "),
}
SECTIONS = ("global", "install", ":env:")  # a later one wins, as with pip


def uv_environment(python: Path, ambient: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for uv: `ambient`, and pip's settings wherever uv has none for the same."""
    environment = dict(ambient)
    settings = _pip_settings(python)
    for option, (variable, others, separator) in SAME_IN_UV.items():
        if option in settings and not any(name in ambient for name in (variable, *others)):
            environment[variable] = separator.join(settings[option].split())
    return environment


def _pip_settings(python: Path) -> dict[str, str]:
    """Pip's configuration from files and environment; none where there is no pip."""
    for candidate in (python, sys.executable):
        try:
            listing = run([candidate, "-m", "pip", "config", "list"])
        except CommandFailed:
            continue
        return parse_pip_config(listing)
    return {}


def parse_pip_config(listing: str) -> dict[str, str]:
    """Read what `pip config list` prints, one `section.option='value'` per line."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in found:
            found[section][option] = ast.literal_eval(value)
    return {option: value for section in SECTIONS for option, value in found[section].items()}
