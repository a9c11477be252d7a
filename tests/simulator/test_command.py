"""The command `pwmgmt simulate`, as a person and as a script meet it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import requests

from pulumi_pwmgmt.simulator import seed
from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
from tests.simulator.wire import TIMEOUT_S, my_account, okta, okta_log_in, onelogin, onelogin_log_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "pulumi_pwmgmt.cli", "simulate"]
FREE = ["--port", "0", "--control-port", "0"]


@contextmanager
def started(*arguments: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *FREE, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=TIMEOUT_S, check=False, encoding="utf-8"
    )


def test_the_json_line_has_what_a_script_needs() -> None:
    with started("--json") as process:
        data: dict[str, Any] = json.loads(line_of(process))
        assert set(data) == {"url", "control_url", "accounts"}
        assert data["url"].startswith("http://127.0.0.1:")
        names = {"system", "principal", "id", "login", "password", "connection"}
        assert all(set(account) == names for account in data["accounts"])
        systems = {account["system"]: account["connection"] for account in data["accounts"]}
        assert {name: set(connection) for name, connection in systems.items()} == {
            "okta": {"system", "url", "token"},
            "okta_myaccount": {"system", "url", "token"},
            "onelogin": {"system", "url", "client_id", "client_secret", "subdomain"},
            "etna": {"system", "url", "app_key"},
        }
        okta_logins = [account["login"] for account in data["accounts"] if account["system"].startswith("okta")]
        assert len(okta_logins) == len(set(okta_logins))


def test_the_first_passwords_satisfy_their_own_policies(pwmgmt_simulator: Simulator) -> None:
    wire = okta(pwmgmt_simulator)
    for account in pwmgmt_simulator.accounts:
        if account["system"] == "okta":
            credentials = {"password": {"value": account["password"]}}
            body: dict[str, Any] = {"credentials": credentials}
            assert wire.call("POST", f"/api/v1/users/{account['id']}", json=body).status_code == 200
            assert okta_log_in(pwmgmt_simulator, account["login"], account["password"]).status_code == 200
        if account["system"] == "okta_myaccount":
            own = my_account(pwmgmt_simulator)
            own.call("DELETE", "")
            reply = own.call("POST", "", json={"profile": {"password": account["password"] + "x"}})
            assert reply.status_code == 201
        if account["system"] == "onelogin":
            one = onelogin(pwmgmt_simulator)
            password = account["password"] + "x"
            body = {"password": password, "password_confirmation": password, "validate_policy": True}
            path = f"/api/1/users/set_password_clear_text/{account['id']}"
            assert one.call("PUT", path, json=body).status_code == 200
            assert onelogin_log_in(one, account["login"], password).status_code == 200


def test_a_person_gets_a_line_and_a_table() -> None:
    with started() as process:
        first = line_of(process)
        assert first.startswith("Simulating on http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        shown, errors = process.communicate(timeout=TIMEOUT_S)
        assert (process.returncode, errors) == (0, "")
        assert "curl" in shown
        assert "…" not in shown


def test_a_person_gets_everything_that_a_script_gets(pwmgmt_simulator: Simulator) -> None:
    with started() as process:
        line_of(process)
        process.terminate()
        shown = process.communicate(timeout=TIMEOUT_S)[0]
    for account in pwmgmt_simulator.accounts:
        settings = [value for name, value in account["connection"].items() if name != "url"]
        assert all(text in shown for text in (account["login"], account["password"], *settings))


def test_bulk_accounts_do_not_flood_the_table(tmp_path: Path) -> None:
    directory = tmp_path / "seed.yaml"
    directory.write_text("okta: {tokens: [{token: CANARY-t}], many: [{prefix: bulk-, count: 1000}]}\n")
    with started("--directory", str(directory)) as process:
        line_of(process)
        process.terminate()
        shown = process.communicate(timeout=TIMEOUT_S)[0]
        assert "and 995 more" in shown
        assert len(shown.splitlines()) < 40


def test_the_printed_directory_is_valid_as_input(tmp_path: Path) -> None:
    printed = run("--print-directory")
    assert printed.returncode == 0
    assert printed.stdout.startswith("#")
    directory = tmp_path / "seed.yaml"
    directory.write_text(printed.stdout, encoding="utf-8")
    with started("--json", "--directory", str(directory)) as process, started("--json") as other:
        ours, default = json.loads(line_of(process)), json.loads(line_of(other))
        logins = [[(a["system"], a["login"], a["password"]) for a in data["accounts"]] for data in (ours, default)]
        assert logins[0] == logins[1]
        assert ours["accounts"][0]["id"] != default["accounts"][0]["id"]


def test_the_printed_directory_shows_every_field() -> None:
    text = seed.default_text()
    for model in (
        *(seed.OktaSeed, seed.OktaUser, seed.OktaToken, seed.OktaRates, seed.UserToken, seed.Policy, seed.Many),
        *(seed.OneLoginSeed, seed.OneLoginUser, seed.OneLoginCredential, seed.OneLoginPolicy),
        *(seed.EtnaSeed, seed.EtnaUser),
    ):
        assert [name for name in model.model_fields if name not in text] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_leaves_nothing(number: signal.Signals) -> None:
    with started("--json") as process:
        data = json.loads(line_of(process))
        requests.post(f"{data['control_url']}/faults", json={"kind": "hang_before"}, timeout=TIMEOUT_S)
        with socket.create_connection(("127.0.0.1", int(data["url"].rpartition(":")[2]))) as hung:
            hung.sendall(b"GET /api/v1/users HTTP/1.1\r\nHost: x\r\n\r\n")
            while not requests.get(f"{data['control_url']}/log", timeout=TIMEOUT_S).json():
                pass
            process.send_signal(number)
            assert process.communicate(timeout=TIMEOUT_S) == ("", "")
        assert process.returncode == 0
        for url in (data["url"], data["control_url"]):
            with pytest.raises(requests.exceptions.ConnectionError):
                requests.get(url, timeout=TIMEOUT_S)


def test_it_ends_with_its_script() -> None:
    with started("--json", "--until-stdin-ends", stdin=subprocess.PIPE) as process:
        line_of(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=TIMEOUT_S) == 0


def test_a_script_without_input_has_ended_already() -> None:
    with started("--json", "--until-stdin-ends", stdin=subprocess.DEVNULL) as process:
        line_of(process)
        assert process.wait(timeout=TIMEOUT_S) == 0


def test_it_listens_on_loopback_only() -> None:
    with started("--json") as process:
        data = json.loads(line_of(process))
        listening = [one for one in psutil.Process(process.pid).net_connections("inet") if one.status == "LISTEN"]
        assert {one.laddr.ip for one in listening} == {"127.0.0.1"}
        assert {one.laddr.port for one in listening} == {
            int(data[name].rpartition(":")[2]) for name in ("url", "control_url")
        }


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port), "--control-port", "0")
        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr == (
            f"Port {port} on 127.0.0.1 is taken. Choose others with --port and --control-port.\n"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("okta: {users: [{login: 1}], wrong: 2}", ["okta.users.0.login: Input should be a valid string", "okta.wrong"]),
        ("okta: [}", ["not YAML"]),
        ("- CANARY-secret", ["the seed: Input should be a valid dictionary"]),
    ],
)
def test_a_directory_with_faults_has_each_named(text: str, said: list[str], tmp_path: Path) -> None:
    directory = tmp_path / "seed.yaml"
    directory.write_text(text)
    ended = run("--directory", str(directory), *FREE)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert all(one in ended.stderr for one in said)
    assert str(directory) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "CANARY" not in ended.stderr


def test_a_directory_that_is_not_utf_8(tmp_path: Path) -> None:
    directory = tmp_path / "seed.yaml"
    directory.write_bytes(b"okta: \xff")
    ended = run("--directory", str(directory), *FREE)
    assert (ended.returncode, ended.stderr) == (2, f"{directory}: not UTF-8\n")


@pytest.mark.parametrize("arguments", [["--directory", "/nowhere.yaml"], ["--port", "70000"], ["--wrong"]])
def test_bad_usage_ends_with_2(arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr


def test_remembered_passwords_are_those_that_were_set() -> None:
    with started("--json", "--remember-passwords") as process:
        data = json.loads(line_of(process))
        simulator = Simulator(**data)
        account = simulator.account("okta")
        body = {"credentials": {"password": {"value": "CANARY-New-2"}}}
        okta(simulator).call("POST", f"/api/v1/users/{account['id']}", json=body)
        simulator.reset()
        assert simulator.control("GET", "/passwords") == ["CANARY-New-2"]


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    # A stand-in that is found first and is not there: as on a machine without the extra.
    (tmp_path / "uvicorn.py").write_text("raise ModuleNotFoundError('no', name='uvicorn')\n")
    without = {"PYTHONPATH": str(tmp_path)}
    command = [*COMMAND, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False, env=without)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "pip install 'pulumi-pwmgmt[simulator]'" in ended.stderr
    assert "uvicorn" in ended.stderr


def test_help_does_not_load_the_simulator() -> None:
    code = "import sys, pulumi_pwmgmt.cli; print({'starlette', 'uvicorn', 'rich'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT_S).stdout == "set()\n"
