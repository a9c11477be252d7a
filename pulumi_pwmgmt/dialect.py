"""A vendor's way of answering, as data: what the adapters tell the wire, and the reply they get from it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_pwmgmt.errors import CredentialError, NotConfigured, OutcomeUnknown, PasswordRejected, UnexpectedReply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from pulumi_pwmgmt.rate import RateHeaders
    from pulumi_pwmgmt.redaction import Scrubber

M = TypeVar("M", bound=BaseModel)

_MOST_CAUSES = 5
_MOST_SEARCHED = 50  # causes; no manual has a refusal of more
_LONGEST_SEARCHED = 4096  # characters of each
_IN_BETWEEN = "see what answers at the connection's url: a proxy or a log-in page may stand in between"


@dataclass(frozen=True, repr=False)
class Complaint:
    """What a vendor's reply complains of.

    ``code`` is the vendor's own code, as text; ``causes`` are the vendor's own words, one entry for each.
    """

    code: str | None = None
    causes: tuple[str, ...] = ()

    def searched(self) -> Iterator[str]:
        """Yield as much of the causes as is looked at: a server may name a hundred thousand."""
        return (said[:_LONGEST_SEARCHED] for said in self.causes[:_MOST_SEARCHED])


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A row of the table by which an adapter names what its vendor refuses; the first that matches counts.

    ``status`` and ``code`` must be equal, ``cause`` is a regular expression searched in the causes, ignoring case;
    None matches whatever there is. ``to_do`` is advice other than the error's own. ``repeats`` and
    ``is_live`` are for ``PasswordRejected``: the password is the present one or was used before; is the present one.
    """

    error: type[CredentialError]
    status: int | None = None
    code: str | None = None
    cause: str | None = None
    to_do: str | None = None
    repeats: bool = False
    is_live: bool = False

    def matches(self, status: int, complaint: Complaint) -> bool:
        """Whether this row names that complaint."""
        return (
            self.status in (None, status)
            and self.code in (None, complaint.code)
            and (self.cause is None or any(re.search(self.cause, said, re.IGNORECASE) for said in complaint.searched()))
        )


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """What the wire must know of a vendor's way of answering.

    ``complaint`` says what a reply complains of, None where it refuses nothing; it is asked for replies of every
    status and must cope with any JSON or none. ``request_id`` names the header with the server's own request id.
    ``parse`` reads a body that is not JSON; it raises ``ValueError`` for one that is wrong.
    """

    complaint: Callable[[Reply], Complaint | None]
    refusals: tuple[Refusal, ...]
    request_id: str
    rate: RateHeaders | None = None
    accept: str = "application/json"
    parse: Callable[[bytes], object] = json.loads


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a reply answers: the method and path template, and whether the call changes anything.

    ``once`` says that it is not sent again where the server may have processed it.
    """

    what: str
    writes: bool
    once: bool


@dataclass(frozen=True, kw_only=True, repr=False)
class Reply:
    """A server's answer.

    The names of ``headers`` are case-insensitive. ``json`` is the body as the dialect parses it, None where it is
    empty, or where an error status came with something else. ``date`` is the server's clock, aware and in UTC.
    ``asked`` is what it answers, ``id_header`` names the header of the request id, ``scrub`` knows the secrets that
    were sent.
    """

    status: int
    headers: Mapping[str, str]
    json: object | None
    date: datetime | None
    asked: Asked
    id_header: str
    scrub: Scrubber

    def __repr__(self) -> str:
        return f"Reply({self.status})"

    @property
    def request_id(self) -> str | None:
        """The server's own id of the request, fit to be shown; None where it gave none."""
        return self.scrub(self.headers.get(self.id_header, ""), limit=100) or None

    def parse(self, model: type[M]) -> M:
        """Return the body as ``model``.

        Raises:
            OutcomeUnknown: a change was answered in another shape.
            UnexpectedReply: something else was.

        """
        try:
            return model.model_validate(self.json, context=self.scrub)
        except ValidationError:
            pass  # it quotes its input; raised from here, the error would drag it along as its context
        raise self.unusable("is not of the documented shape")

    def unusable(self, why: str, to_do: str = _IN_BETWEEN) -> CredentialError:
        """Return the error for a reply that doesn't tell what became of the request."""
        if self.asked.writes:
            return OutcomeUnknown(f"{self.asked.what}: the answer, HTTP {self.status}, {why}{self._by_id()}")
        return self._strange(why, to_do)

    def unexpected(self) -> UnexpectedReply:
        """Return the error for a reply that the vendor's manual doesn't have, a redirect included: none is followed."""
        if HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST:
            return self._strange("leads elsewhere", _IN_BETWEEN)
        return self._strange("is not one that the manual knows")

    def _strange(self, why: str, first: str | None = None) -> UnexpectedReply:
        happened = f"{self.asked.what}: the answer, HTTP {self.status}, {why}{self._by_id()}"
        report = "report it, with the request id" if self.request_id else "report it"
        to_do = f"{first}; if it says the same, {report}" if first else report
        return UnexpectedReply(happened, to_do=to_do, status=self.status, request_id=self.request_id)

    def misdirected(self) -> NotConfigured:
        """Return the error for a 404 in which the vendor's API complains of nothing: it is not there."""
        happened = f"{self.asked.what}: HTTP {self.status}, and not in the words of this system's API{self._by_id()}"
        return NotConfigured(happened, to_do="correct the connection's url")

    def _by_id(self) -> str:
        request_id = self.request_id
        return f" (request id {request_id})" if request_id else ""


def refused(reply: Reply, complaint: Complaint, row: Refusal) -> CredentialError:
    """Return the error that ``row`` names, with the vendor's own words scrubbed."""
    if issubclass(row.error, UnexpectedReply):
        return reply.unexpected()
    causes = tuple(filter(None, map(reply.scrub, complaint.causes[:_MOST_CAUSES])))
    said = "; ".join(causes) or (reply.scrub(complaint.code) if complaint.code else f"HTTP {reply.status}")
    happened = f"{reply.asked.what}: {said}"
    if issubclass(row.error, PasswordRejected):
        return row.error(happened, to_do=row.to_do, reasons=causes, repeats=row.repeats, is_live=row.is_live)
    return row.error(happened, to_do=row.to_do)
