"""Events as the engine writes them, by hand: what a case is about, and the rest as small as the engine has it."""

from __future__ import annotations

import json
from typing import Any

CREDENTIAL = "pulumi-python:dynamic/pwmgmt:ManagedCredential"
STACK_URN = "urn:pulumi:prod::bots::pulumi:pulumi:Stack::bots-prod"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}

Event = dict[str, Any]


def urn(name: str, kind: str = CREDENTIAL) -> str:
    return f"urn:pulumi:prod::bots::{kind}::{name}"


def inputs(principal: object = "bot@example.com", **more: object) -> dict[str, object]:
    return {
        "connection": "okta",
        "principal": principal,
        "password": SECRET,
        "system": "okta",
        "tenant": "https://example.okta.com",
        "on_destroy": "revoke",
        "on_drift": "repair",
        "keep_in_state": False,
        "reason": "created",
        **more,
    }


def step(
    op: str,
    name: str = "bot",
    *,
    old: dict[str, object] | None = None,
    new: dict[str, object] | None = None,
    kind: str = CREDENTIAL,
    **state: object,
) -> Event:
    """Return a planned step; ``state`` is added to the old one, in the engine's spelling."""
    metadata = {
        "op": op,
        "urn": urn(name, kind),
        "type": kind,
        "old": None if old is None else {"type": kind, "urn": urn(name), "inputs": old, "outputs": old, **state},
        "new": None if new is None else {"type": kind, "urn": urn(name), "inputs": new, "outputs": {}},
        "detailedDiff": None,
        "provider": "",
    }
    return {"resourcePreEvent": {"metadata": metadata, "planning": True}}


def violation(message: str = "too short — take more", level: str = "mandatory", **more: object) -> Event:
    told = {
        "resourceUrn": urn("bot"),
        "message": message,
        "color": "never",
        "policyName": "length",
        "policyPackName": "pwmgmt",
        "policyPackVersion": "1.0",
        "policyPackVersionTag": "1.0",
        "enforcementLevel": level,
    }
    return {"policyEvent": told | more}


def remediation(before: dict[str, object], after: dict[str, object]) -> Event:
    event = violation()["policyEvent"]
    told = {key: event[key] for key in ("resourceUrn", "policyName", "policyPackName", "policyPackVersion")}
    return {"policyRemediationEvent": {**told, "before": before, "after": after}}


def said(message: str, severity: str = "error", name: str | None = "bot", **more: object) -> Event:
    about = {} if name is None else {"urn": urn(name)}
    told = {"prefix": f"{severity}: ", "message": message, "color": "never", "severity": severity}
    return {"diagnosticEvent": about | told | more}


def summary(result: str = "succeeded", **more: object) -> Event:
    told = {"maybeCorrupt": False, "durationSeconds": 1, "resourceChanges": {}, "PolicyPacks": {}, "isPreview": True}
    return {"summaryEvent": {**told, "result": result, **more}}


def stream(*events: Event, end: Event | None = None) -> bytes:
    """Return a whole preview; ``end`` is its summary, by default that of a success."""
    prelude = {"preludeEvent": {"config": {"pwmgmt:connections": '{"okta":{"token":"[secret]"}}'}}}
    whole = [prelude, *events, end or summary(), {"cancelEvent": {}}]
    lines = [json.dumps({"sequence": number, "timestamp": 1, **event}) for number, event in enumerate(whole)]
    return "\n".join([*lines, ""]).encode()
