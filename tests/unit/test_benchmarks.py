"""The arithmetic of the benchmarks: plans, medians, verdicts, tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import facts_cost, plan
from benchmarks.bounds import Bound, Verdict, bounds
from benchmarks.calls import EXPECTED, LOG_IN, READ, TOKEN, WRITE, Count, Expectation, calls_of, kind_of
from benchmarks.figures import ratio, table
from benchmarks.lifetime import Lifetime
from benchmarks.pack import Rounds
from benchmarks.plan import FLOOR, NAIVE, OURS, Cell
from benchmarks.report import Findings, as_json, as_markdown

MIB = 2**20


def lifetime(
    cell: Cell, number: int = 1, *, up: float = 1.0, preview: float = 1.0, cli: int = 100, state: int = 1000
) -> Lifetime:
    calls = {"up": 1, "preview": 0, "change": 1, "destroy": 2}
    rules = {"up": 1, "change": 1}
    return Lifetime(
        cell,
        number,
        seconds={"up": up, "preview": preview, "change": 2.0, "destroy": 3.0},
        calls={step: count * cell.accounts + rules.get(step, 0) for step, count in calls.items()},
        memory={"cli": cli * MIB, "plugin": 80 * MIB},
        state_bytes=state,
        entry_bytes=900.4,
    )


def verdicts(*lifetimes: Lifetime) -> dict[str, Verdict]:
    return {bound.promise: bound.verdict for bound in bounds(table(lifetimes), [], [])}


def test_a_cells_figure_is_the_median_of_its_rounds() -> None:
    cell = Cell(100, 0, OURS)
    figures = table([lifetime(cell, number, up=up, cli=int(up)) for number, up in enumerate((9, 4, 5), 1)])
    assert figures[cell].rounds == 3
    assert figures[cell].seconds["up"] == 5
    assert figures[cell].memory["cli"] == 5 * MIB
    assert figures[cell].calls == {"up": 1.01, "preview": 0, "change": 1.01, "destroy": 2}
    assert figures[cell].entry_bytes == 900.4


def test_a_provider_that_ended_in_any_round_has_no_figures() -> None:
    cell = Cell(300, 0, NAIVE)
    figures = table([lifetime(cell), Lifetime(cell, 2, seconds={"up": 1.0}, ended="RecursionError")])
    assert figures[cell].ended == "RecursionError"
    assert figures[cell].seconds == {}
    assert ratio(figures | table([lifetime(Cell(300, 0, OURS))]), cell, OURS, "up") is None


def test_a_ratio_compares_the_same_accounts_and_latency() -> None:
    figures = table([lifetime(Cell(100, 0, OURS), up=3), lifetime(Cell(100, 0, FLOOR), up=2)])
    assert ratio(figures, Cell(100, 0, OURS), FLOOR, "up") == 1.5
    assert ratio(figures, Cell(100, 0, OURS), NAIVE, "up") is None
    assert ratio(figures, Cell(100, 0.2, OURS), FLOOR, "up") is None


@pytest.mark.parametrize(("over", "verdict"), [(0.69, Verdict.KEPT), (0.71, Verdict.MISSED)], ids=["within", "over"])
def test_a_preview_may_cost_three_tenths_of_a_second_and_4_ms_an_account(over: float, verdict: Verdict) -> None:
    judged = verdicts(lifetime(Cell(100, 0, FLOOR)), lifetime(Cell(100, 0, OURS), preview=1 + over))
    assert judged["no-op preview at 0 ms, N = 100: over the floor"] is verdict


@pytest.mark.parametrize(("over", "verdict"), [(5.4, Verdict.KEPT), (5.6, Verdict.MISSED)], ids=["within", "over"])
def test_an_up_may_cost_a_second_and_15_ms_an_account(over: float, verdict: Verdict) -> None:
    judged = verdicts(lifetime(Cell(300, 0, FLOOR)), lifetime(Cell(300, 0, OURS), up=1 + over))
    assert judged["up at 0 ms, N = 300: over the floor"] is verdict


@pytest.mark.parametrize(("up", "verdict"), [(11.4, Verdict.KEPT), (11.6, Verdict.MISSED)], ids=["within", "over"])
def test_an_up_that_waits_for_an_api_may_cost_15_percent(up: float, verdict: Verdict) -> None:
    judged = verdicts(lifetime(Cell(100, 0.2, FLOOR), up=10), lifetime(Cell(100, 0.2, OURS), up=up))
    assert judged["up at 200 ms, N = 100: times the sleeping floor"] is verdict


@pytest.mark.parametrize(("size", "verdict"), [(124, Verdict.KEPT), (126, Verdict.MISSED)], ids=["within", "over"])
def test_memory_and_state_may_cost_a_quarter(size: int, verdict: Verdict) -> None:
    floor, ours = Cell(100, 0, FLOOR), Cell(100, 0, OURS)
    judged = verdicts(lifetime(floor, cli=100, state=100), lifetime(ours, cli=size, state=size))
    assert judged["peak memory of the CLI, N = 100: times the floor"] is verdict
    assert judged["exported state, N = 100: times the floor"] is verdict


def test_the_pack_costs_what_it_adds_to_an_empty_one_in_the_same_round() -> None:
    disturbed = Rounds(1000, without=[8, 8, 28], empty=[10, 10, 30], ours=[11.9, 19, 31])
    assert disturbed.bound.figure == pytest.approx(1.9)
    assert disturbed.bound.verdict is Verdict.KEPT
    assert disturbed.packs_themselves.endswith("empty 2.0 s, ours 3.9 s")
    assert Rounds(1000, without=[8], empty=[10], ours=[12.1]).bound.verdict is Verdict.MISSED


def test_facts_are_measured_in_milliseconds() -> None:
    measured = facts_cost.measure()
    assert (measured.unit, measured.allowed) == ("ms", 10)
    assert measured.figure


def test_what_was_not_measured_is_not_kept() -> None:
    judged = verdicts(lifetime(Cell(1, 0, FLOOR)), lifetime(Cell(1, 0, OURS)))
    kept = {promise for promise, verdict in judged.items() if verdict is Verdict.KEPT}
    assert {promise for promise, verdict in judged.items() if verdict is Verdict.MISSED} == set()
    assert "accounts taken through their life in one stack" not in kept
    assert not {promise for promise in kept if "N = 100" in promise or "N = 300" in promise or "N = 1000" in promise}


def test_nothing_measured_is_nothing_kept_but_the_imports() -> None:
    found = bounds({}, [], [])
    assert [bound.promise for bound in found if bound.verdict is Verdict.KEPT] == [
        "modules of requests, pydantic and adapters in the program"
    ]
    assert bounds({}, [], ["requests"])[-1].verdict is Verdict.MISSED


def test_one_call_too_many_misses_the_comparison() -> None:
    run = lifetime(Cell(10, 0, OURS))
    run.calls["up"] = 12
    run.calls["preview"] = 10
    judged = verdicts(lifetime(Cell(1, 0, OURS)), run)
    name = "Okta create, in every stack: calls for each account, beside those for the rules"
    assert judged[name] is Verdict.MISSED
    assert judged["no-op preview, in every stack: calls"] is Verdict.MISSED


def test_exact_counts_miss_below_too() -> None:
    made = [Count("exact", 3, 2, exact=True), Count("at most", 2, 1, exact=False), Count("too many", 2, 3, exact=False)]
    judged = {bound.promise: bound.verdict for bound in bounds({}, made, [])}
    assert (judged["exact"], judged["at most"]) == (Verdict.MISSED, Verdict.KEPT)
    assert judged["too many"] is Verdict.MISSED


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/auth/oauth2/v2/token", TOKEN),
        ("POST", "/api/token", TOKEN),
        ("POST", "/api/v1/authn", LOG_IN),
        ("POST", "/api/1/login/auth", LOG_IN),
        ("GET", "/api/v1/users/00u1", READ),
        ("POST", "/api/v1/users/00u1", WRITE),
        ("DELETE", "/idp/myaccount/password", WRITE),
    ],
)
def test_calls_are_told_apart(method: str, path: str, kind: str) -> None:
    assert kind_of({"method": method, "path": path}) == kind


def test_only_the_calls_for_the_account_are_counted() -> None:
    def call(system: str, account: str | None, method: str = "POST") -> dict[str, Any]:
        return {"system": system, "account": account, "method": method, "path": "/api/v1/users/x"}

    log = [call("okta", "a@example.com"), call("okta", "b@example.com"), call("onelogin", None), call("okta", "00u1")]
    mine = Expectation("create", "okta", 1, account="okta")
    assert calls_of(mine, log, ("00u1", "a@example.com")) == 2
    assert calls_of(Expectation("create", "okta", 3), log, ()) == 3
    assert calls_of(Expectation("create", "okta", 0, (READ,)), log, ()) == 0


def test_every_system_is_counted_in_every_phase_that_it_can_do() -> None:
    counted = {(expectation.system, expectation.phase) for expectation in EXPECTED}
    phases = {"create", "no-op up", "change", "refresh"}
    systems = {"okta", "onelogin", "etna", "okta_myaccount"}
    adoptions = {(system, "adoption") for system in systems - {"okta_myaccount"}}
    assert counted == {(system, phase) for system in systems for phase in phases} | adoptions


def test_the_full_plan_interleaves_three_rounds_and_stays_under_35_minutes() -> None:
    full = plan.full()
    rounds = [number for number, cell in full.runs if cell == Cell(100, 0.2, OURS)]
    assert rounds == [1, 2, 3]
    first_of_each_round = {
        number: next(cell.flavour for other, cell in full.runs if other == number) for number in rounds
    }
    assert set(first_of_each_round.values()) == {FLOOR, NAIVE, OURS}
    assert [cell for _, cell in full.runs if cell.accounts == 1000] == [Cell(1000, 0, FLOOR), Cell(1000, 0, OURS)]
    assert full.expected_s < 35 * 60
    assert plan.quick().expected_s < 4 * 60


def test_the_report_shows_each_figure_and_each_verdict() -> None:
    naive = Lifetime(Cell(300, 0, NAIVE), 1, ended="RecursionError")
    lifetimes = [lifetime(Cell(300, 0, FLOOR)), naive, lifetime(Cell(300, 0, OURS), up=1.5)]
    figures = table(lifetimes)
    promises = [Bound("first", 2, 1.5, "s"), Bound("second", 1, 2, exact=True), Bound("third", 1, None)]
    found = Findings({"Python": "3.10"}, lifetimes, figures, 306, promises)
    lines = as_markdown(found).splitlines()
    ours = "| 300 | ours | 1.50 | 1.00 | 2.00 | 3.00 | 100 MiB | 80 MiB | 1 kB | 900 B | 1.00333 / 1.00333 / 2 |"
    assert ours in lines
    assert "| 300 | naive | ends: RecursionError |  |  |  |  |  |  |  |  |" in lines
    assert "| 300 at 0 ms | ours / floor | 1.50 | 1.00 | 1.00 | 1.00 |" in lines
    assert "| first | ≤ 2 s | 1.5 s | kept |" in lines
    assert "| second | = 1 | 2 | MISSED |" in lines
    assert "| third | ≤ 1 | - | not measured |" in lines
    assert "1 of 3 bounds missed." in lines
    assert [bound.promise for bound in found.missed] == ["second"]


def test_the_json_report_holds_every_single_run() -> None:
    lifetimes = [lifetime(Cell(1, 0, OURS), number) for number in (1, 2)]
    found = Findings({}, lifetimes, table(lifetimes), None, [Bound("third", 1, None)])
    data = json.loads(as_json(found))
    assert [run["round"] for run in data["runs"]] == [1, 2]
    assert data["figures"][0]["seconds"]["up"] == 1
    assert data["bounds"][0]["verdict"] == "not measured"
    assert data["ratios"][0]["ours_to_floor"]["up"] is None
