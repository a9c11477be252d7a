"""What a program imports by using the library: a program only declares, and should start fast.

Run as a program, it runs ``benchmarks/programs/ours`` against a stand-in for the engine and prints the modules, as
JSON, that have no place in it.
"""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pulumi

HERE = Path(__file__).resolve().parent
_UNWANTED = ("requests", "urllib3", "pydantic", "pydantic_core", "pulumi_pwmgmt.http", "pulumi_pwmgmt.systems")


class _Engine(pulumi.runtime.Mocks):
    declared = 0

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        self.declared += 1
        return args.name, args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, object], None]:
        return args.args, None


def unwanted() -> list[str]:
    """Return the unwanted modules that the program has loaded in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.imports"], cwd=HERE.parent, check=True, capture_output=True, text=True
    )
    modules: list[str] = json.loads(done.stdout)
    return modules


def _run_program() -> int:
    config = {"bench:accounts": "3", "bench:generation": "1", "bench:password1": "CANARY-First"}
    pulumi.runtime.set_all_config(config, ["bench:password1"])
    engine = _Engine()
    pulumi.runtime.set_mocks(engine, project="bench", stack="bench")
    program = str(HERE / "programs" / "ours" / "__main__.py")
    pulumi.runtime.test(lambda: runpy.run_path(program) and None)()  # type: ignore[no-untyped-call]  # the SDK's
    return engine.declared


if __name__ == "__main__":
    if not _run_program():
        sys.exit("the program has declared nothing")
    sys.stdout.write(json.dumps(sorted(name for name in sys.modules if name.startswith(_UNWANTED))))
