"""The life of a credential: created, changed, read, deleted; against the port only.

Act first, look only when an answer leaves doubt; and then observe before logging in. Probing before every change
would cost a failed log-in each time, and enough of those lock the account.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.arguments import is_derived, source_of
from pulumi_pwmgmt.check import same_password
from pulumi_pwmgmt.errors import (
    CurrentPasswordRejected,
    NotConfigured,
    OutcomeUnknown,
    PasswordRejected,
    PrincipalNotFound,
    Unsupported,
)
from pulumi_pwmgmt.look import Attempt, read_back
from pulumi_pwmgmt.model import UNKNOWN, Observation, OnDestroy, OnDrift, Password
from pulumi_pwmgmt.random_password import unknown_to_anybody
from pulumi_pwmgmt.record import Declaration, Record
from pulumi_pwmgmt.source import demanded_again
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword, VerifiesPassword
from pulumi_pwmgmt.write import set_and_look, write

if TYPE_CHECKING:
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

_WITHOUT_EFFECT = ("adopt", "current_password", "reason", "source", "facts", "declared", "connection_risks")
_COMPUTED_FROM = ("kind", "master", "generation", "recipe", "format")


@dataclass(frozen=True)
class Difference:
    """What a change of the program means: whether anything changes, and the arguments that force a replacement."""

    changes: bool
    replaces: list[str] = field(default_factory=list)


def create(run: Run, declared: Declaration) -> Record:
    """Make the declared password the account's, or prove by one log-in that it is (``adopt``)."""
    connected = run.connect(declared.connection)
    password = _real(run, declared.password)
    if declared.adopt:
        return _accepted(run, connected, declared, password, _adopted(connected, declared.principal, password))
    attempt = Attempt(declared.principal, password, before=None, started=run.elapsed())
    told = write(run, connected, attempt, (run.recall(declared.current_password),))
    return _accepted(run, connected, declared, password, read_back(run, connected, attempt, told, declared.principal))


def diff(run: Run, record: Record, inputs: dict[str, Any]) -> Difference:
    """Compare what the system has accepted with what ``check`` has passed."""
    if inputs["connection"] is UNKNOWN or inputs["principal"] is UNKNOWN:
        return Difference(
            changes=True, replaces=[name for name in ("connection", "principal") if inputs[name] is UNKNOWN]
        )
    replaces = ["principal"] if inputs["principal"] != record.principal else []
    connected = run.connect(inputs["connection"])
    moved = connected.moved_from == record.tenant and connected.kind == record.system
    if (connected.kind, connected.tenant) != (record.system, record.tenant) and not moved:
        replaces.append("connection")
    if not replaces and run.is_claimed(connected, record.principal):  # a refresh asks too, and declares nothing
        run.claim(connected, record.principal_id, record.principal)
    before = record.as_inputs()
    names = (before.keys() | inputs.keys()) - {*_WITHOUT_EFFECT, "password"}
    changed = any(before.get(name) != inputs.get(name) for name in names & Declaration.model_fields.keys())
    return Difference(
        changes=bool(replaces) or changed or _computed_anew(before, inputs) or not same_password(run, before, inputs),
        replaces=replaces,
    )


def _computed_anew(before: dict[str, Any], inputs: dict[str, Any]) -> bool:
    """Whether other things compute the password, or nothing does now: that is recorded, also if it is the same."""
    one, other = source_of(before), source_of(inputs)
    computed = is_derived(before) or is_derived(inputs)
    return computed and any(one.get(name) != other.get(name) for name in _COMPUTED_FROM)


def update(run: Run, record: Record, declared: Declaration) -> Record:
    """Set or change the password where it is another one or has drifted; otherwise only note what else changed."""
    connected = run.connect(declared.connection)
    repair = record.drift is not None and declared.on_drift is OnDrift.REPAIR
    if not repair and same_password(run, record.as_inputs(), declared.properties()):
        return _noted(run, record, declared)
    password = _real(run, declared.password)
    attempt = Attempt(record.principal_id, password, before=record.password_changed_at, started=run.elapsed())
    try:
        told = write(run, connected, attempt, _known_passwords(run, connected, record, declared))
    except CurrentPasswordRejected as error:
        raise CurrentPasswordRejected(error.happened, to_do=_way_in(record, declared, error.advice)) from None
    except PrincipalNotFound as error:
        to_do = "take it out of the program, or if it was made anew, have it looked up: pulumi up --refresh"
        raise PrincipalNotFound(error.happened, to_do=to_do) from None
    except PasswordRejected as error:
        if not (repair and error.repeats):
            raise
        refused = error
    else:
        seen = read_back(run, connected, attempt, told, declared.principal)
        return _accepted(run, connected, declared, password, seen)
    raise PasswordRejected(
        refused.happened,
        to_do="declare a new password, or accept the change made outside with on_drift='accept'",
        reasons=refused.reasons,
        repeats=True,
    )


def _way_in(record: Record, declared: Declaration, advice: str) -> str:
    """Say what a human does where neither the recorded password nor the new one opens the account."""
    if declared.current_password is not None and declared.current_password == record.current_password:
        # what was given for the taking over has long been replaced: it is not tried, unless somebody says so
        advice = f"{advice}; if current_password says it already, do this before: pulumi state delete URN"
    before, after = record.source.get("generation"), declared.source.get("generation")
    if before and after and after > before + 1:
        between = f"pulumi config set --path 'pwmgmt:generations.NAME' {after - 1:g}"
        advice = (
            f"if a run that broke off has set a generation after {before:g} and before {after:g}, that one opens it: "
            f"{between}, run it, take that out again; otherwise {advice}"
        )
    return advice


def read(run: Run, record: Record) -> Record | None:
    """Compare the account with the state; None where it is gone. A password changed elsewhere shows as ``drift``.

    A status in which the password opens nothing is told, with what to do about it.
    """
    connected = run.connect_again(record.connection, record.system, record.tenant)
    if not isinstance(connected.system, ObservesPassword):
        return record
    observation = connected.system.observe(record.principal_id)
    if observation is None:
        return None
    to_do = connected.system.traits.troubled.get(observation.status or "")
    if to_do:
        run.tell(
            f"{record.principal!r} on connection {record.connection!r} is {observation.status}, "
            f"so its password opens nothing: {to_do}"
        )
    drift = record.drift_from(observation)
    record = record.model_copy(update={"status": observation.status, "drift": drift})
    if drift or record.password_changed_at:
        return record
    return record.model_copy(update={"password_changed_at": observation.password_changed_at, "answered_at": None})


def delete(run: Run, record: Record) -> None:
    """Revoke, expire or deactivate, unless this program declares the account or somebody else took it over."""
    connected = run.connect_again(record.connection, record.system, record.tenant)
    owner = f"{record.principal!r} on connection {record.connection!r}"
    if run.is_claimed(connected, record.principal, record.principal_id):
        run.tell(f"{owner} is declared elsewhere in this program: its password stays as it is")
        return
    if isinstance(connected.system, ObservesPassword):
        observation = connected.system.observe(record.principal_id)
        if observation is None or observation.status in connected.system.traits.closed:
            return
        if run.is_claimed(connected, observation.principal_id, observation.login):
            run.tell(f"{owner} is declared elsewhere in this program: its password stays as it is")
            return
        drift = record.drift_from(observation)
        if drift:
            run.tell(
                f"{owner} was {drift}: somebody has taken it over, so its password stays as it is "
                "(or a destroy before this one broke off: then it is revoked already)"
            )
            return
    _remove(run, connected, record, owner)


def _real(run: Run, mark: str) -> Password:
    password = run.recall(mark)
    if password is None:
        raise RuntimeError("a password has to be written that no check of this process has seen")
    return password


def _adopted(connected: Connected, principal: str, password: Password) -> Observation:
    system = connected.system
    title = system.traits.title
    observation = None
    if isinstance(system, ObservesPassword):
        observation = system.observe(principal)
        if observation is None:
            raise PrincipalNotFound(f"{title} at {connected.tenant} knows no {principal!r}")
    proof = system.verify_password(principal, password) if isinstance(system, VerifiesPassword) else None
    if proof is None:
        raise Unsupported(f"{title} does not tell whether {principal!r} has this password", to_do="leave adopt out")
    if not proof:
        raise CurrentPasswordRejected(
            f"{principal!r} can't log in to {title} with the declared password, so it was not adopted",
            to_do="declare the live one, or leave adopt out to set a new one",
        )
    return observation or Observation(principal_id=principal)


def _recorded_password(run: Run, record: Record) -> Password | None:
    """Return the accepted password: computed again, else as the state keeps it; None where it keeps none.

    Raises:
        NotConfigured: what it is computed from is not as it was.

    """
    inputs = record.as_inputs()
    return demanded_again(run, inputs) if is_derived(inputs) else record.kept_password


def _known_passwords(
    run: Run, connected: Connected, record: Record, declared: Declaration
) -> tuple[Password | None, ...]:
    """Return what to give as the current password, and what to give next if that is refused: each costs a log-in."""
    given = run.recall(declared.current_password)
    required = connected.system.traits.current_password is CurrentPassword.REQUIRED
    if not required and (record.drift or not record.keep_in_state):
        return (None,)
    new = None if declared.current_password == record.current_password else given
    kept = None
    try:
        kept = _recorded_password(run, record)
    except NotConfigured as error:
        if required and new is None:
            raise
        if not required:
            run.tell(f"the password of {declared.principal!r} is set, not changed: {error.happened}")
    if kept is None and not required:
        return (None,)
    if kept is None:
        return (given,)
    if new is None or new == kept:
        return (kept,)
    return kept, new


def _accepted(run: Run, connected: Connected, declared: Declaration, password: Password, seen: Observation) -> Record:
    """Make the record of an accepted password."""
    observed = isinstance(connected.system, ObservesPassword)
    for name in (seen.principal_id, seen.login):
        if name:
            _claim(run, connected, name, declared.principal)
    return Record(
        **declared.model_dump(),
        principal_id=seen.principal_id,
        status=seen.status,
        password_changed_at=seen.password_changed_at,
        answered_at=seen.answered_at if observed and not seen.password_changed_at else None,
        kept_password=password if _is_kept(declared) else None,
    )


def _claim(run: Run, connected: Connected, name: str, principal: str) -> None:
    try:
        run.claim(connected, name, principal)
    except Unsupported as error:
        to_do = f"declare it once, then run pulumi up --refresh: the password declared for {principal!r} is live now"
        raise Unsupported(error.happened, to_do=to_do) from None


def _noted(run: Run, record: Record, declared: Declaration) -> Record:
    kept = record.kept_password or run.recall(declared.password)
    if _is_kept(declared) and kept is None:
        run.tell(f"the password of {declared.principal!r} is kept in the state from its next change on")
    return record.model_copy(
        update={
            **{name: getattr(declared, name) for name in Declaration.model_fields},
            "kept_password": kept if _is_kept(declared) else None,
        }
    )


def _is_kept(declared: Declaration) -> bool:
    return declared.keep_in_state and not is_derived(declared.properties())


def _remove(run: Run, connected: Connected, record: Record, owner: str) -> None:
    system, how = connected.system, record.on_destroy
    try:
        if how is OnDestroy.REVOKE and system.traits.revoke_overwrites:
            attempt = Attempt(
                record.principal_id, unknown_to_anybody(), before=record.password_changed_at, started=run.elapsed()
            )
            required = system.traits.current_password is CurrentPassword.REQUIRED
            set_and_look(run, connected, attempt, _recorded_password(run, record) if required else None)
        else:
            _call_removal(connected, record)
    except PrincipalNotFound:
        return
    except CurrentPasswordRejected:
        run.tell(f"the password known for {owner} no longer works, so there is nothing left to {how.value}")
    except PasswordRejected as error:
        can = " or ".join(sorted(other.value for other in system.traits.removals - {how}))
        to_do = (
            "let the system's own policy take the random 40 characters of a revoke"
            + (f", or say on_destroy={can!r}" if can else "")
            + ", or let go of the credential without touching the account: pulumi state delete URN"
        )
        raise PasswordRejected(error.happened, to_do=to_do, reasons=error.reasons) from None


def _call_removal(connected: Connected, record: Record) -> None:
    system = connected.system
    try:
        system.remove_password(record.principal_id, record.on_destroy, record.kept_password)
    except OutcomeUnknown:
        pass  # each of the removals is harmless to make twice, and success where the account is gone
    else:
        return
    try:
        system.remove_password(record.principal_id, record.on_destroy, record.kept_password)
    except OutcomeUnknown as error:
        unknown = error.happened
    else:
        return
    raise OutcomeUnknown(unknown, to_do="run it again: that is safe, also if this one got through")
