"""The pack as the engine sees it: the calls of Pulumi's analyzer protocol, answered by the rules.

https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/analyzer.proto. It is spoken here directly, and not by way
of pulumi_policy, which reads each resource anew for each policy, can't tell advice from a refusal within one policy,
and keeps the configuration of one policy from another (docs/decisions).
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Final, TypeVar

import grpc
from google.protobuf import empty_pb2  # type: ignore[import-untyped] # protobuf comes without types
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from pulumi_pwmgmt.policy.configuration import PROFILE, Configuration, WrongConfiguration
from pulumi_pwmgmt.policy.credential import CREDENTIAL, READ, Credential, NotKnownYet, NotRecorded, Properties, opened
from pulumi_pwmgmt.policy.profiles import DEFAULT_PROFILE, PROFILES
from pulumi_pwmgmt.policy.rule import Level, Outcome, Rule, Severity, StackRule, Verdict
from pulumi_pwmgmt.policy.rules import CREDENTIAL_RULES, RULES, STACK_RULES
from pulumi_pwmgmt.policy.values import Struct, all_plain, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

_Any = TypeVar("_Any", Rule, StackRule)

_EVERY: Final = "all"  # the engine's own name for the levels of all policies
_LEVELS: Final = {level: analyzer_pb2.EnforcementLevel.Value(level.name) for level in Level}
_SEVERITIES: Final = {
    severity: analyzer_pb2.PolicySeverity.Value(f"POLICY_SEVERITY_{severity.name}") for severity in Severity
}


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """All rules of this ``version``, as one pack called ``name``. Until it is configured, the default profile holds."""

    def __init__(self, name: str, version: str) -> None:
        self._name = name
        self._version = version
        self._configuration = Configuration.parse({})
        self._levels = {rule.name: rule.level for rule in RULES}
        self._in_preview = False
        self._today = day(None)
        self._seen: dict[str, Properties] = {}

    def GetPluginInfo(self, _request: object, _context: object) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self._version)

    def GetAnalyzerInfo(self, _request: object, _context: object) -> analyzer_pb2.AnalyzerInfo:
        info = analyzer_pb2.AnalyzerInfo(
            name=self._name,
            version=self._version,
            displayName="Credentials",
            description="Judges the passwords of service accounts by what may be known of them.",
            supportsConfig=True,
        )
        chooses_profile = info.policies.add(
            name=PROFILE,
            displayName="Profile",
            description="Chooses the profile that the rules follow. It judges nothing itself.",
            enforcementLevel=_LEVELS[Level.ADVISORY],
            policy_type=analyzer_pb2.POLICY_TYPE_STACK,
        )
        schema = {"type": "string", "description": f"One of {', '.join(PROFILES)}.", "default": DEFAULT_PROFILE}
        chooses_profile.configSchema.properties.update({"name": schema})
        for rule in RULES:
            policy = info.policies.add(
                name=rule.name,
                displayName=rule.name.replace("-", " ").capitalize(),
                description=rule.what,
                enforcementLevel=_LEVELS[rule.level],
                severity=_SEVERITIES[rule.severity],
                remediation_steps=rule.how,
                policy_type=analyzer_pb2.POLICY_TYPE_STACK
                if isinstance(rule, StackRule)
                else analyzer_pb2.POLICY_TYPE_RESOURCE,
            )
            schemas = {parameter.name: parameter.schema() for parameter in rule.parameters}
            policy.configSchema.properties.update(schemas)
        return info

    def ConfigureStack(
        self, request: analyzer_pb2.AnalyzerStackConfigureRequest, _context: object
    ) -> analyzer_pb2.AnalyzerStackConfigureResponse:
        self._in_preview = request.dry_run
        self._today = day(request.config.get("pwmgmt:now"))
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(
        self, request: analyzer_pb2.ConfigureAnalyzerRequest, context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        given = dict(request.policyConfig.items())
        given.pop(_EVERY, None)
        try:
            self._configuration = Configuration.parse(
                {name: all_plain(config.properties) for name, config in given.items()}
            )
        except WrongConfiguration as problem:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{problem}. Nothing was changed")
        named = {number: level for level, number in _LEVELS.items()}
        self._levels |= {name: named[config.enforcementLevel] for name, config in given.items() if name != PROFILE}
        return empty_pb2.Empty()

    def Analyze(self, request: analyzer_pb2.AnalyzeRequest, _context: object) -> analyzer_pb2.AnalyzeResponse:
        if request.type != CREDENTIAL:
            return analyzer_pb2.AnalyzeResponse()
        properties = self._seen[request.urn] = _read(request.properties)
        parameters = self._configuration.parameters
        told = (
            self._diagnostic(rule, rule.judge(properties, parameters[rule.name], self._today), request.urn)
            for rule in self._enabled(CREDENTIAL_RULES)
        )
        return analyzer_pb2.AnalyzeResponse(diagnostics=filter(None, told))

    def AnalyzeStack(self, request: analyzer_pb2.AnalyzeStackRequest, _context: object) -> analyzer_pb2.AnalyzeResponse:
        # What comes here are outputs: of a credential that nothing changed, they are those of its last change.
        credentials = {
            resource.urn: self._seen.get(resource.urn) or _read(resource.properties)
            for resource in request.resources
            if resource.type == CREDENTIAL
        }
        told = (
            self._diagnostic(rule, verdict, urn)
            for rule in self._enabled(STACK_RULES)
            for urn, verdict in rule.judge(credentials, self._configuration.parameters[rule.name]).items()
        )
        return analyzer_pb2.AnalyzeResponse(diagnostics=filter(None, told))

    def Remediate(self, request: analyzer_pb2.AnalyzeRequest, _context: object) -> analyzer_pb2.RemediateResponse:
        response = analyzer_pb2.RemediateResponse()
        if request.type != CREDENTIAL:
            return response
        for rule in self._enabled(CREDENTIAL_RULES):
            if self._levels[rule.name] is Level.REMEDIATE and rule.remedy:
                remedied = _remedied(rule, request.properties)
                if remedied:
                    response.remediations.add(
                        policyName=rule.name,
                        policyPackName=self._name,
                        policyPackVersion=self._version,
                        description=rule.what,
                        properties=remedied,
                    )
                    request.properties.CopyFrom(remedied)
        return response

    def _enabled(self, rules: Iterable[_Any]) -> Iterator[_Any]:
        return (rule for rule in rules if self._levels[rule.name] is not Level.DISABLED)

    def _diagnostic(self, rule: Rule | StackRule, verdict: Verdict, urn: str) -> analyzer_pb2.AnalyzeDiagnostic | None:
        if verdict.outcome is Outcome.PASSED:
            return None
        level, message = self._levels[rule.name], self._configuration.message(rule, verdict)
        if verdict.outcome is Outcome.NOT_JUDGED or (verdict.outcome is Outcome.WHEN_APPLIED and self._in_preview):
            level = Level.ADVISORY
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=rule.name,
            policyPackName=self._name,
            policyPackVersion=self._version,
            description=rule.what,
            message=message,
            enforcementLevel=_LEVELS[Level.MANDATORY if level is Level.REMEDIATE else level],
            severity=_SEVERITIES[rule.severity],
            urn=urn,
        )


def day(now: str | None) -> date:
    """Return the day in UTC of the moment that the stack's config fixes, of the present one where it fixes none."""
    with contextlib.suppress(ValueError):  # the provider refuses it, in words of its own
        if now is not None:
            return datetime.fromisoformat(now.upper().replace("Z", "+00:00")).astimezone(timezone.utc).date()
    return datetime.now(timezone.utc).date()


def _read(properties: Struct) -> Properties:
    return opened(plain(properties, READ))


def _remedied(rule: Rule, properties: Struct) -> Struct | None:
    """Return all properties as they came, but for those that the rule puts right."""
    try:
        remedy = rule.remedy(Credential(_read(properties))) if rule.remedy else None
    except (NotKnownYet, NotRecorded):
        return None
    if not remedy:
        return None
    remedied = analyzer_pb2.Remediation(properties=properties).properties
    remedied.update(remedy)
    return remedied
