"""What is told of generated passwords: which is made anew, and why; never what it is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.report.credentials import Change
from pulumi_pwmgmt.report.events import read
from pulumi_pwmgmt.report.findings import report
from pulumi_pwmgmt.report.gates import Limits
from pulumi_pwmgmt.report.generated import TYPE, generated
from pulumi_pwmgmt.report.junit import as_junit
from pulumi_pwmgmt.report.markdown import as_markdown
from pulumi_pwmgmt.report.sarif import as_sarif
from tests.canary import assert_no_canary
from tests.unit.report_streams import SECRET, inputs, step, stream, urn

if TYPE_CHECKING:
    from tests.unit.report_streams import Event

WANTED: dict[str, object] = {"recipe": {"length": 32.0}, "generation": 1.0, "keepers": {"host": "CANARY-a"}}


def planned(op: str, *, old: dict[str, object] | None = None, new: dict[str, object] | None = None) -> Event:
    return step(op, "made", old=old, new=new, kind=TYPE)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ({}, {"generation": 2.0}, "generation 1 → 2"),
        ({"generation": 3}, {"generation": 2, "keepers": {}}, "generation 3 → 2"),
        ({}, {"generation": "CANARY-x"}, "generation 1 → ?"),
        ({}, {"keepers": {"host": "CANARY-b"}}, "keepers changed"),
        ({}, {"recipe": {"length": 40.0}}, "the recipe changed, and the value does not meet it"),
        ({"rotate_after": 9.0}, {"rotate_after": 30.0}, "rotate_after: 30 days"),
        ({"keepers": {"by": SECRET}}, {"keepers": {"by": SECRET}}, "a secret keeper changed"),
        (
            {"keepers": {"by": [SECRET]}},
            {"keepers": {"by": [SECRET]}, "rotate_after": 30.0},
            "rotate_after: 30 days or a secret keeper changed",
        ),
    ],
)
def test_why_another_value_is_made_is_told_by_what_is_wanted(
    before: dict[str, object], after: dict[str, object], why: str
) -> None:
    [one] = generated(read(stream(planned("update", old=WANTED | before, new=WANTED | after))))
    assert (one.name, one.change, one.why) == ("made", Change.UPDATE, why)


def test_they_stand_beside_the_credentials_and_count_among_none() -> None:
    told = report(
        read(
            stream(
                planned("update", old=WANTED, new=WANTED | {"keepers": {"host": "CANARY-b"}}),
                step("create", "new", new=WANTED, kind=TYPE),
                step("same", "quiet", old=WANTED, new=WANTED, kind=TYPE),
                step("delete", "gone", old=WANTED, kind=TYPE),
                step("update", old=inputs(), new=inputs(reason="changed in the program")),
            )
        ),
        Limits(removals=0, changes=1),
    )
    text = as_markdown(told)
    assert "## Credentials: nothing against it\n\n1 changed." in text
    rows = text.partition("### Generated passwords")[2].strip().splitlines()[2:]
    assert rows == [
        "| <code>gone</code> | delete | the state keeps neither its value nor the one before |",
        "| <code>made</code> | update | keepers changed |",
        "| <code>new</code> | create | |",
    ]
    assert [one.urn for one in told.generated] == [urn(name, TYPE) for name in ("gone", "made", "new")]
    for shown in (text, as_sarif(told, "Pulumi.yaml"), as_junit(told).decode()):
        assert_no_canary(shown, "a report")
