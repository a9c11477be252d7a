"""What is no whole event stream of one preview is told so, and never taken for one without changes."""

from __future__ import annotations

import json

import pytest

from pulumi_pwmgmt.report.events import NoStreamError, read
from tests.unit.report_streams import inputs, said, step, stream, summary, violation

WHOLE = stream(step("create", new=inputs()))
DIGEST = {"config": {"pwmgmt:password": "CANARY-in-the-config"}, "steps": [], "changeSummary": {"same": 1}}


def test_the_events_that_matter_are_read_in_their_order() -> None:
    found = read(stream(step("create", "a", new=inputs()), violation(), said("hm"), step("same", "b")))

    assert [(planned.op, planned.urn.rpartition(":")[2]) for planned in found.steps] == [("create", "a"), ("same", "b")]
    assert [spoken.policy for spoken in found.violations] == ["length"]
    assert [spoken.message for spoken in found.diagnostics] == ["hm"]
    assert found.summary.result == "succeeded"


def test_what_others_print_in_between_is_passed_over() -> None:
    found = read(b"\xef\xbb\xbfInstalling dependencies...\n\n" + WHOLE + b"\nDone.\n")

    assert [planned.op for planned in found.steps] == ["create"]


def test_space_before_an_event_does_not_hide_it() -> None:
    found = read(WHOLE.replace(b'{"sequence"', b' \t{"sequence"'))

    assert [planned.op for planned in found.steps] == ["create"]


def test_a_separator_that_json_leaves_as_it_is_divides_no_event() -> None:
    event = json.dumps({"sequence": 1, **said("one\u2028two\u0085three")}, ensure_ascii=False).encode()

    assert read(event + b"\n" + WHOLE).diagnostics[0].message == "one\u2028two\u0085three"


def test_what_is_only_shown_for_a_moment_is_no_finding() -> None:
    assert read(stream(said("busy", ephemeral=True))).diagnostics == ()


def test_an_engine_that_tells_no_result_is_read_as_well() -> None:
    end = {"summaryEvent": {"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": {}}}

    found = read(stream(end=end)).summary

    assert (found.result, found.packs) == ("", [])


def test_policy_packs_are_told_by_name_without_their_place_on_the_machine() -> None:
    packs = {"pwmgmt|local|/home/somebody/policy": "1.2", "cis": "v3"}

    assert read(stream(end=summary(PolicyPacks=packs))).summary.packs == ["cis v3", "pwmgmt 1.2"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the event stream is empty"),
        (b" \n\n", "the event stream is empty"),
        (b"error: no stack named 'nope' found\n", "there is no event in it"),
        (b"\xff\xfe{\x00", "not UTF-8"),
        (json.dumps(DIGEST, indent=4).encode(), "one JSON document, not an event stream"),
        (json.dumps(DIGEST).encode(), "one JSON document, not an event stream"),
        (b'{"CANARY-a": 1}\n{"CANARY-b": 2}\n', "line 1 is no event"),
        (WHOLE[:-200], "damaged or cut off: line 3"),
        (b"".join(WHOLE.splitlines(keepends=True)[:2]), "cut off: it ends before the preview did"),
        (b'{"sequence": 0, "CANARY-broken\n' + WHOLE, "damaged or cut off: line 1"),
        (WHOLE.replace(b'{"sequence": 1', b'CANARY-Downloading... {"sequence": 1'), "damaged or cut off: line 2"),
        (b'{"sequence": ' * 100_000, "damaged or cut off: line 1"),
        (stream(end=summary(isPreview=False)), "the events of an update"),
        (WHOLE + WHOLE, "more than one preview"),
        (stream({"policyEvent": {"message": "CANARY-m"}}), "line 2 is a policyEvent of a form"),
        (stream({"resourcePreEvent": {"metadata": {"op": 1, "urn": ["CANARY-u"]}}}), "line 2 is a resourcePreEvent"),
    ],
)
def test_what_is_no_whole_stream_is_refused_without_a_word_of_it(content: bytes, problem: str) -> None:
    with pytest.raises(NoStreamError) as refused:
        read(content)

    assert problem in refused.value.problem
    assert refused.value.to_do
    assert "CANARY" not in str(refused.value)
    assert refused.value.__cause__ is None
