"""A state that was edited by hand, or written by an older version: a clear error, nothing changed, nothing lost."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_pwmgmt import generated as life
from pulumi_pwmgmt.errors import CredentialError, NotConfigured
from pulumi_pwmgmt.record import Declaration, Record
from tests.canary import assert_no_canary
from tests.hostile.edited import edited
from tests.hostile.quotable import ERRORS, chain, texts
from tests.unit.in_memory import Administrator, OldForNew, WriteOnly
from tests.unit.sources import RECIPE, derived, for_system, generated, stack_with_master
from tests.unit.stack import LOGIN, Properties, Refused, Stack, credential, forget, through_the_engine

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.hostile.conftest import Campaign
    from tests.unit.in_memory import Directory

EXAMPLES, EDITS = 30, 20  # for each system and source, and in each example
MADE, OTHER = RECIPE.random().reveal(), RECIPE.random().reveal()
OTHERS = "CANARY-of-another-account"
SOURCES: dict[str, Callable[..., Properties]] = {
    "supplied": lambda **more: credential(facts={}, **more),
    "derived": lambda **more: derived(2, **more),
    "generated": lambda **more: generated(MADE, 2, **more),
}
NEXT: dict[str, Callable[..., Properties]] = {
    "supplied": lambda **more: credential(password="CANARY-second", facts={}, **more),
    "derived": lambda **more: derived(3, **more),
    "generated": lambda **more: generated(OTHER, 3, **more),
}
COMMANDS: dict[str, Callable[[Stack, Properties, Properties], object]] = {
    "up, nothing new": lambda stack, news, _: stack.up(bot=news),
    "up, another password": lambda stack, _, later: stack.up(bot=later),
    "refresh": lambda stack, _news, _later: stack.refresh(),
    "destroy": lambda stack, _news, _later: stack.destroy(),
}


def stack_of(kind: type[WriteOnly], source: str) -> tuple[Stack, Directory, Properties, Properties]:
    """Return a stack with one credential in it, and what its program says now and next."""
    stack, directory = stack_with_master(kind)
    directory.add("other@example.com", OTHERS)
    more: dict[str, Any] = for_system(kind)
    news, later = SOURCES[source](**more), NEXT[source](**more)
    stack.up(bot=news)
    forget(directory)
    return stack, directory, news, later


def assert_told(error: BaseException) -> None:
    """Judge an error that a command ended with."""
    told = error.errors.values() if isinstance(error, Refused) else [error]
    for each in told:
        assert type(each) in ERRORS, repr(each)[:300]
        for one in chain(each):
            assert isinstance(one, (CredentialError, ValueError, OSError)), type(one)
        for text in texts(each):
            assert_no_canary(text, "an error")
            assert text.isprintable(), repr(text)[:300]
            assert len(text) < 4000, f"{len(text)} characters"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_an_edited_state_is_told_and_nothing_changes(campaign: Campaign, kind: type[WriteOnly], source: str) -> None:
    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        stack, directory, news, later = stack_of(kind, source)
        whole = deepcopy(stack.state["bot"])
        for _ in range(EDITS):
            campaign.count()
            before = deepcopy(whole)
            name = chance.choice(("inputs", "outputs"))
            setattr(before, name, edited(chance, getattr(whole, name)))
            stack.state["bot"] = deepcopy(before)
            forget(directory)
            live = directory.accounts[0].password
            try:
                COMMANDS[chance.choice(list(COMMANDS))](stack, news, later)
            except Exception as error:  # noqa: BLE001 -- that it is one of ours is what is tried
                assert_told(error)
                if directory.calls == []:  # a replacement is made before the old one is found not to be deletable
                    assert repr(stack.state["bot"]) == repr(before), "the state was touched"
                if "is not as this provider wrote it" in str(error):
                    assert directory.calls == []
                    assert directory.accounts[0].password == live
            assert directory.accounts[1].password == OTHERS, "another account's password was changed"
            stack, directory, news, later = (
                stack_of(kind, source) if directory.calls else (stack, directory, news, later)
            )
            whole = deepcopy(whole) if not directory.calls else deepcopy(stack.state["bot"])

    campaign.run(EXAMPLES, holds)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("other", ["id-of-other", "other@example.com", "me", "../me"])
@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_a_state_that_names_another_account_leads_to_none(kind: type[WriteOnly], other: str, command: str) -> None:
    stack, directory, news, later = stack_of(kind, "supplied")
    stack.state["bot"].outputs["principal_id"] = other
    before = deepcopy(stack.state["bot"])
    with pytest.raises(NotConfigured, match="names two accounts"):
        COMMANDS[command](stack, news, later)
    assert directory.calls == []
    assert stack.state["bot"] == before


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_each_key_of_the_state_can_be_missing(kind: type[WriteOnly], source: str) -> None:
    for part in ("inputs", "outputs"):
        stack, directory, news, _ = stack_of(kind, source)
        for key in list(getattr(stack.state["bot"], part)):
            stack, directory, news, _ = stack_of(kind, source)
            del getattr(stack.state["bot"], part)[key]
            before = deepcopy(stack.state["bot"])
            with suppress(NotConfigured, Refused):
                stack.up(bot=news)
                continue
            assert stack.state["bot"] == before
            assert directory.calls == [], key


OLDEST = ("source", "facts", "declared", "connection_risks", "connection_security")
"""What the first version did not write."""


@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_the_state_of_the_first_version_goes_on(kind: type[WriteOnly]) -> None:
    stack, directory, news, later = stack_of(kind, "supplied")
    entry = stack.state["bot"]
    for properties in (entry.inputs, entry.outputs):
        for key in OLDEST:
            properties.pop(key, None)
    stack.refresh()
    stack.up(bot=news)
    assert directory.passwords_sent == [], "the same password was sent again"
    stack.up(bot=later)
    assert directory.opens(LOGIN, "CANARY-second")
    stack.destroy()
    assert stack.state == {}


def test_any_properties_are_a_record_or_refused(campaign: Campaign) -> None:
    stack, *_ = stack_of(OldForNew, "derived")
    whole = stack.state["bot"].outputs
    made = life.create(stack.clock(), life.Wanted(recipe=RECIPE.as_input(), generation=1)).properties()

    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for parse, properties in ((Record.parse, whole), (Declaration.parse, whole), (life.Generated.parse, made)):
            campaign.count()
            try:
                read: Any = parse(edited(chance, properties))
            except NotConfigured as error:
                assert_told(error)
            else:
                through_the_engine(read.properties())

    campaign.run(600, holds)


def test_any_generated_password_goes_on_or_is_refused(campaign: Campaign) -> None:
    stack, *_ = stack_of(Administrator, "supplied")
    inputs = {"recipe": RECIPE.as_input(), "generation": 1, "keepers": {"a": "b"}, "rotate_after": 90}
    made = life.create(stack.clock(), life.Wanted.model_validate(inputs)).properties()

    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for _ in range(10):
            campaign.count()
            olds, news = edited(chance, through_the_engine(made)), through_the_engine(inputs)
            try:
                checked, problems = life.check(news)
                assert problems == []
                before = life.Generated.parse(olds)
                if life.diff(stack.clock(), before, checked):
                    life.update(stack.clock(), before, life.Wanted.parse(checked))
                for problem in life.check(edited(chance, news))[1]:
                    assert_told(problem)
            except CredentialError as error:
                assert_told(error)

    campaign.run(100, holds)
