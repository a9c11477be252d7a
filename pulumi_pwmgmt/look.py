"""After a lost answer: did the change get through? The server's own time first, a log-in only if that can't tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pulumi_pwmgmt.system import ObservesPassword, VerifiesPassword

if TYPE_CHECKING:
    from datetime import datetime

    from pulumi_pwmgmt.model import Observation, Password
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

_SECOND = timedelta(seconds=1)  # servers tell time in whole seconds, cut off


@dataclass(frozen=True)
class Attempt:
    """A password on its way to an account.

    ``before`` is the server's recorded time of the last change, None where none is recorded. ``started`` is our own
    clock when the first request was about to leave.
    """

    principal: str
    password: Password
    before: datetime | None
    started: datetime

    def is_live(self, connected: Connected) -> bool | None:
        """Log in once with the new password; None where the system can't or does not tell."""
        if not isinstance(connected.system, VerifiesPassword):
            return None
        return connected.system.verify_password(self.principal, self.password)

    def applied(self, observation: Observation, now: datetime) -> bool | None:
        """Tell from the server's time of change whether it was this attempt; None where the seconds are too close.

        ``now`` is our own clock when the observation came; with the server's ``Date`` it tells what the server's clock
        showed when the attempt started. Either time may be cut off by up to a second.
        """
        changed, answered = observation.password_changed_at, observation.answered_at
        if changed is None or answered is None:
            return None
        started = self.started + (answered - now)
        if changed > started + _SECOND and changed != self.before:
            return True
        if changed < started - _SECOND:
            return False
        return None


def look(run: Run, connected: Connected, attempt: Attempt) -> bool | None:
    """Find out whether the attempt's password is the live one; None where nothing tells."""
    if isinstance(connected.system, ObservesPassword):
        observation = connected.system.observe(attempt.principal)
        applied = attempt.applied(observation, run.now()) if observation else None
        if applied is not None:
            return applied
    return attempt.is_live(connected)


def already_live(connected: Connected, attempt: Attempt) -> bool | None:
    """Find out whether the password was live before the attempt, as after an earlier run that nobody heard of.

    A server whose time of change is still the recorded one has the recorded password: that needs no log-in.
    """
    if attempt.before and isinstance(connected.system, ObservesPassword):
        observation = connected.system.observe(attempt.principal)
        if observation and observation.password_changed_at == attempt.before:
            return False
    return attempt.is_live(connected)
