"""The library with a bug in it: what stands in for a function of it. A judge that lets these pass is worth nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pulumi_pwmgmt import lifecycle
from pulumi_pwmgmt.check import check as real_check
from pulumi_pwmgmt.errors import CredentialError, PasswordRejected
from pulumi_pwmgmt.look import Attempt
from pulumi_pwmgmt.model import OnDrift, Secret
from pulumi_pwmgmt.record import Record
from pulumi_pwmgmt.system import ObservesPassword
from pulumi_pwmgmt.write import write as real_write

if TYPE_CHECKING:
    from datetime import datetime
    from typing import TypeAlias

    from pulumi_pwmgmt.arguments import Problems, Properties
    from pulumi_pwmgmt.lifecycle import Difference
    from pulumi_pwmgmt.model import Observation, Password
    from pulumi_pwmgmt.record import Declaration
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

    Currents: TypeAlias = tuple[Password | None, ...]
    Place: TypeAlias = tuple[object, str]

WRITE, SET_AND_LOOK = (lifecycle, "write"), (lifecycle, "set_and_look")
CREATE, DIFF, UPDATE = (lifecycle, "create"), (lifecycle, "diff"), (lifecycle, "update")
READ, DELETE, REMOVE = (lifecycle, "read"), (lifecycle, "delete"), (lifecycle, "_remove")
APPLIED, IS_LIVE, DRIFT_FROM = (Attempt, "applied"), (Attempt, "is_live"), (Record, "drift_from")
real_update, real_create, real_diff = lifecycle.update, lifecycle.create, lifecycle.diff


def sends_nothing_to_repair(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    """Take an account that somebody else has changed for one that is set already."""
    seen = attempt.observed(connected)
    if seen and attempt.before not in (None, seen.password_changed_at):
        return seen
    return real_write(run, connected, attempt, currents)


def takes_a_repeat_for_done(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    """Take what was used before for what is live."""
    try:
        return real_write(run, connected, attempt, currents)
    except PasswordRejected:
        return attempt.observed(connected)


def takes_any_later_change_for_ours(
    attempt: Attempt, seen: Observation, _asked: datetime, _heard: datetime
) -> bool | None:
    changed = seen.password_changed_at
    return None if changed is None else attempt.before is None or changed > attempt.before


def believes_no_log_in(*_: object) -> bool:
    return False


def sees_no_drift(_record: Record, _seen: Observation) -> None:
    return None


def sees_drift_everywhere(_record: Record, _seen: Observation) -> str:
    return "changed outside at 2026-03-01T12:00:00Z"


def repairs_what_is_accepted(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared.model_copy(update={"on_drift": OnDrift.REPAIR}))


def accepts_what_is_to_be_repaired(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared.model_copy(update={"on_drift": OnDrift.ACCEPT}))


def forgets_a_drift(run: Run, record: Record, declared: Declaration) -> Record:
    """Accept for good, as if what somebody else has set were recorded."""
    system = run.connect(declared.connection).system
    assert isinstance(system, ObservesPassword)
    seen = system.observe(record.principal_id)
    assert seen
    return record.model_copy(update={"password_changed_at": seen.password_changed_at, "drift": None})


def keeps_the_drift(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared).model_copy(update={"drift": record.drift})


def keeps_nothing(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record, declared).model_copy(update={"kept_password": None})


def records_before_it_is_set(_run: Run, record: Record, declared: Declaration) -> Record:
    return record.model_copy(update={"password": declared.password})


def creates_nothing(run: Run, declared: Declaration) -> Record:
    """Record what is there as if it were ours."""
    return real_create(run, declared.model_copy(update={"adopt": True}))


def takes_an_account_for_gone(_run: Run, _record: Record) -> None:
    return None


def removes_nothing(*_: object) -> None:
    pass


def asks_nobody_whose_it_is(run: Run, record: Record) -> None:
    connected = run.connect_again(record.connection, record.system, record.tenant)
    lifecycle._remove(run, connected, record, record.principal)  # noqa: SLF001 -- a delete without its guards


def removes_twice(_run: Run, connected: Connected, attempt: Attempt, current: Password | None) -> None:
    connected.system.set_password(attempt.principal, attempt.password, current)
    connected.system.set_password(attempt.principal, attempt.password, current)


def sets_what_nobody_knows(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    attempt.password = Secret("CANARY-known-to-nobody")
    return real_write(run, connected, attempt, currents)


def logs_in_before_it_acts(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    if attempt.is_live(connected):
        return attempt.observed(connected)
    return real_write(run, connected, attempt, currents)


def sends_everything_twice(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    real_write(run, connected, attempt, currents)
    return real_write(run, connected, attempt, currents)


def tells_the_password(run: Run, connected: Connected, attempt: Attempt, currents: Currents) -> Observation | None:
    run.tell(f"{attempt.principal} gets {attempt.password.reveal()}")
    return real_write(run, connected, attempt, currents)


def takes_everything_for_drifted(run: Run, record: Record, declared: Declaration) -> Record:
    return real_update(run, record.model_copy(update={"drift": "changed outside at some time"}), declared)


def has_always_something_to_do(run: Run, record: Record, inputs: Properties) -> Difference:
    return replace(real_diff(run, record, inputs), changes=True)


def refuses_what_preview_allows(run: Run, olds: Properties, news: Properties) -> tuple[Properties, Problems]:
    inputs, problems = real_check(run, olds, news)
    return inputs, problems if news.get("in_preview") else [*problems, _out_of_the_blue()]


def allows_what_preview_refuses(run: Run, olds: Properties, news: Properties) -> tuple[Properties, Problems]:
    inputs, problems = real_check(run, olds, news)
    return inputs, [*problems, _out_of_the_blue()] if news.get("in_preview") else problems


def _out_of_the_blue() -> tuple[str, CredentialError]:
    return "password", PasswordRejected("it is of a kind that nobody likes")
