"""Was it ours? The server's own time first, a log-in only if that can't tell.

After a lost answer: did the change get through? After an accepted one: when was that?
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.model import Observation, rfc3339
from pulumi_pwmgmt.system import ObservesPassword, VerifiesPassword

if TYPE_CHECKING:
    from datetime import datetime

    from pulumi_pwmgmt.model import Password
    from pulumi_pwmgmt.run import Run
    from pulumi_pwmgmt.system import Connected

_SECOND = timedelta(seconds=1)  # servers tell time in whole seconds, cut off


@dataclass
class Attempt:
    """A password on its way to an account.

    ``before`` is the server's recorded time of the last change, None where none is recorded. ``started`` is when the
    first request was about to leave, in seconds of ``Run.elapsed``. ``log_in_failed`` is whether a log-in with it has
    been refused.
    """

    principal: str
    password: Password
    before: datetime | None
    started: float
    log_in_failed: bool = False

    def is_live(self, connected: Connected) -> bool | None:
        """Log in with the new password; None where the system can't, does not tell, or fails to.

        Once it was refused it is not tried again, lest the account be locked: None.
        """
        if self.log_in_failed or not isinstance(connected.system, VerifiesPassword):
            return None
        with contextlib.suppress(CredentialError):
            live = connected.system.verify_password(self.principal, self.password)
            self.log_in_failed = live is False
            return live
        return None

    def observed(self, connected: Connected) -> Observation | None:
        """Observe the account; None where the system can't, has no such account, or fails to.

        A look that fails leaves the doubt it was to remove. Its error must not take the place of the first one: it
        would say that nothing was changed.
        """
        if isinstance(connected.system, ObservesPassword):
            with contextlib.suppress(CredentialError):
                return connected.system.observe(self.principal)
        return None

    def applied(self, observation: Observation, asked: float, heard: float) -> bool | None:
        """Tell from the server's time of change whether it was this attempt; None where the seconds are too close.

        ``asked`` and ``heard`` are the seconds before and after the observation. The server's ``Date`` lies between
        them, so they tell within what bounds the server's clock was when the attempt started. Either of the server's
        times may be cut off by up to a second. A change that lies ahead of the server's own clock was made before that
        went back, nobody knows when.
        """
        changed, answered = observation.password_changed_at, observation.answered_at
        if changed is None or answered is None or changed >= answered + _SECOND:
            return None
        started_at_most = answered + _SECOND - timedelta(seconds=asked - self.started)
        started_at_least = answered - timedelta(seconds=heard - self.started)
        if changed >= started_at_most and (self.before is None or changed > self.before):
            return True
        if changed + _SECOND <= started_at_least:
            return False
        return None


def look(run: Run, connected: Connected, attempt: Attempt) -> bool | None:
    """Find out whether the attempt's password is the live one; None where nothing tells."""
    asked = run.elapsed()
    observation = attempt.observed(connected)
    applied = attempt.applied(observation, asked, run.elapsed()) if observation else None
    return attempt.is_live(connected) if applied is None else applied


def already_live(connected: Connected, attempt: Attempt) -> bool | None:
    """Find out whether the password was live before the attempt, as after an earlier run that nobody heard of.

    A server whose time of change is still the recorded one has the recorded password: that needs no log-in.
    """
    if attempt.before:
        observation = attempt.observed(connected)
        if observation and observation.password_changed_at == attempt.before:
            return False
    return attempt.is_live(connected)


def read_back(run: Run, connected: Connected, attempt: Attempt, told: Observation | None, owner: str) -> Observation:
    """Return what is known of the ``owner``'s password that was just accepted, asked for where no reply told when.

    A change later than the server's answer is somebody else's, unless a log-in proves that its clocks disagree. Of that
    no time is returned but that of the answer, so that the next refresh shows it. A reading that fails does the same.
    """
    told = told or Observation(principal_id=attempt.principal)
    if told.password_changed_at or not isinstance(connected.system, ObservesPassword):
        return told
    try:
        seen = connected.system.observe(told.principal_id)
    except CredentialError as error:
        run.tell(f"the password of {owner!r} is set; when, could not be read: {error.happened}")
        return told
    if seen and seen.password_changed_at and seen.is_changed_since(told.answered_at) and not attempt.is_live(connected):
        again = rfc3339(seen.password_changed_at)
        run.tell(f"the password of {owner!r} is set, and was changed again at {again}, by somebody else")
        return replace(seen, password_changed_at=None, answered_at=told.answered_at)
    return seen or told
