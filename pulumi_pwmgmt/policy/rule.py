"""What a rule is: data that says what, why and how, and a pure function from properties to a verdict."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pulumi_pwmgmt.policy.credential import Credential, NotKnownYet, NotRecorded, Properties

if TYPE_CHECKING:
    from datetime import date

    from pulumi_pwmgmt.policy.parameter import Parameter

Parameters = Mapping[str, Any]


class Severity(enum.Enum):
    """How bad it is, in Pulumi's words."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(enum.Enum):
    """What a violation does, in Pulumi's words; the configuration may set another."""

    ADVISORY = "advisory"
    """It is told."""
    MANDATORY = "mandatory"
    """It refuses the change."""
    REMEDIATE = "remediate"
    """It is put right where the rule knows how, and refuses the change where it does not."""
    DISABLED = "disabled"
    """Nobody looks."""


class Outcome(enum.Enum):
    """How a judgement ended."""

    PASSED = "passed"
    VIOLATED = "violated"
    WHEN_APPLIED = "judged when applied"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class Verdict:
    """What a rule says of one credential, in words made of its parameters, never of the credential's properties.

    ``to_do`` is empty where the rule's own ``how`` says what to do. ``parameters`` are those of ``Problem``.
    """

    outcome: Outcome
    says: str = ""
    to_do: str = ""
    parameters: tuple[str, ...] = ()


PASSED = Verdict(Outcome.PASSED)


def unjudged(missing: NotKnownYet | NotRecorded) -> Verdict:
    """Return what a rule says that can't judge, and why."""
    if isinstance(missing, NotKnownYet):
        return Verdict(Outcome.WHEN_APPLIED, f"judged when applied: {missing.property_name!r} is not known before")
    return Verdict(Outcome.NOT_JUDGED, f"not judged: {missing.property_name!r} is not recorded", missing.to_do)


class Problem(NamedTuple):
    """A way in which a credential violates a rule, and the parameter that demands otherwise.

    It is named where the rule's parameters stand for different clauses of a framework.
    """

    says: str
    parameter: str


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """What every rule says of itself.

    ``what`` is the demand in one sentence, ``why`` the reason, ``how`` what to do about a violation. ``borrows`` names
    rules whose parameters this one judges by.
    """

    name: str
    what: str
    why: str
    how: str
    severity: Severity
    level: Level = Level.MANDATORY
    parameters: tuple[Parameter, ...] = ()
    borrows: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule(_Rule):
    """A rule about one credential.

    ``find`` yields what is wrong for each way in which a credential violates it. ``remedy`` returns the properties to
    set so that it does not, None where there is nothing to put right.
    """

    find: Callable[[Credential, Parameters, date], Iterator[str | Problem]]
    remedy: Callable[[Credential], Properties | None] | None = None

    def judge(self, properties: Properties, parameters: Parameters, today: date) -> Verdict:
        """Judge one credential by its properties, unknown values being ``UNKNOWN``. It raises nothing for any.

        ``today`` is the day in UTC that ages are counted to.
        """
        credential = Credential(properties)
        if credential.is_refused:
            return PASSED
        problems: list[str | Problem] = []
        verdict = PASSED
        try:
            for problem in self.find(credential, parameters, today):
                problems.append(problem)  # noqa: PERF402 -- what was found stands, whatever can't be judged after it
        except (NotKnownYet, NotRecorded) as missing:
            verdict = unjudged(missing)
        if not problems:
            return verdict
        says = "; ".join(problem.says if isinstance(problem, Problem) else problem for problem in problems)
        named = tuple(problem.parameter for problem in problems if isinstance(problem, Problem))
        return Verdict(Outcome.VIOLATED, says, parameters=named)


@dataclass(frozen=True, kw_only=True)
class StackRule(_Rule):
    """A rule about all credentials of a stack together: ``find`` returns a verdict for each that has one to be told.

    Credentials are keyed by URN; the key ``""`` is the stack itself.
    """

    find: Callable[[Mapping[str, Credential], Parameters], Mapping[str, Verdict]]

    def judge(self, credentials: Mapping[str, Properties], parameters: Parameters) -> Mapping[str, Verdict]:
        """Judge all credentials of the stack. It raises nothing for any properties."""
        judged = {urn: Credential(properties) for urn, properties in credentials.items()}
        return self.find({urn: each for urn, each in judged.items() if not each.is_refused}, parameters)
