"""``docs/recovery.md`` as the person at the terminal uses it: the commands of one section, typed word for word."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.canary import assert_no_canary
from tests.documents import blocks, pattern

if TYPE_CHECKING:
    from tests.end_to_end.stack import Stack

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "recovery.md"
KILLED = "`pulumi` was killed"
PROVIDER_KILLED = "The provider was killed"
STOPPED = "It was asked to stop"
STOPPED_TWICE = "Ctrl-C twice"
REMOVAL = "A removal was broken off"
NOT_WRITTEN = "The state could not be written"
DRIFT = "A password was changed behind your back"
NO_REPEATS = "It may not be set again"
BLIND = "Where nothing can be observed"
SKIPPED = "A generation was skipped"
TWO_STACKS = "Two stacks on one account"
FOLLOWED = {
    KILLED,
    PROVIDER_KILLED,
    STOPPED,
    STOPPED_TWICE,
    REMOVAL,
    NOT_WRITTEN,
    DRIFT,
    NO_REPEATS,
    BLIND,
    SKIPPED,
    TWO_STACKS,
}
_SECTION = re.compile(r"^##+ (.+)\n", re.MULTILINE)


def sections() -> dict[str, str]:
    """Return the text below each heading."""
    _, *parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def follow(stack: Stack, section: str) -> list[str]:
    """Type the commands of a section into a shell; fail where one does not show what the page shows.

    Returns what each printed.
    """
    printed = []
    commands = [command for block in blocks(sections()[section]) for command in block]
    assert commands, section
    for command in commands:
        done = subprocess.run(
            ["/bin/sh", "-c", command.line],
            cwd=stack.directory,
            env=stack.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        text = done.stdout + done.stderr
        assert_no_canary(text, command.line)
        refused = any("error:" in line for line in command.shown)
        assert (done.returncode != 0) == refused, f"{command.line}\n{text}"
        assert re.search(pattern(command.shown), text, re.DOTALL), f"{command.line}\n{text}"
        printed.append(text)
    return printed
