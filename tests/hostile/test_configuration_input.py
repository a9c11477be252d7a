"""Config and seed files that nobody would write on purpose: a clear error, in a moment, and no secret in it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pulumi_pwmgmt.configuration import Configuration
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Reference
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.settings import Settings
from pulumi_pwmgmt.simulator import seed
from pulumi_pwmgmt.simulator.simulation import Simulation
from tests.hostile.edited import edited
from tests.hostile.test_state import assert_told
from tests.unit.test_configuration import EVERY_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.hostile.conftest import Campaign

TOO_DEEP = ("[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000)
TEXTS = (
    *TOO_DEEP,
    "9" * 10_000,
    "NaN",
    '"\\ud800"',
    "\ufeff{}",
    "\x00",
    "{'a': 1}",
    "[1,]",
    '{"main": 1, "main": 2}',
    "é",
)
WHOLE = {
    name: entry | {"connect_timeout": 5, "read_timeout": 5, "time_budget": 50} for name, entry in EVERY_SYSTEM.items()
}
SETTINGS = {
    "masters": {"2026": "CANARY-master-of-thirty-two-bytes-", "file": {"file": "/run/secrets/master"}},
    "reuse_key": {"env": "PWMGMT_TEST_KEY"},
    "now": "2026-11-23T12:00:00Z",
    "generations": {"bot": 2},
}


def test_any_connections_open_or_are_refused(campaign: Campaign) -> None:
    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for _ in range(10):
            campaign.count()
            name = chance.choice(list(WHOLE))
            configuration = Configuration(json.dumps(edited(chance, {"it": WHOLE[name]})), lambda: None)
            try:
                configuration.connect("it", in_preview=chance.randrange(2) == 0)
            except NotConfigured as error:
                assert_told(error)

    campaign.run(100, holds)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:8])
def test_a_text_that_is_no_map_of_connections_is_refused(text: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Configuration(text, lambda: None).connect("main")
    assert_told(refused.value)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:8])
def test_a_text_that_is_no_setting_is_refused(text: str) -> None:
    settings = Settings({f"pwmgmt:{key}": text for key in SETTINGS})
    for read in (lambda: settings.masters, settings.now):
        with pytest.raises(NotConfigured) as refused:
            read()
        assert_told(refused.value)


def masters(settings: Settings) -> object:
    return settings.masters


def reuse_key(settings: Settings) -> object:
    return settings.reuse_key


def judge(read: Callable[[Settings], object], settings: Settings) -> None:
    try:
        read(settings)
    except NotConfigured as error:
        assert_told(error)


def test_any_settings_are_read_or_refused(campaign: Campaign) -> None:
    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for _ in range(10):
            campaign.count()
            config = {f"pwmgmt:{key}": value for key, value in edited(chance, SETTINGS).items()}
            settings = Settings(
                {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
            )
            for read in (Settings.refuse_unknown, Settings.now, masters, reuse_key):
                judge(read, settings)

    campaign.run(60, holds)


@pytest.mark.parametrize("name", ["\ud800", "a\x00b", "a=b", "x" * 100_000, "\x1b[31m", "a\nb"])
@pytest.mark.parametrize("kind", ["env", "file"])
def test_a_reference_to_a_name_that_nothing_can_have_is_missing(kind: str, name: str) -> None:
    try:
        reference = Reference.parse({kind: name})
    except ValueError:
        return
    assert reference.is_missing
    with pytest.raises(NotConfigured) as refused:
        reference.read()
    assert_told(refused.value)


def test_any_recipe_is_one_or_refused(campaign: Campaign) -> None:
    whole = Recipe(length=20, without=("admin",), leave_out="0O").as_input()

    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for _ in range(10):
            campaign.count()
            try:
                recipe = Recipe.parse(edited(chance, whole))
            except ValueError as error:
                assert len(str(error)) < 2000  # noqa: PT017 -- either way is well
            else:
                assert recipe.allows(recipe.random().reveal())

    campaign.run(100, holds)


# --- the simulator's directory file ---

YAML = (
    *(text[:3000] for text in TOO_DEEP),
    "a: 2026-13-45",
    "a: 2026-01-01T99:99:99Z",
    f"a: {'9' * 10_000}",
    "a: 0x",
    "a: !!python/object/apply:os.system [id]",
    "a: !!binary é",
    "a: !!int x",
    "a: !!float x",
    "a: !!timestamp x",
    "? {a: b}\n: c",
    "? [a]\n: c",
    "a: &a [*a]",
    "a: *nobody",
    "<<: 1",
    "<<: [1, 2]",
    "a: b: c",
    "\t- a",
    "%YAML 9.9\n---\na",
    "--- a\n--- b",
    "- okta",
    "okta",
    "1",
    "okta: {users: [{login: 1}]}",
    "okta: {users: {a: b}}",
    "1: 2",
    "null: null",
    "okta: {users: [{login: a, password_age_days: .inf}]}",
    "okta: {users: [{login: a, password_age_days: 1e308}]}",
    "okta: {users: [{login: a, password_age_days: .nan}]}",
    f"okta: {{policy: {{max_age_days: {10**30}}}}}",
    f"okta: {{policy: {{lock_minutes: {10**18}}}}}",
    f"etna: {{token_lifetime_s: {10**18}}}",
    f"onelogin: {{token_lifetime_s: {10**18}}}",
    '{"okta": {"users": [{"login": "\\ud800"}]}}',
    '"\x1b[31m": 1',
    "\x00",
    "\ufffe",
)
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)


def assert_refused(refused: seed.BadSeedError) -> None:
    for problem in refused.problems:
        assert problem.isprintable(), repr(problem)[:200]
        assert len(problem) < 1000


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", [*YAML, LAUGHS, LAUGHS + "okta: *m\n"], ids=lambda text: repr(text[:30]))
def test_a_seed_that_is_none_says_where(text: str) -> None:
    with pytest.raises(seed.BadSeedError) as refused:
        seed.parse(text)
    assert_refused(refused.value)


def test_any_seed_starts_or_is_refused(campaign: Campaign) -> None:
    whole: dict[str, Any] = yaml.safe_load(seed.default_text())

    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        campaign.count()
        given_seed = edited(chance, whole)
        try:
            Simulation(seed.from_data(given_seed))
        except seed.BadSeedError as error:
            assert_refused(error)

    campaign.run(300, holds)


@pytest.mark.parametrize(
    "text", [TOO_DEEP[0][:3000], "okta: {users: [{login: a, password_age_days: 1e308}]}", "a: 2026-13-45"]
)
def test_the_command_tells_it_in_a_line_and_ends(tmp_path: Path, text: str) -> None:
    file = tmp_path / "directory.yaml"
    file.write_text(text, encoding="utf-8")
    pwmgmt = str(Path(sys.executable).parent / "pwmgmt")
    command = [pwmgmt, "simulate", "--port", "0", "--control-port", "0", "--directory", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith(f"{file}: ")
