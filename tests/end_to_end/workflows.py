"""The commands of examples/ci's two workflow files, by the event that starts them, as their runners would run them.

Of the two languages only that is read which the files use; anything else fails the test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROJECT: Final = Path(__file__).resolve().parents[2] / "examples" / "ci"
GITHUB: Final = PROJECT / ".github" / "workflows" / "passwords.yml"
GITLAB: Final = PROJECT / ".gitlab-ci.yml"
INSTALL: Final = "pip install --requirement requirements.txt"
"""The one command that is not run: it would ask a package registry. What it installs is what runs the tests."""
ACTIONS: Final = {"actions/checkout", "actions/setup-python", "pulumi/actions", "actions/upload-artifact"}
"""What is no command: a checkout, Python, the ``pulumi`` command, and keeping the report."""

PULL_REQUEST, OF_A_FORK, OF_DEPENDABOT = "pull request", "pull request of a fork", "pull request of Dependabot"
MERGE, SCHEDULE = "merge", "schedule"
EVENTS: Final = (PULL_REQUEST, OF_A_FORK, OF_DEPENDABOT, MERGE, SCHEDULE)
# The conditions of the two files, and the events they hold for. To GitLab, who updates packages is a user like others.
_HOLDS_FOR: Final = {
    "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository"
    " && github.actor != 'dependabot[bot]'": {PULL_REQUEST},
    "github.event_name == 'pull_request' && (github.event.pull_request.head.repo.full_name != github.repository"
    " || github.actor == 'dependabot[bot]')": {OF_A_FORK, OF_DEPENDABOT},
    "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'": {MERGE, SCHEDULE},
    '$CI_PIPELINE_SOURCE == "merge_request_event" && '
    "$CI_MERGE_REQUEST_SOURCE_PROJECT_PATH == $CI_MERGE_REQUEST_PROJECT_PATH": {PULL_REQUEST, OF_DEPENDABOT},
    '$CI_PIPELINE_SOURCE == "merge_request_event" && '
    "$CI_MERGE_REQUEST_SOURCE_PROJECT_PATH != $CI_MERGE_REQUEST_PROJECT_PATH": {OF_A_FORK},
    "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE =~ /^(push|schedule|web)$/": {MERGE, SCHEDULE},
}
_EVEN_AFTER_A_FAILURE: Final = "${{ !cancelled() }}"
_EXPRESSION: Final = re.compile(r"\$\{\{ (?:secrets|vars)\.(\w+) }}")

Settings = dict[str, dict[str, str]]
"""The secrets and variables that somebody has set, by the environment they are set for."""


@dataclass(frozen=True)
class Step:
    """Commands that one shell runs, with what they see in their environment."""

    script: str
    variables: dict[str, str]
    even_after_a_failure: bool = False


def github(event: str, settings: Settings) -> list[Step]:
    """Return what GitHub Actions runs: each step in a shell of its own."""
    workflow = read(GITHUB)
    assert workflow["defaults"]["run"]["shell"].split()[0] == "bash"
    assert {"pull_request", "push", "schedule"} <= workflow[True].keys(), "YAML 1.1 takes the key `on` for a boolean"
    [job] = [job for job in workflow["jobs"].values() if event in _HOLDS_FOR[job["if"]]]
    known = settings.get(job.get("environment", ""), {})
    steps = []
    for step in job["steps"]:
        if "uses" in step:
            assert step["uses"].partition("@")[0] in ACTIONS
            continue
        assert step.keys() <= {"name", "run", "env", "if"}
        assert step.get("if") in (None, _EVEN_AFTER_A_FAILURE)
        variables = {**workflow["env"], **step.get("env", {})}
        resolved = {name: _EXPRESSION.sub(lambda found: known.get(found[1], ""), v) for name, v in variables.items()}
        steps.append(Step(step["run"], resolved, "if" in step))
    return steps


def gitlab(event: str, settings: Settings) -> list[Step]:
    """Return what GitLab runs: all lines in one shell, with everything in its environment that is set for the job."""
    pipeline = read(GITLAB)
    jobs = [job for job in pipeline.values() if isinstance(job, dict) and "script" in job]
    [job] = [job for job in jobs if event in _HOLDS_FOR[job["rules"][0]["if"]]]
    environment = job.get("environment", "")
    name = environment if isinstance(environment, str) else environment["name"]
    variables = {**pipeline["variables"], **job.get("variables", {}), **settings.get(name, {})}
    return [
        Step("\n".join(lines), variables) for lines in (pipeline["default"]["before_script"], job["script"]) if lines
    ]


PLATFORMS: Final[Mapping[str, Callable[[str, Settings], list[Step]]]] = {"github": github, "gitlab": gitlab}


def read(file: Path) -> dict[Any, Any]:
    """Read a workflow file."""
    document: dict[Any, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return document
