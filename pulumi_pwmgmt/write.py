"""Setting a password: act first, and look only where an answer leaves doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import CurrentPasswordRejected, OutcomeUnknown, PasswordRejected
from pulumi_pwmgmt.look import already_live, look
from pulumi_pwmgmt.system import Authority, CurrentPassword

if TYPE_CHECKING:
    from pulumi_pwmgmt.look import Attempt
    from pulumi_pwmgmt.model import Observation, Password
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

_RUN_AGAIN = "run it again: that is safe, and it ends well if this one got through"


def write(
    run: Run, connected: Connected, attempt: Attempt, currents: tuple[Password | None, ...]
) -> Observation | None:
    """Set the password with the first of ``currents`` that is accepted as the current one.

    Returns what the system told of it; None where a look had to tell that it is set.

    Raises:
        CurrentPasswordRejected: neither one of ``currents`` nor the new password opens the account.
        OutcomeUnknown: sent, and nothing tells what became of it.
        CredentialError: whatever else ``set_password`` raises.

    """
    refused = ""
    for current in currents:
        try:
            return set_and_look(run, connected, attempt, current)
        except CurrentPasswordRejected as error:  # noqa: PERF203 -- two at most, and each has its own answer
            refused = error.happened
        except PasswordRejected as error:
            if not (error.is_live or (error.repeats and _is_live(connected, attempt, current))):
                raise
            return None
    live = already_live(connected, attempt)
    dispensable = connected.system.traits.current_password is CurrentPassword.USED and None not in currents
    if live is None and attempt.before and dispensable:  # what we recorded is no longer live; the system takes none too
        return write(run, connected, attempt, (None,))
    if not live:  # otherwise an earlier run got through, and nobody heard of it
        raise _no_way_in(connected, attempt, refused, live)
    return None


def _is_live(connected: Connected, attempt: Attempt, current: Password | None) -> bool | None:
    """Find out whether the password that was refused as used before is the present one."""
    if current is not None and connected.system.traits.current_password is CurrentPassword.REQUIRED:
        return current == attempt.password  # it was let in with the one, so a log-in with another can only fail
    return already_live(connected, attempt)


def set_and_look(
    run: Run, connected: Connected, attempt: Attempt, current: Password | None, *, again: bool = True
) -> Observation | None:
    """Set the password and look after a lost answer; only an administrator's system is sent it once more."""
    try:
        return connected.system.set_password(attempt.principal, attempt.password, current)
    except OutcomeUnknown as error:
        applied = look(run, connected, attempt)
        if applied:
            return None
        if applied is None or not again or connected.system.traits.authority is Authority.SELF_MANAGED:
            raise OutcomeUnknown(error.happened, to_do=_RUN_AGAIN) from None
    return set_and_look(run, connected, attempt, current, again=False)


def _no_way_in(
    connected: Connected,
    attempt: Attempt,
    refused: str,
    live: bool | None,  # noqa: FBT001 -- what a look told
) -> CurrentPasswordRejected:
    doors = f"neither the password we know nor the new one opens {attempt.principal!r}"
    to_do = (
        f"find or reset the live password in {connected.system.traits.title}, give it as current_password, "
        "and run it again"
    )
    if live is None:
        doors = f"the password we know does not open {attempt.principal!r}, and nothing tells whether the new one does"
        to_do = f"run it again; if that says the same, {to_do}"
    return CurrentPasswordRejected(f"{refused}; {doors}", to_do=to_do)
