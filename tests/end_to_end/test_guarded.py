"""examples/guarded: a stack that the policy pack has nothing against, and for each rule a program that it refuses.

Where a rule judges all credentials together, it does so after an update; there the provider refuses before it, in
words of its own, and so it does with a connection that is not encrypted. test_policy_pack.py lets those rules speak.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from pulumi_pwmgmt.policy.rules import RULES
from pulumi_pwmgmt.simulator import seed
from tests.canary import assert_no_canary
from tests.end_to_end.stack import Stack
from tests.unit.loopback_peer import answers, peering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.directory import Account, Directory
    from tests.end_to_end.stack import Outcome

ROOT: Final = Path(__file__).resolve().parents[2]
GUARDED: Final = ROOT / "examples" / "guarded"
REFUSED: Final = GUARDED / "refused"
MASTER: Final = "CANARY-master-of-more-than-32-bytes-in-all"
SECRETS: Final = {
    "GOOD_PASSWORD": "CANARY-hX7-quiet-Lamp-9-river",
    "OTHER_PASSWORD": "CANARY-Wide-3-Marble-77-fork",
    "SHORT_PASSWORD": "CANARY-4vQ_xT.",
    "ONE_DIGIT_PASSWORD": "CANARY-only-One-digit-5-lamp",
    "GUESSABLE_PASSWORD": "CANARY-CANARY-CANARY-Ca1",
    "COMMON_PASSWORD": "1qaz2wsx3edc4RFV!!",  # nothing that is common starts with CANARY-
    "BREACHED_PASSWORD": "CANARY-9-Windows-and-a-Door",
    "PWMGMT_MASTER": MASTER,
    "PWMGMT_REUSE_KEY": "CANARY-reuse-key-of-more-than-32-bytes",
}
BY_THE_PROVIDER: Final = {
    "connection-tls": "must be https",
    "one-owner": "one password can't have two owners",
    "password-reuse": "would have the same password as",
}
BY_THE_PROGRAM: Final = {"source", "recipe", "rotation", "on-destroy"}  # what they judge is known, but for WAITING's
NAMES: Final = [rule.name for rule in RULES]
_INSTEAD: Final = re.compile(r"^( *)((\w+)=(.+),)  # instead: (.+)$", re.MULTILINE)
LATER: Final = """
import pulumi.dynamic


class _Later(pulumi.dynamic.ResourceProvider):
    def create(self, _props):
        return pulumi.dynamic.CreateResult("made", {})


class _Made(pulumi.dynamic.Resource):
    pass


def later(value):
    return _Made(_Later(), "later", {}).id.apply(lambda _: value)
"""
# A schedule spreads its days over the principals, so the source waits for its own; an output may turn out as None.
WAITING: Final = """
from later import later
from pulumi_pwmgmt import DerivedPassword, ManagedCredential, Recipe, RotationSchedule

principal = later("ci-bot@example.com")
ManagedCredential(
    "bot",
    connection="okta",
    principal=principal,
    password=DerivedPassword(master="main", recipe=Recipe(symbols=0), rotation=RotationSchedule(every_days=180)),
    on_destroy=principal.apply(lambda _: None),
)
"""
WAITED_FOR: Final = {
    "source": {"allowed": ["generated"], "enforcementLevel": "mandatory"},
    "character-classes": {"symbols": 1, "enforcementLevel": "disabled"},  # for the recipe
    "rotation": {"max_days": 90},
}


@pytest.fixture
def breaches() -> Iterator[str]:
    """Somebody who knows one password from a breach, whatever is asked."""
    digest = hashlib.sha1(SECRETS["BREACHED_PASSWORD"].encode(), usedforsecurity=False).hexdigest().upper()
    listing = f"{digest[5:]}:2017\r\n".encode()
    with peering(answers(200, raw=listing, Content_Type="text/plain")) as peer:
        yield f"{peer.url}/range/"


@pytest.fixture
def refused(tmp_path: Path, directory: Directory, breaches: str) -> Iterator[Stack]:
    directory.simulator.load(lenient_for_service_accounts())
    okta = directory.account("okta").connection
    stack = Stack(tmp_path / "stack", project=REFUSED)
    stack.environment = {**SECRETS, "OKTA_API_TOKEN": okta["token"]}
    stack.connect("okta-literal", okta)
    (stack.directory / "later.py").write_text(LATER)
    by_reference = {"system": "okta", "token.env": "OKTA_API_TOKEN"}
    settings = {f"connections.okta.{name}": value for name, value in (by_reference | {"url": okta["url"]}).items()}
    in_clear = by_reference | {"url": "http://okta.example.com"}
    settings |= {f"connections.okta-in-clear.{name}": value for name, value in in_clear.items()}
    settings |= {
        "masters.main.env": "PWMGMT_MASTER",
        "reuse_key.env": "PWMGMT_REUSE_KEY",
        "breached.endpoint": breaches,
    }
    stack.configure(
        {f"pwmgmt:{name}": value for name, value in settings.items()}, secrets={"password": SECRETS["GOOD_PASSWORD"]}
    )
    yield stack
    stack.discard()


def lenient_for_service_accounts() -> dict[str, Any]:
    """Give one Okta user a policy that demands nothing but a length."""
    directory: dict[str, Any] = yaml.safe_load(seed.default_text())
    lenient = {"name": "Lenient", "groups": ["Lenient"], "lower": False, "upper": False, "number": False}
    directory["okta"]["policies"] = [lenient]
    [user] = [user for user in directory["okta"]["users"] if user["login"] == "backup.agent@example.com"]
    user["groups"] = ["Lenient"]
    return directory


def pack(configuration: Path) -> tuple[str, ...]:
    return "--policy-pack", str(ROOT / "policy"), "--policy-pack-config", str(configuration)


def judged(outcome: Outcome) -> set[tuple[str, str]]:
    """Return level and rule of all that the pack said, after a search for the password that is no canary."""
    assert SECRETS["COMMON_PASSWORD"] not in outcome.text + json.dumps(outcome.events)
    events = [event["policyEvent"] for event in outcome.events if "policyEvent" in event]
    return {(event["enforcementLevel"], event["policyName"]) for event in events}


def assert_refused(outcome: Outcome, rule: str) -> None:
    mandatory = {name for level, name in judged(outcome) if level == "mandatory"}
    if rule in BY_THE_PROVIDER:
        assert BY_THE_PROVIDER[rule] in outcome.text
        assert mandatory == set()
    else:
        assert mandatory == {rule}, outcome.text


def writes(directory: Directory) -> list[str]:
    return [call for call in directory.calls() if not call.startswith("GET ")]


def rewrite(stack: Stack, rule: str, replacement: str) -> None:
    file = stack.directory / f"{rule.replace('-', '_')}.py"
    text, found = _INSTEAD.subn(replacement, file.read_text())
    assert found == 1
    file.write_text(text)


def test_every_rule_has_its_program_and_its_configuration() -> None:
    assert {file.stem.replace("_", "-") for file in REFUSED.glob("*.py")} - {"--main--"} == set(NAMES)
    assert {file.stem for file in REFUSED.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize("rule", NAMES)
def test_a_rule_refuses_its_program_until_the_advice_is_taken(refused: Stack, directory: Directory, rule: str) -> None:
    refused.configure({"rule": rule})
    options = pack(refused.directory / f"{rule}.json")

    assert_refused(refused.preview(*options, expect=1), rule)
    # all credentials together are judged after an update, so there its preview has to
    up = ("--skip-preview",) if rule not in BY_THE_PROVIDER else ()
    assert_refused(refused.run("up", "--yes", *up, *options, expect=1), rule)
    assert writes(directory) == []

    rewrite(refused, rule, r"\1\5")
    assert not {name for level, name in judged(refused.up(*options)) if level == "mandatory" or name == rule}
    assert writes(directory) != []


@pytest.mark.parametrize("rule", [name for name in NAMES if name not in BY_THE_PROGRAM])
def test_what_a_preview_does_not_know_is_judged_when_it_is_applied(
    refused: Stack, directory: Directory, rule: str
) -> None:
    refused.configure({"rule": rule})
    options = pack(refused.directory / f"{rule}.json")
    rewrite(refused, rule, r"\1\3=__import__('later').later(\4),")
    program = refused.directory / f"{rule.replace('-', '_')}.py"
    by_value = re.sub(r"later\(from_env\((.+?)\)\)", r"later(__import__('os').environ[\1])", program.read_text())
    program.write_text(by_value)

    outcome = refused.preview(*options)
    assert ("advisory", rule) in judged(outcome)
    assert "judged when applied" in outcome.text

    assert_refused(refused.up(*options, expect=1), rule)
    other = directory.account("okta", 1)
    assert directory.logs_in(other, other.password)
    if rule not in BY_THE_PROVIDER:
        assert not [call for call in writes(directory) if "authn" not in call]


def test_what_the_program_says_is_judged_when_it_is_applied_where_it_waits_for_another(
    refused: Stack, directory: Directory
) -> None:
    refused.configure({"rule": "source"})
    (refused.directory / "source.py").write_text(WAITING)
    configuration = refused.directory / "waiting.json"
    configuration.write_text(json.dumps(WAITED_FOR))
    options = pack(configuration)

    outcome = refused.preview(*options)
    assert {("advisory", rule) for rule in BY_THE_PROGRAM} <= judged(outcome)
    assert outcome.text.count("judged when applied") >= len(BY_THE_PROGRAM)

    outcome = refused.up(*options, expect=1)
    assert {rule for level, rule in judged(outcome) if level == "mandatory"} == BY_THE_PROGRAM, outcome.text
    assert not [call for call in writes(directory) if "authn" not in call]


def test_the_guarded_stack_lives_under_the_pack(tmp_path: Path, directory: Directory) -> None:
    stack = Stack(tmp_path / "stack", project=GUARDED)
    options = pack(GUARDED / "policy.json")
    accounts = [directory.account("okta"), directory.account("onelogin")]
    stack.environment = {"PWMGMT_MASTER": MASTER}
    settings = {"pwmgmt:masters.main.env": "PWMGMT_MASTER"}
    for account in accounts:
        for name, value in account.connection.items():
            reference = f"{account.system}_{name}".upper()
            by_reference = "CANARY" in str(value)
            key = f"pwmgmt:connections.{account.system}.{name}"
            settings |= {f"{key}.env": reference} if by_reference else {key: str(value)}
            stack.environment |= {reference: str(value)} if by_reference else {}
    stack.configure(settings)

    def nobody_keeps_theirs(account: Account) -> bool:
        return not directory.logs_in(account, account.password)

    assert "mandatory" not in {level for level, _ in judged(stack.preview(*options))}
    assert stack.up(*options).operations == {"okta": "create", "onelogin": "create"}
    assert all(map(nobody_keeps_theirs, accounts))
    assert directory.logs_in(accounts[1], stack.generated("onelogin")["value"])
    assert stack.up(*options).operations == {"okta": "same", "onelogin": "same"}
    assert stack.refresh().operations == {"okta": "same", "onelogin": "same"}
    for file in stack.directory.glob("Pulumi.*"):
        assert_no_canary(file.read_text(), str(file))
    assert stack.destroy().operations == {"okta": "delete", "onelogin": "delete"}
    stack.discard()
