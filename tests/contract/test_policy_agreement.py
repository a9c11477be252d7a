"""Two readings of a manual: what the library finds wrong with a password, and what the simulator does.

The rules are read over the wire as a preview reads them; the simulator judges by its own. What a vendor's rules are
meant to say nobody but the vendor knows, so that a misreading has to be made twice before it passes here.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulumi_pwmgmt.demands import unmet, username_parts
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.simulator import complexity, policy, seed
from pulumi_pwmgmt.simulator.complexity import Person, Rules, Unmet
from pulumi_pwmgmt.simulator.okta.org import MAX_PASSWORD_LENGTH
from pulumi_pwmgmt.simulator.onelogin import tenant
from pulumi_pwmgmt.system import StatesPolicy
from pulumi_pwmgmt.systems import discover
from tests.contract.scene import Scene

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

LOGIN = "Isaac.Brock-jr@mail.example.com"
MEANS = {  # a rule of ours, and what the simulator calls it
    r"at least \d+ characters?": Unmet.TOO_SHORT,
    r"at most \d+ characters": Unmet.TOO_LONG,
    r"at least 1 letter": Unmet.NO_LETTER,
    r"at least 1 lower-case letter": Unmet.NO_LOWER,
    r"at least 1 upper-case letter": Unmet.NO_UPPER,
    r"at least 1 digit": Unmet.NO_NUMBER,
    r"at least 1 symbol": Unmet.NO_SYMBOL,
    r"3 of .*": Unmet.TOO_FEW_CLASSES,
    r"no part of the user name": Unmet.HAS_USERNAME,
    r"no commonly used password": Unmet.COMMON,
}
OFF = {"lower": False, "upper": False, "number": False, "symbol": False, "exclude_username": False}
OKTA: dict[str, dict[str, Any]] = {
    "default": {},
    "nothing": {**OFF, "min_length": 1},
    "lower case": {**OFF, "lower": True},
    "upper case": {**OFF, "upper": True},
    "a number": {**OFF, "number": True},
    "a symbol": {**OFF, "symbol": True},
    "no user name": {**OFF, "exclude_username": True, "min_length": 1},
    "not common": {**OFF, "exclude_common": True, "min_length": 1},
    "all": {"symbol": True, "exclude_common": True, "min_length": 14},
}
ONELOGIN: dict[str, dict[str, Any]] = {
    f"level {level}": {"password_complexity_requirements": level, "minimum_password_length": length}
    for level, length in enumerate((5, 6, 8, 10, 12))
}
_USER = {"login": LOGIN, "password": "CANARY-Start-1"}
_PAIR = {"client_id": "CANARY-onelogin-client-id", "client_secret": "CANARY-onelogin-client-secret"}


def _of_okta(rules: dict[str, Any], **user: Any) -> tuple[dict[str, Any], Rules]:  # noqa: ANN401 -- the seed is JSON
    tokens = [{"token": "CANARY-okta-admin-token"}]
    whole = {"okta": {"tokens": tokens, "users": [_USER | user], "policy": rules}}
    return whole, policy.policy_of(seed.Policy(**rules), longest=MAX_PASSWORD_LENGTH).rules


def _of_onelogin(rules: dict[str, Any]) -> tuple[dict[str, Any], Rules]:
    whole = {"onelogin": {"credentials": [_PAIR], "users": [_USER], "policy": rules}}
    return whole, tenant.policy_of(seed.OneLoginPolicy(**rules)).rules


CASES = {
    **{("okta", name): _of_okta(rules) for name, rules in OKTA.items()},
    **{
        ("okta_myaccount", name): _of_okta(rules, user_tokens=[{}])
        for name, rules in OKTA.items()
        if not rules.get("exclude_common")  # its requirements don't tell
    },
    **{("onelogin", name): _of_onelogin(rules) for name, rules in ONELOGIN.items()},
}
LETTERS_AND_MORE = st.characters(codec="ascii", exclude_categories=["Cc"]) | st.sampled_from("äÄßé€§🔑²")
PIECES = st.sampled_from(["isaac", "BROCK", "bro", "jr", "Mail", "example", "com", "password1", "qwerty", "A1", "-"])
PASSWORDS = st.lists(LETTERS_AND_MORE | PIECES, min_size=1, max_size=24).map("".join)


@pytest.mark.parametrize(("system", "name"), CASES)
def test_what_the_simulator_refuses_is_what_we_find_unmet(system: str, name: str, pwmgmt_simulator: Simulator) -> None:
    whole, rules = CASES[system, name]
    pwmgmt_simulator.load(whole)
    stated = Scene(system, pwmgmt_simulator).adapter().password_policy(LOGIN)

    @settings(max_examples=100, deadline=None)
    @given(PASSWORDS)
    @example("password1")
    @example("Aa1!" * 18)
    @example("Aa1!" * 19)
    def compare(password: str) -> None:
        ours = {_means(rule) for rule in unmet(stated, Secret(password), LOGIN)}
        assert ours == complexity.unmet(rules, password, Person(LOGIN))

    compare()


def _means(rule: str) -> Unmet:
    (found,) = (meaning for words, meaning in MEANS.items() if re.fullmatch(words, rule))
    return found


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=string.ascii_letters + string.digits + ",._#@-", max_size=40))
def test_both_split_a_login_alike(text: str) -> None:
    login = text if text.count("@") < 2 and not text.endswith("@") and "@." not in text else "a.b@c.de"
    assert set(username_parts(login)) == complexity.username_parts(login)


def test_every_system_that_states_rules_is_compared() -> None:
    assert {system for system, _ in CASES} == {
        system for system, module in discover().items() if issubclass(module.System, StatesPolicy)
    }
