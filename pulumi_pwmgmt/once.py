"""What a connection is asked once, whoever asks first: a process is one run, so nothing kept here grows stale."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

from pulumi_pwmgmt.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Once(Generic[T]):
    """An answer that is fetched on first use and shared by all threads; the others wait for the first.

    A refusal is an answer too: a right that is missing is missing for every credential, and a server that is down
    would keep each of them waiting for its whole time budget.
    """

    def __init__(self, fetch: Callable[[], T]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._answer: Future[T] = Future()

    def get(self) -> T:
        """Return the answer, or raise what fetching it raised."""
        with self._lock:
            if not self._answer.done():
                try:
                    self._answer.set_result(self._fetch())
                except CredentialError as error:
                    self._answer.set_exception(error)
        refusal = self._answer.exception()
        if refusal is not None:
            raise refusal.with_traceback(None)  # the same each time, and a traceback only grows
        return self._answer.result()
