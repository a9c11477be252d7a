"""Where each secret is in the state, and where it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.canary import find_canary
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
CREDENTIAL, GENERATED = (f"pulumi-python:dynamic/pwmgmt:{name}" for name in ("ManagedCredential", "GeneratedPassword"))
_INPUTS = {
    "__provider", "adopt", "connection", "connection_risks", "declared", "drift", "keep_in_state", "on_destroy",
    "on_drift", "principal", "reason", "source", "system", "tenant",
}  # fmt: skip
_WANTED = {"__provider", "generation", "keepers", "recipe", "rotate_after"}
_KEYS = {  # by resource type: the secret and the plain ones of its inputs, and of its outputs
    CREDENTIAL: {
        "inputs": ({"password", "current_password", "facts"}, _INPUTS),
        "outputs": (
            {"password", "current_password", "facts", "kept_password"},
            _INPUTS | {"principal_id", "status", "password_changed_at"},
        ),
    },
    GENERATED: {
        "inputs": (set[str](), _WANTED),
        "outputs": ({"value", "previous"}, _WANTED | {"made_at", "previous_generation", "reason"}),
    },
}
_SECRET_MARK = "4dabf18193072939515e22adb298388d"  # Pulumi's own, in the place of a secret


def _kinds(properties: dict[str, Any]) -> tuple[set[str], set[str]]:
    secret = {name for name, value in properties.items() if isinstance(value, dict) and _SECRET_MARK in value}
    return secret, properties.keys() - secret


def _assert_each_key_has_its_secrecy(stack: Stack) -> None:
    ours = [entry for entry in stack.state() if entry["type"] in _KEYS]
    for entry in ours:
        for part, (secret_keys, plain_keys) in _KEYS[entry["type"]].items():
            secret, plain = _kinds(entry[part])
            assert secret <= secret_keys
            assert plain <= plain_keys
    assert {entry["type"] for entry in ours} == _KEYS.keys()


def test_every_key_has_its_secrecy_after_every_step(stack: Stack, directory: Directory) -> None:
    okta, etna, onelogin = (directory.account(system) for system in ("okta", "etna", "onelogin"))
    for account in (okta, etna, onelogin):
        stack.connect(account.system, account.connection)
    key = "CANARY-a-key-of-more-than-thirty-two-bytes"
    stack.configure(secrets={"live": etna.password, "pwmgmt:reuse_key": key, "pwmgmt:masters.main": MASTER})
    kept = credential(
        "kept",
        connection="etna",
        principal=etna.principal,
        on_destroy="revoke",
        password="config.require_secret('kept')",
        more="current_password=config.require_secret('live')",
    )
    stack.program(
        program(
            credential("plain", connection="okta", principal=okta.principal, on_drift="accept", more="adopt=False"),
            kept,
            "made = GeneratedPassword('made', keepers={'team': 'blue'}, rotate_after=30)\n",
            credential("given", connection="onelogin", principal=onelogin.principal, password="made"),
        )
    )
    for number in (1, 2):
        stack.configure(secrets={"password": f"CANARY-Step-{number}", "kept": f"CANARY-Kept-{number}"})
        stack.configure({"pwmgmt:generations.made": str(number)})
        stack.up()
        _assert_each_key_has_its_secrecy(stack)
    directory.simulator.advance_clock(60)
    directory.set_by_hand(okta, "CANARY-By-hand-1")
    stack.refresh()
    assert stack.credentials()["plain"]["inputs"]["drift"].startswith("changed outside at ")
    _assert_each_key_has_its_secrecy(stack)
    program_text = (stack.directory / "__main__.py").read_text()
    derived = kept.replace("config.require_secret('kept')", "DerivedPassword(master='main')")
    stack.program(program_text.replace(kept, derived))
    assert {"kept_password", "password", "facts"} <= _kinds(stack.credentials()["kept"]["outputs"])[0]
    stack.up()
    _assert_each_key_has_its_secrecy(stack)
    entry = stack.credentials()["kept"]["outputs"]
    assert json.loads(entry["source"])["kind"] == "derived"
    assert "kept_password" not in entry


def test_a_password_from_config_is_only_in_the_providers_entry(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-From-config-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    stack.state()  # encrypted, no canary is found there
    holders = {entry["type"] for entry in stack.state(secrets=True) if "CANARY-From-config-1" in json.dumps(entry)}
    assert holders == {"pulumi:providers:pulumi-python"}


@pytest.mark.parametrize("kind", ["env", "file"])
def test_a_password_by_reference_is_nowhere(stack: Stack, directory: Directory, kind: str) -> None:
    account = directory.account("okta")
    connection = {"system": "okta", "url": account.connection["url"]}
    stack.connect("okta", connection)
    if kind == "env":
        stack.environment |= {"CI_BOT": "CANARY-Referred-1", "TOKEN": account.connection["token"]}
        name = "CI_BOT"
        stack.configure({"pwmgmt:connections.okta.token.env": "TOKEN"})
    else:
        name = "ci-bot.txt"
        (stack.directory / name).write_text("CANARY-Referred-1\n")
        (stack.directory / "token.txt").write_text(account.connection["token"])
        stack.configure({"pwmgmt:connections.okta.token.file": "token.txt"})
    stack.program(
        program(
            credential(connection="okta", principal=account.principal, password=f'from_{kind}("{name}")'),
        )
    )
    stack.up()
    assert directory.logs_in(account, "CANARY-Referred-1")
    assert find_canary(json.dumps(stack.state(secrets=True))) is None
    stack.refresh()
    assert find_canary(json.dumps(stack.state(secrets=True))) is None


def test_a_kept_password_is_in_its_own_entry_encrypted(stack: Stack, directory: Directory) -> None:
    okta, etna = directory.account("okta"), directory.account("etna")
    for account in (okta, etna):
        stack.connect(account.system, account.connection)
    stack.environment |= {"KEPT": "CANARY-Kept-1", "LIVE": etna.password}
    kept = {"password": 'from_env("KEPT")'}
    stack.program(
        program(
            credential("okta", connection="okta", principal=okta.principal, more="keep_in_state=True", **kept),
            credential(
                "etna",
                connection="etna",
                principal=etna.principal,
                on_destroy="revoke",
                more='current_password=from_env("LIVE")',
                **kept,
            ),
        )
    )
    stack.up()
    stack.state()  # encrypted, no canary is found there
    for entry in stack.credentials(secrets=True).values():
        assert json.loads(entry["outputs"]["kept_password"]["plaintext"]) == "CANARY-Kept-1"
        assert "CANARY" not in json.dumps(entry["inputs"])
        assert etna.password not in json.dumps(entry)

    stack.environment["KEPT"] = "CANARY-Kept-2"
    stack.up()
    assert "CANARY-Kept-1" not in json.dumps(stack.state(secrets=True))


def test_what_pulumi_itself_shows_of_config(stack: Stack, directory: Directory) -> None:
    """Not ours to mend; docs/security.md says so, and should stop saying so when this fails."""
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.configure(secrets={"password": "CANARY-Before-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.up()
    plan = str(stack.directory / "plan.json")
    stack.configure(secrets={"password": "CANARY-Planned-2"})
    stack.preview("--save-plan", plan)
    stack.configure(secrets={"password": "CANARY-Other-3"})
    refused = stack.run_unsearched("up", "--yes", "--skip-preview", "--plan", plan, expect=1)
    assert "CANARY-Planned-2" in refused.text
    logged = stack.run_unsearched("preview", "--logtostderr", "-v=9")
    assert account.connection["token"] in logged.text


def test_what_a_revoke_leaves_behind_is_shown_nowhere(stack: Stack, directory: Directory) -> None:
    accounts = [directory.account(system) for system in ("okta", "onelogin", "etna")]
    declarations = []
    for account in accounts:
        stack.connect(account.system, account.connection)
        stack.environment[f"LIVE_{account.system}"] = account.password
        declarations.append(
            credential(
                account.system,
                connection=account.system,
                principal=account.principal,
                on_destroy="revoke",
                more=f'current_password=from_env("LIVE_{account.system}")',
            )
        )
    stack.configure(secrets={"password": "CANARY-To-be-revoked-1"})
    stack.program(program(*declarations))
    stack.up()
    known = set(directory.passwords())
    # Pulumi itself writes its config into a log of this verbosity, so only the left behind are looked for
    shown = stack.run_unsearched("destroy", "--yes", "--skip-preview", "--logtostderr", "-v=9")
    left_behind = set(directory.passwords()) - known
    assert len(left_behind) == len(accounts)
    written = [path.read_text(errors="replace") for path in stack.directory.rglob("*") if path.is_file()]
    for value in left_behind:
        assert len(value) == 40
        assert value not in shown.text + json.dumps(shown.events) + "".join(written)


def test_a_literal_token_in_a_config_without_secrets_is_warned_of(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.configure({f"pwmgmt:connections.okta.{name}": value for name, value in account.connection.items()})
    stack.configure(secrets={"password": "CANARY-Declared-1"})
    stack.program(program(credential(connection="okta", principal=account.principal)))
    told = stack.run_unsearched("preview").text
    command = "pulumi config set --secret --path 'pwmgmt:connections.okta.token'"
    assert (
        f"connection 'okta' holds a secret (token) in clear text in the stack's config. Encrypt it: {command}" in told
    )
    stack.run("config", "set", "--secret", "--path", "pwmgmt:connections.okta.token", account.connection["token"])
    assert "in clear text" not in stack.preview().text


def test_a_master_and_a_reuse_key_in_clear_text_are_warned_of(stack: Stack, directory: Directory) -> None:
    accounts = [directory.account("okta", number) for number in (0, 1)]
    stack.connect("okta", accounts[0].connection)
    literal = {path: f"CANARY-{path}-of-more-than-32-bytes" for path in ("pwmgmt:masters.next", "pwmgmt:reuse_key")}
    stack.configure(literal)
    derived = "DerivedPassword(master='next', recipe=Recipe.for_system('okta'))"
    bots = [
        credential(f"bot{number}", connection="okta", principal=account.principal, password=derived)
        for number, account in enumerate(accounts)
    ]
    stack.program(program(*bots))
    shown = stack.run_unsearched("preview")
    told = [event["diagnosticEvent"]["message"] for event in shown.events if "diagnosticEvent" in event]
    for path in literal:
        command = f"pulumi config set --secret --path '{path}'"
        [warning] = [text for text in told if path in text]
        assert f"{path} stands in clear text in the stack's config. Encrypt it: {command}" in warning
    assert not find_canary(shown.text)
    stack.configure(secrets=literal)
    assert "in clear text" not in stack.preview().text
