"""A clock jumps by an hour between two runs, and the second one is killed after its writes.

The server's clock is the simulator's. The client's needs none of its own: a run keeps only the server's times, so a
client whose clock jumps back is one that finds the server's ahead, and always did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kills import page, processes
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from tests.kills.scene import Scene

HOUR_S = 3600


@pytest.mark.parametrize("whose", ["server's", "client's"])
@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S])
def test_a_clock_that_jumps(scene: Scene, whose: str, ahead_s: int) -> None:
    if whose == "client's":
        scene.directory.simulator.advance_clock(ahead_s)
    scene.declare()
    scene.wants("First")
    scene.stack.up()
    scene.directory.simulator.advance_clock(ahead_s if whose == "server's" else 60)
    assert scene.stack.refresh().operations == dict.fromkeys(scene.ways, "same")

    scene.wants("Second")
    running = scene.starts("hang_after")
    processes.part(scene.stack, "pulumi").kill()
    running.ended()
    scene.gone()
    assert scene.recorded() == scene.fingerprints("First")
    page.follow(scene.stack, page.KILLED)
    for system in scene.ways:
        assert len(scene.writes(system)) <= 2, system
    assert max(scene.wrong_log_ins().values()) <= 1
    scene.converged("Second")


@pytest.mark.parametrize("ahead_s", [HOUR_S, -HOUR_S])
def test_a_change_by_hand_is_seen_by_whichever_clock(scene: Scene, ahead_s: int) -> None:
    scene.declare({"okta": USUAL["okta"]})
    scene.wants("First")
    scene.stack.up()
    scene.directory.simulator.advance_clock(ahead_s)
    account = scene.account("okta")
    scene.directory.set_by_hand(account, "CANARY-By-hand-1")
    assert "somebody has taken it over" in scene.stack.destroy().text
    assert scene.directory.logs_in(account, "CANARY-By-hand-1")
