"""Connections are cut off at their time, whatever has become of others."""

from __future__ import annotations

import contextlib
import socket
from typing import Any

import pytest

from pulumi_pwmgmt.pools import cut_after


def assert_cuts() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(5)
        read = None
        with pytest.raises(TimeoutError), cut_after(0.05, ours):
            read = ours.recv(1)
        assert read == b"", "it ended by itself, not by the time-out of a socket"


def test_what_comes_in_time_is_not_cut() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with cut_after(60, ours):
            theirs.sendall(b"x")
            assert ours.recv(1) == b"x"
        theirs.sendall(b"y")
        assert ours.recv(1) == b"y"


def test_one_that_cannot_be_cut_keeps_no_other_from_it() -> None:
    """As a layer would be that is no socket."""
    no_socket: Any = object()
    with contextlib.suppress(TimeoutError), cut_after(0, no_socket):
        assert_cuts()
    assert_cuts()
