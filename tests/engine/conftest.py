from __future__ import annotations

import os
import shutil
import socket
from typing import TYPE_CHECKING

import pytest

from engine.places import ROOT, Places

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def nowhere() -> str:
    """A URL that nobody answers at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def places(tmp_path: Path, nowhere: str) -> Places:
    """An empty cache, an empty PATH but for the system's own tools, no releases, and a checkout's .venv/bin."""
    root = tmp_path / "checkout"
    (root / ".venv" / "bin").mkdir(parents=True)
    shutil.copytree(ROOT / "engine", root / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cat", "cp", "mkdir", "sleep"):
        found = shutil.which(name, path=os.defpath)
        assert found
        (tools / name).symlink_to(found)
    return Places(root=root, cache=tmp_path / "cache", search_path=str(tools), releases=nowhere)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What set-up has told so far."""
    return lambda: capsys.readouterr().out
