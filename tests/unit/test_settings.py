"""What stands under ``pwmgmt:`` for the whole stack."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(NotConfigured) as refused:
        read()
    error = refused.value
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, FileNotFoundError)
    assert "CANARY-" not in error.line
    assert "\n" not in error.line
    return error.line


def masters(text: str) -> Settings:
    return Settings({"pwmgmt:masters": text})


def test_a_stack_that_sets_nothing() -> None:
    nothing = Settings({})
    nothing.refuse_unknown()
    assert (nothing.masters, nothing.reuse_key, nothing.breached) == ({}, None, None)
    assert abs(nothing.now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_every_key_that_there_is() -> None:
    keys = ("breached", "connections", "generations", "masters", "now", "reuse_key")
    Settings({f"pwmgmt:{key}": "CANARY-x" for key in keys}).refuse_unknown()


def test_what_is_not_ours_is_none_of_our_business() -> None:
    Settings({"project:master": "CANARY-x", "pulumi:tags": "CANARY-x", "pwmgmt2:now": "x"}).refuse_unknown()


def test_a_key_that_means_nothing_is_refused() -> None:
    config = {"pwmgmt:master": "CANARY-x", "pwmgmt:reusekey": "CANARY-x", "pwmgmt:xyz": "CANARY-x", "pwmgmt:now": "x"}
    line = refusal(Settings(config).refuse_unknown)
    assert "pwmgmt:master (did you mean pwmgmt:masters?)" in line
    assert "pwmgmt:reusekey (did you mean pwmgmt:reuse_key?)" in line
    assert "pwmgmt:xyz, which means nothing" in line
    assert "pulumi config rm" in line


def test_masters_are_texts_or_references() -> None:
    entries = {"2025": "CANARY-master", "2026": {"env": "MASTER"}, "old": {"file": "/run/secrets/master"}}
    assert masters(json.dumps(entries)).masters == entries
    assert Settings({"pwmgmt:masters": entries}).masters == entries


@pytest.mark.parametrize("text", ["", "CANARY-x", '{"2026": "CANARY-x"', '["CANARY-x"]', '"CANARY-x"', "null", "1"])
def test_what_is_no_map_of_masters(text: str) -> None:
    line = refusal(lambda: masters(text).masters)
    assert "pwmgmt:masters is not a map of secrets" in line
    assert "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'" in line


@pytest.mark.parametrize("entry", ["", 1, None, True, [], ["CANARY-x"], {}, {"vault": "CANARY-x"}, {"env": 1}])
def test_a_master_that_is_neither_text_nor_reference(entry: object) -> None:
    line = refusal(lambda: masters(json.dumps({"good": "CANARY-y", "2026": entry})).masters)
    assert "pwmgmt:masters: '2026' is neither a text nor a reference" in line


def test_only_texts_are_literal_secrets() -> None:
    by_reference = {"pwmgmt:masters": '{"main": {"env": "MASTER"}}', "pwmgmt:reuse_key": '{"env": "KEY"}'}
    broken = {"pwmgmt:masters": '["CANARY-x"]', "pwmgmt:reuse_key": ""}
    for config in ({}, by_reference, broken):
        assert Settings(config).literal_secrets("masters") == Settings(config).literal_secrets("reuse_key") == []


def test_a_reuse_key_is_a_text_or_a_reference(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("CANARY-key\n", encoding="utf-8")
    by_reference = json.dumps({"file": str(file)})
    for value in ("CANARY-key", by_reference):
        assert Settings({"pwmgmt:reuse_key": value}).reuse_key == Secret("CANARY-key")
    assert Settings({"pwmgmt:reuse_key": "1234567890"}).reuse_key == Secret("1234567890")


def test_a_reuse_key_that_is_renewed_is_used_at_once(tmp_path: Path) -> None:
    file = tmp_path / "key"
    settings = Settings({"pwmgmt:reuse_key": json.dumps({"file": str(file)})})
    for value in ("CANARY-one", "CANARY-two"):
        file.write_text(value, encoding="utf-8")
        assert settings.reuse_key == Secret(value)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "is empty — make one: openssl rand -base64 48 | pulumi config set --secret pwmgmt:reuse_key"),
        ('{"vault": "CANARY-x"}', "is neither a text nor a reference"),
        ('{"env": "PWMGMT_TEST_NOT_SET"}', "the environment variable PWMGMT_TEST_NOT_SET is not set"),
        ('{"file": "/nowhere/at/all"}', "the file /nowhere/at/all can't be read"),
    ],
)
def test_a_reuse_key_that_is_none(value: str, told: str) -> None:
    assert told in refusal(lambda: Settings({"pwmgmt:reuse_key": value}).reuse_key)


@pytest.mark.parametrize("text", ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00+01:00"])
def test_the_time_can_be_fixed(text: str) -> None:
    now = Settings({"pwmgmt:now": text}).now()
    assert now == datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["", "today", "2026-11-23", "2026-11-23T12:00:00", "2026-13-01T00:00:00Z", "5"])
def test_a_time_that_is_none(text: str) -> None:
    line = refusal_of_time(text)
    assert "pwmgmt:now" in line


def refusal_of_time(text: str) -> str:
    with pytest.raises(NotConfigured) as refused:
        Settings({"pwmgmt:now": text}).now()
    return refused.value.line


def test_the_breach_settings_are_handed_on_as_text() -> None:
    for value in ({"endpoint": "https://mirror.example.com/range/"}, '{"endpoint":"x"}'):
        given: Any = value
        text = Settings({"pwmgmt:breached": given}).breached
        assert text is not None
        assert "endpoint" in json.loads(text)
