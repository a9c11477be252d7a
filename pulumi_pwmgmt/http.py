"""The wire: the only place that knows HTTP. Time-outs, attempts, waits, and what became of a request.

An adapter says what to send and how its vendor answers (``Dialect``); whether a call is sent again, how long it waits
and which error it ends in is decided here, the same way for every system.
"""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL
from requests.utils import get_environ_proxies
from tenacity import RetryCallState, Retrying, retry_if_result, wait_random_exponential
from urllib3.exceptions import HTTPError

from pulumi_pwmgmt.body import body_of
from pulumi_pwmgmt.call import Call, FetchedToken, fill, revealed, with_query
from pulumi_pwmgmt.connection import is_loopback
from pulumi_pwmgmt.dialect import Asked, Complaint, Dialect, Refusal, Reply
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, OutcomeUnknown, RateLimited, Unreachable
from pulumi_pwmgmt.heard import Heard, heard
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.outcome import Answer, Failure, judge
from pulumi_pwmgmt.pools import BY_SCHEME, NeverConnected, certificate_ends
from pulumi_pwmgmt.rate import Clock, Gate, RateHeaders, Wait
from pulumi_pwmgmt.redaction import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_pwmgmt.connection import Connection

__all__ = ["Complaint", "Dialect", "FetchedToken", "RateHeaders", "Refusal", "Reply", "Wire"]

_ATTEMPTS = 5
_BACK_OFF = wait_random_exponential(multiplier=0.5, min=0.1, max=16)  # seconds
_RECENT = 32  # secrets; one operation sends a dozen at most
_FRESH = 2.0  # seconds; servers, and what stands before them, close a connection that idles for 5 or more
_PROXY = (
    "set HTTPS_PROXY right, or name the host in NO_PROXY, or have the proxy let it through, then run it again: nothing "
    "was changed"
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class _Line(HTTPAdapter):
    """One thread's connections.

    Without a ``requests.Session`` around it no redirect is followed, no netrc read, no cookie kept; ``max_retries``
    is 0 unless given.
    """

    last_used = 0.0

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 -- passed on as they are
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = BY_SCHEME

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 -- as in requests
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = BY_SCHEME
        return manager


class Wire:
    """The calls of one connection: make one per connection and process, and share it between threads.

    ``may_go_on`` is called before each write goes out and at least each second in every wait; what it raises
    ends the call. ``hear`` is told of each answer, whatever it says; ``tell`` of each wait for a rate limit.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        *,
        may_go_on: Callable[[], None] = lambda: None,
        hear: Callable[[Heard], object] = lambda _: None,
        tell: Callable[[str], object] = lambda _: None,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._may_go_on = may_go_on
        self._hear = hear
        self._clock = clock or Clock()
        self._gate = Gate(self._clock, connection.rate_share_free, tell)
        self._threads = threading.local()
        loopback = is_loopback(urlsplit(connection.url).hostname or "")
        self._proxies: dict[str, str] = {} if loopback else get_environ_proxies(connection.url)
        # No attempt starts that the budget would cut off as soon as it is sent.
        self._room = min(connection.read_timeout, connection.time_budget / 10)

    def read(
        self,
        method: str,
        path: str,
        /,
        *,
        token: FetchedToken | None = None,
        headers: Mapping[str, str | Secret] = _NOTHING,
        query: Mapping[str, str] = _NOTHING,
        json: object | None = None,
        form: Mapping[str, str | Secret] | None = None,
        refusals: tuple[Refusal, ...] = (),
        once: bool = False,
        **segments: str,
    ) -> Reply:
        """Make a call that changes nothing at the server; log-ins and token calls are such.

        ``path`` is a template such as ``/users/{id}``, filled with ``segments``. ``json``, ``form`` and ``headers`` may
        hold ``Secret`` values. ``refusals`` come before the dialect's own. The call is sent again, within attempts and
        ``time_budget``, after 429, 5xx, and anything that is not a whole answer. ``once`` is for log-ins, because a
        wrong password counts towards a lock without its answer too: sent again only where it provably did not.

        Raises:
            PrincipalNotFound: a segment can't be part of a path.
            Unreachable: no answer.
            RateLimited: the server asks to wait for longer than ``time_budget`` allows.
            NotConfigured: 404, and not in the vendor's words: the url leads elsewhere.
            UnexpectedReply: an answer that the manual doesn't know.
            Unsupported: a header can't carry a value.
            CredentialError: what a row of the refusals names.

        """
        asked = Asked(what=f"{method} {path}", writes=False, once=once)
        url = with_query(self._connection.url + fill(path, segments), query)
        return self._perform(Call(asked, method, url, headers, json, form, token, refusals))

    def write(
        self,
        method: str,
        path: str,
        /,
        *,
        token: FetchedToken | None = None,
        headers: Mapping[str, str | Secret] = _NOTHING,
        query: Mapping[str, str] = _NOTHING,
        json: object | None = None,
        form: Mapping[str, str | Secret] | None = None,
        refusals: tuple[Refusal, ...] = (),
        **segments: str,
    ) -> Reply:
        """Make a call that changes something; it is sent again only where the server provably did not process it.

        That is: never connected, 429, 503 with Retry-After, and once after a refused ``token``. Arguments as in
        ``read``.

        Raises:
            PrincipalNotFound: a segment can't be part of a path.
            Unreachable: never connected.
            RateLimited: the server asks to wait for longer than ``time_budget`` allows.
            OutcomeUnknown: sent, and no answer that tells what became of it.
            NotConfigured: 404, and not in the vendor's words: the url leads elsewhere.
            UnexpectedReply: an answer that the manual doesn't know.
            Unsupported: a header can't carry a value.
            CredentialError: what a row of the refusals names.

        """
        asked = Asked(what=f"{method} {path}", writes=True, once=True)
        url = with_query(self._connection.url + fill(path, segments), query)
        return self._perform(Call(asked, method, url, headers, json, form, token, refusals))

    def reach(self) -> None:
        """Ask for the connection's url itself, without token and principal; whatever is answered is good.

        Raises:
            Unreachable: nobody answers.

        """
        try:
            self.read("GET", "")
        except Unreachable:
            raise
        except CredentialError:
            return  # it has answered

    def _perform(self, call: Call) -> Reply:
        latest = self._clock.monotonic() + self._connection.time_budget - self._room

        def too_late(state: RetryCallState) -> bool:
            return state.attempt_number >= _ATTEMPTS or self._clock.monotonic() + state.upcoming_sleep > latest

        attempts = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, Failure) and outcome.again),
            wait=lambda state: self._wait(state, call),
            stop=too_late,
            sleep=lambda seconds: self._clock.pause(seconds, self._may_go_on),
            retry_error_callback=_outcome,
        )
        outcome = attempts(self._attempt, call, latest)
        if isinstance(outcome, Reply):
            return outcome
        if outcome.limited and outcome.again and (wait := self._gate.wait(self._lane(call))):
            raise self._rate_limited(call, wait)
        raise outcome.error

    def _wait(self, state: RetryCallState, call: Call) -> float:
        pause = _BACK_OFF(state)
        outcome = _outcome(state)
        if not (isinstance(outcome, Failure) and outcome.limited):
            return pause
        self._gate.shut(self._lane(call), outcome.wait or pause)
        return 0.0  # the next attempt waits at the gate, as every other call does

    def _lane(self, call: Call) -> str:
        rate = self._dialect.rate
        return call.asked.what if rate and rate.per_endpoint else ""

    def _rate_limited(self, call: Call, wait: Wait) -> RateLimited:
        then = f"{wait.why} until {self._gate.when(wait)}, the next call in {wait.seconds:.0f} s"
        or_else = f"{RateLimited.to_do} or lower its rate_share_free" if wait.for_others else None
        return RateLimited(f"{call.asked.what}: {then}", to_do=or_else, retry_after=wait.seconds)

    def _attempt(self, call: Call, latest: float) -> Reply | Failure:
        token = call.token.get() if call.token else None
        outcome = self._send(call, token, latest)
        if call.token and token and isinstance(outcome, Failure) and outcome.stale_token:
            call.token.forget(token)
            outcome = self._send(call, call.token.get(), latest)
        return outcome

    def _send(self, call: Call, token: Secret | None, latest: float) -> Reply | Failure:
        headers = call.bearing(token)
        bundle = self._connection.ca_bundle
        if bundle and not Path(bundle).is_file():
            raise NotConfigured(f"the ca_bundle {bundle} isn't there any more", to_do="put it there")
        if wait := self._gate.enter(self._lane(call), latest, self._may_go_on):
            return Failure(self._rate_limited(call, wait), limited=True)
        if call.asked.writes:
            self._may_go_on()
        asked = self._clock.now()
        answer = self._exchange(call, headers, latest + self._room)
        if isinstance(answer, Failure):
            return answer
        now = self._clock.now()
        told = heard(answer, self._dialect.rate, asked, now)
        self._hear(told)
        if told.rate:
            self._gate.count(self._lane(call), told.rate)
        return judge(answer, call, self._scrubber(call, headers), self._dialect, now)

    def _scrubber(self, call: Call, headers: Mapping[str, str | Secret]) -> Scrubber:
        """Know what this thread has sent of late: a server may name in one answer what an earlier call has told it."""
        sent: deque[Secret] = self._threads.__dict__.setdefault("sent", deque(maxlen=_RECENT))
        sent.extend([*call.secrets(), *(value for value in headers.values() if isinstance(value, Secret))])
        return Scrubber(call.secrets(), [*self._connection.secrets(), *sent])

    def _line(self, *, fresh: bool) -> _Line:
        """Return this thread's connections. What is sent once gets no idle one: the server may be closing it."""
        line: _Line | None = getattr(self._threads, "line", None)
        if line is None:
            line = self._threads.line = _Line()
        elif fresh and self._clock.monotonic() - line.last_used > _FRESH:
            line.close()
        return line

    def _exchange(self, call: Call, headers: Mapping[str, str | Secret], until: float) -> Answer | Failure:
        """Send it and take in the answer. Nothing that ``requests`` raises gets out: it holds the request."""
        line = self._line(fresh=call.asked.once)
        left = max(until - self._clock.monotonic(), self._room)
        try:
            with line.send(
                self._prepared(call, headers),
                stream=True,
                timeout=(min(self._connection.connect_timeout, left), min(self._connection.read_timeout, left)),
                verify=self._connection.ca_bundle or True,
                proxies=self._proxies,
            ) as response:
                ends = certificate_ends(response.raw)
                body = body_of(response.raw, self._clock.monotonic, until)
                line.last_used = self._clock.monotonic()
                return Answer(response.status_code, response.headers, body, ends)
        except NeverConnected as failure:
            to_do = _PROXY if failure.at_proxy else None
            return _unreachable(call, self._connection.tenant, str(failure), again=not failure.for_good, to_do=to_do)
        except (InvalidURL, InvalidSchema):  # before anything was connected
            why = "the connection's url, or the proxy that the environment names, can't be used"
            return _unreachable(call, self._connection.tenant, why, again=False)
        except (OSError, HTTPError):  # requests' own errors are OSErrors, all of them
            pass
        line.close()  # nothing more is expected of its connections
        if call.asked.writes:
            return Failure(OutcomeUnknown(f"{call.asked.what}: sent, but no complete answer came"))
        return _unreachable(call, self._connection.tenant, "no complete answer came", again=not call.asked.once)

    def _prepared(self, call: Call, headers: Mapping[str, str | Secret]) -> requests.PreparedRequest:
        content_type, body = call.body() or (None, None)
        sent = {"Accept": self._dialect.accept, "Accept-Encoding": "identity", "User-Agent": "pulumi-pwmgmt"}
        if content_type:
            sent["Content-Type"] = content_type
        sent.update({name: revealed(value) for name, value in headers.items()})
        return requests.Request(call.method, call.url, headers=sent, data=body).prepare()


def _outcome(state: RetryCallState) -> Reply | Failure:
    outcome: Reply | Failure = state.outcome.result()  # type: ignore[union-attr]  # asked after an attempt only
    return outcome


def _unreachable(call: Call, tenant: str, why: str, *, again: bool, to_do: str | None = None) -> Failure:
    return Failure(Unreachable(f"{call.asked.what} at {tenant}: {why}", to_do=to_do), again=again)
