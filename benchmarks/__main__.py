"""``python -m benchmarks``: run the plan, write the report, end 1 if a bound is missed."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from benchmarks import calls, facts_cost, imports, machine, naive_end, pack, plan
from benchmarks.bounds import Verdict, bounds
from benchmarks.figures import table
from benchmarks.lifetime import Lifetime, live
from benchmarks.plan import FLOOR, MOST_ACCOUNTS, NAIVE, OURS, STEPS
from benchmarks.report import Findings, as_json, as_markdown
from benchmarks.simulator import Simulator
from benchmarks.stack import Stack

if TYPE_CHECKING:
    from benchmarks.plan import Plan

_INTERRUPTED = 130


@click.command()
@click.option("--quick", is_flag=True, help="Few accounts, one round, about three minutes: does everything run?")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default="build/bench",
    show_default=True,
    help="Where results.md and results.json are written.",
)
def main(*, quick: bool, output: Path) -> None:
    """Measure one stack with a provider that does nothing, a naive one and ours, against the simulator.

    Ends 1 if a bound is missed, or in the full run not measured.
    """
    signal.signal(signal.SIGTERM, _interrupted)
    chosen = plan.quick() if quick else plan.full()
    output.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="pwmgmt-bench-") as directory:
            found = _measure(chosen, Path(directory))
    except KeyboardInterrupt:
        click.echo("interrupted; nothing is left behind", err=True)
        sys.exit(_INTERRUPTED)
    (output / "results.json").write_text(as_json(found))
    (output / "results.md").write_text(as_markdown(found))
    click.echo(as_markdown(found))
    click.echo(f"Written to {output / 'results.md'} and {output / 'results.json'}.")
    unmeasured = not quick and any(bound.verdict is Verdict.NOT_MEASURED for bound in found.bounds)
    sys.exit(1 if found.missed or unmeasured else 0)


def _measure(chosen: Plan, scratch: Path) -> Findings:
    facts = machine.facts()
    started = time.monotonic()
    click.echo(f"{len(chosen.runs)} runs, about {chosen.expected_s / 60:.0f} minutes")
    with Simulator(scratch) as simulator:
        templates = {flavour: _template(flavour, scratch, simulator) for flavour in (FLOOR, NAIVE, OURS)}
        counts = calls.count(scratch, simulator)
        click.echo("API calls of each system are counted")
        judged = pack.measure(scratch, simulator, chosen.pack_accounts, chosen.pack_rounds)
        click.echo("the policy pack is measured")
        lifetimes = _live_all(chosen, templates, scratch, simulator)
        end = naive_end.most_accounts(templates[NAIVE], scratch, MOST_ACCOUNTS)
    figures = table(lifetimes)
    facts["policy packs"] = judged.packs_themselves
    facts["took"] = f"{(time.monotonic() - started) / 60:.1f} minutes"
    promises = [*bounds(figures, counts, imports.unwanted()), judged.bound, facts_cost.measure()]
    return Findings(facts, lifetimes, figures, end, promises)


def _live_all(chosen: Plan, templates: dict[str, Stack], scratch: Path, simulator: Simulator) -> list[Lifetime]:
    lifetimes: list[Lifetime] = []
    ended: set[int] = set()  # sizes that the naive provider can't take; seen once is enough
    left = sum(cell.expected_s() for _, cell in chosen.runs)
    begun, done = time.monotonic(), 0.0
    for position, (number, cell) in enumerate(chosen.runs, 1):
        left -= cell.expected_s()
        done += cell.expected_s()
        if cell.flavour == NAIVE and cell.accounts in ended:
            lifetimes.append(Lifetime(cell, number, ended="RecursionError"))
            continue
        lifetime = live(cell, number, templates[cell.flavour], scratch, simulator)
        lifetimes.append(lifetime)
        if lifetime.ended:
            ended.add(cell.accounts)
        times = ", ".join(f"{step} {lifetime.seconds[step]:.1f} s" for step in STEPS if step in lifetime.seconds)
        minutes = left * (time.monotonic() - begun) / done / 60
        click.echo(
            f"{position}/{len(chosen.runs)} {cell}, round {number}: {lifetime.ended or times}; {minutes:.0f} min left"
        )
    return lifetimes


def _template(flavour: str, scratch: Path, simulator: Simulator) -> Stack:
    """Make the stack that the runs of one provider are copies of."""
    plain = {"bench:accounts": "1", "bench:generation": "1"}
    secret = {"bench:password1": "CANARY-First-Aa1", "bench:password2": "CANARY-Second-Bb2"}
    okta = next(account["connection"] for account in simulator.accounts if account["system"] == "okta")
    if flavour == NAIVE:
        plain["bench:url"] = okta["url"]
        secret["bench:token"] = okta["token"]
    else:
        plain |= {"pwmgmt:connections.okta.system": "okta", "pwmgmt:connections.okta.url": okta["url"]}
        secret["pwmgmt:connections.okta.token"] = okta["token"]
    return Stack.make(scratch / flavour, flavour, plain=plain, secret=secret)


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
