"""The unit tests on every interpreter that is supported and to be found here, each with its own compiled packages.

Those that start programs are left out: they are about this checkout's .venv.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from engine.locked_environment import locked_environment
from engine.places import ROOT, Places
from tests.unit import interpreters

OWN = "{}.{}".format(*sys.version_info)
ABOUT_THE_CHECKOUT = re.compile(r"^import subprocess|^from benchmarks", re.MULTILINE)
SELECTED = [
    str(path)
    for path in sorted((ROOT / "tests" / "unit").glob("test_*.py"))
    if not ABOUT_THE_CHECKOUT.search(path.read_text(encoding="utf-8"))
]
_AT_ONCE = 2  # they wait more than they compute


@pytest.mark.parametrize("version", sorted(set(interpreters.SUPPORTED) - {OWN}))
def test_the_unit_tests_pass_on_every_interpreter(version: str) -> None:
    interpreter = interpreters.find(version)
    if interpreter is None:
        warnings.warn(f"there is no Python {version} on this machine to run the unit tests on", stacklevel=1)
        return
    ask = [interpreter, "-c", "import platform; print(platform.python_version())"]
    full = subprocess.check_output(ask, text=True).strip()
    made = locked_environment(
        Places.from_environment(), "interpreters", ROOT / "requirements.lock", Path(interpreter), full
    )
    ended = subprocess.run(
        [made / "bin" / "python", "-m", "pytest", "-q", "-n", str(_AT_ONCE), "-p", "no:cacheprovider",
         "-p", "pulumi_pwmgmt.simulator.pytest_plugin", *SELECTED],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))},
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^\d{3,} passed", ended.stdout, re.MULTILINE), ended.stdout
