"""Executables made for one test."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def script(path: Path, text: str) -> Path:
    """Write a shell script and return where it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def pulumi(directory: Path, version: str) -> Path:
    """Write a `pulumi` that tells that version and nothing else."""
    return script(directory / "pulumi", f"echo {version}")
