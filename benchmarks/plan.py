"""What is measured, in which order, and about how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.floor import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FLOOR, NAIVE, OURS = "floor", "naive", "ours"
STEPS = ("up", "preview", "change", "destroy")
LATENCY_S = 0.2
MOST_ACCOUNTS = 1000
_THREADS = 4  # of the engine's dynamic provider, fixed
_CALLS_OF_STEP = {"up": CALLS["create"], "preview": 0, "change": CALLS["change"], "destroy": CALLS["destroy"]}


@dataclass(frozen=True, order=True)
class Cell:
    """One cell of the table: so many accounts, each call so slow, one of the three providers."""

    accounts: int
    latency_s: float
    flavour: str

    def __str__(self) -> str:
        return f"{self.flavour}, N = {self.accounts} at {self.latency_s * 1000:.0f} ms"

    def expected_s(self) -> float:
        """Guess the seconds of one run on two quiet cores: the file backend's cost is quadratic in accounts."""
        n = self.accounts
        engine = 6.5 + 0.02 * n + 2.3e-4 * n * n
        return engine + sum(_CALLS_OF_STEP.values()) * self.latency_s * n / _THREADS


@dataclass(frozen=True)
class Plan:
    """The cells in the order of their runs, with the number of the round.

    The policy pack is measured with ``pack_accounts``, in so many rounds of three previews.
    """

    runs: tuple[tuple[int, Cell], ...]
    pack_accounts: int
    pack_rounds: int
    expected_extra_s: float = 60.0  # set-up, API calls of each system, the naive provider's end

    @property
    def expected_s(self) -> float:
        """Guess the seconds of everything."""
        pack = (3 * self.pack_rounds + 2) * (4 + 0.01 * self.pack_accounts)
        return self.expected_extra_s + pack + sum(cell.expected_s() for _, cell in self.runs)


def full() -> Plan:
    """Return the plan that every bound is judged by."""
    slow = [(1, Cell(300, LATENCY_S, flavour)) for flavour in (FLOOR, NAIVE, OURS)]  # shown, and judged by no bound
    largest = [(1, Cell(MOST_ACCOUNTS, 0, flavour)) for flavour in (FLOOR, OURS)]
    runs = (*_rounds(3, {0: (1, 100, 300), LATENCY_S: (1, 100)}), *slow, *largest)
    return Plan(runs, pack_accounts=MOST_ACCOUNTS, pack_rounds=5)


def quick() -> Plan:
    """Return a plan of three minutes that shows whether everything runs."""
    sizes = (1, 30)
    return Plan(tuple(_rounds(1, {0: sizes, LATENCY_S: sizes})), pack_accounts=100, pack_rounds=3)


def _rounds(rounds: int, sizes: Mapping[float, Iterable[int]]) -> list[tuple[int, Cell]]:
    """Interleave the providers, and start each round with another one: what disturbs the machine disturbs all.

    ``sizes`` are the accounts by latency.
    """
    flavours = (FLOOR, NAIVE, OURS)
    return [
        (number, Cell(accounts, latency, flavour))
        for number in range(1, rounds + 1)
        for latency, accounts_each in sizes.items()
        for accounts in accounts_each
        for flavour in (*flavours[number % 3 :], *flavours[: number % 3])
    ]
