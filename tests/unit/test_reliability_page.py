"""docs/reliability.md says what a run came to, and nothing where there was no whole run."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from docs.reliability_page import Ran, main, page
from docs.reliability_words import PROMISES
from pulumi_pwmgmt.errors import CredentialError
from tests.faults.alternatives.alternative import ALTERNATIVES, NAIVE, OURS, SCRIPT
from tests.faults.fault import FAULTS, TIMES
from tests.faults.invariants import INVARIANTS
from tests.faults.unavoidable import UNAVOIDABLE
from tests.faults.whole import PLAYED, asks

if TYPE_CHECKING:
    from pathlib import Path

Cell = dict[str, Any]


def played(alternative: str, system: str, operation: str, fault: str, times: int) -> Cell:
    """Return a cell that went well, of an operation with one request."""
    return {
        "alternative": alternative, "system": system, "operation": operation, "fault": fault, "times": times,
        "requests": 1, "request": 1, "label": "POST /there", "outcomes": ["well"], "message": "", "clean": "well",
        "broken": {}, "unavoidable": [],
    }  # fmt: skip


@pytest.fixture
def cells() -> list[Cell]:
    """All of a run in which nothing has gone wrong."""
    return [
        played(name, operation.system, operation.name, fault.name, times)
        for name, operations in PLAYED.items()
        for operation in operations
        if asks(operation)
        for fault in FAULTS
        for times in TIMES
    ]


def of(cells: list[Cell], alternative: str, system: str, operation: str) -> list[Cell]:
    wanted = (alternative, system, operation)
    return [cell for cell in cells if (cell["alternative"], cell["system"], cell["operation"]) == wanted]


def written(build: Path, cells: list[Cell]) -> Path:
    """Leave the cells where a run leaves them, with one of the diagonal."""
    by_system = defaultdict(list)
    for cell in cells:
        by_system[cell["system"]].append(cell)
    for folder in ("faults", "diagonal"):
        (build / folder).mkdir(parents=True)
    for system, some in by_system.items():
        (build / "faults" / f"{system}.json").write_text(json.dumps(some), encoding="utf-8")
    (build / "diagonal" / "gw0.json").write_text(json.dumps(cells[:1]), encoding="utf-8")
    return build


def row(text: str, name: str, after: str = "") -> list[str]:
    """Return the cells of the first row of that name."""
    found = re.search(rf"^\| {re.escape(name)} \|(.*)\|$", text[text.index(after) :], re.MULTILINE)
    assert found, name
    return [one.strip() for one in found[1].split("|")]


def test_every_promise_stands_in_plain_words() -> None:
    assert list(PROMISES) == list(INVARIANTS)


def test_where_nothing_breaks_it_says_so_with_counts(cells: list[Cell]) -> None:
    text = page(Ran(cells, cells[:3]))
    count = len([cell for cell in cells if cell["alternative"] == OURS])
    assert f"{count:,} cells" in text
    assert "- **None breaks a promise.**\n" in text
    assert "After all of them the clean run ended well." in text
    assert "- 3 cells, a diagonal" in text
    assert "What broke" not in text
    assert "it asks the server nothing" in text  # etna's refresh


def test_what_breaks_is_counted_for_each_and_ours_is_named(cells: list[Cell]) -> None:
    of(cells, OURS, "okta", "create")[0]["broken"] = {"I2": ["a lie"]}
    for cell in of(cells, SCRIPT.name, "okta", "create")[:3]:
        cell["broken"] = {"I1": ["lost"], "I7": ["taken"]}
    of(cells, NAIVE.name, "etna", "change")[0]["broken"] = {"I3": ["stuck"]}
    text = page(Ran(cells, cells[:1]))
    assert "- **1 breaks a promise.**" in text
    assert f"- okta, create, POST /there, {FAULTS[0].name}, 1 in a row: I2\n" in text
    assert row(text, "I1") == ["0", "0", "3"]
    assert row(text, "I2") == ["1", "0", "0"]
    assert row(text, "I3") == ["0", "1", "0"]
    assert row(text, "I9") == ["0", "not applicable", "not applicable"]
    assert [one.split(" of ")[0] for one in row(text, "any")] == ["1", "1", "3"]
    assert [one.split(" of ")[0] for one in row(text, FAULTS[0].name, after="By fault")] == ["1", "1", "2"]


def test_a_taken_over_password_is_no_matter_of_the_fault(cells: list[Cell]) -> None:
    of(cells, NAIVE.name, "okta", "create")[0]["broken"] = {"I7": ["taken"]}
    counts = row(page(Ran(cells, cells[:1])), FAULTS[0].name, after="By fault")
    assert [one.split(" of ")[0] for one in counts] == ["0", "0", "0"]


def test_the_matrix_tells_how_runs_ended(cells: list[Cell]) -> None:
    once, twice = of(cells, OURS, "okta", "create")[:2]
    once["outcomes"] = ["OutcomeUnknown"]
    twice |= {"outcomes": ["OutcomeUnknown", "EngineKilledError"], "clean": "PasswordRejected"}
    text = page(Ran(cells, cells[:1]))
    assert row(text, FAULTS[0].name, after="### `okta`\n")[0] == "K\u00a01 OU\u00a02 → PR\u00a01"
    assert row(text, FAULTS[1].name, after="### `okta`\n")[0] == "✓\u00a02"
    assert row(text, "OU", after="## The matrix")[0].startswith("`OutcomeUnknown`: ")
    assert "refused as it is undisturbed, *create* with `PasswordRejected` (1)" in text


def test_no_two_errors_have_one_sign(cells: list[Cell]) -> None:
    ends = [error.__name__ for error in CredentialError.__subclasses__()]
    for cell, end in zip(of(cells, OURS, "okta", "create"), ends, strict=False):
        cell["outcomes"] = [end]
    legend = page(Ran(cells, cells[:1])).split("## The matrix")[1].split("###")[0]
    signs = re.findall(r"^\| (\w+) \| `(\w+)`:", legend, re.MULTILINE)
    assert sorted(name for _, name in signs) == sorted(ends)
    assert len({sign for sign, _ in signs}) == len(ends)


def test_what_nobody_can_keep_stands_with_its_reason(cells: list[Cell]) -> None:
    unavoidable = UNAVOIDABLE[0]
    of(cells, OURS, unavoidable.system, unavoidable.operations[0])[0]["unavoidable"] = [unavoidable.invariant]
    assert f"In 1 no client could keep {unavoidable.invariant}" in page(Ran(cells, cells[:1]))
    assert unavoidable.why in page(Ran(cells, cells[:1]))


def test_the_order_in_which_the_cells_were_played_is_no_matter(cells: list[Cell]) -> None:
    assert page(Ran(cells[::-1], cells[:1])) == page(Ran(cells, cells[:1]))


def test_it_is_written_and_then_current_until_the_run_is_another(cells: list[Cell], tmp_path: Path) -> None:
    place = tmp_path / "reliability.md"
    build = written(tmp_path / "build", cells)
    assert "make reliability" in str(main(["--check"], build, place))
    assert not place.exists()
    assert main([], build, place) is None
    assert main(["--check"], build, place) is None
    cells[0]["outcomes"] = ["OutcomeUnknown"]
    assert "make reliability" in str(main(["--check"], written(tmp_path / "another", cells), place))


@pytest.mark.parametrize("alternative", PLAYED)
def test_of_half_a_run_nothing_is_written(alternative: str, cells: list[Cell], tmp_path: Path) -> None:
    place = tmp_path / "reliability.md"
    cells.remove(of(cells, alternative, "okta", "create")[0])
    assert f"{alternative}, okta: create: 47 cells are not its 48" in str(
        main([], written(tmp_path / "build", cells), place)
    )
    assert not place.exists()


def test_a_run_without_the_real_engine_is_another(cells: list[Cell], tmp_path: Path) -> None:
    place = tmp_path / "reliability.md"
    build = written(tmp_path / "build", cells)
    assert main([], build, place) is None
    (build / "diagonal" / "gw0.json").unlink()
    assert "make reliability" in str(main(["--check"], build, place))


def test_each_alternative_says_what_it_is(cells: list[Cell]) -> None:
    text = page(Ran(cells, cells[:1]))
    assert all(f"- **{each.title}.** {each.about}" in text for each in ALTERNATIVES)
