"""Killed before and after the commit of each request that sets a password: nobody is locked out, nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.kills import page, processes
from tests.kills.ways import OTHER, USUAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.kills.scene import Scene
    from tests.kills.ways import Way

SECTIONS = {"pulumi": page.KILLED, "plugin": page.PROVIDER_KILLED}


@pytest.mark.parametrize("edge", ["hang_before", "hang_after"])
@pytest.mark.parametrize("victim", SECTIONS)
@pytest.mark.parametrize("operation", ["create", "change"])
@pytest.mark.parametrize("ways", [USUAL, OTHER], ids=["usual", "other"])
def test_killed(scene: Scene, ways: Mapping[str, Way], operation: str, victim: processes.Part, edge: str) -> None:
    scene.declare(ways)
    if ways is OTHER:
        _remove_own_password(scene)
    scene.wants("First")
    before: dict[str, str] = {}
    if operation == "change":
        scene.stack.up()
        before = scene.fingerprints("First")
        scene.directory.simulator.advance_clock(60)
        scene.wants("Second")
    wanted = "First" if operation == "create" else "Second"

    running = scene.starts(edge)
    processes.part(scene.stack, victim).kill()
    code, output = running.ended()
    assert code != 0
    scene.shows_no_secret(output)
    scene.gone()

    assert scene.recorded() == before, "the state claims nothing that was not accepted"
    for system in ways:
        live = scene.password(wanted, system)
        if edge == "hang_before":
            live = scene.password("First", system) if before else scene.account(system).password
        if edge == "hang_after" or before or ways is USUAL or system != "okta_myaccount":
            assert scene.directory.logs_in(scene.account(system), live), f"{system}: somebody knows the password"
    assert [call["status"] for system in ways for call in scene.writes(system)] == [None] * len(ways)

    page.follow(scene.stack, SECTIONS[victim])
    for system in ways:
        assert len(scene.writes(system)) <= 2, f"{system}: one extra write at most"
    assert all(count <= 1 for count in scene.wrong_log_ins().values()), scene.wrong_log_ins()
    scene.converged(wanted)


def test_what_waits_to_try_again_does_not(scene: Scene) -> None:
    scene.declare()
    scene.wants("First")
    running = scene.starts("429", delay_s=60)
    processes.part(scene.stack, "pulumi").kill()
    running.ended()
    scene.gone()
    assert [[call["status"] for call in scene.writes(system)] for system in scene.ways] == [[429]] * 4
    page.follow(scene.stack, page.KILLED)
    assert [len(scene.writes(system)) for system in scene.ways] == [2, 2, 2, 2]
    scene.converged("First")


def _remove_own_password(scene: Scene) -> None:
    account = scene.account("okta_myaccount")
    requests.delete(
        f"{scene.directory.url}/idp/myaccount/password",
        headers={
            "Authorization": f"Bearer {account.connection['token']}",
            "Accept": "application/json; okta-version=1.0.0",
        },
        timeout=30,
    ).raise_for_status()
