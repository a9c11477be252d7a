"""Where an invariant ends, because the world does: each with its reason. Whatever is not excused here is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    PasswordRejected,
    PrincipalNotFound,
    Unsupported,
)
from pulumi_pwmgmt.model import OnDestroy
from pulumi_pwmgmt.system import CurrentPassword, VerifiesPassword
from tests.model.engine import DERIVED, GENERATED, SUPPLIED
from tests.model.server import ACTIVE, CLOSED, SHORTEST
from tests.unit.in_memory import LOCKED_AFTER
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from tests.model.engine import Credential, Operation
    from tests.model.server import Event
    from tests.model.world import Ran, World
    from tests.unit.in_memory import Account


def refusals(world: World) -> bool:
    """Whether a check may refuse the program: what it asks for can't be done, whatever a server says."""
    principals = [one.principal.casefold() for one in world.program.values()]
    twice = len(set(principals)) < len(principals)
    return twice or any(_refusable(world, name, one) for name, one in world.program.items())


def _refusable(world: World, name: str, one: Credential) -> bool:
    traits, entry, made = world.traits, world.stack.state.get(name), world.stack.made.get(name)
    required = traits.current_password is CurrentPassword.REQUIRED
    creates = entry is None or entry.record.principal != one.principal
    verifies = isinstance(world.stack.connections["main"].system, VerifiesPassword)
    return any(
        (
            required and one.on_destroy is None,
            one.on_destroy and OnDestroy(one.on_destroy) not in traits.removals,
            one.keep_in_state is True and traits.current_password is CurrentPassword.IGNORED,
            one.keep_in_state is False and required and one.source != DERIVED,
            one.adopt and not verifies,
            required and creates and one.current_password is None and not one.adopt,
            one.source == SUPPLIED and len(one.value) < SHORTEST,
            one.source == GENERATED and made and one.generation < made["generation"],  # one value before is kept
        )
    )


def two_in_one(world: World) -> bool:
    """Two spellings of one account in a program are noticed when the server has answered, and refused from then on."""
    ids = [_id_of(world, one.principal) for one in world.program.values()]
    return len(set(ids)) < len(ids)


def _id_of(world: World, principal: str) -> str:
    """Return the account's id, also of one that is gone and that only the state still knows."""
    account = world.server.find(principal)
    recorded = (one.record.principal_id for one in world.stack.state.values() if one.record.principal == principal)
    return account.id if account else next(recorded, principal)


def clean_error(world: World, ran: Ran) -> bool:
    """Whether a run without faults may end with this error: the program or the account has to be mended first."""
    error = ran.error
    if isinstance(error, Refused):
        return refusals(world) or two_in_one(world)
    if isinstance(error, Unsupported) and two_in_one(world):
        return True
    operation = ran.operations[-1] if ran.operations else None
    declared = world.program.get(operation.name) if operation else None
    if operation is None or declared is None:  # a generation that is not kept
        return isinstance(error, Unsupported) and refusals(world)
    account = world.account_of(operation.record) if operation.record else world.server.find(declared.principal)
    if account is None:  # ETNA tells nobody who is unknown
        return isinstance(error, (PrincipalNotFound, CurrentPasswordRejected)) or declared.adopt
    judge = {PasswordRejected: _rejects, CurrentPasswordRejected: _lets_nobody_in, Unsupported: _can_not}.get(
        type(error)
    )
    return judge is not None and judge(world, operation, declared, account)


def _provable(world: World, account: Account) -> bool:
    verifies = isinstance(world.stack.connections["main"].system, VerifiesPassword)
    return verifies and not world.server.second_factor and account.status == ACTIVE


def _rejects(world: World, operation: Operation, declared: Credential, account: Account) -> bool:
    """Whether the new password may be refused: too short, or used before; or live, where nothing can tell that."""
    value = world.value_of(operation.name, declared)
    if value is None or len(value) < SHORTEST:
        return True
    # who changed it to the declared one by hand in the very second of our change is not noticed: servers tell seconds
    same_second = bool(operation.record and operation.record.password_changed_at == account.changed_at)
    untold = account.password != value or same_second or not _provable(world, account)
    return untold and value in world.server.remembered_of(account)


def _lets_nobody_in(world: World, operation: Operation, declared: Credential, account: Account) -> bool:
    """Whether none of the passwords we know opens the account, so that it takes a human."""
    live = account.password == world.value_of(operation.name, declared)
    if account.status != ACTIVE or (operation.verb == "create" and declared.adopt):
        return account.status != ACTIVE or not live
    record, known = operation.record, {declared.current_password}
    if record:
        once_given = world.stack.marks.get(record.current_password or "")  # it is not tried again
        known = {declared.current_password} - {once_given} | {world.recorded(record)}
    return account.password not in known - {None} and not (live and _provable(world, account))


def _can_not(world: World, operation: Operation, declared: Credential, account: Account) -> bool:
    """Whether the account takes no password, or adopting it can't be proved."""
    adopts = declared.adopt and operation.verb == "create"
    return account.status == CLOSED or (adopts and not _provable(world, account))


def sent_again(world: World, operation: Operation, again: list[Event]) -> int:
    """Return how often a run may send what it has set: once, where a locked account answers as to a wrong password."""
    accounts = [operation.after.get(event.account) for event in again]
    locked = any(account is not None and account.status != ACTIVE for account in accounts)
    return int(locked and world.server.hides_locks)


def _asks_for_an_old_one(world: World, ran: Ran, declared: Credential, name: str, account: Account) -> bool:
    entry = None if _creates(ran, name) else world.stack.state.get(name)
    told = entry is not None and entry.record.password_changed_at is not None and world.server.tells_when
    required = world.traits.current_password is CurrentPassword.REQUIRED
    return not told and not required and world.value_of(name, declared) in world.server.remembered_of(account)


def _creates(ran: Ran, name: str) -> bool:
    """Whether the run makes it, also anew for another principal: then nothing recorded holds."""
    return any(one.label == f"create {name}" for one in ran.operations)


def failed_log_ins(world: World, ran: Ran, account: Account) -> int:
    """Return how many log-ins may fail at an account in a run: what we know of it, tried once, and what people say."""
    before = next((one.before[account.id] for one in ran.operations if account.id in one.before), account)
    allowed = 1 if account.id in ran.disturbed or ran.struck else 0
    for name, declared in ran.program.items():
        if world.server.find(declared.principal) is not account:
            continue
        entry = ran.state.get(name)
        known = {world.value_of(name, declared), world.recorded(entry.record) if entry else declared.current_password}
        locked = before.status != ACTIVE or before.failed + 1 >= LOCKED_AFTER
        if locked or (account.id in ran.disturbed and before.password not in known):
            allowed += 2  # somebody else was there: the recorded one is refused, and then the new one is looked for
        if declared.current_password not in (None, before.password):
            allowed += 2  # people have given a wrong one: that one, and the look for the new one
        if _asks_for_an_old_one(world, ran, declared, name, account):
            allowed += 1  # "used before" may mean "live": where nothing else tells that, a log-in has to
        if declared.adopt and _creates(ran, name):
            allowed += 1  # adopt tries what people say
    for operation in ran.operations:
        record, then = operation.record, operation.before.get(account.id)
        if operation.verb == "delete" and record and then and world.account_of(record) is account:
            allowed += world.recorded(record) != then.password  # where nothing else tells that it is somebody else's
    return allowed + (2 if two_in_one(world) else 0)  # the second owner is told by the server only
