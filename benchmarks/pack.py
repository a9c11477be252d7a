"""What the policy pack adds to a preview: previews of one stack without a pack, with an empty one, and with ours."""

from __future__ import annotations

import json
import statistics
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bounds import Bound
from benchmarks.stack import HERE, CommandFailed, Stack

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.simulator import Simulator

ALLOWED_S = 2.0
_PACK = str(HERE.parent / "policy")
_EMPTY = ("--policy-pack", str(HERE / "programs" / "empty_pack"))
# Every rule demands something, and every credential satisfies it: what is measured is the judging.
_CONFIGURATION = {
    "profile": {"name": "okta-default"},
    "all": "mandatory",
    "rotation": {"max_days": 90, "schedule_required": True},
    "breached-password": {"required": True},
}
# The state is written once, not after each of so many creates: the stack is only there to be previewed.
_AT_ONCE = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Rounds:
    """Seconds of previews of ``accounts`` credentials by round: ``without`` a pack, with an ``empty`` one, ``ours``."""

    accounts: int
    without: Sequence[float]
    empty: Sequence[float]
    ours: Sequence[float]

    @property
    def bound(self) -> Bound:
        """The promise: the median of what ours takes over an empty one, in the same round."""
        promise = f"no-op preview, N = {self.accounts}: with the policy pack, over an empty one"
        return Bound(promise, ALLOWED_S, _over(self.ours, self.empty), "s")

    @property
    def packs_themselves(self) -> str:
        """Say what the engine takes for a pack that judges nothing, and what it takes for ours."""
        empty, ours = _over(self.empty, self.without), _over(self.ours, self.without)
        return f"no-op preview, N = {self.accounts}, over one without a pack: empty {empty:.1f} s, ours {ours:.1f} s"


def measure(scratch: Path, simulator: Simulator, accounts: int, rounds: int) -> Rounds:
    """Make the stack, and preview it ``rounds`` times each way; each round starts with another one.

    Raises:
        CommandFailed: a command ended with an error, or a preview found something to change or to complain about.

    """
    simulator.start_over()
    okta = next(account["connection"] for account in simulator.accounts if account["system"] == "okta")
    made = Stack.make(
        scratch / "judged",
        "judged",
        plain={
            "bench:accounts": str(accounts),
            "pwmgmt:connections.okta.system": "okta",
            "pwmgmt:connections.okta.url": okta["url"],
            "pwmgmt:connections.okta.token.env": "BENCH_TOKEN",
            "pwmgmt:masters.bench.env": "BENCH_MASTER",
        },
        secret={},
    )
    secrets = {"BENCH_TOKEN": okta["token"], "BENCH_MASTER": "CANARY-master-of-more-than-32-bytes-in-all"}
    stack = Stack(made.directory, secrets)
    configuration = stack.directory / "policy.json"
    configuration.write_text(json.dumps(_CONFIGURATION))
    judged = ("--policy-pack", _PACK, "--policy-pack-config", str(configuration))
    try:
        stack.run("up", "--yes", "--skip-preview", **_AT_ONCE)
        ways = deque(((), _EMPTY, judged))
        seconds: dict[tuple[str, ...], list[float]] = {options: [] for options in ways}
        for _ in range(rounds):
            for options in ways:
                seconds[options].append(_preview(stack, accounts, options))
            ways.rotate()
    finally:
        stack.discard()
    return Rounds(accounts, seconds[()], seconds[_EMPTY], seconds[judged])


def _over(some: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(one - other for one, other in zip(some, others, strict=True))


def _preview(stack: Stack, accounts: int, options: tuple[str, ...]) -> float:
    done = stack.run("preview", *options)
    satisfied = _PACK not in options or "✅ pwmgmt@" in done.output
    if f"{accounts + 1} unchanged" not in done.output or not satisfied or "[mandatory]" in done.output:
        raise CommandFailed("preview", 0, done.output)
    return done.seconds
