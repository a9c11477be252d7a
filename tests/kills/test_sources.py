"""Killed between making the next password and setting it: the next run sets that one, and no other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
from tests.kills import page, processes
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from tests.kills.scene import Scene

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
DERIVED = "DerivedPassword(master='main', recipe=Recipe.for_system('{system}'))"
GENERATED = "made_{system} = GeneratedPassword('made-{system}', recipe=Recipe.for_system('{system}'))"


def _rotates_and_is_killed(scene: Scene, resource: str, edge: str) -> None:
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)
    scene.stack.configure({f"pwmgmt:generations.{resource.format(system=system)}": "2" for system in scene.ways})
    running = scene.starts(edge)
    processes.part(scene.stack, "pulumi").kill()
    running.ended()
    scene.gone()


def _sent_at_most_once_more(scene: Scene) -> None:
    for system in scene.ways:
        assert len(scene.writes(system)) <= 2, system
    assert max(scene.wrong_log_ins().values()) <= 1


@pytest.mark.parametrize("edge", ["hang_before", "hang_after"])
def test_a_generated_password_is_in_the_state_before_it_is_sent(scene: Scene, edge: str) -> None:
    scene.declare(password="made_{system}", head="\n".join(GENERATED.format(system=system) for system in USUAL))
    _rotates_and_is_killed(scene, "made-{system}", edge)
    made = {system: scene.stack.generated(f"made-{system}") for system in scene.ways}
    for system, values in made.items():
        opens = values["previous" if edge == "hang_before" else "value"]
        assert scene.directory.logs_in(scene.account(system), opens), f"{system}: the state has what opens it"

    page.follow(scene.stack, page.KILLED)
    _sent_at_most_once_more(scene)
    for system, values in made.items():
        assert scene.stack.generated(f"made-{system}") == values, "made once"
        assert scene.directory.logs_in(scene.account(system), values["value"])


@pytest.mark.parametrize("edge", ["hang_before", "hang_after"])
def test_a_derived_password_is_computed_again(scene: Scene, edge: str) -> None:
    scene.stack.configure(secrets={"pwmgmt:masters.main": MASTER})
    scene.declare(password=DERIVED)
    _rotates_and_is_killed(scene, "{system}", edge)
    assert _generations(scene) == dict.fromkeys(scene.ways, 1), "the state claims nothing that was not accepted"
    for system in scene.ways:
        opens = _derived(scene, system, 1 if edge == "hang_before" else 2)
        assert scene.directory.logs_in(scene.account(system), opens), f"{system}: its master has what opens it"

    page.follow(scene.stack, page.KILLED)
    _sent_at_most_once_more(scene)
    assert _generations(scene) == dict.fromkeys(scene.ways, 2)
    for system in scene.ways:
        assert scene.directory.logs_in(scene.account(system), _derived(scene, system, 2))


def _generations(scene: Scene) -> dict[str, int]:
    return {
        name: json.loads(entry["outputs"]["source"])["generation"] for name, entry in scene.stack.credentials().items()
    }


def _derived(scene: Scene, system: str, generation: int) -> str:
    account = scene.account(system)
    place = {"tenant": account.connection["url"].removesuffix("/api"), "principal": account.principal}
    return derive(Secret(MASTER), generation=generation, recipe=Recipe.for_system(system), **place).reveal()


ANY_GENERATION = {
    "derived": ("DerivedPassword(master='main', recipe=Recipe.for_system('etna'), generation={number})", ""),
    "generated": ("made", "made = GeneratedPassword('etna', recipe=Recipe.for_system('etna'), generation={number})"),
}


@pytest.mark.parametrize("source", ANY_GENERATION)
def test_a_generation_that_was_set_unheard_and_skipped_is_gone_back_to(scene: Scene, source: str) -> None:
    password, head = (part.format(number="config.require_int('number')") for part in ANY_GENERATION[source])
    scene.stack.configure({"number": "1"}, secrets={"pwmgmt:masters.main": MASTER})
    scene.declare({"etna": USUAL["etna"]}, password=password, head=head)
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)
    scene.stack.configure({"number": "2"})
    running = scene.starts("hang_after")
    processes.part(scene.stack, "pulumi").kill()
    running.ended()
    scene.gone()
    scene.stack.run("cancel", "--yes")

    scene.stack.configure({"number": "3"})
    page.follow(scene.stack, page.SKIPPED)
    assert scene.wrong_log_ins()["etna"] <= 3, "two fewer than what locks"
    made = _derived(scene, "etna", 3) if source == "derived" else scene.stack.generated("etna")["value"]
    assert scene.directory.logs_in(scene.account("etna"), made)
