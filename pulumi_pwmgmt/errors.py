"""What can go wrong with a credential, named for what the reader does next."""

from __future__ import annotations

from typing import ClassVar


class CredentialError(Exception):
    """An operation on a credential ended without success.

    The text reads ``<what happened> — <what to do>`` and holds no secret: whoever raises one quotes neither
    a request nor a reply, and raises it ``from None`` where a cause could hold either.
    """

    to_do: ClassVar[str] = "see the message"

    def __init__(self, happened: str, *, to_do: str | None = None) -> None:
        self.happened = happened
        self.advice = to_do or self.to_do
        super().__init__(f"{happened} — {self.advice}")

    @property
    def line(self) -> str:
        """The one line that a user reads: ``<Title>: <what happened> — <what to do>``."""
        return f"{type(self).__name__}: {self}"


class NotConfigured(CredentialError):
    """A connection, or a setting or reference it needs, is missing or malformed."""

    to_do = "fix the settings under pwmgmt:connections"


class Unsupported(CredentialError):
    """The identity system has no way to do what the program asks."""

    to_do = "ask for something this system can do"


class AuthenticationFailed(CredentialError):
    """The system does not accept the connection's own token or key."""

    to_do = "renew the connection's token"


class PermissionDenied(CredentialError):
    """The connection's token is good but lacks the right for this call."""

    to_do = "give the connection's token the right for this call"


class PrincipalNotFound(CredentialError):
    """The system knows no such account."""

    to_do = "correct the principal"


class CurrentPasswordRejected(CredentialError):
    """The password that we know is not the live one. Nothing was changed."""

    to_do = "give the live one as current_password"


class PasswordRejected(CredentialError):
    """The system's policy refuses the new password. Nothing was changed.

    ``reasons`` are the system's own words, one entry for each.
    ``repeats`` is true where they say that it is the present password or one used before; ``is_live`` where they say
    that it is the present one, so that nothing is left to do.
    """

    to_do = "choose one that the policy accepts"

    def __init__(
        self,
        happened: str,
        *,
        to_do: str | None = None,
        reasons: tuple[str, ...] = (),
        repeats: bool = False,
        is_live: bool = False,
    ) -> None:
        super().__init__(happened, to_do=to_do)
        self.reasons = reasons
        self.repeats = repeats or is_live
        self.is_live = is_live


class RateLimited(CredentialError):
    """The system asks us to wait for longer than the connection's ``time_budget``.

    ``retry_after`` is in seconds from now, None where the system did not say.
    """

    to_do = "run it again later, or raise the connection's time_budget"

    def __init__(self, happened: str, *, to_do: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(happened, to_do=to_do)
        self.retry_after = retry_after


class Unreachable(CredentialError):
    """The system was never reached, or a call that changes nothing got no answer. Nothing was changed."""

    to_do = "check the connection's url and the network, then run it again: nothing was changed"


class OutcomeUnknown(CredentialError):
    """A change was sent and no usable answer came back: it may or may not have been made."""

    to_do = "look before trying again: it may have been applied"


class UnexpectedReply(CredentialError):
    """The system answered with something its manual does not know.

    ``status`` is the HTTP status, ``request_id`` the system's own id of the request where it gave one.
    """

    to_do = "report it"

    def __init__(
        self,
        happened: str,
        *,
        to_do: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(happened, to_do=to_do)
        self.status = status
        self.request_id = request_id
