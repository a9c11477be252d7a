"""Every check, then every storey of tests, bottom up; then what failed and how long each took. Ends 1 if any failed.

python tests/storeys.py [--checks-only | --faults | --soak]

`--faults` runs the long storeys instead: whatever can fail at every step, runs that are killed, and many accounts. In
the end docs/reliability.md has to be what they gave. `--soak` runs the random ones from a seed that nobody has chosen.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MYPY = ("mypy", "--explicit-package-bases")
PROGRAMS = sorted(place.parent for place in (ROOT / "examples").rglob("Pulumi.yaml"))
CHECKS = {
    "ruff check": ("ruff", "check"),
    "ruff format": ("ruff", "format", "--check"),
    "mypy": (*MYPY, "pulumi_pwmgmt", "engine", "tests", "examples/demo", "benchmarks", "docs"),
    # one by one: each is a program of its own, and all are called __main__
    **{f"mypy of {program.name}": (*MYPY, *map(str, sorted(program.glob("*.py")))) for program in PROGRAMS},
    "import-linter": ("lint-imports",),
}
# the folder under tests, and how many processes share its work
COVERED = {"unit": 2, "exchanges": 0, "contract": 2, "simulator": 2}
RANDOM = {"hostile": 2, "model": 2}
UNCOVERED = RANDOM | {"engine": 2, "end_to_end": 2}  # coverage would make them take nearly twice as long
RELIABILITY = {"docs/reliability.md": ("python", "-m", "docs.reliability_page", "--check")}  # what the run gave
LONG_STOREYS = {"faults": 2, "kills": 2, "diagonal": 2, "load": 2}
COVERAGE = {
    "coverage data": ("coverage", "combine", "--quiet"),
    "branch coverage": ("coverage", "report", "--skip-covered"),
}


def run(title: str, command: tuple[str, ...]) -> tuple[str, bool, float]:
    """Run one step with its output in sight; return its name, whether it went well, and its seconds."""
    print(f"\n── {title} ──", flush=True)
    start = time.monotonic()
    well = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, check=False).returncode == 0
    return title, well, time.monotonic() - start


def _pytest(storeys: dict[str, int], *options: str) -> dict[str, tuple[str, ...]]:
    return {name: ("pytest", "-n", str(processes), *options, f"tests/{name}") for name, processes in storeys.items()}


def main() -> int:
    """Run all steps, whatever the earlier ones came to."""
    steps = dict(CHECKS)
    if "--faults" in sys.argv:
        steps = _pytest(LONG_STOREYS) | RELIABILITY
    elif "--soak" in sys.argv:
        steps = _pytest(RANDOM, f"--hypothesis-seed={secrets.randbelow(2**32)}")
    elif "--checks-only" not in sys.argv:
        steps["forget earlier coverage"] = ("coverage", "erase")
        steps |= {name: ("coverage", "run", "-m", *command) for name, command in _pytest(COVERED).items()}
        steps |= COVERAGE | _pytest(UNCOVERED)
    results = [run(title, command) for title, command in steps.items()]
    print("\n── summary ──")
    for title, well, seconds in results:
        print(f"{'ok' if well else 'FAILED':<8}{title:<28}{seconds:6.1f} s")
    print(f"{'':<36}{sum(seconds for _, _, seconds in results):6.1f} s")
    return 0 if all(well for _, well, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
