"""What was sent, read from the requests themselves: which of them write, which log in, and with which passwords."""

from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.contract.vendor import vendor_of
from tests.faults.operation import AFTER_THAT, FIRST, NEXT, OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.faults.middleman import Exchange

_KNOWN = (FIRST, NEXT, OUTSIDE, AFTER_THAT)
_TOKENS = "/auth/"
_OK = range(200, 300)
_REFUSED = range(400, 500)


def logs_in(exchange: Exchange, system: str) -> bool:
    """Whether it tries a password and changes nothing."""
    endpoint = vendor_of(system).endpoints.get("verify")
    path = urlsplit(exchange.path).path
    return endpoint is not None and exchange.method == endpoint.method and fnmatchcase(path, endpoint.path)


def writes(exchange: Exchange, system: str) -> bool:
    """Whether it may change something at the server."""
    return exchange.method != "GET" and _TOKENS not in exchange.path and not logs_in(exchange, system)


def passwords(exchange: Exchange) -> dict[str, str]:
    """Return the ``old`` and the ``new`` password that it carries."""
    try:
        body = json.loads(exchange.body)
    except ValueError:
        return {}
    texts = dict(_texts(body))
    # of a hash, only the passwords of an operation can be told
    if salt := texts.pop("password_salt", None):
        return {"new": next((one for one in _KNOWN if _digest(salt, one) == texts["password"]), texts["password"])}
    return {"old" if "old" in name.lower() else "new": value for name, value in texts.items() if "assword" in name}


def _digest(salt: str, password: str) -> str:
    return hashlib.sha256((salt + password).encode()).hexdigest()


def _texts(body: Any, name: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- JSON
    if isinstance(body, dict):
        for inner, value in body.items():
            yield from _texts(value, inner if inner != "value" else name)
    elif isinstance(body, str):
        yield name, body


def was_accepted(exchange: Exchange) -> bool:
    """Whether the server did what it was asked."""
    return exchange.said in _OK


def fails_to_log_in(exchange: Exchange, system: str, live: str | None) -> bool:
    """Whether the server has seen a wrong password in it, as a log-in or as the old one of a change."""
    if not exchange.reached:
        return False
    if logs_in(exchange, system):
        return exchange.said in _REFUSED
    old = passwords(exchange).get("old")
    return old is not None and old != live and exchange.said in _REFUSED


def accepted_by(exchanges: Iterable[Exchange], live: str | None) -> str | None:
    """Return the password that an account has after these requests: the last accepted one, None after a deletion."""
    for exchange in exchanges:
        if not was_accepted(exchange):
            continue
        if exchange.method == "DELETE":
            live = None
        elif exchange.method in ("POST", "PUT"):
            live = _new_password(exchange) or live
    return live


def _new_password(exchange: Exchange) -> str | None:
    """A log-in carries one too, but where it is accepted that is the live one anyway."""
    return passwords(exchange).get("new")
