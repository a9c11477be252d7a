"""The floor: a credential whose provider does nothing, for as long as ours would wait for an API.

It takes and returns the properties of ``ManagedCredential``, as secret as there, with constant values. What it costs
is what the engine costs for any dynamic provider, so that the rest of a comparison is the library's own.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import pulumi
from pulumi import dynamic

LATENCY = "BENCHMARK_LATENCY_S"
"""Environment variable of the provider's process: seconds that each simulated call takes."""

CALLS = {"create": 1, "change": 1, "destroy": 2}
"""API calls that ours makes for each account in Okta: set; set; look and set. The run proves it from the log."""

FOR_THE_RULES = {"create": 1, "change": 1, "destroy": 0}
"""Calls that it makes once for a connection and run, to read the rules that the system states."""

_LATENCY_S = float(os.environ.get(LATENCY, "0"))
_FINGERPRINT = 52  # characters; a password stands here padded to as many, because it has to differ when it is changed
_INPUTS = {
    "on_destroy": "revoke",
    "on_drift": "repair",
    "keep_in_state": False,
    "system": "okta",
    "tenant": "http://127.0.0.1:65535",
    "reason": "created",
    "declared": "connection password principal",
    "connection_risks": ["literal token"],
    "facts": json.dumps(
        {
            "classes": 4,
            "common": False,
            "digits": 1,
            "format": 1,
            "length": 17,
            "lower": 9,
            "since": "2001-02-03",
            "source": "supplied",
            "strength": "estimated",
            "strength_bits": 41.5,
            "symbols": 3,
            "upper": 4,
            "server": {
                "description": "Default Policy",
                "excludes_common": True,
                "max_length": 72,
                "min_digits": 1,
                "min_length": 8,
                "min_lower": 1,
                "min_upper": 1,
                "remembered": 4,
            },
        },
        separators=(",", ":"),
    ),
}
_OUTPUTS = {
    "principal_id": "00u00000000000000000",
    "status": "ACTIVE",
    "password_changed_at": "2001-02-03T04:05:06Z",
    "drift": "",
}
_NEEDLESS = ("in_clear", dynamic.dynamic.PROVIDER_KEY)

Properties = dict[str, Any]


class FloorProvider(dynamic.ResourceProvider):
    """Says yes to everything."""

    serialize_as_secret_always = False

    def __reduce__(self) -> tuple[type[FloorProvider], tuple[()]]:
        return FloorProvider, ()

    def check(self, olds: Properties, news: Properties) -> dynamic.CheckResult:
        """Return what ours returns."""
        inputs = {name: value for name, value in news.items() if name not in _NEEDLESS and value is not None}
        inputs = inputs | _INPUTS | {"password": inputs["password"].ljust(_FINGERPRINT, ".")}
        if olds and olds["password"] != inputs["password"]:
            inputs["reason"] = "changed in the program"
        elif olds:
            inputs["reason"] = olds["reason"]
        return dynamic.CheckResult(inputs, [])

    def diff(self, _id: str, olds: Properties, news: Properties) -> dynamic.DiffResult:
        """Tell a new password."""
        return dynamic.DiffResult(changes=olds["password"] != news["password"])

    def create(self, props: Properties) -> dynamic.CreateResult:
        """Wait as long as the calls would take."""
        time.sleep(CALLS["create"] * _LATENCY_S)
        return dynamic.CreateResult(f"okta:{_OUTPUTS['principal_id']}", _outputs(props))

    def update(self, _id: str, _olds: Properties, news: Properties) -> dynamic.UpdateResult:
        """Wait as long as the calls would take."""
        time.sleep(CALLS["change"] * _LATENCY_S)
        return dynamic.UpdateResult(_outputs(news))

    def delete(self, _id: str, _props: Properties) -> None:
        """Wait as long as the calls would take."""
        time.sleep(CALLS["destroy"] * _LATENCY_S)


class FloorCredential(dynamic.Resource, module="bench", name="FloorCredential"):
    """Looks like a ``ManagedCredential`` to the engine, and does nothing."""

    def __init__(self, resource_name: str, *, connection: str, principal: str, password: pulumi.Input[str]) -> None:
        unset = ("current_password", "adopt", "on_destroy", "on_drift", "keep_in_state", "in_clear")
        outputs = ("principal_id", "system", "tenant", "status", "password_changed_at", "reason", "drift")
        arguments = {"connection": connection, "principal": principal, "password": pulumi.Output.secret(password)}
        told = {"source": '{"kind":"supplied"}', "facts": pulumi.Output.secret("{}")}
        super().__init__(
            FloorProvider(),
            resource_name,
            {**dict.fromkeys((*outputs, "kept_password", *unset)), **arguments, **told},
            pulumi.ResourceOptions(additional_secret_outputs=["password", "current_password", "kept_password"]),
        )


def _outputs(inputs: Properties) -> Properties:
    known = {name: value for name, value in inputs.items() if name != dynamic.dynamic.PROVIDER_KEY}
    return known | _OUTPUTS
