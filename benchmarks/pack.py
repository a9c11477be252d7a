"""What the policy pack adds to a preview: pairs of previews of one stack, with all rules and without any."""

from __future__ import annotations

import json
import statistics
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
class Pairs:
    """Seconds of previews of ``accounts`` credentials, each ``without`` the pack and then or before ``with_`` it."""

    accounts: int
    without: Sequence[float]
    with_: Sequence[float]

    @property
    def bound(self) -> Bound:
        """The promise: the median of the differences within each pair."""
        extra = statistics.median(one - other for one, other in zip(self.with_, self.without, strict=True))
        promise = f"no-op preview, N = {self.accounts}: with the policy pack, over without"
        return Bound(promise, ALLOWED_S, extra, "s")


def measure(scratch: Path, simulator: Simulator, accounts: int, rounds: int) -> Pairs:
    """Make the stack, and preview it ``rounds`` times either way; each round starts with the other one.

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
        seconds: dict[tuple[str, ...], list[float]] = {(): [], judged: []}
        for number in range(rounds):
            for options in ((), judged) if number % 2 else (judged, ()):
                seconds[options].append(_preview(stack, accounts, options))
    finally:
        stack.discard()
    return Pairs(accounts, seconds[()], seconds[judged])


def _preview(stack: Stack, accounts: int, options: tuple[str, ...]) -> float:
    done = stack.run("preview", *options)
    satisfied = not options or "✅ pwmgmt@" in done.output
    if f"{accounts + 1} unchanged" not in done.output or not satisfied or "[mandatory]" in done.output:
        raise CommandFailed("preview", 0, done.output)
    return done.seconds
