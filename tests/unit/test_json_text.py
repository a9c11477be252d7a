"""The tables that the engine has as one text each."""

from __future__ import annotations

import pytest

from pulumi_pwmgmt.json_text import TABLES, as_table, as_text, with_tables, with_texts
from pulumi_pwmgmt.model import UNKNOWN


def test_equal_tables_are_equal_texts() -> None:
    one, other = {"a": 1, "b": {"c": "é", "d": [True]}}, {"b": {"d": [True], "c": "é"}, "a": 1}
    assert as_text(one) == as_text(other) == '{"a":1,"b":{"c":"é","d":[true]}}'
    assert as_table(as_text(one)) == one


@pytest.mark.parametrize(
    "text", ["", "CANARY-no-json", "3", "[]", '"text"', "{", "[" * 100_000, None, 3.0, [], UNKNOWN]
)
def test_what_is_no_table_stays_as_it_is(text: object) -> None:
    assert as_table(text) is text


def test_only_tables_of_ours_are_read_and_written() -> None:
    thought: dict[str, object] = {"facts": {"length": 3}, "source": {}, "password": {"env": "NAME"}, "reason": "{}"}
    written = with_texts(thought)
    assert written == thought | {"facts": '{"length":3}', "source": "{}"}
    assert with_tables(written) == thought
    assert with_texts(dict.fromkeys(TABLES, UNKNOWN)) == dict.fromkeys(TABLES, UNKNOWN)
