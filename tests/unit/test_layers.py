"""The lists in pyproject.toml that hold the layers name every module, so that a new one can't slip past them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

import pulumi_pwmgmt

# before 3.11 under the name it had outside the standard library; pytest brings it there
toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

SETTINGS: dict[str, Any] = toml.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"]: contract for contract in SETTINGS["tool"]["importlinter"]["contracts"]}
MODULES = {found.name for found in iter_modules(pulumi_pwmgmt.__path__)}
# each list by its contract and key, and the modules that it leaves out because they are what it is about
LEFT_OUT = {
    ("The life-cycle thinks against the port only", "source_modules"): {
        "cli", "simulator", "doctor",
        "resource", "passwords", "pins", "provider", "engine", "configuration",  # above it
        "systems", "http", "heard", "outcome", "call", "dialect", "body", "fields", "pools", "rate", "redaction",
        "connection",  # behind the port
        "once", "breached",  # what stands behind it keeps, and a server of another kind
        "system", "fingerprint", "model", "errors", "bug",  # the port, and what it is made of
        "report", "policy",  # of another trade
        "derivation", "recipe", "enumeration",  # what a made password is
        "schedule", "freeze",  # when the next one is due
    },
    ("Only resource, provider and engine know Pulumi", "source_modules"): {
        "resource", "passwords", "pins", "provider", "engine",
        "policy",  # its pack speaks the engine's protocol, its rules don't: test_policy_rules.py
    },
    ("Only http knows requests, and the simulator, which is a program of its own", "source_modules"): {
        "http", "simulator",
    },
    ("Only http, body and pools know urllib3", "source_modules"): {"http", "body", "pools"},
    ("Library and simulator are strangers who have read the same manual", "forbidden_modules"): {"cli", "simulator"},
}  # fmt: skip


@pytest.mark.parametrize(("contract", "key"), LEFT_OUT)
def test_a_list_names_every_module_that_it_is_not_about(contract: str, key: str) -> None:
    named = [name.removeprefix("pulumi_pwmgmt.") for name in CONTRACTS[contract][key]]
    assert sorted([*named, *LEFT_OUT[contract, key]]) == sorted(MODULES)


def test_every_list_of_modules_is_looked_at() -> None:
    by_hand = {name for name, contract in CONTRACTS.items() if contract["type"] == "forbidden"}
    assert by_hand == {contract for contract, _ in LEFT_OUT}
