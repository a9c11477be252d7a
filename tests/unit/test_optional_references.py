"""A secret that may be missing in a preview, as in a pull request from a fork."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import UNKNOWN, Reference, from_env, from_file
from tests.unit.in_memory import Administrator, OldForNew
from tests.unit.stack import Refused, credential, stack_of

if TYPE_CHECKING:
    from pathlib import Path

NOT_SET = {"env": "PWMGMT_TEST_NOT_SET", "in_preview": "optional"}


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_file_without_anything_in_it_is_missing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret"
    assert from_file(file, in_preview="optional").is_missing
    file.write_bytes(content)
    assert from_file(file, in_preview="optional").is_missing
    file.write_bytes(b"CANARY-x\n")
    assert not from_file(file, in_preview="optional").is_missing


def test_what_is_there_and_can_not_be_read_is_not_missing_and_says_what_is_wrong(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / ("x" * 300)):
        reference = from_file(path, in_preview="optional")
        assert not reference.is_missing
        with pytest.raises(NotConfigured, match="can't be read"):
            reference.read()


def test_a_variable_without_anything_in_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    reference = from_env("PWMGMT_TEST_SECRET", in_preview="optional")
    monkeypatch.delenv("PWMGMT_TEST_SECRET", raising=False)
    assert reference.is_missing
    monkeypatch.setenv("PWMGMT_TEST_SECRET", "")
    assert reference.is_missing
    monkeypatch.setenv("PWMGMT_TEST_SECRET", "CANARY-x")
    assert not reference.is_missing


def test_it_goes_through_the_engine_as_it_is() -> None:
    reference = from_env("NAME", in_preview="optional")
    assert reference.as_input() == {"env": "NAME", "in_preview": "optional"}
    assert Reference.parse(reference.as_input()) == reference
    assert Reference.parse({"file": "PATH", "in_preview": "required"}) == from_file("PATH")
    for wrong in ({"env": "NAME", "in_preview": "maybe"}, {"env": "NAME", "more": ""}, {"env": 5}):
        with pytest.raises(ValueError, match="a reference is"):
            Reference.parse(wrong)


def test_missing_in_a_preview_it_is_unknown_and_told_once_and_an_update_demands_it() -> None:
    stack, directory = stack_of(Administrator)
    run = stack.run()
    for principal in ("a", "b"):
        inputs = stack._checked(  # noqa: SLF001 -- one run
            run, {}, credential(principal=principal, password=NOT_SET, in_preview=True, facts={})
        )
        assert (inputs["password"], inputs["facts"]) == (UNKNOWN, UNKNOWN)
        assert "in_preview" not in inputs
    assert stack.told == [
        "the environment variable PWMGMT_TEST_NOT_SET is missing: what depends on it is judged when it is applied"
    ]
    with pytest.raises(Refused, match="PWMGMT_TEST_NOT_SET is not set"):
        stack.up(bot=credential(password=NOT_SET))
    required = {"env": "PWMGMT_TEST_NOT_SET"}
    with pytest.raises(Refused, match="PWMGMT_TEST_NOT_SET is not set"):
        stack.preview(bot=credential(password=required, in_preview=True))
    assert directory.calls == []


def test_without_the_key_of_the_tags_a_preview_does_not_look_for_reuse() -> None:
    stack, _ = stack_of(Administrator)
    stack.config["reuse_key"] = NOT_SET
    inputs = stack.preview(bot=credential(in_preview=True, facts={}))["bot"]
    assert inputs["facts"]["length"] == len("CANARY-first")
    assert "reuse_tag" not in inputs["facts"]
    assert len(stack.told) == 1
    with pytest.raises(Refused, match="PWMGMT_TEST_NOT_SET is not set"):
        stack.up(bot=credential(facts={}))


def test_what_can_be_judged_without_it_is_judged() -> None:
    stack, _ = stack_of(OldForNew)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=credential(password=NOT_SET, current_password=NOT_SET, in_preview=True))
    assert set(refused.value.problems) == {"on_destroy"}
    inputs = stack.preview(
        bot=credential(password=NOT_SET, current_password=NOT_SET, on_destroy="revoke", in_preview=True)
    )["bot"]
    assert (inputs["password"], inputs["current_password"]) == (UNKNOWN, UNKNOWN)
