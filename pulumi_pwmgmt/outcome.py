"""What became of a request: an answer judged by the vendor's dialect, and whether it may be sent again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from pulumi_pwmgmt.dialect import Reply, refused
from pulumi_pwmgmt.errors import AuthenticationFailed, CredentialError, RateLimited
from pulumi_pwmgmt.rate import http_date, retry_after, until_reset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pulumi_pwmgmt.call import Call
    from pulumi_pwmgmt.dialect import Dialect
    from pulumi_pwmgmt.redaction import Scrubber

_BRACKETS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)  # and what keeps a quotation mark from ending a text
_DEEPEST = 32  # the deepest reply of a manual has eight levels


@dataclass(frozen=True, repr=False)
class Answer:
    """What came back, unread. ``body`` is None where it was too large.

    ``certificate_ends`` is when the server's certificate runs out, None where it showed none.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    certificate_ends: datetime | None = None

    @property
    def asks_to_wait(self) -> bool:
        """Whether the server says that it did not process the request because of a limit."""
        unavailable = self.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in self.headers
        return unavailable or self.status == HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True)
class Failure:
    """A call that did not succeed.

    ``again`` allows the same request once more: it was not processed, or changes nothing. ``limited`` makes it wait
    at the connection's gate, ``wait`` seconds where the server says how long. ``stale_token`` asks for another token.
    """

    error: CredentialError
    again: bool = False
    limited: bool = False
    wait: float | None = None
    stale_token: bool = False


def judge(answer: Answer, call: Call, scrub: Scrubber, dialect: Dialect, now: datetime) -> Reply | Failure:
    """Return the reply, or what the dialect, the call's own refusals and the status make of it.

    ``scrub`` knows the secrets that were sent, ``now`` is the time where the server doesn't tell its own.
    """
    date = http_date(answer.headers.get("Date"))
    if answer.asks_to_wait:
        wait = retry_after(answer.headers, date or now) or until_reset(answer.headers, dialect.rate, date or now)
        return Failure(RateLimited(f"{call.asked.what}: too many calls"), again=True, limited=True, wait=wait)
    content, trouble = _parsed(answer.body, dialect.parse)
    reply = Reply(
        status=answer.status,
        headers=answer.headers,
        json=content,
        date=date,
        asked=call.asked,
        id_header=dialect.request_id,
        scrub=scrub,
    )
    complaint = dialect.complaint(reply)
    if complaint is not None:
        for row in (*call.refusals, *dialect.refusals):
            if row.matches(reply.status, complaint):
                error = refused(reply, complaint, row)
                stale = reply.status == HTTPStatus.UNAUTHORIZED and isinstance(error, AuthenticationFailed)
                return Failure(error, stale_token=stale)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        failure = reply.unusable("is the server's own failure", "run it again later")
        return Failure(failure, again=not call.asked.once)
    if reply.status == HTTPStatus.NOT_FOUND and complaint is None:
        return Failure(reply.misdirected())
    if reply.status >= HTTPStatus.MULTIPLE_CHOICES or complaint is not None:
        return Failure(reply.unexpected())
    return Failure(reply.unusable(trouble)) if trouble else reply


def _parsed(body: bytes | None, parse: Callable[[bytes], object]) -> tuple[object | None, str | None]:
    """Return what is in a body, and what keeps it from being usable."""
    if body is None:
        return None, "is larger than 1 MiB"
    if not body.strip():
        return None, None
    if parse is json.loads and _is_deep(body):
        return None, "is nested too deeply"
    try:
        return parse(body), None
    except (ValueError, RecursionError):
        return None, "is not JSON" if parse is json.loads else "is not of the documented shape"


def _is_deep(body: bytes) -> bool:
    """Whether JSON is nested so deeply that whoever reads it or writes it out might run out of stack."""
    depth, inside = 0, False
    for token in _BRACKETS.findall(body):
        if token == b'"':
            inside = not inside
        elif not inside and len(token) == 1:
            depth += 1 if token in b"[{" else -1
        if depth > _DEEPEST:
            return True
    return False
