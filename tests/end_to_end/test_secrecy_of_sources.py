"""Where a derived and a generated password is, and where it is not: state, plan, events, logs, files."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from pulumi_pwmgmt.derivation import derive
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.recipe import Recipe
from tests.canary import find_canary, in_any_coat
from tests.end_to_end.programs import credential, program

if TYPE_CHECKING:
    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Outcome, Stack

MASTER = "CANARY-master-of-more-than-thirty-two-bytes"
REUSE_KEY = "CANARY-reuse-key-of-more-than-thirty-two-bytes"
REFERRED = 'DerivedPassword(master=from_env("MASTER"))'
OURS = "pulumi-python:dynamic/pwmgmt:"
_GZIP = b"\x1f\x8b"
_STREAMING = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}


def connected(stack: Stack, directory: Directory, system: str = "okta", **settings: str) -> Account:
    """Connect with the token by reference, so that config holds no secret but what a test puts there."""
    account = directory.account(system)
    token = {name: value for name, value in account.connection.items() if find_canary(value)}
    stack.environment |= {f"THE_{name.upper()}": value for name, value in token.items()}
    plain = {name: value for name, value in account.connection.items() if name not in token}
    references = {f"{name}.env": f"THE_{name.upper()}" for name in token}
    stack.configure({f"pwmgmt:connections.it.{name}": value for name, value in (plain | references).items()})
    stack.configure(secrets=settings)
    return account


def password(account: Account, generation: int) -> str:
    place = {"tenant": account.connection["url"], "principal": account.principal}
    return derive(Secret(MASTER), generation=generation, recipe=Recipe(), **place).reveal()


def written_by(stack: Stack) -> dict[str, str]:
    """Return every file that the runs so far have written or read, by its name."""
    found = {}
    for path in (path for path in stack.directory.rglob("*") if path.is_file()):
        data = path.read_bytes()
        text = gzip.decompress(data) if data.startswith(_GZIP) else data
        found[str(path.relative_to(stack.directory))] = text.decode("latin-1")
    return found


def test_a_derived_password_is_in_nothing_that_pulumi_writes_or_shows(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.environment |= {"MASTER": MASTER} | _STREAMING
    stack.program(program(credential(connection="it", principal=account.principal, password=REFERRED)))
    plan, calls = str(stack.directory / "plan.json"), stack.directory / "calls.json"
    shown: list[Outcome] = []
    for generation in (1, 2):
        stack.configure({"pwmgmt:generations.bot": str(generation)})
        stack.environment["PULUMI_DEBUG_GRPC"] = str(calls)
        shown.append(stack.preview("--save-plan", plan))
        del stack.environment["PULUMI_DEBUG_GRPC"]
        shown += [stack.run("preview", "--json"), stack.up("--plan", plan), stack.up("--logtostderr", "-v=9")]
        assert directory.logs_in(account, password(account, generation))
        shown.append(stack.refresh())
    state = json.dumps(stack.state(secrets=True))

    files = written_by(stack)
    parts = {part for name in files for part in name.split("/")}
    assert {"backups", "history", "stacks", "plan.json", "calls.json", "logs"} <= parts
    texts = files | {"state": state} | {f"run {number}": run.text for number, run in enumerate(shown)}
    texts |= {f"events {number}": json.dumps(run.events) for number, run in enumerate(shown)}
    for secret in (MASTER, password(account, 1), password(account, 2)):
        sought = in_any_coat(secret)
        assert [name for name, text in texts.items() if sought.search(text)] == []
    assert in_any_coat(account.principal).search(texts["run 0"]), "what is there is found"


def test_a_master_and_a_key_from_config_are_only_in_the_providers_entry(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory, **{"pwmgmt:masters.main": MASTER, "pwmgmt:reuse_key": REUSE_KEY})
    derived = "DerivedPassword(master='main')"
    stack.program(program(credential(connection="it", principal=account.principal, password=derived)))

    stack.up()

    assert directory.logs_in(account, password(account, 1))
    stack.state()  # encrypted, no canary is found there
    entries = stack.state(secrets=True)
    for secret in (MASTER, REUSE_KEY):
        assert [entry["type"] for entry in entries if secret in json.dumps(entry)] == ["pulumi:providers:pulumi-python"]
    sought = in_any_coat(password(account, 1))
    assert [entry["type"] for entry in entries if sought.search(json.dumps(entry))] == []


def test_an_accepted_password_is_where_the_program_puts_it(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    stack.environment["MASTER"] = MASTER
    declared = credential(connection="it", principal=account.principal, password=REFERRED)
    stack.program(program(declared, "pulumi.export('accepted', bot.accepted_password)"))

    stack.up()

    sought = in_any_coat(password(account, 1))
    assert [name for name, text in written_by(stack).items() if sought.search(text)] == [], "encrypted"
    holders = [entry["type"] for entry in stack.state(secrets=True) if sought.search(json.dumps(entry))]
    assert holders == ["pulumi:pulumi:Stack"]


def test_a_generated_password_and_one_before_it_are_in_their_own_entry(stack: Stack, directory: Directory) -> None:
    account = connected(stack, directory)
    made = "made = GeneratedPassword('made', keepers={'secret': config.require_secret('keeper'), 'team': 'blue'})\n"
    stack.configure(secrets={"keeper": "CANARY-keeper"})
    stack.program(program(made, credential(connection="it", principal=account.principal, password="made")))
    values, shown = [], ""
    for generation in (1, 2, 3):
        stack.configure({"pwmgmt:generations.made": str(generation)})
        plan = str(stack.directory / "plan.json")
        for run in (stack.preview("--save-plan", plan), stack.up("--plan", plan)):
            shown += run.text + json.dumps(run.events)
        values.append(stack.generated()["value"])
    assert directory.logs_in(account, values[-1])
    assert stack.generated()["previous"] == values[1]

    stack.state()  # encrypted, the secret keeper is not found there
    entries = stack.state(secrets=True)
    holders = [[entry["type"] for entry in entries if value in json.dumps(entry)] for value in values]
    assert holders == [[], [f"{OURS}GeneratedPassword"], [f"{OURS}GeneratedPassword"]]
    for value in values:
        sought = in_any_coat(value)
        assert not sought.search(shown)
        assert [name for name, text in written_by(stack).items() if sought.search(text)] == [], "encrypted"
    verbose = stack.run_unsearched("up", "--yes", "--skip-preview", "--logtostderr", "-v=9")
    assert values[2] in verbose.text, "docs/security.md warns of it, and should stop when this fails"
