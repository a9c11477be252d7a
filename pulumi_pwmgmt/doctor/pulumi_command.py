"""The user's own ``pulumi``, asked for the stack's config and state. What it answers stays in memory."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from typing import Any

# What pulumi says on standard error, and what is made of it. Its own words are not passed on: they may quote config.
_SAYS = (
    ("no stack selected", "no stack is selected", "name one with --stack, or select one: pulumi stack select"),
    ("no stack named", "there is no such stack", "see which there are: pulumi stack ls"),
    ("no Pulumi.yaml project file", "there is no Pulumi project here", "run it in the program's directory"),
    ("incorrect passphrase", "the stack's passphrase is another one", "correct PULUMI_CONFIG_PASSPHRASE"),
    ("passphrase must be set", "the stack's passphrase is not set", "set PULUMI_CONFIG_PASSPHRASE"),
    ("PULUMI_ACCESS_TOKEN must be set", "pulumi is not logged in", "log in: pulumi login, or set PULUMI_BACKEND_URL"),
    ("pulumi login", "pulumi is not logged in", "log in: pulumi login, or set PULUMI_BACKEND_URL"),
)


class StackUnreadableError(Exception):
    """Config or state can't be had. The text says why and what to do, and quotes nothing that pulumi has said."""

    def __init__(self, happened: str, to_do: str) -> None:
        super().__init__(f"{happened} — {to_do}")


def ask(*arguments: str, stack: str | None) -> dict[str, Any]:
    """Return the JSON object that ``pulumi`` answers with, secrets in clear.

    Raises:
        StackUnreadableError: it is not there, fails, or answers with something else.

    """
    program = shutil.which("pulumi")
    if program is None:
        raise StackUnreadableError("there is no pulumi on PATH", "install it, or activate its environment")
    chosen = ["--stack", stack] if stack is not None else []
    done = subprocess.run(  # noqa: S603 -- the user's own pulumi, and no shell between
        [program, "--non-interactive", "--color", "never", *arguments, "--show-secrets", *chosen],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    command = f"pulumi {' '.join(arguments)}"
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        for words, happened, to_do in _SAYS:
            if words in said:
                raise StackUnreadableError(happened, to_do)
        raise StackUnreadableError(f"{command} ended with code {done.returncode}", "run it yourself to see why")
    answer: object = None
    with contextlib.suppress(ValueError):  # told below, outside of an error that holds the answer
        answer = json.loads(done.stdout)
    if not isinstance(answer, dict):
        raise StackUnreadableError(f"{command} did not answer with a JSON object", "see whether pulumi is up to date")
    return answer
