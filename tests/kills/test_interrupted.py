"""Asked to stop by a signal, or left by its language host: what the servers still do is waited for and recorded."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.kills import page, processes
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from tests.kills.scene import Scene

ANSWERS_AFTER_S = 6
BEFORE = {"create": "First", "change": "Second"}


def _hangs(scene: Scene, operation: str) -> processes.Update:
    scene.declare()
    scene.wants("First")
    if operation == "change":
        scene.stack.up()
        scene.directory.simulator.advance_clock(60)
        scene.wants("Second")
    return scene.starts("hang_before", delay_s=ANSWERS_AFTER_S)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("operation", BEFORE)
def test_a_signal_waits_for_what_was_sent(scene: Scene, operation: str, number: signal.Signals) -> None:
    running = _hangs(scene, operation)
    # Ctrl-C goes to all that the terminal has in its foreground, a CI system's signal to the one that it has started.
    (os.killpg if number is signal.SIGINT else os.kill)(running.process.pid, number)
    code, output = running.ended()
    assert code == 1
    assert "error: update canceled" in output, output
    _all_done(scene, operation)


@pytest.mark.parametrize("operation", BEFORE)
def test_without_its_language_host_it_waits_as_well(scene: Scene, operation: str) -> None:
    running = _hangs(scene, operation)
    processes.part(scene.stack, "language host").kill()
    code, output = running.ended()
    assert code not in (0, -signal.SIGKILL)
    assert "error: error reading from server: EOF" in output
    _all_done(scene, operation)


def _all_done(scene: Scene, operation: str) -> None:
    scene.gone()
    assert scene.recorded() == scene.fingerprints(BEFORE[operation])
    page.follow(scene.stack, page.STOPPED)
    assert [len(scene.writes(system)) for system in scene.ways] == [1, 1, 1, 1], "nothing was sent again"
    assert set(scene.wrong_log_ins().values()) == {0}
    scene.converged(BEFORE[operation])


@pytest.mark.parametrize("operation", BEFORE)
def test_asked_twice_it_does_not_wait(scene: Scene, operation: str) -> None:
    scene.declare({name: replace(way, connection={"read_timeout": 10}) for name, way in USUAL.items()})
    scene.wants("First")
    before: dict[str, str] = {}
    if operation == "change":
        scene.stack.up()
        before = scene.fingerprints("First")
        scene.directory.simulator.advance_clock(60)
        scene.wants("Second")
    running = scene.starts("hang_after")
    os.killpg(running.process.pid, signal.SIGINT)
    processes.until(lambda: "^C received; cancelling" in running.text, "the first to be heard")
    os.killpg(running.process.pid, signal.SIGINT)
    code, output = running.ended()
    assert code != 0
    assert "error: update cancelled" in output
    scene.gone()
    assert scene.recorded() == before
    page.follow(scene.stack, page.STOPPED_TWICE)
    assert max(scene.wrong_log_ins().values()) <= 1
    for system in scene.ways:
        assert len(scene.writes(system)) <= 2, f"{system}: one extra write at most"
    scene.converged(BEFORE[operation])
