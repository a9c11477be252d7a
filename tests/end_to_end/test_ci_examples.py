"""The workflows of examples/ci, command by command, against the simulator: what a pull request shows, a merge does.

Three things are others than on a runner: the address of the Okta tenant is the simulator's, the backend is a directory,
and nothing is installed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from tests.canary import assert_no_canary
from tests.end_to_end import workflows
from tests.end_to_end.stack import BIN, Stack
from tests.end_to_end.workflows import (
    EVENTS,
    MERGE,
    OF_A_FORK,
    OF_DEPENDABOT,
    PLATFORMS,
    PROJECT,
    PULL_REQUEST,
    SCHEDULE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.directory import Directory

PASSWORD = "CANARY-hX7-quiet-Lamp-9-river"
READS_ONLY = "CANARY-okta-reader-token"
WEDNESDAY, MONDAY = "2026-11-25T12:00:00Z", "2026-11-30T03:17:00Z"
BOTH = r"\b2 created\b"


@dataclass(frozen=True)
class Ended:
    """How a job ended: whether all its steps went well, what they printed, the report, and what GitHub shows of it."""

    well: bool
    text: str
    report: str
    summary: str


class Repository(Stack):
    """A repository made of the example, with its stack; each job begins with a fresh checkout and a fresh home."""

    def prepare(self, platform: str, directory: Directory) -> None:
        """Do by hand what the example's README says to do once."""
        self._steps, self._jobs = PLATFORMS[platform], 0
        okta = directory.account("okta").connection
        stack_file = self.directory / "Pulumi.production.yaml"
        stack_file.write_text(stack_file.read_text().replace("https://example.okta.com", okta["url"]))
        self.run("stack", "init", "production")
        self.run("config", "set", "pwmgmt:now", WEDNESDAY)
        shared = {name: self.variables[name] for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")}
        self.settings = {
            "preview": {**shared, "CI_BOT_PASSWORD": PASSWORD, "OKTA_API_TOKEN": READS_ONLY},
            "production": {**shared, "CI_BOT_PASSWORD": PASSWORD, "OKTA_API_TOKEN": okta["token"]},
        }

    def job(self, event: str, *, change: tuple[str, str] = ("", "")) -> Ended:
        """Run the job that an event starts, on the repository or on a branch with a ``change`` of the program."""
        self._jobs += 1
        place = self.directory.parent / f"job-{self._jobs}"
        left_out = shutil.ignore_patterns("backend", "home", "events.json")
        checkout = Path(shutil.copytree(self.directory, place / "checkout", ignore=left_out))
        program = checkout / "__main__.py"
        assert change[0] in program.read_text()
        program.write_text(program.read_text().replace(*change))
        well, texts = True, []
        for step in self._steps(event, self.settings):
            if step.script == workflows.INSTALL or not (well or step.even_after_a_failure):
                continue
            done = self._shell(step, place)
            well &= done.returncode == 0
            texts.append(done.stdout + done.stderr)
        report, summary = checkout / "report.md", place / "summary.md"
        ended = Ended(well, "".join(texts), report.read_text(), summary.read_text() if summary.exists() else "")
        files = [checkout / f"report.{kind}" for kind in ("md", "sarif", "xml")]
        for text in (ended.text, ended.summary, *(file.read_text() for file in files)):
            assert_no_canary(text, f"what the job of a {event} shows or keeps")
        return ended

    def _shell(self, step: workflows.Step, place: Path) -> subprocess.CompletedProcess[str]:
        ours = self.variables
        runner = {name: value for name, value in ours.items() if not name.startswith("PULUMI_")}
        home = {"HOME": str(place), "PULUMI_HOME": str(place / ".pulumi"), "TMPDIR": str(place)}
        # as both runners call it
        return subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.script],
            cwd=place / "checkout",
            env={
                **runner,
                **home,
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
                **step.variables,
            },
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture
def repository(tmp_path: Path, directory: Directory, request: pytest.FixtureRequest) -> Iterator[Repository]:
    repository = Repository(tmp_path / "repository", project=PROJECT)
    repository.prepare(request.param, directory)
    yield repository
    repository.discard()


on_each_platform = pytest.mark.parametrize("repository", PLATFORMS, indirect=True)


def writes(directory: Directory) -> list[str]:
    return [call for call in directory.calls() if not call.startswith("GET ")]


@on_each_platform
def test_a_pull_request_shows_what_a_merge_would_do(repository: Repository, directory: Directory) -> None:
    ended = repository.job(PULL_REQUEST)

    assert ended.well, ended.text + ended.report
    assert re.search(BOTH, ended.report), ended.report
    assert directory.calls(), "the server's own rules are asked for"
    assert not [call for call in directory.calls() if not call.startswith("GET ") or not call.endswith(" 200")]
    assert ended.summary in ("", ended.report)

    weak = repository.job(PULL_REQUEST, change=("length=40", "length=12"))

    assert not weak.well
    assert "<code>pwmgmt/minimum-length</code>" in weak.report
    assert not writes(directory)


@on_each_platform
def test_a_fork_is_judged_without_any_secret(repository: Repository, directory: Directory) -> None:
    ended = repository.job(OF_A_FORK)

    assert ended.well, ended.text + ended.report
    assert re.search(BOTH, ended.report), ended.report
    for missing in ("the environment variable CI_BOT_PASSWORD is missing", "connection 'okta' has no token here"):
        assert ended.report.count(missing) == 1, ended.report
    assert ended.report.count("judged when applied: 'facts' is not known before") > 0

    weak = repository.job(OF_A_FORK, change=("length=40", "length=12"))

    assert not weak.well
    assert "<code>pwmgmt/minimum-length</code>" in weak.report
    assert directory.calls() == [], "no server is asked"


@on_each_platform
def test_a_merge_sets_them_and_the_week_rotates_one(repository: Repository, directory: Directory) -> None:
    ci_bot, deploy_bot = directory.account("okta"), directory.account("okta", 1)

    ended = repository.job(MERGE)

    assert ended.well, ended.text + ended.report
    first = repository.generated("deploy-bot")["value"]
    assert directory.logs_in(ci_bot, PASSWORD)
    assert directory.logs_in(deploy_bot, first)
    assert first not in ended.text + ended.report

    before = writes(directory)
    assert repository.job(SCHEDULE).well
    assert writes(directory) == before, "a week without a rotation that is due"

    directory.simulator.advance_clock(60)
    repository.run("config", "set", "pwmgmt:now", MONDAY)
    ended = repository.job(SCHEDULE)

    assert ended.well, ended.text + ended.report
    assert "rotated: generation" in ended.report
    second = repository.generated("deploy-bot")["value"]
    assert second != first
    assert directory.logs_in(deploy_bot, second)
    assert not directory.logs_in(deploy_bot, first)
    assert directory.logs_in(ci_bot, PASSWORD)


@on_each_platform
def test_a_removal_stops_at_the_gate(repository: Repository, directory: Directory) -> None:
    ended = repository.job(MERGE)
    assert ended.well, ended.text + ended.report
    before = writes(directory)
    another = ('principal="deploy-bot@example.com"', 'principal="backup.agent@example.com"')

    for event in (PULL_REQUEST, MERGE):
        ended = repository.job(event, change=another)
        assert not ended.well
        assert "removals: 1, at most 0 allowed" in ended.report

    assert writes(directory) == before
    assert directory.logs_in(directory.account("okta", 1), repository.generated("deploy-bot")["value"])


def test_the_files_are_what_their_platforms_take() -> None:
    for schema, file in (("vendor.github-workflows", workflows.GITHUB), ("vendor.gitlab-ci", workflows.GITLAB)):
        done = subprocess.run(
            [BIN / "check-jsonschema", "--builtin-schema", schema, file], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_run_gets_no_more_rights_than_it_needs() -> None:
    workflow, text = workflows.read(workflows.GITHUB), workflows.GITHUB.read_text()
    jobs = workflow["jobs"]
    assert workflow["permissions"] == {"contents": "read"}
    assert not [job for job in jobs.values() if "permissions" in job]
    assert "pull_request_target" not in text
    assert "secrets." not in json.dumps(jobs["preview-of-fork"])
    assert [job for job in jobs.values() for step in job["steps"] if "${{" in step.get("run", "")] == []
    assert [name for name, job in jobs.items() if "env" in job] == [], "what installs packages sees no secret"
    assert workflows.github(OF_DEPENDABOT, {}) == workflows.github(OF_A_FORK, {})
    assert jobs["apply"]["concurrency"] == {"group": "passwords", "cancel-in-progress": False}

    pipeline = workflows.read(workflows.GITLAB)
    assert (pipeline["apply"]["resource_group"], pipeline["apply"]["interruptible"]) == ("passwords", False)
    assert "environment" not in pipeline["preview of a fork"], "the secrets are set for environments"


def test_no_job_runs_for_ever() -> None:
    assert [job for job in workflows.read(workflows.GITHUB)["jobs"].values() if "timeout-minutes" not in job] == []

    pipeline = workflows.read(workflows.GITLAB)
    assert "timeout" not in pipeline["default"], "it has no effect there"
    assert "timeout" in pipeline[".report"]
    assert [name for name, job in pipeline.items() if "script" in job and job["extends"] != ".report"] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_command_of_every_job_is_run_but_the_one_that_installs(platform: str) -> None:
    scripts = [step.script for event in EVENTS for step in PLATFORMS[platform](event, {})]
    assert scripts.count(workflows.INSTALL) == len(EVENTS)
    assert not [script for script in scripts if "install" in script and script != workflows.INSTALL]

    [wanted] = [Requirement(line) for line in (PROJECT / "requirements.txt").read_text().splitlines()]
    assert wanted.name == "pulumi-pwmgmt"
    assert wanted.extras <= set(metadata("pulumi-pwmgmt").get_all("Provides-Extra") or [])


def test_no_file_of_the_example_holds_a_secret() -> None:
    files = [path for path in PROJECT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert not [path for path in files if "secure:" in path.read_text(encoding="utf-8")]
    for path in files:
        assert_no_canary(path.read_text(encoding="utf-8").replace("CANARY-okta-admin-token", ""), str(path))
