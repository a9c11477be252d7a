"""What the figures were measured on."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import psutil

from benchmarks.memory import HOW
from benchmarks.stack import BIN

_PACKAGES = ("pulumi-pwmgmt", "pulumi", "dill", "grpcio", "pydantic", "requests")


def facts() -> dict[str, str]:
    """Return machine, versions and method by name."""
    engine = subprocess.run(
        [BIN / "pulumi", "version"],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
    )
    return {
        "date": dt.datetime.now(dt.timezone.utc).isoformat(timespec="minutes"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": platform.platform(),
        "Python": platform.python_version(),
        "Pulumi CLI": engine.stdout.strip(),
        **{name: metadata.version(name) for name in _PACKAGES},
        "memory": HOW,
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
