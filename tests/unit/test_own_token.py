"""A token that acts on its own user must be the principal's: refused in preview, warned of where it can't be read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.in_memory import Administrator, Directory, OwnPassword
from tests.unit.stack import LOGIN, Refused, Stack, credential, made, stack_of


class _WithToken(OwnPassword):
    token_subject: str | None = None

    def subject(self) -> str | None:
        return self.token_subject


def _with_token_of(subject: str | None) -> tuple[Stack, Directory]:
    stack, directory = stack_of(_WithToken)
    system = _WithToken(directory)
    system.token_subject = subject
    stack.connections["main"] = replace(stack.connections["main"], system=system)
    return stack, directory


def test_somebody_elses_token_is_refused_in_preview() -> None:
    stack, directory = _with_token_of("somebody.else@example.com")
    with pytest.raises(Refused, match=r"'somebody\.else@example\.com'") as refused:
        stack.preview(bot=credential())
    assert list(refused.value.problems) == ["principal"]
    assert directory.calls == []


@pytest.mark.parametrize("subject", [LOGIN, LOGIN.upper()])
def test_the_own_token_is_taken(subject: str) -> None:
    stack, directory = _with_token_of(subject)
    stack.up(bot=credential())
    assert directory.opens(LOGIN, "CANARY-first")
    assert stack.told == []


def test_a_token_that_can_not_be_read_is_warned_of_once_a_run() -> None:
    stack, _ = _with_token_of(None)
    stack.up(bot=credential())
    assert len(stack.told) == 1
    assert repr(LOGIN) in stack.told[0]


def test_nothing_is_left_to_revoke_on_an_account_that_is_closed() -> None:
    stack, directory = made(Administrator)
    directory.get(LOGIN).status = "DEPROVISIONED"
    stack.connections["main"].system.traits = replace(Administrator.traits, closed=frozenset({"DEPROVISIONED"}))
    assert stack.up() == ["delete"]
    assert directory.calls == ["observe"]
