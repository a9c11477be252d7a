"""Which random cases a test tries: the same ones each time, so that a change is judged by what it changed.

Another seed gives others: pytest --hypothesis-seed=N, and `make soak` does that with one that nobody has chosen.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from hypothesis import settings

if TYPE_CHECKING:
    import pytest

_OPTION = "--hypothesis-seed"
settings.register_profile("the same cases", derandomize=True)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(_OPTION) is None:
        settings.load_profile("the same cases")


def seed_of(request: pytest.FixtureRequest) -> int:
    """Return the seed of a test that is told beside its result: the one given, else the test's own."""
    given = request.config.getoption(_OPTION)
    return zlib.crc32(request.node.nodeid.encode()) if given is None else int(given)
