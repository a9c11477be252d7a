"""Every command in a document is run, word for word, and what the document shows of its output is what it prints.

Only the simulator's ports are others, since the documents' may be taken on the machine that tests.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docs.systems_page import PAGE, README, page, table
from tests.canary import assert_no_canary
from tests.documents import blocks, pattern
from tests.end_to_end.programs import credential, program
from tests.end_to_end.stack import LOOPBACK_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.directory import Directory
    from tests.end_to_end.stack import Stack

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = [path for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md") for path in ROOT.glob(pattern)]
WITH_COMMANDS = [
    "README.md",
    "docs/tutorial.md",
    "docs/simulator.md",
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/*/README.md")),
]
RUN_ELSEWHERE = {
    "make setup",  # before any test
    "make demo",  # test_demo.py
    "make test",  # this
}
SIMULATE = "pwmgmt simulate"
_READS_S = 1.1  # before a block of commands; the systems tell time in whole seconds
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Reader:
    """Somebody with a clone, a home of their own and two terminals, who types what a document says."""

    def __init__(self, place: Path) -> None:
        self._home, clone = place / "home", place / "clone"
        self._home.mkdir()
        for folder in ("examples", "policy"):
            shutil.copytree(ROOT / folder, clone / folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "Pulumi.yaml", clone)
        (clone / ".venv").symlink_to(ROOT / ".venv")
        self.clone = clone
        self._ports: dict[str, str] = {}
        self._simulator: subprocess.Popen[str] | None = None
        self._shell = self._start("bash", "--norc")

    def types(self, line: str) -> tuple[int, str]:
        """Run a command in the second terminal; return its exit code and output."""
        for documented, port in self._ports.items():
            line = line.replace(documented, port)
        assert self._shell.stdin
        assert self._shell.stdout
        end = uuid.uuid4().hex
        self._shell.stdin.write(f"{{ {line}\n}} </dev/null\nended=$?; echo; echo {end} $ended\n")
        self._shell.stdin.flush()
        output = ""
        for answer in self._shell.stdout:
            if answer.startswith(end):
                return int(answer.split()[1]), output
            output += answer
        raise AssertionError(f"the shell is gone:\n{output}")

    def simulates(self) -> None:
        """Leave the simulator running in the first terminal."""
        self._simulator = self._start(ROOT / ".venv" / "bin" / "pwmgmt", "simulate", "--port=0", "--control-port=0")
        assert self._simulator.stdout
        urls = re.findall(r"127\.0\.0\.1:\d+", self._simulator.stdout.readline())
        self._ports = dict(zip(("127.0.0.1:8700", "127.0.0.1:8701"), urls, strict=True))

    def files(self) -> set[Path]:
        """Return what is in the clone, without Python's own cache of compiled modules."""
        return {path for path in self.clone.rglob("*") if "__pycache__" not in path.parts}

    def goes(self) -> None:
        for process in (self._shell, self._simulator):
            if process:
                process.terminate()
                process.communicate()

    def _start(self, *command: str | Path) -> subprocess.Popen[str]:
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._home),
            "PULUMI_HOME": str(self._home / ".pulumi"),  # where it is anyway, but Pulumi does not look at HOME
            "PULUMI_SKIP_CONFIRMATIONS": "true",  # instead of somebody who answers "yes"
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **LOOPBACK_ONLY,
        }
        return subprocess.Popen(
            command,
            cwd=self.clone,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(tmp_path)
    yield reader
    reader.goes()


@pytest.mark.parametrize("document", WITH_COMMANDS)
def test_every_command_does_what_the_document_shows(reader: Reader, document: str) -> None:
    before = reader.files()
    typed = []
    secrets: set[str] = set()

    for block in blocks((ROOT / document).read_text(encoding="utf-8")):
        time.sleep(_READS_S)
        for command in block:
            if command.line in RUN_ELSEWHERE:
                continue
            typed.append(command.line)
            if command.line == SIMULATE:
                reader.simulates()
                continue
            code, output = reader.types(command.line)
            secrets |= set_by(command.line)
            if command.line.startswith("pulumi "):
                assert_no_canary(output, command.line)
                assert [secret for secret in secrets if secret in output] == [], command.line
            refused = any("error:" in line for line in command.shown)
            assert (code != 0) == refused, f"{command.line}\n{output}"
            assert re.search(pattern(command.shown), output, re.DOTALL), f"{command.line}\n{output}"

    assert SIMULATE in typed
    assert secrets or document == "docs/simulator.md"
    assert any(line.startswith("pulumi up") for line in typed) or document == "docs/simulator.md"
    assert reader.files() == before, "what it tells to make it tells to remove"


def set_by(line: str) -> set[str]:
    """Return the secrets that a command puts into the stack's config or into the environment."""
    if line.startswith("pulumi config set --secret "):
        return {shlex.split(line)[-1]}
    if line.startswith("export "):
        pairs = [word.partition("=") for word in shlex.split(line)[1:]]
        return {value for name, _, value in pairs if not name.endswith("_URL")}
    return set()


def test_the_program_in_the_readme_is_the_quickstart() -> None:
    _, program = (ROOT / "examples" / "quickstart" / "__main__.py").read_text(encoding="utf-8").split('"""\n\n', 1)

    assert _PYTHON.findall(README.read_text(encoding="utf-8")) == [program]


def test_the_test_that_the_page_of_the_simulator_shows_passes(tmp_path: Path) -> None:
    [shown] = _PYTHON.findall((ROOT / "docs" / "simulator.md").read_text(encoding="utf-8"))
    (tmp_path / "test_it.py").write_text(shown, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]

    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.returncode, ended.stdout.count("1 passed")) == (0, 1), ended.stdout


def test_what_is_made_from_the_code_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m docs.systems_page"
    assert table() in README.read_text(encoding="utf-8"), "run: python -m docs.systems_page"


def test_links_lead_somewhere() -> None:
    broken = [
        f"{document.relative_to(ROOT)}: {link}"
        for document in DOCUMENTS
        for link in _LINK.findall(document.read_text(encoding="utf-8"))
        if not (document.parent / link).exists()
    ]

    assert broken == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        word for path in DOCUMENTS for word in re.findall(r"[`$] ?make ([a-z]+)", path.read_text(encoding="utf-8"))
    }

    assert {"demo", "setup", "test"} <= named <= targets


def test_every_decision_is_in_the_list() -> None:
    decisions = ROOT / "docs" / "decisions"
    listed = re.findall(r"\((\d{4}-.*\.md)\)", (decisions / "README.md").read_text(encoding="utf-8"))

    assert listed == sorted(path.name for path in decisions.glob("[0-9]*.md"))


def test_the_other_name_that_self_managed_explains_is_the_same_account(stack: Stack, directory: Directory) -> None:
    readme = ROOT / "examples" / "self_managed" / "README.md"
    [alias] = re.findall(r"`(opts=.*)`", readme.read_text(encoding="utf-8"))
    account = directory.account("etna")
    declared = {"connection": "etna", "principal": account.principal, "on_destroy": "revoke"}
    taking_over = 'current_password=from_env("ETNA_FIRST_PASSWORD")'
    stack.connect("etna", account.connection)
    stack.program(program(credential("etna", **declared, more=taking_over)))
    stack.configure(secrets={"password": "CANARY-Taken-Over-1"})
    stack.environment["ETNA_FIRST_PASSWORD"] = account.password
    stack.up()
    del stack.environment["ETNA_FIRST_PASSWORD"]

    stack.program(program(credential("trader", **declared, more=taking_over)))
    assert "ETNA_FIRST_PASSWORD" in stack.preview(expect=1).text
    stack.program(program(credential("trader", **declared, more=f"{taking_over},\n    {alias}")))

    assert stack.up().operations == {"trader": "same"}
    assert directory.logs_in(account, "CANARY-Taken-Over-1")


def test_what_security_md_warns_of_is_so(stack: Stack, directory: Directory) -> None:
    account = directory.account("okta")
    stack.connect("okta", account.connection)
    stack.program(program(credential(connection="okta", principal=account.principal)))
    stack.configure(secrets={"password": "CANARY-In-the-open-1"})
    calls = stack.directory / "calls.json"
    stack.environment["PULUMI_DEBUG_GRPC"] = str(calls)

    stack.preview()

    assert "CANARY-In-the-open-1" in calls.read_text(), "it is time to take the warning out"
