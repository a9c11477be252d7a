"""Masters side by side, renamed, replaced and lost; and what a state says of them that nobody understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt import derivation, lifecycle
from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.masters import KEY, named, recompute, reference
from pulumi_pwmgmt.model import Reference, Secret
from pulumi_pwmgmt.record import Declaration
from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator, OldForNew
from tests.unit.sources import ETNA, MASTER, NEXT_MASTER, RECIPE, derived, password, stack_with_master
from tests.unit.stack import LOGIN, TENANT, Refused, forget, through_the_engine

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = {"kind": "derived", "format": 1.0, "generation": 3.0, "recipe": RECIPE.as_input(), "master": "main"}


def test_of_two_masters_side_by_side_each_credential_moves_with_its_next_generation() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    stack.config["masters"] = {"main": MASTER, "next": NEXT_MASTER}
    forget(directory)
    assert stack.up(bot=derived(1, master="next", **ETNA)) == []
    assert stack.state["bot"].inputs["source"]["master"] == "main"
    assert stack.up(bot=derived(2, master="next", **ETNA)) == ["update"]
    assert directory.current_sent == [password(1)]
    assert directory.opens(LOGIN, password(2, master=NEXT_MASTER))
    del stack.config["masters"]["main"]
    assert stack.up(bot=derived(2, master="next", **ETNA)) == []
    stack.up(bot=derived(3, master="next", **ETNA))
    assert directory.current_sent == [password(1), password(2, master=NEXT_MASTER)]


def test_a_master_that_got_another_name_is_recorded_and_nothing_is_changed() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    forget(directory)
    stack.config["masters"] = {"2026": MASTER}
    assert stack.up(bot=derived(1, master="2026", **ETNA)) == ["update"]
    assert stack.state["bot"].outputs["source"]["master"] == "2026"
    assert directory.calls == []
    assert stack.up(bot=derived(1, master="2026", **ETNA)) == []
    stack.up(bot=derived(2, master="2026", **ETNA))
    assert directory.current_sent == [password(1)]


def test_a_master_that_got_another_name_while_another_one_got_its_own() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    forget(directory)
    stack.config["masters"] = {"2025": MASTER, "main": NEXT_MASTER}
    assert stack.up(bot=derived(1, master="2025", **ETNA)) == ["update"]
    assert directory.calls == []
    assert stack.up(bot=derived(2, master="2025", **ETNA)) == ["update"]
    assert directory.opens(LOGIN, password(2))


@pytest.mark.parametrize("kind", [Administrator, OldForNew])
def test_a_master_gone_too_early_is_refused_in_preview_and_nothing_is_changed(kind: type[Administrator]) -> None:
    stack, directory = stack_with_master(kind)
    stack.up(bot=derived(1, **ETNA))
    stack.config["masters"] = {"next": NEXT_MASTER}
    forget(directory)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=derived(1, master="next", **ETNA))
    problem = refused.value.problems["password"]
    assert problem.startswith("NotConfigured: there is no master 'main'; generation 1 of 'bot@example.com' was derived")
    assert "put it back until this credential has moved on" in problem
    assert directory.calls == []


def test_an_administrator_moves_on_without_the_old_master() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    stack.config["masters"] = {"next": NEXT_MASTER}
    assert stack.up(bot=derived(2, master="next")) == ["update"]
    assert directory.opens(LOGIN, password(2, master=NEXT_MASTER))


@pytest.mark.parametrize("masters", [{"next": NEXT_MASTER}, {"main": NEXT_MASTER, "next": NEXT_MASTER}])
def test_where_the_old_password_is_demanded_no_generation_moves_on_without_the_old_master(
    masters: dict[str, str],
) -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    stack.config["masters"] = masters
    forget(directory)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=derived(2, master="next", **ETNA))
    assert "generation 1 of 'bot@example.com' was derived from what it was" in refused.value.problems["password"]
    assert_no_canary(str(refused.value), "a refusal")
    for masters_now in (masters, {"main": MASTER}):
        stack.config["masters"] = masters_now
        if masters_now is masters:  # nothing is revoked, and nobody is told that there is nothing left to revoke
            with pytest.raises(NotConfigured, match="or let go of the credential"):
                stack.destroy()
            assert directory.opens(LOGIN, password(1))
    assert directory.calls == []
    stack.destroy()
    assert not directory.opens(LOGIN, password(1))
    assert stack.told == []


def test_a_master_that_goes_between_check_and_update_stops_before_any_call(tmp_path: Path) -> None:
    stack, directory = stack_with_master(OldForNew)
    file = tmp_path / "master"
    file.write_text(MASTER, encoding="utf-8")
    stack.up(bot=derived(1, master={"file": str(file)}, **ETNA))
    forget(directory)
    run, entry = stack.run(), stack.state["bot"]
    inputs, problems = check(run, entry.inputs, derived(2, master={"file": str(file)}, **ETNA))
    assert problems == []
    file.unlink()
    with pytest.raises(NotConfigured, match=r"generation 1 of 'bot@example\.com' was derived"):
        lifecycle.update(run, entry.record, Declaration.parse(through_the_engine(inputs)))
    assert directory.calls == []


def test_whoever_knows_the_live_password_moves_on_without_the_old_master() -> None:
    stack, directory = stack_with_master(OldForNew)
    stack.up(bot=derived(1, **ETNA))
    stack.config["masters"] = {"next": NEXT_MASTER}
    directory.change_outside(LOGIN, "CANARY-by-hand")
    forget(directory)
    stack.up(bot=derived(2, master="next", **(ETNA | {"current_password": "CANARY-by-hand"})))
    assert directory.current_sent == ["CANARY-by-hand"]
    assert directory.opens(LOGIN, password(2, master=NEXT_MASTER))


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("next", "derived from 'next'"),
        ("main", "derived from 'next' in place of 'main', so not the password that it had"),
    ],
)
def test_going_back_names_the_master_since_another_one_gives_another_password(before: str, says: str) -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    stack.config["masters"] = {"main": MASTER, "next": NEXT_MASTER}
    stack.up(bot=derived(2, master=before))
    assert stack.up(bot=derived(1, master="next")) == ["update"]
    reason = stack.state["bot"].outputs["reason"]
    assert reason == f"gone back to an earlier one: generation 2 → 1, 0 days old, {says}"
    assert directory.opens(LOGIN, password(1, master=NEXT_MASTER))
    assert stack.up(bot=derived(1, master="main")) == []
    stack.up(bot=derived(2, master="next"))
    stack.up(bot=derived(1, master="main"))
    assert directory.opens(LOGIN, password(1)), "which it had first"


def test_a_replaced_master_makes_the_generation_anew_and_says_so() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    stack.config["masters"] = {"main": NEXT_MASTER}
    assert stack.preview(bot=derived(1))["bot"]["reason"] == "the master 'main' has another value"
    assert stack.up(bot=derived(1)) == ["update"]
    assert directory.opens(LOGIN, password(1, master=NEXT_MASTER))
    assert stack.up(bot=derived(1)) == []


def test_an_unknown_master_is_refused_with_the_command_that_makes_one() -> None:
    stack, directory = stack_with_master(Administrator)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=derived(1, master="mian"))
    problem = refused.value.problems["password"]
    assert "there is no master 'mian' (did you mean main?)" in problem
    assert "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.mian'" in problem
    stack.config["masters"] = {"main": "CANARY-short"}
    with pytest.raises(Refused, match="fewer than 32 bytes"):
        stack.preview(bot=derived(1))
    assert directory.calls == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (None, "there is no master 'mian' (did you mean main?)"),
        ("CANARY-short", "the master secret has fewer than 32 bytes"),
        ({"file": "/nowhere/master"}, "the file /nowhere/master can't be read"),
    ],
)
def test_a_master_that_the_next_generation_could_not_use_is_told_before_it_is_due(entry: object, says: str) -> None:
    stack, directory = stack_with_master(Administrator)
    directory.add("other@example.com")
    both = {"bot": derived(1), "other": derived(1, principal="other@example.com")}
    stack.up(**both)
    forget(directory)
    if entry is not None:
        stack.config["masters"] = {"main": MASTER, "mian": entry}
    misspelt = {name: it | {"source": it["source"] | {"master": "mian"}} for name, it in both.items()}
    stack.preview(**misspelt)
    [told] = stack.told
    assert told.startswith(says)
    assert "the next generation" in told
    assert entry is not None or "openssl rand -base64 48 | pulumi config set --secret --path" in told
    assert_no_canary(told, "a warning")
    assert stack.up(**misspelt) == []
    assert directory.calls == []


def test_a_master_that_got_too_short_is_refused_with_the_command_that_makes_a_good_one() -> None:
    stack, directory = stack_with_master(Administrator)
    stack.up(bot=derived(1))
    forget(directory)
    stack.config["masters"] = {"main": "CANARY-short"}
    with pytest.raises(Refused) as refused:
        stack.preview(bot=derived(1))
    problem = refused.value.problems["password"]
    assert "fewer than 32 bytes of UTF-8; generation 1 of 'bot@example.com' was derived from what it was" in problem
    assert "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'" in problem
    assert directory.calls == []


def test_a_name_that_a_path_can_not_carry_is_quoted_in_the_command() -> None:
    with pytest.raises(NotConfigured) as refused:
        recompute({}, SOURCE | {"master": "a.b"}, TENANT, LOGIN)
    assert f"'{KEY}[\"a.b\"]'" in refused.value.advice


def test_numbers_from_the_engine_are_as_good_as_those_of_the_program() -> None:
    assert recompute({"main": MASTER}, SOURCE, TENANT, LOGIN).reveal() == password(3)


def test_each_format_is_computed_by_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(derivation.FORMATS, 2, lambda *_, **place: Secret(f"CANARY-2-{place['generation']}"))
    assert recompute({"main": MASTER}, SOURCE | {"format": 2.0}, TENANT, LOGIN).reveal() == "CANARY-2-3"
    assert recompute({"main": MASTER}, SOURCE, TENANT, LOGIN).reveal() == password(3)


def test_a_format_of_a_newer_version_is_named() -> None:
    with pytest.raises(NotConfigured, match="was derived in format 2, and this version knows only 1"):
        recompute({"main": MASTER}, SOURCE | {"format": 2.0}, TENANT, LOGIN)


@pytest.mark.parametrize("entry", [5, ["CANARY-x"], {"env": ""}, {"CANARY-x": 1}, True])
def test_an_entry_that_is_no_master_is_told_without_its_value(entry: object) -> None:
    with pytest.raises(NotConfigured, match="master 'main' is neither a text nor a reference") as refused:
        recompute({"main": entry}, SOURCE, TENANT, LOGIN)
    assert_no_canary(refused.value.line, "a refusal")


@pytest.mark.parametrize("master", [5.0, {"CANARY-x": "y"}, None])
def test_a_source_without_a_proper_master_is_told_without_its_value(master: object) -> None:
    with pytest.raises(NotConfigured, match="a master is neither a name nor a reference") as refused:
        recompute({"main": MASTER}, SOURCE | {"master": master}, TENANT, LOGIN)
    assert_no_canary(refused.value.line, "a refusal")


def test_a_master_is_found_and_named_by_its_reference_or_by_its_name() -> None:
    place = {"env": "MASTER"}
    assert reference({}, place) == reference({"main": place}, "main") == Reference("env", "MASTER")
    assert reference({"main": MASTER}, "main") is None
    assert reference({}, "main") is None
    assert named(place) == "the environment variable MASTER"
    assert named("main") == "'main'"
