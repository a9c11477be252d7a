"""What holds at every instant, each as a function that names what breaks it. Exceptions of physics stand in excuses.py.

I8 is not here: runs that overlap need processes (tests/kills).
"""

from __future__ import annotations

import json
import traceback
from collections import Counter
from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import CurrentPasswordRejected
from pulumi_pwmgmt.model import OnDestroy, OnDrift
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword
from tests.canary import find_canary
from tests.model import excuses
from tests.model.server import ACTIVE, CLOSED
from tests.model.world import HUMAN
from tests.unit.in_memory import LOCKED_AFTER
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_pwmgmt.record import Record
    from tests.model.engine import Operation
    from tests.model.server import Event
    from tests.model.world import Ran, World
    from tests.unit.in_memory import Account


def some_password_opens(world: World) -> Iterator[str]:
    """I1: some password in durable hands opens each account, or the last error leads a human there."""
    ours = [world.server.find(one.principal) for one in world.last.values()]
    ours += [world.account_of(entry.record) for entry in world.stack.state.values()]
    for account in (one for one in world.server.accounts if any(one is it for it in ours)):
        if account.id in (world.removed | world.come_late) or account.password in world.durable(account):
            continue
        if not (excuses.not_got_through(world, account) or excuses.overtaken(world, account)):
            yield f"I1: nobody has the password of {account.login}"


def state_is_true(world: World, ran: Ran) -> Iterator[str]:
    """I2: the state never claims what the server has not accepted."""
    for number, operation in enumerate(ran.operations):
        entry = world.stack.state.get(operation.name)
        if not operation.well or operation.verb not in ("create", "update") or entry is None:
            continue
        record, before = entry.record, operation.record
        if record.kept_password and record.kept_password.reveal() != world.recorded(record):
            yield f"I2: {operation.label} keeps another password than it records"
        if before and not _repairs(ran, operation) and world.recorded(before) == world.recorded(record):
            unchanged = (record.drift, record.password_changed_at) == (before.drift, before.password_changed_at)
            if ran.of(number, "sent") or not unchanged:
                yield f"I2: {operation.label} had only something to note, and has set or recorded another change"
        else:
            yield from _true_of(operation, record, world.recorded(record))


def _true_of(operation: Operation, record: Record, recorded: str) -> Iterator[str]:
    account = _found(operation.after, record)
    if account is None:
        yield f"I2: {operation.label} went well, and there is no account"
        return
    if account.password != recorded:
        yield f"I2: {operation.label} records a password that is not the account's"
    if record.drift:
        yield f"I2: {operation.label} has set the password, and records that it has drifted"
    if record.password_changed_at and record.password_changed_at != account.changed_at:
        yield f"I2: {operation.label} records a time of change that is not the account's"


def _repairs(ran: Ran, operation: Operation) -> bool:
    """Whether it is to set again what somebody else has changed."""
    declared = ran.program.get(operation.name)
    drifted = operation.record is not None and operation.record.drift is not None
    return drifted and declared is not None and declared.on_drift != OnDrift.ACCEPT.value


def a_drift_is_told(world: World, ran: Ran) -> Iterator[str]:
    """I2: a refresh tells what somebody else has changed, wherever the server's time shows it, and nothing else."""
    observes = isinstance(world.stack.connections["main"].system, ObservesPassword)
    for operation in ran.operations:
        record = operation.record
        if operation.verb != "read" or not operation.well or record is None:
            continue
        entry, account = world.stack.state.get(operation.name), _found(operation.after, record)
        if observes and (entry is None) is not (account is None):
            yield f"I2: {operation.label} takes an account for gone, or one that is gone for there"
        if entry is None or account is None:
            continue
        told = entry.record.drift if observes else None
        recorded = record.password_changed_at if world.server.tells_when and observes else None
        if bool(told) is not bool(recorded and recorded != account.changed_at):
            yield f"I2: {operation.label} tells {told or 'no drift'}"


def _found(accounts: dict[str, Account], record: Record) -> Account | None:
    name = record.principal_id.casefold()
    return next((one for one in accounts.values() if name in (one.id.casefold(), one.login.casefold())), None)


def nothing_is_sent_twice(world: World, ran: Ran) -> Iterator[str]:
    """I4: what the state records as accepted is not sent again, but to repair a drift; and in one run once at most."""
    for number, operation in enumerate(ran.operations):
        sent = ran.of(number, "sent")
        record = operation.record
        accepted = world.recorded(record) if record and operation.verb == "update" else None
        if accepted and not _repairs(ran, operation) and any(event.value == accepted for event in sent):
            yield f"I4: {operation.label} sends what the state has as accepted"
        again = [event for event in sent if event.again and _stored_before(ran, number, event)]
        if len(again) > excuses.sent_again(world, operation, again):
            yield f"I4: {operation.label} sends again what this run has set"


def _stored_before(ran: Ran, number: int, sent: Event) -> bool:
    earlier = ran.events[: next(index for index, event in enumerate(ran.events) if event is sent)]
    return any((one.kind, one.operation, one.value) == ("stored", number, sent.value) for one in earlier)


def log_ins_succeed(world: World, ran: Ran) -> Iterator[str]:
    """I5: no log-in fails in the ordinary case, elsewhere one for each reason; and never near the lockout."""
    at_accounts = [event for event in ran.events if event.kind == "failed" and event.account]  # nobody is locked out
    failed = Counter((event.operation, event.account) for event in at_accounts)
    for (number, account), times in failed.items():
        allowed = excuses.failed_log_ins(world, ran, number).get(account, 0)
        if times > allowed:
            yield f"I5: {ran.operations[number].label} failed to log in {times} times, {allowed} may"
    for account, times in Counter(event.account for event in at_accounts).items():
        if times > LOCKED_AFTER - 2:
            yield f"I5: {times} log-ins failed at {account}"


def no_secret_is_told(world: World, ran: Ran) -> Iterator[str]:
    """I6: no secret in what is told or raised, nor in the state outside what is kept encrypted."""
    texts = {"what was told": "\n".join(ran.told)}
    if ran.error is not None:
        texts["an error"] = "\n".join((*traceback.format_exception(ran.error), repr(ran.error), repr(vars(ran.error))))
    for name, entry in world.stack.state.items():
        outputs = {key: value for key, value in entry.outputs.items() if key != "kept_password"}
        texts[f"the state of {name}"] = json.dumps([entry.inputs, outputs])
    secrets = {*world.stack.marks.values(), *(event.value for event in ran.events if event.kind == "sent")}
    for place, text in texts.items():
        if find_canary(text) or any(secret in text for secret in secrets if len(secret) > 6):
            yield f"I6: a secret stands in {place}"


def what_others_set_stays(world: World, ran: Ran) -> Iterator[str]:
    """I7: taking away a password that somebody else has set since does nothing, and says so; else it takes it away."""
    for number, operation in enumerate(ran.operations):
        if operation.verb != "delete" or operation.record is None:
            continue
        before = _found(operation.before, operation.record)
        after = operation.after.get(before.id) if before else None
        if before and after:
            yield from _taken_away(world, operation, before, after)
        if len([event for event in ran.of(number, "stored") if event.value]) > 1:  # a call for it is harmless twice
            yield f"I7: {operation.label} wrote more than once"


def _taken_away(world: World, operation: Operation, before: Account, after: Account) -> Iterator[str]:
    record, system = operation.record, world.stack.connections["main"].system
    if record is None:
        return
    untouched = (after.password, after.status) == (before.password, before.status)
    observed = isinstance(system, ObservesPassword) and world.server.tells_when and record.password_changed_at
    if observed and before.changed_at != record.password_changed_at:
        if not untouched:
            yield f"I7: {operation.label} took away what somebody else had set"
        if operation.well and not operation.told and before.status != CLOSED:
            yield f"I7: {operation.label} did nothing, and did not say so"
    elif operation.well and untouched and not operation.told and before.status == ACTIVE and before.password:
        yield f"I7: {operation.label} went well, and did nothing"
    required = system.traits.current_password is CurrentPassword.REQUIRED
    if required and before.password not in (after.password, world.recorded(record)):
        yield f"I7: {operation.label} took away a password that it did not know"
    said = operation.told or untouched
    if operation.well and not said and record.on_destroy is OnDestroy.REVOKE and after.password == before.password:
        yield f"I7: {operation.label} left the password as it was"


def preview_foretells(world: World, ran: Ran) -> Iterator[str]:
    """I9: what preview allows, the run's checks do not refuse (the other half is tried by ``refused_alike``)."""
    foreseen = excuses.two_in_one(world) or (not ran.operations and excuses.refusals(world))
    if isinstance(ran.error, Refused) and not foreseen:
        yield f"I9: {ran.error}"


def converges(world: World, *, after: Ran) -> Iterator[str]:
    """I3: a clean run of the same program ends well with one more write at most, and the one after does nothing."""
    ran = world.up({})
    if ran.error is not None:
        told = HUMAN in str(ran.error) or "adopt" in str(ran.error)
        lost = isinstance(ran.error, CurrentPasswordRejected) and not told
        if lost or not excuses.clean_error(world, ran):
            yield f"I3: after {after.verb} a clean run ended with {type(ran.error).__name__}: {ran.error}"
        yield from of_a_run(world, ran)
        return
    yield from of_a_run(world, ran)
    for account in world.server.accounts:
        stored = [event for event in ran.events if event.kind == "stored" and event.account == account.id]
        if len(stored) > 1:
            yield f"I3: the clean run wrote {len(stored)} times to {account.login}"
    yield from _as_declared(world)
    if world.stack.state.keys() != world.program.keys() or world.stack.condemned:
        yield "I3: the clean run left something over"
    yield from _quiet(world, "the run after")
    refreshed = world.refresh({})
    if refreshed.error is not None:
        yield f"I3: a clean refresh ended with {refreshed.error}"
    for name, entry in world.stack.state.items():
        owner = world.account_of(entry.record)
        if owner and owner.id not in world.disturbed and entry.record.drift:
            yield f"I2: {name} has drifted, and nobody was there: {entry.record.drift}"
    if all(entry.record.drift is None for entry in world.stack.state.values()):
        gone = world.stack.state.keys() != world.program.keys()
        yield from () if gone else _quiet(world, "the run after a refresh")


def _as_declared(world: World) -> Iterator[str]:
    for name, declared in world.program.items():
        entry = world.stack.state.get(name)
        if entry is None:
            yield f"I3: the clean run went well without {name}"
            continue
        account = world.account_of(entry.record)
        value = world.value_of(name, declared)
        if world.recorded(entry.record) != value:
            yield f"I3: the clean run went well, and the state of {name} has another password than is declared"
        if account and account.id not in world.disturbed and account.password != value:
            yield f"I3: the clean run went well, and {account.login} has another password than is declared"


def _quiet(world: World, what: str) -> Iterator[str]:
    ran = world.up({})
    if ran.error or ran.operations or ran.writes:
        yield f"I3: {what} was not quiet: {ran.error} {[one.label for one in ran.operations]}"


def refused_alike(world: World, ran: Ran) -> Iterator[str]:
    """I9: what preview refuses, the run refuses as well."""
    again = world.skip_preview()
    if again.error is None:
        yield f"I9: a preview refused, and the run went well: {ran.error}"


def of_a_run(world: World, ran: Ran) -> Iterator[str]:
    """Everything that one run has to keep to."""
    if isinstance(ran.error, RuntimeError):
        yield f"a bug of ours: {ran.error}"
    for invariant in _OF_A_RUN:
        yield from invariant(world, ran)


_OF_A_RUN = (
    state_is_true,
    a_drift_is_told,
    nothing_is_sent_twice,
    log_ins_succeed,
    no_secret_is_told,
    what_others_set_stays,
    preview_foretells,
)
