"""Connections are cut off at their time, whatever has become of others."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from typing import Any

import pytest

from pulumi_pwmgmt.pools import cut_after

FORKED = """
import os, socket
from pulumi_pwmgmt.pools import cut_after

ours, theirs = socket.socketpair()
ours.settimeout(5)
with cut_after(60, ours):
    pass
if child := os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
with contextlib.suppress(TimeoutError), cut_after(0.05, ours):
    cut = ours.recv(1) == b""
os._exit(0 if cut else 1)
"""


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


def test_a_process_that_another_has_left_without_its_threads_cuts_too() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"import contextlib, sys\n{FORKED}"], check=False, timeout=60
    )
    assert done.returncode == 0
