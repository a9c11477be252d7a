"""What a pack can be told, and that everything else is refused in words that help."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from docs.policies_page import PAGE, page
from pulumi_pwmgmt.policy.configuration import Configuration, WrongConfiguration
from pulumi_pwmgmt.policy.parameter import Kind, Parameter
from pulumi_pwmgmt.policy.profiles import PROFILES, Profile
from pulumi_pwmgmt.policy.rules import RULES
from tests.canary import assert_no_canary
from tests.unit.policy_subjects import BY_NAME, parameters

PARAMETERS = [(rule.name, parameter) for rule in RULES for parameter in rule.parameters]
OFFERED = "there are nist-800-63b-4, cis, pci-dss-4, okta-default"
RULES_OFFERED = f"there are profile, {', '.join(BY_NAME)}"
[BITS] = BY_NAME["strength"].parameters
RIGHT: dict[Kind, list[Any]] = {
    Kind.FLAG: [True, False],
    Kind.WHOLE: [0, 1, 4.0],
    Kind.NUMBER: [0, 0.5, 64],
    Kind.TEXTS: [[], ["derived"]],
}
WRONG: dict[Kind, list[Any]] = {
    Kind.FLAG: ["CANARY-true", 1, 0.0, None, [True], {}],
    Kind.WHOLE: ["CANARY-8", True, -1, 1.5, 1e9, float("nan"), float("inf"), None, [8], {}],
    Kind.NUMBER: ["CANARY-8", False, -0.5, 1e9, float("nan"), None, [8], {}],
    Kind.TEXTS: ["CANARY-derived", 1, True, None, [1], ["derived", None], {"derived": True}],
}


def refusal(given: dict[str, Any]) -> str:
    with pytest.raises(WrongConfiguration) as refused:
        Configuration.parse(given)
    assert_no_canary(str(refused.value), "a refused configuration")
    return str(refused.value)


@pytest.mark.parametrize(("rule", "parameter"), PARAMETERS, ids=lambda part: getattr(part, "name", part))
def test_every_parameter_takes_its_type_and_says_so_of_any_other(rule: str, parameter: Parameter) -> None:
    for right in RIGHT[parameter.kind]:
        told = Configuration.parse({rule: {parameter.name: right}}).parameters[rule][parameter.name]
        assert told == (tuple(right) if isinstance(right, list) else right)
        assert type(told) in (bool, int, float, tuple)
    for wrong in WRONG[parameter.kind]:
        assert refusal({rule: {parameter.name: wrong}}) == f"{rule!r}: {parameter.name!r} takes {parameter.expected}"


def test_a_whole_number_is_one_whatever_the_engine_made_of_it() -> None:
    assert repr(parameters("minimum-length", length=20.0)["length"]) == "20"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"profile": {"name": "pci-dss-5"}}, f"there is no profile 'pci-dss-5' (did you mean pci-dss-4?); {OFFERED}"),
        ({"profile": {"name": "pci"}}, f"there is no profile 'pci' (did you mean pci-dss-4?); {OFFERED}"),
        ({"profile": {"nane": "cis"}}, "'profile' has no parameter 'nane' (did you mean name?); there are name"),
        (
            {"profile": {"name": 4}},
            "'profile': 'name' takes a text, one of nist-800-63b-4, cis, pci-dss-4, okta-default",
        ),
        ({"profile": "cis"}, "'profile' takes a table of parameters"),
        (
            {"minimum-lenght": {"length": 8}},
            f"there is no rule 'minimum-lenght' (did you mean minimum-length?); {RULES_OFFERED}",
        ),
        (
            {"minimum-length": {"lenght": 8}},
            "'minimum-length' has no parameter 'lenght' (did you mean length?); there are length",
        ),
        ({"on-destroy": {"how": "revoke"}}, "'on-destroy' has no parameter 'how'; it has none"),
        ({"rotation": 90}, "'rotation' takes a table of parameters"),
        (
            {"source": {"allowed": ["derivd"]}},
            "'source': 'allowed' takes a list of texts out of supplied, reference, generated, derived",
        ),
        (
            {"zzz": {}, "strength": {"bits": "many"}},
            f"there is no rule 'zzz'; {RULES_OFFERED}; 'strength': 'bits' takes {BITS.expected}",
        ),
    ],
)
def test_what_is_not_known_is_refused_with_what_was_meant(given: dict[str, Any], says: str) -> None:
    assert refusal(given) == says


def test_parameters_are_written_over_those_of_the_profile() -> None:
    assert parameters("minimum-length", "cis") == {"length": 14}
    assert parameters("minimum-length", "cis", length=8) == {"length": 8}
    assert parameters("character-classes", "cis", symbols=1)["non_letters"] == 1


def test_a_recipe_is_judged_by_what_was_set_for_passwords() -> None:
    borrowed = parameters("recipe", "pci-dss-4", of="minimum-length", length=24)
    assert (borrowed["length"], borrowed["digits"], borrowed["letters"]) == (24, 1, 1)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)
def test_a_profile_names_only_rules_and_parameters_that_there_are(profile: Profile) -> None:
    whole = {f"{rule}.{parameter.name}" for rule, parameter in PARAMETERS}
    assert set(profile.parameters) <= set(BY_NAME)
    assert set(profile.clauses) <= set(BY_NAME) | whole
    told = Configuration.parse({"profile": {"name": profile.name}})
    assert told.profile is profile
    for rule, over in profile.parameters.items():
        assert over.items() <= told.parameters[rule].items()
        for parameter in over:
            clauses = profile.clauses.get(rule) or profile.clauses[f"{rule}.{parameter}"]
            assert clauses, f"{rule} departs from its default, so a clause has to say why"


def test_the_profile_of_nist_does_not_contradict_its_name() -> None:
    told = Configuration.parse({"profile": {"name": "nist-800-63b-4"}}).parameters
    assert set(told["character-classes"].values()) == {0}, "section 3.1.1.2 (5): no composition rules"
    assert told["rotation"]["max_days"] == 0, "section 3.1.1.2 (6): no periodic change"
    assert told["minimum-length"]["length"] == 15, "section 3.1.1.2 (1)"


def test_the_schema_says_what_the_parameter_takes() -> None:
    schemas = {(rule, parameter.name): parameter.schema() for rule, parameter in PARAMETERS}
    assert schemas["minimum-length", "length"] == {
        "type": "integer", "description": "At least so many characters.", "minimum": 0, "maximum": 1024,
    }  # fmt: skip
    assert schemas["source", "allowed"]["items"]["enum"] == ["supplied", "reference", "generated", "derived"]
    assert schemas["breached-password", "required"]["type"] == "boolean"


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m docs.policies_page"


def test_the_configuration_that_the_page_shows_is_one() -> None:
    [shown] = re.findall(r"^```json\n(.*?)^```$", page(), re.DOTALL | re.MULTILINE)
    told = Configuration.parse({name: value for name, value in json.loads(shown).items() if isinstance(value, dict)})
    assert told.profile.name == "pci-dss-4"
    assert told.parameters["rotation"] == {"max_days": 60, "schedule_required": True}
