"""The commands that a document tells its reader to type, and what it shows of their output."""

from __future__ import annotations

import re
from dataclasses import dataclass

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Command:
    """A command as a document has it, and the lines of output shown below it; ``…`` stands for any."""

    line: str
    shown: tuple[str, ...]


def blocks(document: str) -> list[list[Command]]:
    """Return the blocks of commands, in the document's order."""
    found = []
    for block in _CONSOLE.findall(document):
        entries = [entry.splitlines() for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
        found.append([Command(line, tuple(shown)) for line, *shown in entries])
    return found


def pattern(shown: tuple[str, ...]) -> str:
    """Return the regular expression for what is shown."""
    return ".*".join(re.escape(part) for part in "\n".join(shown).split("…"))
