"""Programs, policy packs and plugins run under the real engine as they would with the official language host."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from engine import oldest_sdk
from tests.engine.projects import Project

if TYPE_CHECKING:
    from pathlib import Path

GONE_WITHIN = 20.0  # seconds; generous, so that only what stays is found

PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

def judge(args, report):
    print("the pack speaks")
    if args.resource_type == "pulumi:pulumi:Stack":
        report("no stack is good enough")

PolicyPack("pack", [ResourceValidationPolicy("strict", "refuses", judge, EnforcementLevel.MANDATORY)])
"""

PLUGIN = """
from typing import Optional, TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host

class Arguments(TypedDict):
    length: Optional[pulumi.Input[int]]

class Thing(pulumi.ComponentResource):
    def __init__(self, name: str, args: Arguments, opts: Optional[pulumi.ResourceOptions] = None):
        super().__init__("plugin:index:Thing", name, {}, opts)

component_provider_host(name="plugin", components=[Thing])
"""

SLEEPER = """
import pathlib, time
pathlib.Path("started").touch()
time.sleep(600)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def test_a_program_runs_with_its_config_its_arguments_and_its_secrets(project: Project) -> None:
    project.write(
        "__main__.py",
        "import os, pulumi\nconfig = pulumi.Config()\n"
        "facts = [pulumi.get_stack(), pulumi.get_project(), pulumi.runtime.is_dry_run(), os.getcwd()]\n"
        "pulumi.export('facts', facts)\n"
        "pulumi.export('plain', config.require('plain'))\n"
        "pulumi.export('hidden', config.require('hidden'))\n",
    )
    project.pulumi("config", "set", "plain", "visible")
    project.pulumi("config", "set", "--secret", "hidden", "CANARY-hidden")
    assert "CANARY-hidden" not in project.pulumi("up", "--yes")
    outputs = json.loads(project.pulumi("stack", "output", "--json", "--show-secrets"))
    assert outputs == {
        "facts": ["test", "project", False, str(project.directory)],
        "plain": "visible",
        "hidden": "CANARY-hidden",
    }


def test_an_exception_is_told_once_and_fails_the_run(project: Project) -> None:
    project.write("__main__.py", "def broken():\n    raise ValueError('what went wrong')\n\nbroken()\n")
    said = project.pulumi("preview", fails=True)
    diagnostics = said.split("Diagnostics:")[1]
    assert diagnostics.count("ValueError: what went wrong") == 1
    assert "in broken" in diagnostics
    assert "exit code" not in said


def test_an_exit_code_of_the_program_fails_the_run(project: Project) -> None:
    project.write("__main__.py", "import os\nos._exit(7)\n")
    assert "the program ended with exit code 7" in project.pulumi("preview", fails=True)


@pytest.mark.parametrize("main", [".", "deep/down"])
def test_a_relative_virtualenv_is_the_project_s(project: Project, main: str) -> None:
    environment = oldest_sdk.environment()
    (project.directory / "env").symlink_to(environment)
    options = "{name: python, options: {virtualenv: env}}"
    project.write("Pulumi.yaml", f"name: project\nmain: {main}\nruntime: {options}\n")
    project.write(
        f"{main}/__main__.py",
        "import importlib.metadata, os, shutil, pulumi\n"
        "pulumi.export('sdk', importlib.metadata.version('pulumi'))\n"
        "pulumi.export('activated', shutil.which('python').startswith(os.environ['VIRTUAL_ENV']))\n",
    )
    project.pulumi("up", "--yes", "--skip-preview")
    assert json.loads(project.pulumi("stack", "output", "--json")) == {"sdk": "3.259.0", "activated": True}


def test_a_virtualenv_that_is_not_there_is_named(project: Project) -> None:
    project.write("Pulumi.yaml", "name: project\nruntime: {name: python, options: {virtualenv: nowhere}}\n")
    project.write("__main__.py", "")
    assert f"virtualenv {project.directory}/nowhere has no bin/python" in project.pulumi("preview", fails=True)


def write_pack(project: Project, text: str) -> None:
    options = f"{{name: python, options: {{virtualenv: {oldest_sdk.environment()}}}}}"
    project.write("pack/PulumiPolicy.yaml", f"runtime: {options}\n")
    project.write("pack/__main__.py", text)


def test_a_policy_pack_judges_and_what_it_prints_arrives(project: Project) -> None:
    write_pack(project, PACK)
    project.write("__main__.py", "")
    said = project.pulumi("preview", "--policy-pack", "pack", fails=True)
    assert "[mandatory]  strict" in said
    assert "no stack is good enough" in said
    assert "the pack speaks" in said
    assert "error: preview failed" in said


def test_a_policy_pack_that_breaks_says_why(project: Project) -> None:
    write_pack(project, "raise ValueError('the pack is broken')\n")
    project.write("__main__.py", "")
    said = project.pulumi("preview", "--policy-pack", "pack", fails=True)
    assert "ValueError: the pack is broken" in said
    assert "failed to start" in said


def test_a_plugin_in_python_serves_its_schema(project: Project) -> None:
    project.write("plugin/PulumiPlugin.yaml", "runtime: python\n")
    project.write("plugin/__main__.py", PLUGIN)
    said = project.pulumi("package", "get-schema", "./plugin")
    assert '"plugin:index:Thing"' in said


def test_pulumi_about_names_the_python_and_what_is_installed(project: Project) -> None:
    project.write("__main__.py", "")
    said = project.pulumi("about", "--json")
    about = json.loads(said[said.index("{") :])
    assert about["runtime"]["language"] == "python"
    assert "pulumi" in {dependency["name"] for dependency in about["dependencies"]}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda s: s.name)
def test_a_run_that_is_stopped_leaves_no_process_behind(project: Project, how: signal.Signals) -> None:
    write_pack(project, PACK.replace("report(", "str("))
    project.write("__main__.py", SLEEPER)
    run = project.start("preview", "--policy-pack", "pack")
    try:
        deadline = time.monotonic() + 60
        while not (project.directory / "started").exists():
            assert run.poll() is None, run.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)
        family = psutil.Process(run.pid).children(recursive=True)
        commands = [" ".join(process.cmdline()) for process in family]
        for expected in ("language_host.py", "pulumi-language-python-exec", "pulumi.policy"):
            assert any(expected in command for command in commands), commands
        run.send_signal(how)
        said, _ = run.communicate(timeout=60)
        assert "Traceback" not in said
        _, staying = psutil.wait_procs(family, timeout=GONE_WITHIN)
        assert staying == []
    finally:
        run.kill()
        for process in family:
            if process.is_running():
                process.kill()
