from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import CredentialError, CurrentPasswordRejected, PasswordRejected, UnexpectedReply
from pulumi_pwmgmt.model import OnDestroy, PasswordPolicy, Secret
from pulumi_pwmgmt.system import ObservesPassword, VerifiesPassword
from tests.contract.refused import refused
from tests.contract.scene import NEW
from tests.contract.table import Operation, proves

if TYPE_CHECKING:
    from tests.contract.scene import Scene

WRONG = "CANARY-Wrong-password-1"
SHORT = "CANARY-1x"


def principals(scene: Scene) -> list[str]:
    """Return both names of an account: what a program says, and the id that later calls get."""
    seen = scene.adapter()
    told = seen.observe(scene.principal) if hasattr(seen, "observe") else None
    return [scene.principal, told.principal_id] if told else [scene.principal]


@proves("all is well", lambda operation: operation.column == "set")
def test_the_new_password_works_and_the_old_one_does_not(operation: Operation, scene: Scene) -> None:
    current = scene.password
    for number, principal in enumerate(principals(scene)):
        new = f"CANARY-New-password-{number}"
        told = scene.ask(operation, principal=principal, new=new, current=current)
        assert (scene.opens(current), scene.opens(new)) == (False, True)
        assert told is None or told.principal_id in (scene.account["id"], scene.principal)
        current = new


@proves("all is well", lambda operation: operation.way == "set")
def test_the_state_says_who_and_when_as_far_as_the_system_tells(operation: Operation, scene: Scene) -> None:
    stack = scene.stack()
    stack.up(bot=scene.declaration())
    record = stack.state["bot"].record
    assert operation.way == "set"
    if isinstance(scene.adapter(), ObservesPassword):
        seen = scene.adapter().observe(scene.principal)
        assert (record.principal_id, record.status) == (seen.principal_id, seen.status)
        assert record.password_changed_at == seen.password_changed_at is not None
    else:
        assert record.principal_id == scene.principal
        assert record.password_changed_at is None
    stack.refresh()
    assert stack.state["bot"].record == record


@proves("all is well", lambda operation: operation.column == "remove")
@pytest.mark.parametrize("name", [0, -1], ids=["login", "id"])
def test_a_removed_password_opens_nothing_but_the_step_that_changes_it(
    operation: Operation, scene: Scene, name: int
) -> None:
    verifies = scene.adapter()
    scene.ask(operation, principal=principals(scene)[name])
    assert not scene.opens(scene.password)
    if operation.way == OnDestroy.EXPIRE.value and isinstance(verifies, VerifiesPassword):
        assert verifies.verify_password(scene.principal, scene.secret) is True


@proves("all is well", lambda operation: operation.column == "verify")
def test_a_log_in_tells_right_from_wrong_and_what_it_can_not_tell(operation: Operation, scene: Scene) -> None:
    for principal in principals(scene):
        assert scene.ask(operation, principal=principal) is True
        assert scene.ask(operation, principal=principal, current=WRONG) is False
    assert scene.vendor.does_not_tell is not None
    with scene.answered(operation, scene.vendor.does_not_tell):
        assert scene.ask(operation) is None


@proves("all is well", lambda operation: operation.column == "observe")
def test_status_and_time_of_the_last_change_are_seen(operation: Operation, scene: Scene) -> None:
    before = scene.ask(operation)
    assert before.principal_id == scene.account["id"]
    assert scene.ask(operation, principal=before.principal_id).principal_id == before.principal_id
    assert before.status
    scene.simulator.advance_clock(60)
    scene.adapter().set_password(scene.principal, Secret(NEW), None)
    after = scene.ask(operation)
    assert after.password_changed_at - before.password_changed_at >= timedelta(seconds=60)
    assert after.answered_at - after.password_changed_at < timedelta(seconds=60)


@proves("all is well", lambda operation: operation.column == "policy")
def test_the_rules_are_those_that_the_server_has(operation: Operation, scene: Scene) -> None:
    policy = scene.ask(operation)
    assert {name: getattr(policy, name) for name in scene.vendor.policy} == scene.vendor.policy
    for seed, rules in scene.vendor.chosen_policies:
        scene.simulator.load(seed)
        policy = scene.ask(operation)
        assert {name: getattr(policy, name) for name in rules} == rules
        long_enough = SHORT.ljust(policy.min_length, "x")
        with refused(PasswordRejected):  # the rules that are stated are those that hold
            scene.adapter().set_password(scene.principal, Secret(long_enough[:-1]), None)
        scene.adapter().set_password(scene.principal, Secret(long_enough), None)


@proves("asked twice", lambda operation: operation.column == "set")
def test_a_password_that_an_earlier_run_has_set_is_accepted(operation: Operation, scene: Scene) -> None:
    declared = scene.declaration()
    if operation.way == "change":
        declared |= {"current_password": scene.password}
    stack = scene.stack()
    stack.up(bot=declared)
    calls = len(scene.asked())
    assert stack.up(bot=declared) == []
    assert len(scene.asked()) == calls
    lost = scene.stack()  # the state of the first run never got written
    if isinstance(scene.adapter(), VerifiesPassword) or operation.way == "set":
        # a log-in proves it, or the server says itself that it is the present one
        assert lost.up(bot=declared) == ["create"]
    else:  # nothing can prove that the password is ours; what is refused stays as it is
        with refused(PasswordRejected, CurrentPasswordRejected):
            lost.up(bot=declared)
    assert scene.opens(NEW)


@proves("asked twice", lambda operation: operation.column == "set")
def test_an_adapter_by_itself_never_looks(operation: Operation, scene: Scene) -> None:
    scene.ask(operation)
    first = scene.asked()
    try:
        scene.ask(operation)
    except CredentialError as error:
        assert type(error) in (PasswordRejected, CurrentPasswordRejected)  # noqa: PT017 -- some vendors take it again
    again = scene.asked()[len(first) :]
    assert again == first[: len(again)]
    assert scene.opens(NEW)


@proves("asked twice", lambda operation: operation.column == "remove")
def test_what_is_destroyed_is_destroyed(operation: Operation, scene: Scene) -> None:
    stack = scene.stack()
    stack.up(bot=scene.declaration(on_destroy=operation.way))
    state = dict(stack.state)
    stack.destroy()
    assert not scene.opens(NEW)
    stack.state = state  # as if the state of the first destroy never got written
    stack.destroy()
    assert stack.state == {}
    assert not scene.opens(NEW)


@proves("asked twice", lambda operation: operation.column == "policy")
def test_the_rules_are_read_once_whoever_asks(operation: Operation, scene: Scene) -> None:
    adapter = scene.adapter()
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(lambda _: scene.ask(operation, adapter=adapter), range(24)))
    assert len(answers) == 1
    assert scene.times_asked(operation) == 1
    scene.ask(operation)  # another process
    assert scene.times_asked(operation) == 2


@proves("asked twice", lambda operation: operation.column == "policy")
def test_rules_that_could_not_be_read_are_not_asked_for_again(operation: Operation, scene: Scene) -> None:
    adapter = scene.adapter()
    scene.order(operation, "500", times=5)  # as often as a question is tried
    for _ in range(3):
        with refused(UnexpectedReply):
            scene.ask(operation, adapter=adapter)
    assert scene.times_asked(operation) == 5


@proves("asked twice", lambda operation: not operation.writes)
def test_a_question_has_the_same_answer_twice(operation: Operation, scene: Scene) -> None:
    first, second = scene.ask(operation), scene.ask(operation)
    if operation.column == "observe":
        first, second = (one.password_changed_at for one in (first, second))
    assert first == second
    assert operation.column != "policy" or isinstance(first, PasswordPolicy)
