"""Ten thousand steps and more through random lives of a stack, with every kind of system.

The seeds are told at the end. Other lives: pytest tests/model -k KIND --hypothesis-seed=N
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Life
from tests.model.server import KINDS
from tests.seeds import seed_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.model.server import AnyKind

STEPS = 10_000
QUIET = settings(
    max_examples=80,
    stateful_step_count=50,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(900)  # hypothesis takes up to five minutes to find the shortest life that breaks something
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_happens_the_invariants_hold(
    kind: type[AnyKind], request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    number = seed_of(request)
    record_property("seed of lives", number)

    @seed(number)
    class LifeHere(Life):
        steps = 0

    LifeHere.kind = kind
    try:
        run_state_machine_as_test(LifeHere, settings=QUIET)
    finally:
        record_property("steps of lives", LifeHere.steps)
    assert LifeHere.steps >= STEPS // len(KINDS)
