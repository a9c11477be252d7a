"""The real engine, killed; one stack with a credential in each simulated system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.conftest import directory, stack
from tests.end_to_end.stack import Stack
from tests.kills.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.directory import Directory

__all__ = ["directory", "scene", "stack"]


@pytest.fixture
def other(tmp_path: Path, directory: Directory) -> Iterator[Scene]:
    """Return another stack, with the same accounts."""
    stack = Stack(tmp_path / "other")
    yield Scene(stack, directory)
    stack.discard()


@pytest.fixture
def scene(stack: Stack, directory: Directory) -> Scene:
    return Scene(stack, directory)
