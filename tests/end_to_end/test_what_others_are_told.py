"""What leaves our hands: who is asked about breaches, and policies that somebody else has written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.end_to_end.programs import credential, program
from tests.unit.loopback_peer import answers, peering

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

OUR_PACK = Path(__file__).parents[2] / "policy"
OURS = "pulumi-python:dynamic/pwmgmt:"
# What somebody else's policies could do: write down all that they are told, and put something right
FOREIGN_PACK = """
import collections.abc
import json
import pathlib
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy, StackValidationPolicy

told = pathlib.Path({told!r})


def plain(value):
    return dict(value) if isinstance(value, collections.abc.Mapping) else list(value)


def note(kind, resource):
    with told.open("a") as file:
        print(json.dumps([kind, resource.resource_type, resource.props], default=plain), file=file)


def one(args, report):
    note("resource", args)


def put_right(args):
    if {remediates} and args.resource_type.endswith("ManagedCredential"):
        return dict(args.props)


def all_of_them(args, report):
    for resource in args.resources:
        note("stack", resource)


PolicyPack("foreign", enforcement_level=EnforcementLevel.REMEDIATE, policies=[
    ResourceValidationPolicy("each", "Reads a resource.", validate=one, remediate=put_right),
    StackValidationPolicy("together", "Reads the stack.", all_of_them, EnforcementLevel.ADVISORY),
])
"""


def connected(stack: Stack, directory: Directory) -> Account:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    return account


def pack(place: Path, *, remediates: bool = False) -> tuple[Path, Path]:
    place.mkdir()
    (place / "PulumiPolicy.yaml").write_text("runtime: python\n")
    told = place / "told.jsonl"
    (place / "__main__.py").write_text(FOREIGN_PACK.format(told=str(told), remediates=remediates))
    return place, told


def test_five_digits_leave_the_machine_where_breaches_are_asked_for(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.configure(secrets={"password": "CANARY-not-known-1A"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    digest = hashlib.sha1(b"CANARY-not-known-1A", usedforsecurity=False).hexdigest().upper()
    with peering(answers(200, raw=b"0" * 35 + b":1\r\n", Content_Type="text/plain")) as peer:
        stack.configure({"pwmgmt:breached.endpoint": f"{peer.url}/range"})
        stack.up()
        stack.up()

    assert [(one.method, one.target, one.body) for one in peer.received] == [("GET", f"/range/{digest[:5]}", b"")], (
        "once for a password, whatever runs come after"
    )
    [asked] = peer.received
    assert asked.headers["add-padding"] == "true"
    sent = json.dumps(dict(asked.headers))
    assert account.principal not in sent
    assert digest[5:].casefold() not in sent.casefold()
    facts = json.loads(stack.credentials(secrets=True)["bot"]["inputs"]["facts"]["plaintext"])
    assert json.loads(facts)["breached"] is False


def test_what_policies_of_others_are_told(stack: Stack, directory: Directory) -> None:
    """Not ours to mend; docs/security.md says so, and should stop saying so when this fails."""
    account, other = connected(stack, directory), directory.account("onelogin")
    stack.connect("onelogin", other.connection)
    stack.configure(secrets={"password": "CANARY-Supplied-1"})
    stack.program(
        program(
            credential("kept", connection="okta", principal=account.principal, more="keep_in_state=True"),
            "made = GeneratedPassword('made')\n",
            credential("given", connection="onelogin", principal=other.principal, password="made"),
        )
    )
    place, told = pack(stack.directory / "pack")

    def entries() -> dict[tuple[str, str], dict[str, Any]]:
        lines = [json.loads(line) for line in told.read_text().splitlines()]
        told.unlink()
        return {(kind, name): props for kind, name, props in lines if props.get("connection") != "onelogin"}

    stack.preview("--policy-pack", str(place))
    in_preview = entries()
    stack.up("--policy-pack", str(place))
    in_update = entries()

    for each in (in_preview, in_update):
        inputs = each["resource", f"{OURS}ManagedCredential"]
        assert inputs["password"].startswith("pwmgmt:fingerprint:1:")
        assert json.loads(inputs["facts"])["length"] == len("CANARY-Supplied-1")
        assert "CANARY" not in json.dumps(inputs)
        assert "value" not in each["resource", f"{OURS}GeneratedPassword"]
        config = each["resource", "pulumi:providers:pulumi-python"]
        assert "CANARY-Supplied-1" in config.values(), "all config, in clear"
        assert account.connection["token"] in config["pwmgmt:connections"]
    assert in_update["stack", f"{OURS}ManagedCredential"]["kept_password"] == "CANARY-Supplied-1"
    assert in_update["stack", f"{OURS}GeneratedPassword"]["value"] == stack.generated()["value"]


def test_a_remediation_of_others_takes_the_secret_marks_away(stack: Stack, directory: Directory) -> None:
    """Not ours to mend; docs/security.md says so, and should stop saying so when this fails."""
    account = connected(stack, directory)
    stack.configure(secrets={"password": "CANARY-Supplied-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    place, _ = pack(stack.directory / "pack", remediates=True)

    stack.up("--policy-pack", str(place))

    inputs = stack.credentials()["bot"]["inputs"]
    assert inputs["password"].startswith("pwmgmt:fingerprint:1:"), "it stands in the state in clear"
    assert json.loads(inputs["facts"])["length"] == len("CANARY-Supplied-1")
    assert directory.logs_in(account, "CANARY-Supplied-1")


def test_our_own_remediation_keeps_them(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.configure(secrets={"password": "CANARY-Supplied-quiet-River-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    (stack.directory / "policy.json").write_text(json.dumps({"on-destroy": "remediate"}))

    stack.up("--policy-pack", str(OUR_PACK), "--policy-pack-config", str(stack.directory / "policy.json"))

    inputs = stack.credentials()["bot"]["inputs"]
    assert "on_destroy" in inputs["declared"], "it has put something right"
    assert all("ciphertext" in inputs[name] for name in ("password", "facts"))
