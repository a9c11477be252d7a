"""Whether a password is known from a breach, asked so that nobody learns which one it is.

The range protocol of Pwned Passwords: a server is told the first five of the 40 hexadecimal digits of the password's
SHA-1 and answers with all that begin so, about a thousand. Replies are padded, so that their size tells no more.
https://haveibeenpwned.com/API/v3#PwnedPasswords
"""

from __future__ import annotations

import hashlib
import re
import threading
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_pwmgmt.connection import BaseUrl, Certificates, Connection, Seconds
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, RateLimited, Unreachable
from pulumi_pwmgmt.http import Dialect, Wire
from pulumi_pwmgmt.once import Once
from pulumi_pwmgmt.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

    from pulumi_pwmgmt.model import Password
    from pulumi_pwmgmt.rate import Clock

KEY = "pwmgmt:breached"

_TO_DO = f"check its endpoint and the network, or go without it: pulumi config rm {KEY}"
_SENT = 5  # hexadecimal digits of 40
_LINE = re.compile(r"([0-9A-F]{35}):([0-9]{1,12})", re.IGNORECASE)


class Breached(BaseModel):
    """The setting ``pwmgmt:breached``: passwords are held against known breaches, which nobody does unless it is there.

    ``endpoint`` is the URL that the five digits are appended to: https, or http to this machine itself, as a mirror
    without a way out has it. ``on_failure`` is what a server that gives no answer means: ``warn`` or ``refuse``.
    Time-outs are in seconds; ``time_budget`` bounds the answer for one password with all waits and retries.
    ``ca_bundle`` is the path of a PEM file, relative to the program's directory.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    endpoint: BaseUrl = "https://api.pwnedpasswords.com/range"
    on_failure: Literal["warn", "refuse"] = "warn"
    connect_timeout: Seconds = 5.0
    read_timeout: Seconds = 5.0
    time_budget: Seconds = 10.0
    ca_bundle: Certificates | None = None

    @staticmethod
    def parse(text: str | None) -> Breached | None:
        """Read the JSON that Pulumi hands over for ``pwmgmt:breached``; None where it is not set.

        Raises:
            NotConfigured: it is no map, or a setting is unknown or wrong; all are named.

        """
        if text is None:
            return None
        try:
            return Breached.model_validate_json(text)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False, include_context=False)
        problems = "; ".join(map(_told, details))
        raise NotConfigured(f"{KEY}: {problems}", to_do=f"pulumi config set --path '{KEY}.on_failure' warn")


class BreachedPasswords:
    """The list of one process, shared by its threads. Each password is asked for once.

    A server that can't be reached is not tried again: a process is one run, and a thousand credentials would wait for
    it a thousand times. ``may_go_on`` is asked in every wait. ``must_answer`` says that a password is refused which it
    can't be asked about.
    """

    def __init__(
        self, settings: Breached, *, may_go_on: Callable[[], None] = lambda: None, clock: Clock | None = None
    ) -> None:
        self.must_answer = settings.on_failure == "refuse"
        common = settings.model_dump(exclude={"endpoint", "on_failure"})
        connection = Connection(system=KEY, url=settings.endpoint, **common)
        self._wire = Wire(connection, _DIALECT, may_go_on=may_go_on, clock=clock)
        self._answers: dict[str, Once[int]] = {}
        self._out_of_reach: CredentialError | None = None
        self._lock = threading.Lock()

    def count(self, password: Password) -> int:
        """Return how often the password occurs in known breaches, 0 where it doesn't.

        Raises:
            Unreachable: no answer.
            RateLimited: the server asks to wait for longer than ``time_budget`` allows.
            NotConfigured: the endpoint leads elsewhere.
            UnexpectedReply: an answer that the protocol doesn't know.

        """
        text = password.reveal().encode(errors="surrogatepass")
        digest = hashlib.sha1(text, usedforsecurity=False).hexdigest().upper()
        with self._lock:
            answer = self._answers.setdefault(digest, Once(lambda: self._ask(digest)))
        return answer.get()

    def _ask(self, digest: str) -> int:
        if self._out_of_reach:
            raise self._out_of_reach.with_traceback(None)
        try:
            return self._looked_up(digest)
        except CredentialError as error:
            kind, happened = type(error), error.happened
        refusal = kind(f"{KEY}: {happened}", to_do=_TO_DO)
        if kind in (Unreachable, RateLimited):
            self._out_of_reach = refusal
        raise refusal

    def _looked_up(self, digest: str) -> int:
        reply = self._wire.read("GET", "/{prefix}", headers={"Add-Padding": "true"}, prefix=digest[:_SENT])
        if not isinstance(reply.json, dict):
            raise reply.unusable("is empty")
        return int(reply.json.get(digest[_SENT:], 0))


def _counts(body: bytes) -> Mapping[str, int]:
    """Read lines of ``SUFFIX:COUNT``; a count of 0 pads the reply and means nothing.

    Raises:
        ValueError: a line is none.

    """
    lines = [_LINE.fullmatch(line) for line in body.decode("ascii").split()]
    if not all(lines):
        raise ValueError
    return {line[1].upper(): int(line[2]) for line in lines if line}


_DIALECT = Dialect(complaint=lambda _: None, refusals=(), request_id="CF-Ray", accept="text/plain", parse=_counts)


def _told(detail: ErrorDetails) -> str:
    setting = ".".join(map(str, detail["loc"]))
    if detail["type"] == "extra_forbidden":
        return f"{setting} is no setting of it{did_you_mean(setting, Breached.model_fields)}"
    if not setting:
        return "is not a map of settings"
    return f"{setting} {detail['msg'].removeprefix('Value error, ')}"
