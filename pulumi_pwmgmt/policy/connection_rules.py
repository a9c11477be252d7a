"""Rules about the way to the system, and what the system itself demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pulumi_pwmgmt.policy.parameter import Kind, Parameter
from pulumi_pwmgmt.policy.rule import Level, Parameters, Problem, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from pulumi_pwmgmt.policy.credential import Credential

_COMPOSITION = ("min_letters", "min_lower", "min_upper", "min_digits", "min_symbols", "min_classes")


def _tls(credential: Credential, _parameters: Parameters, _today: date) -> Iterator[str]:
    if "unencrypted" in credential.texts("connection_risks"):
        yield "the connection sends passwords and tokens unencrypted over a network"


def _literals(credential: Credential, _parameters: Parameters, _today: date) -> Iterator[str]:
    if any(risk.startswith("literal ") for risk in credential.texts("connection_risks")):
        yield "the connection's secrets stand in the stack's config, so the state keeps a copy of them"


def _server(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str | Problem]:
    if not credential.has("facts", "server"):
        return
    rules = {
        name: credential.number("facts", "server", name) if credential.has("facts", "server", name) else 0
        for name in (*_COMPOSITION, "max_age_days")
    }
    if parameters["no_composition"] and any(rules[name] for name in _COMPOSITION):
        yield Problem(
            "for this account the server demands certain kinds of characters, which the profile says nobody should",
            "no_composition",
        )
    expires = rules["max_age_days"]
    if expires and parameters["no_expiry"]:
        yield Problem(
            "for this account the server lets passwords expire after a time, which the profile says nobody should",
            "no_expiry",
        )
    if expires and credential.has("source", "schedule"):
        if credential.number("source", "schedule", "longest_days") > expires:
            yield "the server lets the password expire before its schedule changes it"
    elif expires and 0 < expires < parameters["max_days"]:
        yield f"the server lets the password expire before the {parameters['max_days']} days that the profile allows"


TLS_RULE = Rule(
    name="connection-tls",
    what="Passwords and tokens travel encrypted.",
    why="Who listens on the way has the password, and the right to set all others. The provider refuses such a "
    "connection first; the rule is for what other versions let through.",
    how="give the connection a url that starts with https://",
    severity=Severity.CRITICAL,
    find=_tls,
)
LITERALS_RULE = Rule(
    name="secrets-by-reference",
    what="A connection's secrets are given by reference.",
    why="A reference is read at the moment of use: it is in no state, and never stale.",
    how='give {"env": "NAME"} or {"file": "PATH"} in place of the secret in pwmgmt:connections',
    severity=Severity.MEDIUM,
    level=Level.ADVISORY,
    find=_literals,
)
SERVER_RULE = Rule(
    name="server-rules",
    what="What the server demands does not contradict the profile.",
    why="A password has to satisfy both; where they contradict, somebody has to decide.",
    how="change the server's password policy for this account, the schedule, or the profile's parameters",
    severity=Severity.LOW,
    level=Level.ADVISORY,
    borrows=("rotation",),
    parameters=(
        Parameter(
            name="no_composition",
            kind=Kind.FLAG,
            default=False,
            about="Tell of a server that demands certain kinds of characters.",
        ),
        Parameter(
            name="no_expiry",
            kind=Kind.FLAG,
            default=False,
            about="Tell of a server that lets passwords expire after a time.",
        ),
    ),
    find=_server,
)
