"""A pytest plugin: a test that reaches for an address outside this machine fails, whoever swallows the error."""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESSED = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
NAMED = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_STAY_HERE = (socket.AF_INET, socket.AF_INET6)
_NOBODYS = ".invalid"  # never has an address: https://www.rfc-editor.org/rfc/rfc6761#section-6.4

_reached_for: list[str] = []


class OutsideWorldError(AssertionError):
    """Somebody wanted to leave this machine."""


def _is_here(host: str | bytes | None) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost") or text.endswith(_NOBODYS):
        return True
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    """Look at each address before Python's own sockets go there.

    https://docs.python.org/3/library/audit_events.html
    """
    if event in ADDRESSED:
        connection, address = arguments
        if connection.family not in _STAY_HERE or address is None or _is_here(address[0]):
            return
        host = address[0]
    elif event in NAMED:
        host = arguments[0]
        if _is_here(host):
            return
    else:
        return
    _reached_for.append(f"{event} {host}")
    raise OutsideWorldError(f"{event} {host}: tests stay on this machine")


sys.addaudithook(_judge)


@pytest.fixture(autouse=True)
def _nobody_leaves_this_machine() -> Iterator[None]:
    _reached_for.clear()
    yield
    assert _reached_for == [], "a test left this machine, or tried to"
