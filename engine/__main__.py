"""Set everything up: first the Python environment, then the engine."""

from __future__ import annotations

import sys

from engine import pulumi_cli, python_environment
from engine.console import SetupError, say
from engine.places import Places, only_one_at_a_time


def main() -> int:
    """Return the exit code: 0 when everything is there, 1 when something is missing, which was named then."""
    places = Places.from_environment()
    try:
        with only_one_at_a_time(places.root):
            changed = [python_environment.provide(places), pulumi_cli.provide(places)]
    except SetupError as missing:
        print(f"set-up: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    say("Everything is set up." if any(changed) else "Everything is set up already; nothing to do.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
