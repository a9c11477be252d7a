from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pulumi_pwmgmt.errors import Unreachable
from pulumi_pwmgmt.once import Once

THREADS = 8


class Counted:
    """Something that is fetched, and how often it was."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.fetched = 0
        self.error = error

    def __call__(self) -> object:
        self.fetched += 1
        if self.error:
            raise self.error
        return object()


def test_nothing_is_fetched_before_it_is_needed() -> None:
    source = Counted()
    Once(source)
    assert source.fetched == 0


def test_all_threads_get_the_one_answer() -> None:
    source = Counted()
    once, start = Once(source), Barrier(THREADS)

    def ask(_: int) -> object:
        start.wait()
        return once.get()

    with ThreadPoolExecutor(THREADS) as threads:
        assert len(set(threads.map(ask, range(THREADS)))) == 1
    assert source.fetched == 1


def test_a_refusal_is_an_answer_whose_traceback_does_not_grow() -> None:
    source = Counted(Unreachable("no connection"))
    once = Once(source)
    lengths = set[int]()
    for _ in range(5):
        with pytest.raises(Unreachable, match="no connection") as refused:
            once.get()
        lengths.add(len(traceback.extract_tb(refused.value.__traceback__)))
    assert source.fetched == 1
    assert len(lengths) == 1


def test_a_bug_is_no_answer() -> None:
    source = Counted(ZeroDivisionError())
    once = Once(source)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            once.get()
    assert source.fetched == 2
