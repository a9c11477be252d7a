"""What `make demo` runs: ``python -m examples.demo``.

Ends 0 if every line of the table is as promised, 1 if not, 130 after Ctrl-C. Whatever the end, no process and no file
is left: all of it happens in a session of its own and in one temporary directory, and both go at the end.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress

import psutil
from rich.console import Console

INTERRUPTED = 130
STOPS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


def main() -> int:
    """Run the demo; signals wait until they are asked for, so at no moment can one leave something behind."""
    signal.signal(signal.SIGCHLD, lambda *_: None)  # by default it would be dropped instead of waited for
    signal.pthread_sigmask(signal.SIG_BLOCK, {*STOPS, signal.SIGCHLD})
    directory = tempfile.mkdtemp(prefix="pwmgmt-demo-")
    session = subprocess.Popen([sys.executable, "-m", "examples.demo.life", directory], start_new_session=True)
    stopped = False
    while not stopped and session.poll() is None:
        stopped = signal.sigwait({*STOPS, signal.SIGCHLD}) in STOPS
    end(session)
    shutil.rmtree(directory)
    if not stopped:
        return session.returncode
    console = Console()
    console.show_cursor()
    console.print("\nStopped. Nothing is left behind.")
    return INTERRUPTED


def end(session: subprocess.Popen[bytes]) -> None:
    """Kill what still runs of a session. Pulumi's plugins leave their process group, but not the session."""
    while members := [process for process in psutil.process_iter() if runs(process, session.pid)]:
        for process in members:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(members, timeout=1)
    session.wait()


def runs(process: psutil.Process, session_id: int) -> bool:
    """Whether a process belongs to the session and is not dead already."""
    with suppress(OSError, psutil.NoSuchProcess):
        return os.getsid(process.pid) == session_id and process.status() != psutil.STATUS_ZOMBIE
    return False


if __name__ == "__main__":
    sys.exit(main())
