from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.errors import (
    AuthenticationFailed,
    CurrentPasswordRejected,
    PasswordRejected,
    PermissionDenied,
    PrincipalNotFound,
    Unsupported,
)
from pulumi_pwmgmt.model import OnDestroy, PasswordPolicy, Secret
from pulumi_pwmgmt.system import CurrentPassword, VerifiesPassword
from pulumi_pwmgmt.systems import discover
from tests.contract.between import Answer
from tests.contract.refused import assert_tells_no_secret, refused
from tests.contract.scene import NEW
from tests.contract.table import OPERATIONS, Operation, proves
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from tests.contract.scene import Scene

WRONG = "CANARY-Wrong-password-1"


def with_nobody(scene: Scene) -> str:
    """Bring about that the system doesn't know a principal, and return that principal."""
    stranger = scene.vendor.stranger
    if stranger.seed is not None:
        scene.simulator.load(stranger.seed)
        scene.settings = dict(stranger.settings)
    return stranger.principal


@proves("no such principal", lambda operation: operation.column == "set")
def test_nobody_gets_a_password(operation: Operation, scene: Scene) -> None:
    with refused(scene.vendor.stranger.refused.get(operation.way, PrincipalNotFound)):
        scene.ask(operation, principal=with_nobody(scene))


@proves("no such principal", lambda operation: operation.column == "remove")
def test_nobody_has_no_password_already(operation: Operation, scene: Scene) -> None:
    stack = scene.stack()
    stack.up(bot=scene.declaration(on_destroy=operation.way))
    nobody = with_nobody(scene)
    stack.connections["main"] = scene.connected()
    entry = stack.state["bot"]
    entry.id, entry.outputs["principal_id"] = f"{scene.system}:{nobody}", nobody
    stack.destroy()
    assert stack.state == {}
    if not operation.sends_a_new_password:
        assert scene.ask(operation, principal=nobody) is None


@proves("no such principal", lambda operation: not operation.writes)
def test_of_nobody_there_is_nothing_to_tell(operation: Operation, scene: Scene) -> None:
    answer = scene.ask(operation, principal=with_nobody(scene))
    expected: dict[str, Any] = {"verify": False, "observe": None}
    assert isinstance(answer, PasswordPolicy) if operation.column == "policy" else answer is expected[operation.column]


@proves("against the policy", lambda operation: operation.column == "set")
def test_the_policy_is_told_in_the_systems_own_words(operation: Operation, scene: Scene) -> None:
    with refused(PasswordRejected) as error:
        scene.ask(operation, new=scene.vendor.weak)
    assert isinstance(error.value, PasswordRejected)
    assert error.value.reasons
    assert (scene.opens(scene.password), scene.opens(scene.vendor.weak)) == (True, False)


@proves("current password wrong", lambda operation: operation.column == "set" and operation.sends_the_current_password)
def test_a_wrong_current_password_changes_nothing(operation: Operation, scene: Scene) -> None:
    with refused(CurrentPasswordRejected):
        scene.ask(operation, current=WRONG)
    assert (scene.opens(scene.password), scene.opens(NEW)) == (True, False)


@proves(
    "current password wrong",
    lambda operation: operation.way == "set" and operation.traits.current_password is CurrentPassword.IGNORED,
)
def test_a_system_without_use_for_the_current_password_takes_no_notice(operation: Operation, scene: Scene) -> None:
    assert operation.way == "set"
    scene.adapter().set_password(scene.principal, Secret(NEW), Secret(WRONG))
    assert (scene.opens(scene.password), scene.opens(NEW)) == (False, True)


@proves("current password wrong", lambda operation: operation.column == "remove")
def test_a_password_that_is_no_longer_known_is_destroyed_with_a_warning(operation: Operation, scene: Scene) -> None:
    stack = scene.stack()
    stack.up(bot=scene.declaration(on_destroy=operation.way))
    if operation.sends_the_current_password:
        scene.adapter().set_password(scene.principal, Secret("CANARY-Changed-by-hand-1"), Secret(NEW))
        stack.destroy()
        assert "no longer works" in "".join(stack.told)
        assert scene.opens("CANARY-Changed-by-hand-1")
    else:  # nobody asks for it
        stack.destroy()
        assert stack.told == []
        assert not scene.opens(NEW)
    assert stack.state == {}


@proves("our token is bad, or lacks a right")
def test_a_token_of_nobody_is_not_accepted(operation: Operation, scene: Scene) -> None:
    with refused(AuthenticationFailed):
        scene.ask(operation, **scene.vendor.wrong_token)
    assert scene.opens(scene.password)


@proves("our token is bad, or lacks a right")
def test_a_token_without_the_right_is_told_so(operation: Operation, scene: Scene) -> None:
    powerless = scene.vendor.powerless
    if operation.way in scene.vendor.needs_no_right:
        assert scene.ask(operation)
    elif isinstance(powerless, Answer):
        with scene.answered(operation, powerless), refused(PermissionDenied) as error:
            scene.ask(operation)
        assert error.value.advice != PermissionDenied.to_do, "it names no right"
    else:
        scene.simulator.load(powerless)
        with refused(PermissionDenied) as error:
            scene.ask(operation, **scene.vendor.powerless_settings)
        assert error.value.advice != PermissionDenied.to_do, "it names no right"
        assert scene.opens(scene.password)


def impossible(system: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what a program can't declare for a system, by its traits: the argument that is wrong, and the rest."""
    kind = discover()[system].System
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("on_destroy", {"on_destroy": how.value}) for how in OnDestroy if how not in kind.traits.removals
    ]
    if not issubclass(kind, VerifiesPassword):
        wrong.append(("adopt", {"adopt": True}))
    match kind.traits.current_password:
        case CurrentPassword.REQUIRED:
            wrong += [
                ("current_password", {"current_password": None}),
                ("keep_in_state", {"keep_in_state": False}),
                ("on_destroy", {"on_destroy": None}),
            ]
        case CurrentPassword.IGNORED:
            wrong.append(("keep_in_state", {"keep_in_state": True}))
    return wrong


@proves("the system can't do it", lambda operation: operation.way == "set")
def test_what_can_not_be_done_is_refused_in_preview(operation: Operation, scene: Scene) -> None:
    for argument, arguments in impossible(operation.system):
        with pytest.raises(Refused) as preview:
            scene.stack().preview(bot=scene.declaration(**arguments))
        assert type(preview.value.errors[argument]) is Unsupported
        assert_tells_no_secret(preview.value.errors[argument], by_its_frames=False)
    assert scene.asked() == []


@proves("the system can't do it", lambda operation: operation.column == "remove")
def test_an_adapter_refuses_a_removal_that_it_has_no_call_for(operation: Operation, scene: Scene) -> None:
    callable_ways = {
        OnDestroy(one.way)
        for one in OPERATIONS
        if one.system == operation.system and one.column == "remove" and not one.sends_a_new_password
    }
    for how in set(OnDestroy) - callable_ways:
        with refused(Unsupported):
            scene.adapter().remove_password(scene.principal, how, scene.secret)
    assert scene.asked() == []
    assert scene.opens(scene.password)
