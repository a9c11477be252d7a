"""The real engine with hundreds of accounts, and with rate limits that it has to wait for."""

from tests.end_to_end.conftest import directory, stack

__all__ = ["directory", "stack"]
