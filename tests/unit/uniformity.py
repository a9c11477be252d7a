"""Whether outcomes look uniform: Pearson's chi-square, with a bound that chance does not reach."""

from __future__ import annotations

from collections import Counter
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SIGMAS = 12  # for hundreds of outcomes, uniform ones get past this once in more than 10^14 times


def looks_uniform(drawn: Iterable[str], possible: Sequence[str]) -> bool:
    """Whether each of ``possible``, and nothing else, was drawn about as often as any other."""
    counted = Counter(drawn)
    if set(counted) - set(possible):
        return False
    expected = counted.total() / len(possible)
    assert expected >= 20, "too few draws to tell"
    chi_square = sum((counted[one] - expected) ** 2 / expected for one in possible)
    freedom = len(possible) - 1
    return chi_square < freedom + _SIGMAS * sqrt(2 * freedom)
