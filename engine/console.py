"""What the person at the terminal sees: a line for whatever takes longer than a second, and one for what is missing."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SIGN_OF_LIFE = 30.0  # seconds between two lines of a long step
LINES_OF_A_FAILURE = 8


class SetupError(Exception):
    """Something this machine lacks; the text names it and says what to do."""


class CommandFailed(Exception):
    """A program ended with an error; the text is the end of what it said."""


def say(text: str) -> None:
    """Print one line, at once."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announce something slow, and say afterwards how long it took."""
    say(f"{text} …")
    start = time.monotonic()
    yield
    say(f"  done, {time.monotonic() - start:.0f} s")


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, directory: Path | None = None
) -> str:
    """Run a program and return what it wrote to standard output; raise CommandFailed if it fails or isn't there."""
    try:
        process = subprocess.Popen(
            command, env=environment, cwd=directory, text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    except OSError as error:
        raise CommandFailed(f"{command[0]}: {error.strerror}") from error
    start = time.monotonic()
    try:
        while True:
            try:
                output, errors = process.communicate(timeout=SIGN_OF_LIFE)
                break
            except subprocess.TimeoutExpired:
                say(f"  still at it, {time.monotonic() - start:.0f} s")
    finally:
        process.kill()
    if process.returncode:
        said = (errors.strip() or output.strip()).splitlines()[-LINES_OF_A_FAILURE:]
        raise CommandFailed("\n".join(said) or f"{command[0]} ended with exit code {process.returncode}")
    return output
