"""What the engine calls for a generated password."""

from __future__ import annotations

import base64
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.dynamic import dynamic
from pulumi.output import Unknown

from pulumi_pwmgmt import provider
from pulumi_pwmgmt.provider import GeneratedPasswordProvider
from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator
from tests.unit.sources import RECIPE
from tests.unit.stack import Stack, stack_of, through_the_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What stands in every state for this provider. Other bytes are a difference on every generated password.
GOLDEN = "gASVOwAAAAAAAACMFnB1bHVtaV9wd21nbXQucHJvdmlkZXKUjBlHZW5lcmF0ZWRQYXNzd29yZFByb3ZpZGVylJOUKVKULg=="
BYTES = {"__provider": "the bytes of the class"}


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A configured plugin process."""
    stack, _ = stack_of(Administrator)
    provider._Process.run = stack.run()  # noqa: SLF001 -- configure would watch for an engine
    yield stack
    provider._Process.run = None  # noqa: SLF001 -- same


def door() -> GeneratedPasswordProvider:
    return GeneratedPasswordProvider()


def checked(**news: Any) -> dict[str, Any]:  # noqa: ANN401 -- any input
    result = door().check({}, BYTES | {"recipe": RECIPE.as_input(), "generation": 1.0, "value": None} | news)
    assert result.failures == []
    inputs: dict[str, Any] = through_the_engine(result.inputs)
    return inputs


def test_the_bytes_are_golden_and_make_the_provider() -> None:
    assert dynamic.serialize_provider(door()) == GOLDEN
    assert type(pickle.loads(base64.b64decode(GOLDEN))) is GeneratedPasswordProvider  # noqa: S301 -- our own constant


def test_a_life_through_the_doorway(stack: Stack) -> None:
    inputs = checked(keepers={"host": "a"})
    assert set(inputs) == {"recipe", "generation", "keepers"}
    made = door().create(BYTES | inputs)
    assert made.id.startswith("generated:")
    olds = BYTES | through_the_engine(made.outs)
    assert not door().diff(made.id, olds, BYTES | inputs).changes
    following = checked(keepers={"host": "a"}, generation=2.0)
    stack.clock.wait(86_400)
    provider._Process.run = stack.run()  # noqa: SLF001 -- another day, another process
    difference = door().diff(made.id, olds, BYTES | following)
    assert (difference.changes, difference.replaces or []) == (True, [])
    outs = door().update(made.id, olds, BYTES | following).outs or {}
    assert (outs["previous"], outs["previous_generation"]) == (olds["value"], 1)
    assert outs["reason"] == "rotated: generation 1 → 2, 1 day old"
    assert RECIPE.allows(outs["value"])
    found = door().read(made.id, BYTES | outs)
    assert (found.id, (found.outs or {})["value"]) == (made.id, outs["value"])
    door().delete(made.id, outs)


@pytest.mark.usefixtures("stack")
def test_a_refusal_is_one_line() -> None:
    result = door().check({}, {"recipe": {"length": 3, "digits": 4}, "generation": 0.0})
    first, second = (failure.reason for failure in result.failures)
    assert first.startswith("Unsupported: the recipe: the recipe can't be met: ")
    assert second == "Unsupported: generation is no whole number from 1 to 2147483647 — correct it"


@pytest.mark.usefixtures("stack")
def test_going_back_too_far_is_refused_by_the_diff() -> None:
    made = door().create(checked(generation=5.0))
    with pytest.raises(Exception, match="generation 3 of the generated password is not kept") as refused:
        door().diff(made.id, made.outs, checked(generation=3.0))
    assert type(refused.value).__name__ == "Unsupported"


@pytest.mark.usefixtures("stack")
def test_keepers_that_the_engine_does_not_know_yet() -> None:
    made = door().create(checked(keepers={"host": "a"}))
    unknown: Any = Unknown()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    for keepers in (unknown, {"host": unknown}):
        inputs = door().check({}, {"recipe": RECIPE.as_input(), "generation": 1.0, "keepers": keepers}).inputs
        assert isinstance(inputs["keepers"]["host"] if isinstance(keepers, dict) else inputs["keepers"], Unknown)
        assert door().diff(made.id, made.outs, inputs).changes


@pytest.mark.usefixtures("stack")
def test_a_state_that_was_edited_by_hand_is_told_without_its_values() -> None:
    made = door().create(checked())
    for step in (door().diff, door().update):
        with pytest.raises(Exception, match="not as this provider wrote it") as refused:
            step(made.id, made.outs | {"value": ["CANARY-x"]}, checked())
        assert_no_canary(repr(refused.value), "a refusal")


def test_every_verb_goes_through_the_doorway() -> None:
    calls: list[tuple[Callable[..., object], int]] = [(door().diff, 3), (door().create, 1), (door().update, 3)]
    for verb, arguments in calls:
        with pytest.raises(Exception, match="—") as refused:
            verb(*[{} for _ in range(arguments)])
        assert type(refused.value).__name__ in ("InternalError", "NotConfigured")
