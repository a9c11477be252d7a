"""Count texts and number them: all of one length, over classes of characters that each come at least so often.

In order of code points, which needs no algorithm to be understood: text number 7 is the eighth of the sorted list.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import TypeAlias

Four: TypeAlias = tuple[int, int, int, int]
"""A number for each of the four classes."""


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All texts of ``length`` characters that have at least ``minima[i]`` from ``classes[i]`` and none from elsewhere.

    ``classes`` have no character in common; an empty one is not used. ``never_first`` is the number of a class that
    no text starts with, None where each may.
    """

    length: int
    classes: tuple[str, str, str, str]
    minima: Four
    never_first: int | None = None

    @functools.cached_property
    def count(self) -> int:
        """How many there are, exactly."""
        count = self.ways(self.length, self.minima)
        if self.never_first is not None:
            forbidden = self.ways(self.length - 1, less(self.minima, self.never_first))
            count -= len(self.classes[self.never_first]) * forbidden
        return count

    def nth(self, index: int) -> str:
        """Return the text that ``index`` others come before, in order of code points.

        Raises:
            IndexError: ``index`` is below 0 or not below ``count``.

        """
        if not 0 <= index < self.count:
            raise IndexError("there is no text of that number")
        text, minima = "", self.minima
        for left in reversed(range(self.length)):
            for number, run in self._runs:
                if number == self.never_first and not text:
                    continue
                after = self.ways(left, less(minima, number))
                if index < after * len(run):
                    place, index = divmod(index, after)
                    text, minima = text + run[place], less(minima, number)
                    break
                index -= after * len(run)
        return text

    def ways(self, length: int, minima: Four) -> int:
        """Count the texts of ``length`` over the same classes with other ``minima``, whatever they start with."""
        return _ways(length, self._sizes, minima)

    @functools.cached_property
    def _sizes(self) -> Four:
        one, two, three, four = map(len, self.classes)
        return one, two, three, four

    @functools.cached_property
    def _runs(self) -> list[tuple[int, str]]:
        """The alphabet in order, cut where the class changes: the number of the class, and its characters there."""
        known = {character: number for number, characters in enumerate(self.classes) for character in characters}
        return [(number, "".join(run)) for number, run in itertools.groupby(sorted(known), key=known.__getitem__)]


def less(minima: Four, number: int) -> Four:
    """Return what is still missing once a character of class ``number`` is there."""
    one, two, three, four = (max(0, least - (place == number)) for place, least in enumerate(minima))
    return one, two, three, four


@functools.lru_cache(maxsize=8192)
def _ways(length: int, sizes: Four, minima: Four) -> int:
    if not any(minima):
        each: int = sum(sizes) ** length
        return each
    # So many places for the first two classes, the others for the last two.
    one, two, three, four = minima
    return sum(
        math.comb(length, places)
        * _of_two(places, sizes[0], one, sizes[1], two)
        * _of_two(length - places, sizes[2], three, sizes[3], four)
        for places in range(one + two, length - three - four + 1)
    )


def _of_two(length: int, size: int, least: int, other_size: int, least_other: int) -> int:
    """Count the texts over two classes; ``length`` is at least the sum of what there is least of both."""
    fewer = _fewer(length, size, other_size)
    return fewer[length - least_other + 1] - fewer[least]


@functools.lru_cache(maxsize=1024)
def _fewer(length: int, size: int, other_size: int) -> tuple[int, ...]:
    """Count the texts over two classes that have fewer than 0, 1, … ``length`` + 1 characters of the first."""
    exactly = (math.comb(length, k) * size**k * other_size ** (length - k) for k in range(length + 1))
    return tuple(itertools.accumulate(exactly, initial=0))
