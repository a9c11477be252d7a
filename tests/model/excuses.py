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
        adopts = declared.adopt and isinstance(error, Unsupported)
        return isinstance(error, (PrincipalNotFound, CurrentPasswordRejected)) or adopts
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


def not_got_through(world: World, account: Account) -> bool:
    """Whether the account still has what the state records, and the program another; not where we need it ourselves.

    Whoever edits a program takes the old password out of it; the account has that until a run gets through. Who logs
    in with it has it, and nothing of ours has touched it since.
    """
    records = [entry.record for entry in (*world.stack.state.values(), *world.stack.condemned)]
    mine = (one for one in records if world.account_of(one) is account)
    return not _required(world) and any(world.recorded(one) == account.password for one in mine)


def overtaken(world: World, account: Account) -> bool:
    """Whether a run has set it and then failed, and the program has moved on before another got through.

    What was declared or made in between is gone. The next clean run sets what is declared now, or says what a human
    does: ``converges`` holds it to that after each run.
    """
    return account.id in world.unheard


def sent_again(world: World, operation: Operation, again: list[Event]) -> int:
    """Return how often a run may send what it has set: once, where a locked account answers as to a wrong password."""
    accounts = [operation.after.get(event.account) for event in again]
    locked = any(account is not None and account.status != ACTIVE for account in accounts)
    return int(locked and world.server.hides_locks)


def failed_log_ins(world: World, ran: Ran, number: int) -> dict[str, int]:
    """Return how many log-ins may fail in an operation, by account: each wrong password that it is given, once.

    One more where only a log-in with the new one can tell what became of it: none of those given is right, it may have
    been used before, or an answer was lost.
    """
    operation = ran.operations[number]
    account = _at(world, ran, operation)
    if account is None:
        return {}
    tried, lost = _tried(world, ran, operation), bool(ran.of(number, "mishap"))
    opens = account.status == ACTIVE and account.failed < LOCKED_AFTER
    right = [opens and one == account.password for one in tried]
    wrong = right.index(True) if True in right else len(right)
    declared = ran.program.get(operation.name)
    value = world.value_of(operation.name, declared) if declared and operation.verb != "delete" else None
    used = value in world.server.remembered_of(account) and not (wrong < len(tried) and _required(world))
    looks = lost or used or bool(tried and wrong == len(tried) and operation.verb != "delete")
    adopts = declared is not None and declared.adopt and operation.verb == "create"
    return {account.id: wrong + (adopts or (looks and _verifies(world)))}


def _at(world: World, ran: Ran, operation: Operation) -> Account | None:
    """Return the account that an operation is about, as it was before it."""
    declared = ran.program.get(operation.name)
    name = operation.record.principal_id if operation.record else declared.principal if declared else ""
    found = world.server.find(name)
    return operation.before.get(found.id) if found else None


def _tried(world: World, ran: Ran, operation: Operation) -> list[str]:
    """Return what is given as the current password, one after the other until one is right."""
    record, declared = operation.record, ran.program.get(operation.name)
    given = declared.current_password if declared else None
    if operation.verb == "create":
        return [given] if given and declared and not declared.adopt else []
    if record is None or operation.verb == "read":
        return []
    recorded = [world.recorded(record)]
    if operation.verb == "delete":
        return recorded if _required(world) else []
    if not _required(world) and (record.drift or not record.keep_in_state):
        return []
    once_given = world.stack.marks.get(record.current_password or "")  # it is not tried again
    return recorded + [given for given in [given] if given and given not in (once_given, *recorded)]


def _required(world: World) -> bool:
    required: bool = world.traits.current_password is CurrentPassword.REQUIRED
    return required


def _verifies(world: World) -> bool:
    return isinstance(world.stack.connections["main"].system, VerifiesPassword)
