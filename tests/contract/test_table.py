"""Is the table whole? Every cell that applies is proved by a test, and the document has the same rows."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from pulumi_pwmgmt.systems import discover
from tests.contract.table import OPERATIONS, ROWS, Operation, applies, operations, proved
from tests.contract.vendor import vendor_of

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "contract.md"
for test in HERE.glob("test_*.py"):  # so that the cells are known when this file runs alone
    if test != Path(__file__):
        import_module(f"tests.contract.{test.stem}")


@pytest.mark.parametrize("row", ROWS)
def test_every_cell_that_applies_is_proved(row: str) -> None:
    assert proved[row] == {operation for operation in OPERATIONS if applies(row, operation)}


@pytest.mark.parametrize("system", discover())
def test_a_system_is_examined_in_so_many_cells(system: str) -> None:
    cells = {(row, operation) for row, found in proved.items() for operation in found if operation.system == system}
    assert len(cells) == vendor_of(system).cells


@pytest.mark.parametrize("system", discover())
def test_what_the_suite_knows_of_a_vendor_is_all_that_it_asks_for(system: str) -> None:
    assert list(vendor_of(system).endpoints) == [operation.way for operation in operations(system)]
    assert (vendor_of(system).does_not_tell is not None) == (Operation(system, "verify", "verify") in OPERATIONS)
    assert bool(vendor_of(system).policy) == (Operation(system, "policy", "policy") in OPERATIONS)


def test_no_vendor_is_without_a_system() -> None:
    assert {path.stem for path in (HERE / "vendors").glob("*.py")} == set(discover())


def test_the_document_has_the_same_rows() -> None:
    table = DOCUMENT.read_text(encoding="utf-8").partition("| situation |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([^|]*?) +\|", table, re.MULTILINE) == list(ROWS)
