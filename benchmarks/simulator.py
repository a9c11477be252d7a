"""The simulated systems that the providers talk to: `pwmgmt simulate` as a process of its own."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import requests
import yaml

from benchmarks.plan import MOST_ACCOUNTS
from benchmarks.stack import BIN, end

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

_TIMEOUT_S = 60
_WITHOUT_END = 10**9  # times


class Simulator:
    """Runs while the ``with`` block lasts, and no longer than this process.

    It holds the accounts of the default directory, and so many more at Okta as the largest stack has.
    ``accounts`` are those of ``pwmgmt simulate --json``.
    """

    def __init__(self, scratch: Path) -> None:
        self._directory = scratch / "directory.yaml"
        self.accounts: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._directory.write_text(yaml.safe_dump(_directory()))
        self._process = subprocess.Popen(
            [BIN / "pwmgmt", "simulate", "--json", "--port", "0", "--control-port", "0", "--until-stdin-ends",
             "--directory", self._directory],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        try:
            ready = json.loads(self._process.stdout.readline())  # type: ignore[union-attr]  # a pipe, see above
        except BaseException:  # Ctrl-C among them: no process may stay behind
            self.__exit__()
            raise
        self._control, self.accounts = ready["control_url"], ready["accounts"]
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process.pid)
        self._process.communicate()

    def start_over(self, latency_s: float = 0) -> None:
        """Forget what was set and asked; from now on each call to Okta takes ``latency_s`` seconds."""
        self._post("reset")
        if latency_s:
            delay = {"system": "okta", "kind": "delay", "times": _WITHOUT_END, "delay_s": latency_s}
            self._post("faults", json=delay)

    def calls(self) -> list[dict[str, Any]]:
        """Return the log since the last start: ``system``, ``method``, ``path``, ``account``, ``status``, ``fault``."""
        log: list[dict[str, Any]] = requests.get(f"{self._control}/log", timeout=_TIMEOUT_S).json()
        return log

    def _post(self, path: str, **body: Any) -> None:  # noqa: ANN401 -- what requests takes
        requests.post(f"{self._control}/{path}", timeout=_TIMEOUT_S, **body).raise_for_status()


def _directory() -> dict[str, Any]:
    printed = subprocess.run(
        [BIN / "pwmgmt", "simulate", "--print-directory"], check=True, capture_output=True, text=True
    )
    directory: dict[str, Any] = yaml.safe_load(printed.stdout)
    directory["okta"]["many"] = [{"prefix": "bench-", "count": MOST_ACCOUNTS, "domain": "example.com"}]
    directory["okta"]["policy"]["exclude_username"] = False  # the passwords hold the account's number
    return directory
