"""The state can't be written during an update: a full disk, a read-only directory.

Pulumi tries to write each step for about half a minute, so there is one credential: the one that is lost for good if
nobody knows its password.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
from typing import TYPE_CHECKING

import pytest

from tests.kills import page, processes
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kills.scene import Scene

ANSWERS_AFTER_S = 6
ALONE = {"etna": USUAL["etna"]}
WANTED = {"create": "First", "change": "Second"}
# root may write wherever it likes, unless it has given that up
AS_ANYBODY = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@contextlib.contextmanager
def _no_signal_for_large_files() -> Iterator[None]:
    """Let what is started meanwhile get an error, as from a full disk, where a file may not grow: no signal."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXFSZ})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _declared(scene: Scene, operation: str) -> None:
    scene.declare(ALONE)
    scene.wants("First")
    if operation == "change":
        scene.stack.up()
        scene.directory.simulator.advance_clock(60)
        scene.wants("Second")


@pytest.mark.parametrize("operation", WANTED)
def test_a_full_disk(scene: Scene, operation: str) -> None:
    """No file may grow any more: ``RLIMIT_FSIZE`` of the running process, since mounting a small disk takes root."""
    _declared(scene, operation)
    with _no_signal_for_large_files():
        running = scene.starts("hang_before", delay_s=ANSWERS_AFTER_S)
    pulumi = processes.part(scene.stack, "pulumi")
    resource.prlimit(pulumi.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    code, output = running.ended()
    assert code not in (0, -signal.SIGXFSZ)
    assert "file too large" in output
    scene.gone()
    _mended(scene, operation)


@pytest.mark.parametrize("operation", WANTED)
def test_a_read_only_state_directory(scene: Scene, operation: str) -> None:
    _declared(scene, operation)
    running = scene.starts("hang_before", before=AS_ANYBODY, delay_s=ANSWERS_AFTER_S)
    places = [place for place in (scene.stack.directory / "backend").rglob("*") if place.is_dir()]
    _allow(places, 0o555)
    code, output = running.ended()
    _allow(places, 0o755)
    assert code != 0
    assert "permission denied" in output
    scene.gone()
    _mended(scene, operation)


def _mended(scene: Scene, operation: str) -> None:
    assert scene.recorded() == (scene.fingerprints("First") if operation == "change" else {})
    for system in scene.ways:
        assert scene.directory.logs_in(scene.account(system), scene.password(WANTED[operation], system))
    page.follow(scene.stack, page.NOT_WRITTEN)
    for system in scene.ways:
        assert len(scene.writes(system)) <= 2, f"{system}: one extra write at most"
    assert max(scene.wrong_log_ins().values()) <= 1
    scene.converged(WANTED[operation])


def _allow(places: list[Path], mode: int) -> None:
    for place in places:
        place.chmod(mode)
