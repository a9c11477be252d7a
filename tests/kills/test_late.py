"""A request that a killed run left hanging is committed after the next run: no client can prevent that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.system import ObservesPassword
from pulumi_pwmgmt.systems import discover
from tests.kills import page, processes
from tests.kills.ways import USUAL

if TYPE_CHECKING:
    from tests.kills.scene import Scene

LATE_S = 3600
BLIND = "etna"
REFUSES_REPEATS = ["okta_myaccount", "onelogin"]  # of those that can be observed


def _late(scene: Scene, system: str, next_run: str) -> None:
    """Kill a run that was setting ``Second`` and run again with ``next_run``; then what it sent comes true."""
    scene.declare({system: USUAL[system]})
    scene.wants("First")
    scene.stack.up()
    scene.directory.simulator.advance_clock(60)
    scene.wants("Second")
    running = scene.starts("hang_before", late=True, delay_s=LATE_S)
    processes.part(scene.stack, "pulumi").kill()
    running.ended()
    scene.gone()
    scene.wants(next_run)
    scene.stack.run("cancel", "--yes")
    assert scene.stack.up().operations == {system: "same" if next_run == "First" else "update"}
    assert scene.directory.logs_in(scene.account(system), scene.password(next_run, system))

    heard = len(scene.directory.passwords())
    scene.directory.simulator.advance_clock(LATE_S)
    processes.until(lambda: len(scene.directory.passwords()) > heard, "what was sent to come true")
    assert scene.directory.logs_in(scene.account(system), scene.password("Second", system))
    assert scene.recorded() == scene.fingerprints(next_run), "nobody knows until somebody looks"


def test_one_system_can_not_be_observed() -> None:
    blind = [name for name, module in discover().items() if not issubclass(module.System, ObservesPassword)]
    assert blind == [BLIND]
    assert {"okta", *REFUSES_REPEATS, BLIND} == set(discover())


def test_an_administrator_sets_it_again(scene: Scene) -> None:
    _late(scene, "okta", "Third")
    page.follow(scene.stack, page.DRIFT)
    assert scene.directory.logs_in(scene.account("okta"), scene.password("Third", "okta"))
    scene.converged("Third")


@pytest.mark.parametrize("system", REFUSES_REPEATS)
def test_where_it_may_not_be_set_again_another_is_chosen(scene: Scene, system: str) -> None:
    _late(scene, system, "Third")
    (scene.stack.directory / "new-password").write_text(scene.password("Fourth", system))
    page.follow(scene.stack, page.NO_REPEATS)
    assert max(scene.wrong_log_ins().values()) <= 1
    scene.converged("Fourth")


def test_where_nothing_can_be_observed_the_next_change_tells(scene: Scene) -> None:
    _late(scene, BLIND, "First")  # with another one set meanwhile, what is late is refused: it knows the old one only
    assert scene.stack.refresh().operations == {BLIND: "same"}
    for name, which in (("new-password", "Fourth"), ("live-password", "Second")):
        (scene.stack.directory / name).write_text(scene.password(which, BLIND))
    page.follow(scene.stack, page.BLIND)
    assert scene.wrong_log_ins()[BLIND] <= 3
    scene.converged("Fourth")
