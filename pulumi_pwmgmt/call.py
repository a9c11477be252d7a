"""One call as an adapter words it: where it goes, what it carries, and the secrets it holds."""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from pulumi_pwmgmt.errors import PrincipalNotFound, Unsupported
from pulumi_pwmgmt.model import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pulumi_pwmgmt.dialect import Asked, Refusal


class FetchedToken:
    """A bearer token that is fetched once per connection and process, and again when the server refuses it.

    ``fetch`` gets a new one; whatever it raises reaches the calls that needed the token. Thread-safe: one fetch at a
    time, the other threads take what comes of it, the failure too: fetching after each other, each would wait for the
    whole time budget.
    """

    def __init__(self, fetch: Callable[[], Secret]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._fetched: Future[Secret] | None = None

    def get(self) -> Secret:
        """Return the token, fetching it where there is none."""
        with self._lock:
            fetched = self._fetched
            if fetched is None:
                mine = self._fetched = Future()
        if fetched is None:
            fetched = mine
            self._fill(mine)
        return fetched.result()

    def forget(self, refused: Secret) -> None:
        """Fetch another one next time, unless another thread is doing so or has replaced ``refused`` already."""
        with self._lock:
            if self._fetched and self._fetched.done() and self._fetched.result() == refused:
                self._fetched = None

    def _fill(self, mine: Future[Secret]) -> None:
        try:
            mine.set_result(self._fetch())
        except BaseException as error:  # noqa: BLE001 -- it is raised from the result, to all who wait
            with self._lock:
                self._fetched = None
            mine.set_exception(error)


@dataclass(frozen=True)
class Call:
    """A request in which secrets still are ``Secret``."""

    asked: Asked
    method: str
    url: str
    headers: Mapping[str, str | Secret]
    json: object | None
    form: Mapping[str, str | Secret] | None
    token: FetchedToken | None
    refusals: tuple[Refusal, ...]

    def bearing(self, token: Secret | None) -> Mapping[str, str | Secret]:
        """Return the headers with ``token`` among them.

        Raises:
            Unsupported: a value is outside printable ASCII or has a blank at either end.

        """
        headers = dict(self.headers)
        if token is not None:
            headers["Authorization"] = token.map("Bearer {}".format)
        for name, value in headers.items():
            if not fits_a_header(value):
                raise Unsupported(
                    f"{self.asked.what}: the value for the header {name} can't be sent",
                    to_do="use printable ASCII only, without a blank at either end",
                )
        return headers

    def body(self) -> tuple[str, bytes] | None:
        """Return content type and body, secrets revealed; None where there is no body."""
        if self.form is not None:
            fields = {name: revealed(value) for name, value in self.form.items()}
            return "application/x-www-form-urlencoded", urlencode(fields, errors="surrogatepass").encode()
        if self.json is not None:
            return "application/json", json.dumps(self.json, default=_reveal).encode()
        return None

    def secrets(self) -> Iterator[Secret]:
        """Yield the secrets of the body."""
        yield from _secrets_in(self.json)
        yield from _secrets_in(self.form)


def fill(template: str, segments: Mapping[str, str]) -> str:
    """Put ``segments`` into a path template, each percent-encoded with nothing left safe.

    Raises:
        PrincipalNotFound: a segment is empty, ``.`` or ``..``, which would make it another path.

    """
    if any(segment in ("", ".", "..") for segment in segments.values()):
        raise PrincipalNotFound(f"{template}: such a name can't be asked for")
    return template.format(
        **{name: quote(segment, safe="", errors="surrogatepass") for name, segment in segments.items()}
    )


def with_query(url: str, query: Mapping[str, str]) -> str:
    """Append ``query`` to ``url``, percent-encoded."""
    return f"{url}?{urlencode(query, quote_via=quote, safe='', errors='surrogatepass')}" if query else url


def revealed(value: str | Secret) -> str:
    """Return the text itself."""
    return value.reveal() if isinstance(value, Secret) else value


def fits_a_header(value: str | Secret) -> bool:
    """Whether a header can carry it: printable ASCII without a blank at either end."""
    text = revealed(value)
    return text.isascii() and text.isprintable() and text == text.strip()


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _secrets_in(value: object) -> Iterator[Secret]:
    match value:
        case Secret():
            yield value
        case dict():
            for each in value.values():
                yield from _secrets_in(each)
        case list() | tuple():
            for each in value:
                yield from _secrets_in(each)
