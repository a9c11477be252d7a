"""What the real engine's event streams come to in a report."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.canary import assert_no_canary
from tests.end_to_end.programs import credential, program
from tests.end_to_end.stack import BIN

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Stack

PACK = """from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def refuse(args, report):
    if args.resource_type.endswith("ManagedCredential") and args.props["principal"].startswith("ci-"):
        report("the name | says too much — choose another")

def remark(args, report):
    if args.resource_type.endswith("ManagedCredential"):
        report("look at it")

def repair(args):
    if args.resource_type.endswith("ManagedCredential") and args.props["on_drift"] != "accept":
        args.props["on_drift"] = "accept"
        args.props["reason"] = "set by policy"
        return args.props

PolicyPack(
    "house",
    [
        ResourceValidationPolicy("names", "Names tell no purpose", refuse, EnforcementLevel.MANDATORY),
        ResourceValidationPolicy("remark", "Somebody looks", remark, EnforcementLevel.ADVISORY),
        ResourceValidationPolicy(
            "reasons", "Reasons are given", enforcement_level=EnforcementLevel.REMEDIATE, remediate=repair
        ),
    ],
)
"""


def reported(
    stack: Stack, *arguments: str, gates: tuple[str, ...] = (), ends: int = 0, command: tuple[str, ...] = ("preview",)
) -> tuple[int, str]:
    """Preview, report on the stream, and return the report's exit code and Markdown; all its formats are searched."""
    stack.environment["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true"
    streamed = stack.run(*command, "--json", *arguments, expect=ends).text
    return report(stack, streamed, *gates)


def report(stack: Stack, streamed: str, *gates: str) -> tuple[int, str]:
    files = [stack.directory / name for name in ("report.sarif", "report.xml")]
    done = subprocess.run(
        [BIN / "pwmgmt", "report", "--sarif", files[0], "--junit", files[1], *gates],
        input=streamed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for text in (done.stdout, done.stderr, *(file.read_text(encoding="utf-8") for file in files)):
        assert_no_canary(text, "a report")
    assert (len(json.loads(files[0].read_text())["runs"][0]["results"]) > 0) == ("### To look at" in done.stdout)
    return done.returncode, done.stdout


def declare(stack: Stack, directory: Directory, name: str = "bot", position: int = 0) -> Account:
    account = directory.account("okta", position)
    stack.program(program(credential(name, connection="okta", principal=account.principal)))
    return account


def connect(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.configure(secrets={"password": "CANARY-Declared-1"})


def test_what_a_credential_goes_through_is_told_step_by_step(stack: Stack, directory: Directory) -> None:
    connect(stack, directory)
    account = declare(stack, directory)
    code, text = reported(stack)
    assert (code, "1 created." in text, "No policy pack judged it." in text) == (0, True, True)
    assert f"| <code>bot</code> | create | <code>{account.principal}</code> okta |" in text

    stack.up()
    assert "nothing against it\n\n1 unchanged." in reported(stack)[1]

    stack.configure(secrets={"password": "CANARY-Declared-2"})
    code, text = reported(stack, gates=("--max-changes", "0"))
    assert (code, "| <code>bot</code> | update |" in text, "changed in the program" in text) == (1, True, True)
    assert "❌ changes: 1, at most 0 allowed" in text

    other = declare(stack, directory, position=1)
    code, text = reported(stack, gates=("--max-removals", "0"))
    moved = f"principal {account.principal} → {other.principal}; the old password is revoked"
    assert (code, moved in text.replace("\u200b", "")) == (1, True)  # which keeps an address from being a link

    declare(stack, directory, "renamed")
    code, text = reported(stack, gates=("--max-removals", "0"))
    assert (code, "✅ removals: 0" in text, "the account goes over to renamed" in text) == (0, True, True)

    stack.program(program())
    code, text = reported(stack, gates=("--max-removals", "0"))
    assert (code, "| <code>bot</code> | **delete** |" in text, "❌ removals: 1, at most 0" in text) == (1, True, True)
    assert reported(stack, gates=("--max-removals", "0", "--allow-removal", "bot"))[0] == 0

    code, text = reported(stack, "--preview-only", command=("destroy",), gates=("--max-removals", "0"))
    assert (code, "removals: 1, at most 0 allowed" in text) == (1, True)


def test_a_rotation_tells_the_generation_it_comes_from(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"pwmgmt:masters.2026": "CANARY-" + "0123456789abcdef" * 3})
    declared = program(
        credential(connection="okta", principal=account.principal, password="DerivedPassword(master='2026')")
    )
    stack.program(f"from pulumi_pwmgmt import DerivedPassword\n{declared}")
    stack.up()
    stack.configure({"pwmgmt:generations.bot": "2"})

    text = reported(stack)[1]

    assert "| <code>bot</code> | update |" in text
    assert "derived, generation 1 → 2, set in the config |" in text


def test_a_generated_password_that_is_made_anew_tells_why(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    keepers = "{'host': config.require('host'), 'key': config.require_secret('key')}"
    made = f"made = GeneratedPassword('made', keepers={keepers}, rotate_after=30)"
    stack.program(program(made, credential(connection="okta", principal=account.principal, password="made")))
    stack.configure({"host": "a", "pwmgmt:now": "2026-01-01T12:00:00Z"}, secrets={"key": "CANARY-1"})
    assert "| <code>made</code> | create | |" in reported(stack)[1]
    stack.up()
    assert "### Generated passwords" not in reported(stack)[1]

    for name, value, why in (
        ("host", "b", "keepers changed"),
        ("pwmgmt:now", "2026-03-01T12:00:00Z", "rotate_after: 30 days or a secret keeper changed"),
        ("pwmgmt:generations.made", "2", "generation 1 → 2"),
    ):
        stack.configure({name: value})
        text = reported(stack)[1]
        assert f"| <code>made</code> | update | {why} |" in text, text
        assert "| <code>bot</code> | update |" in text
        stack.up()


def test_what_was_changed_outside_is_told(stack: Stack, directory: Directory) -> None:
    connect(stack, directory)
    account = declare(stack, directory)
    stack.up()
    directory.simulator.advance_clock(60)
    directory.set_by_hand(account, "CANARY-By-hand-1")

    for code, text in [reported(stack, "--refresh", "--run-program"), (stack.refresh().code, reported(stack)[1])]:
        assert (code, "## Credentials: look before applying" in text) == (0, True)
        assert "| ⚠️ | <code>bot</code> | <code>drift</code> | the password was changed outside at 20" in text
        assert "| <code>bot</code> | update |" in text


def test_what_stands_against_it_is_told_with_what_to_do(stack: Stack, directory: Directory) -> None:
    connect(stack, directory)
    account = declare(stack, directory, "gone", position=1)
    stack.up()

    refused = credential("bot", connection="nope", principal=account.principal)
    stack.program(program(refused))
    code, text = reported(stack, gates=("--max-removals", "0"), ends=1)
    assert (code, "## Credentials: refused" in text, "1 refused" in text) == (1, True, True)
    assert "NotConfigured: there is no connection 'nope'; the config has okta | pulumi config set" in text
    assert "not judged: removals: 0" in text, "the engine plans no removal once check refuses something"

    stack.program("raise ValueError('whatever it holds')")
    code, text = reported(stack, ends=1)
    assert (code, "## Credentials: the preview failed" in text, "whatever" in text) == (1, True, False)
    assert "Program failed with an unhandled exception | read the preview's own output" in text

    stack.environment["PULUMI_CONFIG_PASSPHRASE"] = "CANARY-wrong"
    code, text = reported(stack, ends=1)
    assert (code, "## Credentials: the preview failed" in text) == (2, True)
    del stack.environment["PULUMI_CONFIG_PASSPHRASE"]

    declare(stack, directory, "gone", position=1)
    stack.environment["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "false"
    code, text = report(stack, stack.run("preview", "--json").text)
    assert (code, "not an event stream" in text) == (2, True)

    stack.environment["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true"
    streamed = stack.run("preview", "--json").text
    for cut in (streamed[: len(streamed) // 2], streamed.partition('{"sequence":20')[0]):
        code, text = report(stack, cut)
        assert (code, "cut off" in text) == (2, True)
    code, text = report(stack, stack.run("up", "--yes", "--skip-preview", "--json").text)
    assert (code, "the events of an update, not of a preview" in text) == (2, True)


def test_what_policies_say_is_told_for_each_credential(stack: Stack, directory: Directory) -> None:
    connect(stack, directory)
    declare(stack, directory, "gone", position=1)
    stack.up()
    account = declare(stack, directory)
    pack = stack.directory / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\nversion: 1.0.0\n")
    (pack / "__main__.py").write_text(PACK)

    code, text = reported(stack, "--policy-pack", str(pack), gates=("--max-removals", "0"), ends=1)

    assert (code, "Policy packs: <code>house 1.0.0</code>." in text) == (1, True)
    assert (
        "<code>house/names</code><br>mandatory | Names tell no purpose<br>the name &#124; says too much | choose"
        in text
    )
    assert "<code>house/remark</code><br>advisory | Somebody looks<br>look at it |" in text
    assert (
        "💬 | <code>bot</code> | <code>house/reasons</code><br>remediate | the policy sets on_drift, reason |" in text
    )
    assert f"| <code>bot</code> | create | <code>{account.principal}</code> okta | set by policy |" in text
    assert "❌ removals: 1, at most 0 allowed" in text, "the engine goes on after a policy's refusal"


def test_the_ready_pack_says_what_to_do(stack: Stack, directory: Directory) -> None:
    stack.connect("okta", directory.account("okta").connection)
    stack.configure(secrets={"password": "CANARY-Sh0rt"})
    declare(stack, directory)

    code, text = reported(stack, "--policy-pack", str(Path.cwd() / "policy"), ends=1)

    assert (code, "## Credentials: refused" in text, "1 created." in text) == (1, True, True)
    [row] = [line for line in text.splitlines() if line.startswith("| ❌ | <code>bot</code> | <code>pwmgmt/minimum-")]
    says, to_do = row.split(" | ")[3:5]
    assert "shorter than" in says
    assert to_do.startswith("take a longer one")
