"""The life of a derived password: computed from its master, and again wherever the old one is demanded."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_pwmgmt.errors import CurrentPasswordRejected, NotConfigured
from pulumi_pwmgmt.model import UNKNOWN
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.sources import (
    ETNA,
    MASTER,
    NEXT_MASTER,
    RECIPE,
    derived,
    for_system,
    password,
    stack_with_master,
)
from tests.unit.stack import LOGIN, TENANT, Refused, connected, forget

KINDS = [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_set_rotated_by_any_number_of_generations_and_gone_back_and_kept_nowhere(kind: type[WriteOnly]) -> None:
    stack, directory = stack_with_master(kind)
    more = for_system(kind)
    assert stack.up(bot=derived(1, **more)) == ["create"]
    assert directory.opens(LOGIN, password(1))
    assert stack.up(bot=derived(1, **more)) == []
    stack.clock.wait(3 * 86_400)
    reasons = {
        4: "rotated: generation 1 → 4, 3 days old",
        5: "rotated: generation 4 → 5, 0 days old",
        2: "gone back to an earlier one: generation 5 → 2, 0 days old, derived from 'main'",
    }
    for generation, reason in reasons.items():
        forget(directory)
        preview = stack.preview(bot=derived(generation, **more))["bot"]
        assert preview["reason"] == reason
        assert ("since" in preview["facts"]) is (generation != 2), "one that comes back is older than today"
        assert preview["facts"]["generation"] == generation
        assert stack.up(bot=derived(generation, **more)) == ["update"]
        assert directory.opens(LOGIN, password(generation))
        assert (directory.writes, directory.failed_log_ins) == (1, 0)
        assert stack.up(bot=derived(generation, **more)) == []
    entry = stack.state["bot"]
    assert "kept_password" not in entry.outputs
    assert entry.inputs["keep_in_state"] is False
    assert not any(password(generation) in str(stack.state) for generation in (1, 2, 4, 5))
    assert_no_canary(str(stack.state), "the state")
    source = entry.outputs["source"]
    assert (source["generation"], source["format"], source["master"]) == (2, 1, "main")
    assert Recipe.parse(source["recipe"]) == RECIPE
    stack.destroy()
    assert not directory.opens(LOGIN, password(2))
    assert stack.told == []


def test_the_default_keeps_nothing_and_nothing_is_kept_where_the_program_wants_it() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, keep_in_state=True, **ETNA))
    assert "kept_password" not in stack.state["bot"].outputs
    stack.up(bot=derived(2, keep_in_state=True, **ETNA))
    assert directory.current_sent[-1] == password(1)
    assert "kept_password" not in stack.state["bot"].outputs
    assert stack.up(bot=derived(2, keep_in_state=False, **ETNA)) == ["update"]
    assert stack.told == []


def test_where_the_current_one_can_be_used_it_is_computed_and_the_password_changed_instead_of_set() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1, keep_in_state=True))
    stack.up(bot=derived(3, keep_in_state=True))
    assert directory.current_sent == [None, password(1)]
    assert "kept_password" not in stack.state["bot"].outputs
    stack.config["masters"] = {"next": NEXT_MASTER}
    stack.up(bot=derived(4, keep_in_state=True, master="next"))  # an administrator needs no old one
    assert directory.current_sent[-1] is None
    (told,) = stack.told
    assert "is set, not changed: there is no master 'main'" in told
    assert directory.opens(LOGIN, password(4, master=NEXT_MASTER))


def test_another_recipe_is_another_password_and_the_old_one_is_computed_by_the_old_recipe() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    longer = Recipe(length=40)
    assert stack.preview(bot=derived(1, recipe=longer, **ETNA))["bot"]["reason"] == "the recipe changed"
    stack.up(bot=derived(1, recipe=longer, **ETNA))
    assert directory.current_sent[-1] == password(1)
    assert directory.opens(LOGIN, password(1, recipe=longer))
    same = Recipe(length=40, leave_out="\x20", symbol_set="_.")  # written otherwise, and means the same
    assert stack.up(bot=derived(1, recipe=same, **ETNA)) == []


def test_the_first_password_of_an_account_is_adopted_by_one_log_in() -> None:
    stack, directory = stack_with_master(OldForNew)
    directory.store(directory.get(LOGIN), password(2))
    stack.up(bot=derived(2, adopt=True, on_destroy="revoke"))
    assert (directory.writes, directory.log_ins) == (0, 1)
    assert "since" not in stack.state["bot"].inputs["facts"]
    stack.up(bot=derived(3, adopt=True, on_destroy="revoke"))
    assert directory.current_sent == [password(2)]
    assert directory.opens(LOGIN, password(3))
    assert stack.state["bot"].inputs["facts"]["since"] == "2026-03-01"


def test_a_drift_is_repaired_or_accepted() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    stack.clock.wait(60)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert stack.up(bot=derived(1, on_drift="accept")) == ["update"]
    assert directory.opens(LOGIN, "CANARY-outside")
    assert stack.up(bot=derived(1, on_drift="accept")) == []
    reason = stack.preview(bot=derived(1))["bot"]["reason"]
    assert reason.startswith("changed outside at 2026-03-01T")
    assert reason.endswith(": set again")
    assert stack.up(bot=derived(1)) == ["update"]
    assert directory.opens(LOGIN, password(1))


def test_a_tenant_that_has_moved_means_another_password_and_says_so() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    system = stack.connections["main"].system
    assert isinstance(system, OldForNew)
    moved = "https://moved.example.com"
    stack.connections["main"] = connected(system, tenant=moved, moved_from=TENANT)
    inputs = stack.preview(bot=derived(1, **ETNA))["bot"]
    assert inputs["reason"] == "the tenant has moved, and the password is derived for it"
    assert stack.up(bot=derived(1, **ETNA)) == ["update"]
    assert directory.current_sent[-1] == password(1)
    assert directory.opens(LOGIN, password(1, tenant=moved))
    assert stack.up(bot=derived(1, **ETNA)) == []


def test_another_principal_has_another_password() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    directory.add("other@example.com")
    assert stack.up(bot=derived(1, principal="other@example.com")) == ["create", "delete"]
    assert directory.opens("other@example.com", password(1, principal="other@example.com"))
    assert not directory.opens(LOGIN, password(1))


@pytest.mark.parametrize("unknown", ["principal", "connection"])
def test_until_its_principal_is_known_it_is_unknown(unknown: str) -> None:
    stack, _ = stack_with_master(Administrator)
    unknowns: dict[str, Any] = dict.fromkeys((unknown, "source"), UNKNOWN)
    inputs = stack.preview(bot=derived(1, **unknowns))["bot"]
    assert (inputs["password"], inputs["facts"], inputs["source"]) == (UNKNOWN, UNKNOWN, UNKNOWN)


@pytest.mark.parametrize("kind", KINDS)
def test_a_held_back_principal_does_not_mind_a_source_that_waits_for_the_new_one(kind: type[WriteOnly]) -> None:
    stack, _ = stack_with_master(kind)
    more: dict[str, Any] = for_system(kind)
    stack.up(bot=derived(1, **more))
    inputs = stack.preview(bot=derived(1, source=UNKNOWN, keep_in_state=False, **more))["bot"]
    assert (inputs["password"], inputs["facts"], inputs["reason"]) == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_a_password_that_the_system_can_not_take_is_refused_in_preview() -> None:
    stack, _ = stack_with_master(Administrator)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=derived(1, recipe=Recipe(length=80)))
    assert "longer than the 72 characters" in refused.value.problems["password"]


def test_an_optional_master_that_is_missing_leaves_a_preview_unjudged_and_stops_an_update(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack, directory = stack_with_master(Administrator)
    reference = {"env": "PWMGMT_TEST_MASTER", "in_preview": "optional"}
    for master in (reference, "main"):
        stack.config["masters"] = {"main": reference}
        stack.told.clear()
        inputs = stack.preview(bot=derived(1, master=master, in_preview=True))["bot"]
        assert (inputs["password"], inputs["facts"]) == (UNKNOWN, UNKNOWN)
        assert "in_preview" not in inputs
        (told,) = stack.told
        assert told.startswith("the environment variable PWMGMT_TEST_MASTER is missing")
        with pytest.raises(Refused, match="PWMGMT_TEST_MASTER is not set"):
            stack.up(bot=derived(1, master=master))
    assert directory.calls == []
    monkeypatch.setenv("PWMGMT_TEST_MASTER", MASTER)
    stack.up(bot=derived(1, master=reference))
    assert directory.opens(LOGIN, password(1))
    assert_no_canary(str(stack.state), "the state")


def test_a_preview_without_the_optional_master_does_not_mind_the_old_password_being_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack, directory = stack_with_master(OldForNew)
    reference = {"env": "PWMGMT_TEST_MASTER", "in_preview": "optional"}
    monkeypatch.setenv("PWMGMT_TEST_MASTER", MASTER)
    stack.up(bot=derived(1, master=reference, **ETNA))
    monkeypatch.delenv("PWMGMT_TEST_MASTER")
    stack.preview(bot=derived(1, master=reference, in_preview=True, **ETNA))
    stack.preview(bot=derived(2, master=reference, in_preview=True, **ETNA))
    with pytest.raises(NotConfigured, match="PWMGMT_TEST_MASTER is not set; generation 1 of"):
        stack.destroy()
    assert directory.opens(LOGIN, password(1))


def test_a_generation_that_a_killed_run_has_set_and_the_schedule_has_passed_is_named_as_the_way_in() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    directory.store(directory.get(LOGIN), password(2))  # by a run that nobody heard of
    with pytest.raises(CurrentPasswordRejected) as refused:
        stack.up(bot=derived(3, **ETNA))
    assert (
        "if a run that broke off has set a generation after 1 and before 3, that one opens it: "
        "pulumi config set --path 'pwmgmt:generations.NAME' 2, run it, take that out again; otherwise find"
    ) in refused.value.advice
    assert stack.up(bot=derived(2, **ETNA)) == ["update"]
    assert stack.up(bot=derived(3, **ETNA)) == ["update"]
    assert directory.opens(LOGIN, password(3))


def test_where_no_generation_was_skipped_none_is_named() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    directory.change_outside(LOGIN, "CANARY-of-somebody-else")
    with pytest.raises(CurrentPasswordRejected) as refused:
        stack.up(bot=derived(2, **ETNA))
    assert "generation" not in refused.value.advice
