"""Whole numbers from 1, which is how generations and days are counted, and how Pulumi's engine hands them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeGuard

MOST = 2**31 - 1
"""The greatest number that is counted to. A float, which each becomes in the engine, has it exactly."""


def is_counting(number: object) -> TypeGuard[int]:
    """Whether it is a whole number from 1 to ``MOST``. A float is none, nor is True."""
    return isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MOST


def whole(value: object) -> object:
    """Return a whole number that came back from the engine as the float of it; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
