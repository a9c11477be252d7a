"""What a pack is told: which profile, which parameters instead of the profile's. Anything else is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pulumi_pwmgmt.policy.profiles import DEFAULT_PROFILE, PROFILES, Profile
from pulumi_pwmgmt.policy.rule import Outcome
from pulumi_pwmgmt.policy.rules import RULES
from pulumi_pwmgmt.suggestion import did_you_mean

if TYPE_CHECKING:
    from pulumi_pwmgmt.policy.rule import Rule, StackRule, Verdict

PROFILE: Final = "profile"
"""The key of the configuration that chooses the profile: ``{"profile": {"name": "pci-dss-4"}}``."""
_BY_NAME: Final[Mapping[str, Rule | StackRule]] = {rule.name: rule for rule in RULES}


class WrongConfiguration(ValueError):
    """The configuration can't be followed. The text names every problem, and no value."""


@dataclass(frozen=True)
class Configuration:
    """A profile, and for each rule by name the parameters that it judges by, those that it borrows among them.

    ``overridden`` are the rules that judge by something else than the profile says.
    """

    profile: Profile
    parameters: Mapping[str, Mapping[str, Any]]
    overridden: frozenset[str] = frozenset()

    @staticmethod
    def parse(given: Mapping[str, object]) -> Configuration:
        """Read what ``--policy-pack-config`` holds, without the levels, which are the engine's to read.

        Raises:
            WrongConfiguration: an unknown profile, rule or parameter, or a value of the wrong type.

        """
        problems = [*_problems(given)]
        if problems:
            raise WrongConfiguration("; ".join(problems))
        chosen: Any = given.get(PROFILE) or {}
        profile = PROFILES[chosen.get("name", DEFAULT_PROFILE)]
        own = {rule.name: _own_parameters(rule, profile, given.get(rule.name)) for rule in RULES}
        changed = {rule.name for rule in RULES if own[rule.name] != _own_parameters(rule, profile, None)}
        return Configuration(
            profile,
            {
                rule.name: {name: value for source in (*rule.borrows, rule.name) for name, value in own[source].items()}
                for rule in RULES
            },
            frozenset(rule.name for rule in RULES if changed & {rule.name, *rule.borrows}),
        )

    def message(self, rule: Rule | StackRule, verdict: Verdict) -> str:
        """Return what a verdict says, where the framework says so, and what to do about it."""
        if verdict.outcome is not Outcome.VIOLATED:
            return f"{verdict.says} — {verdict.to_do}" if verdict.to_do else verdict.says
        clauses = self._clauses(rule.name, verdict.parameters)
        return f"{verdict.says} ({clauses}) — {rule.how}" if clauses else f"{verdict.says} — {rule.how}"

    def _clauses(self, rule: str, parameters: Iterable[str]) -> str:
        """Return where the profile's framework says what the rule, or these parameters of it, stand for.

        Empty where the rule is ours, and where a parameter is: a framework is not cited for figures that it lacks.
        """
        if rule in self.overridden:
            return ""
        names = (rule, *(f"{rule}.{parameter}" for parameter in parameters))
        references = ", ".join(clause.reference for name in names for clause in self.profile.clauses.get(name, ()))
        return f"{self.profile.title}: {references}" if references else ""


def _own_parameters(rule: Rule | StackRule, profile: Profile, given: Any) -> dict[str, Any]:  # noqa: ANN401 -- checked
    said = {**profile.parameters.get(rule.name, {}), **(given or {})}
    return {
        parameter.name: parameter.read(said.get(parameter.name, parameter.default)) for parameter in rule.parameters
    }


def _problems(given: Mapping[str, object]) -> Iterator[str]:
    for name, settings in given.items():
        if name not in (PROFILE, *_BY_NAME):
            yield f"there is no rule {name!r}{_meant(name, (PROFILE, *_BY_NAME))}"
        elif not isinstance(settings, Mapping):
            yield f"{name!r} takes a table of parameters"
        elif name == PROFILE:
            yield from _problems_of_profile(settings)
        else:
            yield from _problems_of_rule(_BY_NAME[name], settings)


def _problems_of_profile(settings: Mapping[str, object]) -> Iterator[str]:
    for name, value in settings.items():
        if name != "name":
            yield f"{PROFILE!r} has no parameter {name!r}{_meant(name, ['name'])}"
        elif not isinstance(value, str):
            yield f"{PROFILE!r}: 'name' takes a text, one of {', '.join(PROFILES)}"
        elif value not in PROFILES:
            yield f"there is no profile {value!r}{_meant(value, PROFILES)}"


def _problems_of_rule(rule: Rule | StackRule, settings: Mapping[str, object]) -> Iterator[str]:
    parameters = {parameter.name: parameter for parameter in rule.parameters}
    for name, value in settings.items():
        if name not in parameters:
            yield f"{rule.name!r} has no parameter {name!r}{_meant(name, parameters)}"
            continue
        try:
            parameters[name].read(value)
        except ValueError as problem:
            yield f"{rule.name!r}: {name!r} {problem}"


def _meant(name: str, known: Collection[str]) -> str:
    names = ", ".join(known)
    return f"{did_you_mean(name, known)}; there are {names}" if names else "; it has none"
