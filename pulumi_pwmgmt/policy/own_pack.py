"""The rules for a pack of one's own, beside policies about other things: ``pip install 'pulumi-pwmgmt[policy]'``.

https://www.pulumi.com/docs/insights/policy/policy-packs/authoring/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from pulumi_pwmgmt.policy.analyzer import day
from pulumi_pwmgmt.policy.configuration import PROFILE, Configuration, WrongConfiguration
from pulumi_pwmgmt.policy.credential import CREDENTIAL, READ, UNKNOWN, Properties, opened
from pulumi_pwmgmt.policy.profiles import DEFAULT_PROFILE
from pulumi_pwmgmt.policy.rule import Outcome, Rule, StackRule, Verdict
from pulumi_pwmgmt.policy.rules import RULES

if TYPE_CHECKING:
    from pulumi_policy import ReportViolation, ResourceValidationArgs, StackValidationArgs

_Parameters = Mapping[str, Mapping[str, Any]]


def policies(profile: str = DEFAULT_PROFILE, parameters: _Parameters | None = None) -> list[Policy]:
    """Return one policy for each rule. ``parameters`` are by rule, as in ``--policy-pack-config``.

    Levels are the pack's to set, by the names of the rules; parameters in its configuration end the run. Nothing is
    remediated: in such a pack a remediation takes the secret marks off everything that the resource has.

    Raises:
        WrongConfiguration: an unknown profile, rule or parameter, or a value of the wrong type.

    """
    configuration = Configuration.parse({PROFILE: {"name": profile}, **(parameters or {})})
    seen: dict[str, Properties] = {}
    return [
        _of_stack(rule, configuration, seen) if isinstance(rule, StackRule) else _of_each(rule, configuration, seen)
        for rule in RULES
    ]


def _of_each(rule: Rule, configuration: Configuration, seen: dict[str, Properties]) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        _refuse_parameters(rule, args.get_config())
        if args.resource_type == CREDENTIAL:
            properties = seen[args.urn] = _read(args.props)
            today = day(pulumi.Config("pwmgmt").get("now"))
            verdict = rule.judge(properties, configuration.parameters[rule.name], today)
            _tell({args.urn: verdict}, rule, configuration, report)

    return ResourceValidationPolicy(validate=validate, **_described(rule))


def _of_stack(rule: StackRule, configuration: Configuration, seen: dict[str, Properties]) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        _refuse_parameters(rule, args.get_config())
        credentials = {
            each.urn: seen.get(each.urn) or _read(each.props)
            for each in args.resources
            if each.resource_type == CREDENTIAL
        }
        verdicts = rule.judge(credentials, configuration.parameters[rule.name])
        _tell(verdicts, rule, configuration, report)

    return StackValidationPolicy(validate=validate, **_described(rule))


def _refuse_parameters(rule: Rule | StackRule, given: Mapping[str, Any]) -> None:
    """Refuse them for all rules: those that one borrows from another would not reach it."""
    if given:
        raise WrongConfiguration(
            f"{rule.name!r}: --policy-pack-config sets its level only — give its parameters to policies() in the pack"
        )


def _described(rule: Rule | StackRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "description": rule.what,
        "enforcement_level": EnforcementLevel(rule.level.value),
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.how,
    }


def _read(props: Mapping[str, Any]) -> Properties:
    there = set(props)  # to ask props itself whether it has a name raises where the value is not known
    return opened({name: _known(props, name) for name in READ if name in there})


def _known(props: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 -- a property of any type
    try:
        value = props[name]
        return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    except UnknownValueError:
        return UNKNOWN


def _tell(
    verdicts: Mapping[str, Verdict], rule: Rule | StackRule, configuration: Configuration, report: ReportViolation
) -> None:
    """Report what is violated; what can't be judged is said the way in which pulumi_policy says so, as advice."""
    notes: dict[str, None] = {}
    for urn, verdict in verdicts.items():
        message = configuration.message(rule, verdict)
        if verdict.outcome is Outcome.VIOLATED:
            report(message, urn)
        elif verdict.outcome is not Outcome.PASSED:
            notes[message] = None
    if notes:
        _advise("; ".join(notes))


def _advise(message: str) -> NoReturn:
    note = UnknownValueError("04da6b54-80e4-46f7-96ec-b56ff0331ba9", [])
    note.message = message
    raise note
