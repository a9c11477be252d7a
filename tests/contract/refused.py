"""Every error that the suite provokes is looked through for secrets, so that each cell of "any error" is many."""

from __future__ import annotations

import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pulumi_pwmgmt
from tests.canary import assert_no_canary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_pwmgmt.errors import CredentialError

LIBRARY = str(Path(pulumi_pwmgmt.__file__).parent)


@contextmanager
def refused(*kinds: type[CredentialError]) -> Iterator[pytest.ExceptionInfo[CredentialError]]:
    """Expect one of these errors exactly, no secret in any text of it."""
    with pytest.raises(kinds) as caught:
        yield caught
    assert caught.type in kinds, caught.value
    assert_tells_no_secret(caught.value)


def assert_tells_no_secret(error: BaseException, *, by_its_frames: bool = True) -> None:
    """Look through an error as anybody might print it, the variables of the library's own frames included.

    Without ``by_its_frames`` for what comes out of a check: the engine hands it plain values.
    """
    texts = [*traceback.format_exception(error), repr(error), repr(vars(error))]
    texts += _variables(error) if by_its_frames else []
    assert_no_canary("\n".join(texts), f"a {type(error).__name__}")
    for other in (error.__cause__, error.__context__):
        if other is not None:
            assert_tells_no_secret(other, by_its_frames=by_its_frames)


def _variables(error: BaseException) -> Iterator[str]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(LIBRARY):
            yield from (f"{name} of {frame.f_code.co_name}: {value!r}" for name, value in frame.f_locals.items())
