"""Where the naive provider ends: for each resource the SDK wraps its pickler once more, until the stack is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.stack import CommandFailed

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.stack import Stack


def most_accounts(template: Stack, scratch: Path, upper: int) -> int | None:
    """Return how many accounts a program can have at most, by previews; None if ``upper`` is not too many."""
    stack = template.copy(scratch / "naive-end")
    stack.set(generation="1")
    try:
        if _previews(stack, upper):
            return None
        lower = 1
        while upper - lower > 1:
            middle = (lower + upper) // 2
            if _previews(stack, middle):
                lower = middle
            else:
                upper = middle
    finally:
        stack.discard()
    return lower


def _previews(stack: Stack, accounts: int) -> bool:
    stack.set(accounts=str(accounts))
    try:
        stack.run("preview")
    except CommandFailed as failure:
        if "RecursionError" not in failure.output:
            raise
        return False
    return True
