"""Two runs at once on one account: within a stack the second waits outside, across stacks it is seen afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.kills import page
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from tests.kills.scene import Scene

ANSWERS_AFTER_S = 15
READS_AFTER_S = 45  # longer than the other stack takes
READ_BACK = (("GET", "/api/2/users/*"),)


def test_the_second_run_of_a_stack_sends_nothing(scene: Scene) -> None:
    scene.declare()
    scene.wants("First")
    running = scene.starts("hang_before", delay_s=ANSWERS_AFTER_S)
    page.follow(scene.stack, page.TWO_STACKS)
    assert running.ended()[0] == 0
    assert [len(scene.writes(system)) for system in scene.ways] == [1, 1, 1, 1]
    scene.converged("First")


def test_what_another_stack_did_is_seen_where_it_can_be(scene: Scene, other: Scene) -> None:
    scene.declare()
    scene.wants("First")
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)
    other.declare({name: way for name, way in USUAL.items() if name != "etna"})
    other.wants("Second")
    other.stack.up()
    for system in other.ways:
        assert scene.directory.logs_in(scene.account(system), scene.password("Second", system)), "the last one wins"

    told = scene.stack.refresh("--diff").text
    assert told.count("changed outside at ") >= len(other.ways)
    scene.directory.simulator.advance_clock(60)
    scene.wants("Third")
    assert scene.stack.up().operations == dict.fromkeys(scene.ways, "update")
    assert other.stack.refresh("--diff").text.count("changed outside at ") >= len(other.ways)
    scene.converged("Third")


def test_what_another_stack_did_before_a_write_was_read_back_is_seen(scene: Scene, other: Scene) -> None:
    way = replace(USUAL["onelogin"], connection={"read_timeout": 2 * READS_AFTER_S})
    for one, which in ((scene, "First"), (other, "Third")):
        one.declare({"onelogin": way})
        one.wants(which)
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)
    scene.wants("Second")
    scene.ways = {"onelogin": replace(way, writes=READ_BACK)}
    running = scene.starts("hang_before", delay_s=READS_AFTER_S)
    scene.ways = {"onelogin": way}
    scene.directory.simulator.advance_clock(60)
    other.stack.up()
    assert running.process.poll() is None, "the other stack was to be faster"
    assert running.ended()[0] == 0
    scene.gone()
    assert scene.directory.logs_in(scene.account("onelogin"), scene.password("Third", "onelogin")), "the last one wins"
    assert scene.recorded() == scene.fingerprints("Second"), "which was accepted"

    assert "changed outside at " in scene.stack.refresh("--diff").text
    scene.directory.simulator.advance_clock(60)
    scene.wants("Fourth")
    scene.stack.up()
    scene.converged("Fourth")


def test_another_stack_that_does_not_know_the_password_is_refused(scene: Scene, other: Scene) -> None:
    for one, which in ((scene, "First"), (other, "Second")):
        one.declare({"etna": USUAL["etna"]})
        one.wants(which)
    scene.stack.up()
    assert "error: CurrentPasswordRejected: " in other.stack.up(expect=1).text
    scene.converged("First")
