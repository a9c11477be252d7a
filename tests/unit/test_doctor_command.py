"""``pwmgmt doctor`` with a pulumi that a test has written: whatever it answers, no secret of it is shown."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator
from tests.unit.stack import made

if TYPE_CHECKING:
    from collections.abc import Callable

BIN = Path(sys.executable).parent
URN = "urn:pulumi:test::stranger::pulumi-python:dynamic/pwmgmt:ManagedCredential::bot"
TYPE = "pulumi-python:dynamic/pwmgmt:ManagedCredential"
PULUMI = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
what = "config" if sys.argv[4] == "config" else "state"
sys.stdout.write((here / what).read_text())
sys.stderr.write((here / "said").read_text())
sys.exit(int((here / "code").read_text()))
"""
WITHOUT = "import sys; sys.modules['rich.console'] = None; from pulumi_pwmgmt.cli import main; main()"
BROKEN = """
from pulumi_pwmgmt.cli import main
from pulumi_pwmgmt.doctor.examination import Examination

def report(_):
    raise RuntimeError("CANARY-quoted")

Examination.report = report
main()
"""


def secret(value: object) -> dict[str, str]:
    """Return what stands for a secret in an exported state."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(value)}


def entry(outputs: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"urn": URN, "id": "okta:id-of-bot", "type": TYPE, "inputs": {}, "outputs": outputs, **more}


def deployment(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": resources}})


def recorded() -> dict[str, Any]:
    """Return the outputs of a credential whose connection is in no config."""
    stack, _ = made(Administrator)
    outputs = stack.state["bot"].outputs
    return outputs | {"password": secret(outputs["password"]), "kept_password": secret("CANARY-kept")}


@pytest.fixture
def doctor(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    (tmp_path / "pulumi").write_text(PULUMI.format(python=sys.executable))
    (tmp_path / "pulumi").chmod(0o755)

    def run(
        *arguments: str, config: str = "{}", state: str = "{}", said: str = "", code: int = 0, start: str = ""
    ) -> subprocess.CompletedProcess[str]:
        for name, content in {"config": config, "state": state, "said": said, "code": str(code)}.items():
            (tmp_path / name).write_text(content)
        command = [sys.executable, "-c", start] if start else [str(BIN / "pwmgmt")]
        done = subprocess.run(
            [*command, "doctor", *arguments],
            env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert_no_canary(done.stdout + done.stderr, "what the doctor shows")
        return done

    return run


def test_what_pulumi_says_when_it_fails_is_not_passed_on(doctor: Callable[..., Any]) -> None:
    ended = doctor(config="CANARY-out", said="error: could not read CANARY-config", code=255)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "pulumi config --json ended with code 255 — run it yourself to see why\n"


@pytest.mark.parametrize("answer", ["", "CANARY-no-json", '["CANARY-1"]', '{"CANARY-cut": "'])
def test_an_answer_that_is_no_object_is_not_quoted(doctor: Callable[..., Any], answer: str) -> None:
    for name in ("config", "state"):
        ended = doctor(**{name: answer})
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "did not answer with a JSON object" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "state",
    [
        '{"deployment": "CANARY-1"}',
        '{"deployment": {"resources": [{"urn": "CANARY-1"}]}}',
        '{"deployment": {"resources": ["CANARY-1"]}}',
        '{"deployment": {"pending_operations": ["CANARY-1"]}}',
        deployment(entry("CANARY-1")),  # type: ignore[arg-type]  # as after editing it by hand
        deployment(entry({"password": secret("x") | {"plaintext": "CANARY-1"}})),
    ],
)
def test_a_form_that_nobody_knows_is_not_quoted(doctor: Callable[..., Any], state: str) -> None:
    ended = doctor(state=state)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("pulumi's answer has another form than this version knows")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"password": None}, "not-configured"),
        ({"source": "CANARY-1"}, "not-configured"),
        ({"source": {"kind": "derived", "master": "CANARY-1"}}, "not-configured"),
        ({"source": {"kind": "generated", "schedule": "CANARY-1"}}, "not-configured"),
        ({"source": {"kind": "generated", "resource": 1, "generation": "CANARY-1"}}, "not-configured"),
    ],
)
def test_a_state_that_was_edited_by_hand_is_told(doctor: Callable[..., Any], change: dict[str, Any], kind: str) -> None:
    config = {"pwmgmt:generations": {"value": '{"1": 2}'}}
    ended = doctor("--json", config=json.dumps(config), state=deployment(entry(recorded() | change)))
    report = json.loads(ended.stdout)
    assert (ended.returncode, report["well"]) == (1, False)
    findings = report["credentials"][0]["findings"]
    assert kind in [finding["kind"] for finding in findings]
    assert any("is not as this provider wrote it" in finding["happened"] for finding in findings)


def test_a_config_that_is_no_map_of_connections_is_told(doctor: Callable[..., Any]) -> None:
    for value in ("CANARY-1", '["CANARY-1"]', '{"okta": "CANARY-1"}'):
        ended = doctor(config=json.dumps({"pwmgmt:connections": {"value": value, "secret": True}}))
        assert ended.returncode == 1
        assert "is not a map of" in ended.stdout


def test_an_account_whose_connection_is_gone_is_told_with_its_stack(doctor: Callable[..., Any]) -> None:
    ended = doctor("--stack", "test", "--json", state=deployment(entry(recorded())))
    (credential,) = json.loads(ended.stdout)["credentials"]
    assert (ended.returncode, credential["there"]) == (1, None)
    assert "the config has no pwmgmt:connections" in credential["findings"][0]["happened"]


def test_what_nobody_expected_is_told_without_what_it_quotes_and_is_no_finding(doctor: Callable[..., Any]) -> None:
    for arguments in ([], ["--json"]):
        ended = doctor(*arguments, start=BROKEN)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith("RuntimeError at ")
        assert "this is a bug of pulumi_pwmgmt" in ended.stderr


def test_a_command_that_lets_go_of_a_credential_names_it(doctor: Callable[..., Any]) -> None:
    ended = doctor("--json", state=deployment(entry(recorded())))
    (finding,) = json.loads(ended.stdout)["credentials"][0]["findings"]
    assert finding["to_do"].endswith(f"without touching the account: pulumi state delete {URN}")


def test_without_the_extra_it_says_what_to_install_and_json_goes_on(doctor: Callable[..., Any]) -> None:
    ended = doctor(start=WITHOUT)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "pip install 'pulumi-pwmgmt[tools]', or use --json\n(missing: rich.console)" in ended.stderr
    ended = doctor("--json", start=WITHOUT)
    assert (ended.returncode, json.loads(ended.stdout)["well"]) == (0, True)
