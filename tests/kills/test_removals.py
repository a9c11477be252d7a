"""Killed before and after the commit of each request that takes a password away: it ends with none that anybody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import page, processes
from tests.kills.ways import REMOVALS

if TYPE_CHECKING:
    from tests.kills.scene import Scene

# where the killed run has set another password, and the next can't know that it was no stranger
OVERWRITTEN = ("okta", "onelogin")


@pytest.mark.parametrize("edge", ["hang_before", "hang_after"])
@pytest.mark.parametrize("victim", ["pulumi", "plugin"])
@pytest.mark.parametrize("how", REMOVALS)
def test_killed(scene: Scene, how: str, victim: processes.Part, edge: str) -> None:
    scene.declare(REMOVALS[how])
    scene.wants("First")
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)

    running = scene.starts(edge, command="destroy")
    processes.part(scene.stack, victim).kill()
    code, output = running.ended()
    assert code != 0
    scene.shows_no_secret(output)
    scene.gone()
    assert scene.recorded() == scene.fingerprints("First"), "nothing is forgotten that may still be there"
    if edge == "hang_before":
        for system in scene.ways:
            assert scene.directory.logs_in(scene.account(system), scene.password("First", system)), system
    assert [call["status"] for system in scene.ways for call in scene.writes(system)] == [None] * len(scene.ways)

    told = page.follow(scene.stack, page.REMOVAL)[-1] if victim == "pulumi" else scene.stack.destroy().text
    for system in scene.ways:
        assert len(scene.writes(system)) <= 2, f"{system}: one extra write at most"
    assert max(scene.wrong_log_ins().values()) <= 1
    if (how, edge) == ("revoke", "hang_after"):
        for system in OVERWRITTEN:
            assert f"connection {system!r} was changed outside at" in told
        assert "there is nothing left to revoke" in told
    assert scene.recorded() == {}
    for system in scene.ways:
        assert not scene.directory.logs_in(scene.account(system), scene.password("First", system)), system
    scene.mark()
    assert "pending operation" not in scene.stack.destroy().text
    assert scene.log() == []
