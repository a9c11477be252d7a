"""What was probably meant: what the word begins, before what it looks like."""

from __future__ import annotations

import pytest

from pulumi_pwmgmt.suggestion import closest, did_you_mean

PROFILES = ("nist-800-63b-4", "cis", "pci-dss-4", "okta-default")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("pci", "pci-dss-4"),  # which looks more like cis
        ("PCI-DSS", "pci-dss-4"),
        ("okta-defualt", "okta-default"),
        ("CIS", "cis"),
        ("zzz", None),
        ("", None),
    ],
)
def test_what_a_word_begins_comes_before_what_it_looks_like(word: str, meant: str | None) -> None:
    assert closest(word, PROFILES) == meant
    assert did_you_mean(word, PROFILES) == (f" (did you mean {meant}?)" if meant else "")


def test_a_name_is_told_as_it_is_written() -> None:
    assert closest("europe/berlin", ["Europe/Berlin"]) == "Europe/Berlin"
    assert closest("x", []) is None
