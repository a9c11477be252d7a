"""Programs as a user would write them, put together from the lines that a scenario is about."""

from __future__ import annotations

_HEAD = """import pulumi
from pulumi_pwmgmt import (
    DerivedPassword, Freeze, GeneratedPassword, ManagedCredential, Recipe, RotationSchedule, from_env, from_file,
)

config = pulumi.Config()
"""
FROM_CONFIG = 'config.require_secret("password")'


def credential(name: str = "bot", *, password: str = FROM_CONFIG, more: str = "", **texts: str) -> str:
    """Return one declaration: ``texts`` are quoted, ``password`` and ``more`` are source."""
    quoted = "".join(f"    {argument}={value!r},\n" for argument, value in texts.items())
    more = f"    {more},\n" if more else ""
    return f"{name.replace('-', '_')} = ManagedCredential(\n    {name!r},\n{quoted}    password={password},\n{more})\n"


def program(*declarations: str) -> str:
    """Return a whole program."""
    return "\n".join([_HEAD, *declarations])
