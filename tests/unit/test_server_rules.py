"""The server's own rules: asked for before anything changes, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt import errors
from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import assert_no_canary
from tests.unit.sources import MASTER, Ruled, derived, generated
from tests.unit.stack import LOGIN, Refused, Stack, connected, credential, stack_of

if TYPE_CHECKING:
    from pulumi_pwmgmt.errors import CredentialError

UNREADABLE = [
    errors.PermissionDenied,
    errors.RateLimited,
    errors.UnexpectedReply,
    errors.Unreachable,
    errors.Unsupported,
]


def ruled(*, more_accounts: int = 0, connection: dict[str, Any] | None = None, **rules: Any) -> tuple[Stack, Ruled]:  # noqa: ANN401 -- any rule
    stack, directory = stack_of(Ruled)
    for number in range(more_accounts):
        directory.add(f"bot{number}@example.com")
    system = Ruled(directory, **rules)
    stack.connections["main"] = connected(system, **(connection or {}))
    stack.config["masters"] = {"main": MASTER}
    return stack, system


def refused(stack: Stack, **news: dict[str, Any]) -> str:
    with pytest.raises(Refused) as caught:
        stack.preview(**news)
    assert_no_canary(str(caught.value), "a refusal")
    return caught.value.problems["password"]


def test_every_unmet_rule_is_named_and_nothing_is_changed() -> None:
    stack, system = ruled(min_length=14, min_digits=1, min_symbols=1, excludes_username=True)
    problem = refused(stack, bot=credential(principal="first@example.com"))
    assert problem == (
        "PasswordRejected: the password breaks the rules of Okta: at least 14 characters; at least 1 digit; "
        "no part of the user name — choose one that they accept; where the organisation's profile forbids such rules, "
        "as nist-800-63b-4 does, the two contradict each other and one has to give: the account's password policy in "
        "Okta, or the profile (rule server-rules)"
    )
    assert system.directory.calls == []
    stack.up(bot=credential(password="CANARY-long-enough-1"))
    assert system.directory.opens(LOGIN, "CANARY-long-enough-1")


def test_the_rules_are_facts_as_long_as_the_password_stays() -> None:
    stack, system = ruled(min_length=8, excluded_attributes=("firstName",))
    news = credential(facts={})
    stack.up(bot=news)
    assert system.asked == [LOGIN]
    stated = {"min_length": 8, "excluded_attributes": ["firstName"]}
    assert stack.state["bot"].inputs["facts"]["server"] == stated
    system.asked.clear()
    assert stack.up(bot=news) == []
    stack.preview(bot=credential(on_destroy="expire", facts={}))
    stack.up(ignore_changes=["password"], bot=credential(password="CANARY-x", facts={}))
    assert system.asked == []
    assert stack.state["bot"].inputs["facts"]["server"] == stated


def test_rules_that_became_stricter_leave_alone_what_stays() -> None:
    stack, system = ruled()
    stack.up(bot=credential())
    assert system.policy is not None
    system.policy = type(system.policy)(min_length=40)
    assert stack.up(bot=credential()) == []
    assert "at least 40 characters" in refused(stack, bot=credential(password="CANARY-second"))


def test_a_recipe_is_held_against_them_while_its_password_is_unknown_and_when_it_is_known() -> None:
    stack, system = ruled(min_symbols=2)
    narrow = Recipe(length=20)
    for value in (UNKNOWN, narrow.random().reveal()):
        problem = refused(stack, bot=generated(value, recipe=narrow))
        assert "some passwords of the recipe break the rules of Okta: at least 2 symbols: say symbols=2" in problem
        assert " — change the recipe; where the organisation's profile forbids such rules" in problem
    stack.preview(bot=generated(UNKNOWN, recipe=Recipe(length=20, symbols=2)))
    assert system.directory.calls == []


def test_a_derived_password_is_held_against_them_by_its_recipe_for_the_generations_to_come() -> None:
    stack, _ = ruled(min_length=30)
    problem = refused(stack, bot=derived(1))
    assert "some passwords of the recipe break the rules of Okta: at least 30 characters" in problem
    assert problem.endswith(" — change the recipe"), "a length contradicts no profile"
    stack.preview(bot=derived(1, recipe=Recipe(length=30)))


def test_a_recipe_that_is_too_long_is_refused_where_the_server_states_nothing() -> None:
    stack, system = ruled()
    system.policy = None
    problem = refused(stack, bot=generated(UNKNOWN, recipe=Recipe(length=73)))
    assert "at most 72 characters: say length=72" in problem


def test_a_password_that_is_unknown_and_supplied_is_not_asked_about() -> None:
    stack, system = ruled()
    inputs = stack.preview(bot=credential(password=UNKNOWN, facts={}))["bot"]
    assert inputs["facts"] is UNKNOWN
    assert system.asked == []


def test_an_adopted_one_has_the_servers_consent_and_its_successor_has_not() -> None:
    stack, system = ruled(min_length=30)
    system.directory.store(system.directory.get(LOGIN), "CANARY-first")
    news = credential(adopt=True, facts={})
    stack.up(bot=news)
    assert system.asked == []
    assert "since" not in stack.state["bot"].inputs["facts"]
    problem = refused(stack, bot=news | {"password": "CANARY-second"})
    assert "at least 30 characters" in problem
    long = "CANARY-of-more-than-thirty-characters"
    stack.up(bot=news | {"password": long})
    assert stack.state["bot"].inputs["facts"]["since"] == "2026-03-01"
    assert system.directory.opens(LOGIN, long)


def test_an_account_that_is_not_there_yet_is_no_obstacle() -> None:
    stack, system = ruled()
    system.refusal = errors.PrincipalNotFound("nobody is called that")
    stack.preview(bot=credential(facts={}))
    assert stack.told == []


@pytest.mark.parametrize("kind", UNREADABLE)
def test_rules_that_can_not_be_read_are_one_warning_for_the_connection(kind: type[CredentialError]) -> None:
    stack, system = ruled(more_accounts=3)
    run = stack.run()
    for number in range(3):
        system.refusal = kind(f"request {number} failed", to_do="do this")
        stack._checked(run, {}, credential(principal=f"bot{number}@example.com"))  # noqa: SLF001 -- one run
    (told,) = stack.told
    assert told == (
        "the password rules of connection 'main' can't be read, so nothing is held against them: request 0 failed — "
        "do this, or set 'pwmgmt:connections.main.require_policy' to have this refused"
    )


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_connection_that_requires_them_refuses(kind: type[CredentialError]) -> None:
    stack, system = ruled(connection={"require_policy": True})
    system.refusal = kind("it failed", to_do="do this")
    assert refused(stack, bot=credential()) == f"{kind.__name__}: it failed — do this"
    assert stack.told == []
    assert system.directory.calls == []


@pytest.mark.parametrize("kind", [errors.AuthenticationFailed, errors.NotConfigured])
def test_what_would_stop_the_change_as_well_is_refused(kind: type[CredentialError]) -> None:
    stack, system = ruled()
    system.refusal = kind("it failed", to_do="do this")
    assert refused(stack, bot=credential()) == f"{kind.__name__}: it failed — do this"


def test_a_preview_without_the_optional_token_asks_nobody_and_judges_the_rest() -> None:
    stack, system = ruled(connection={"missing": ("token",)}, min_length=30)
    inputs = stack.preview(bot=credential(in_preview=True, facts={}))["bot"]
    assert inputs["facts"]["length"] == len("CANARY-first")
    assert system.asked == []
    assert stack.told == [
        "connection 'main' has no token here, so Okta is not asked: what depends on it is judged when it is applied"
    ]
    assert "at most 72" in refused(stack, bot=generated(UNKNOWN, recipe=Recipe(length=80), in_preview=True))


def test_a_repair_is_held_against_them_too() -> None:
    stack, system = ruled()
    stack.up(bot=credential())
    stack.clock.wait(60)
    system.directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert system.policy is not None
    system.policy = type(system.policy)(min_length=40)
    assert "at least 40 characters" in refused(stack, bot=credential())
    system.asked.clear()
    stack.preview(bot=credential(on_drift="accept"))
    assert system.asked == []
