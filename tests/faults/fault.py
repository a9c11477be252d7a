"""Everything that can go wrong with one request, as a table: how far the request gets, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HUGE = 50 * 1024 * 1024
_PAGE = b"<!doctype html><title>Sign in</title><p>Your company's proxy asks you to sign in."
_OF_LIMITS = ("retry-after", "x-rate-limit-", "x-ratelimit-")
_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html"}


@dataclass(frozen=True)
class Answer:
    """What goes back to the client. ``cut`` breaks it off in the middle, ``padding`` bytes of nothing follow it."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    padding: int = 0


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong.

    ``commits`` says whether the server gets the request as it is and does what it says. ``orders`` is the kind of
    trouble that the simulated server itself makes in its vendor's words, with ``delay_s``, and then it does nothing.
    ``answers`` makes what comes back out of what the server said, None: nothing does. ``hangs`` leaves the client
    waiting in place of hanging up. ``refuses`` keeps it from connecting. ``kills`` ends the engine meanwhile.
    ``late`` has the server do it when everybody has stopped waiting for it.
    """

    name: str
    commits: bool = False
    orders: Mapping[str, object] | None = None
    answers: Callable[[Answer, str], Answer] | None = None
    hangs: bool = False
    refuses: bool = False
    kills: bool = False
    late: bool = False


def _as_it_is(answer: Answer, _elsewhere: str) -> Answer:
    return answer


def _cut(answer: Answer, _elsewhere: str) -> Answer:
    return replace(answer, cut=True)


def _without_limits(answer: Answer, _elsewhere: str) -> Answer:
    headers = {name: text for name, text in answer.headers.items() if not name.lower().startswith(_OF_LIMITS)}
    return replace(answer, headers=headers)


def _broken_json(answer: Answer, _elsewhere: str) -> Answer:
    return Answer(answer.status if answer.body else 200, _JSON, b'{"answer": [1, 2')


def _other_json(answer: Answer, _elsewhere: str) -> Answer:
    return Answer(answer.status if answer.body else 200, _JSON, b'{"unexpected": [1, 2]}')


def _other_type(answer: Answer, _elsewhere: str) -> Answer:
    return replace(answer, headers={**answer.headers, "Content-Type": "text/plain; charset=utf-8"})


def _huge(_answer: Answer, _elsewhere: str) -> Answer:
    return Answer(200, _JSON, b'{"padding": "', padding=HUGE)


def _gateway(status: int) -> Callable[[Answer, str], Answer]:
    """Answer as a machine in front of the server does that got nothing of use from it."""
    return lambda _answer, _elsewhere: Answer(status, _HTML, b"<html><h1>upstream failed</h1></html>")


def _page(_answer: Answer, _elsewhere: str) -> Answer:
    return Answer(200, _HTML, _PAGE)


def _redirect(status: int) -> Callable[[Answer, str], Answer]:
    return lambda _answer, elsewhere: Answer(status, {"Location": elsewhere})


FAULTS = (
    Fault("refused connection", refuses=True),
    Fault("hang up before commit"),
    Fault("hang up after commit", commits=True),
    Fault("answer cut short", commits=True, answers=_cut),
    Fault("no answer in time, not committed", hangs=True),
    Fault("no answer in time, committed", commits=True, hangs=True),
    Fault("429 with its headers", orders={"kind": "429", "delay_s": 5}, answers=_as_it_is),
    Fault("429 without headers", orders={"kind": "429"}, answers=_without_limits),
    Fault("500, not committed", orders={"kind": "500"}, answers=_as_it_is),
    Fault("500, committed", commits=True, answers=_gateway(500)),
    Fault("503 with Retry-After", orders={"kind": "503", "delay_s": 5}, answers=_as_it_is),
    Fault("503 without Retry-After, not committed", orders={"kind": "503"}, answers=_as_it_is),
    Fault("503 without Retry-After, committed", commits=True, answers=_gateway(503)),
    Fault("401 in the middle", orders={"kind": "401"}, answers=_as_it_is),
    Fault("wrong JSON: none at all", commits=True, answers=_broken_json),
    Fault("wrong JSON: of another shape", commits=True, answers=_other_json),
    Fault("wrong content type", commits=True, answers=_other_type),
    Fault("HTML from a proxy, not committed", answers=_page),
    Fault("HTML from a proxy, committed", commits=True, answers=_page),
    Fault("an answer 50 MB long", commits=True, answers=_huge),
    Fault("redirect to another host, not committed", answers=_redirect(302)),
    Fault("redirect to another host, committed", commits=True, answers=_redirect(307)),
    Fault("engine killed, not committed", kills=True),
    Fault("engine killed, committed", commits=True, answers=_as_it_is, kills=True),
)
# No client can prevent it, so it is no row of the table: what is promised is that it is noticed.
COMMITTED_LATE = Fault("no answer in time, committed after the next run", hangs=True, late=True)
ONCE, TWICE = 1, 2
TIMES = (ONCE, TWICE)
