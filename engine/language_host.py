"""Runs Python programs for the Pulumi engine where the official `pulumi-language-python` is not to be had.

A program is run by the script `pulumi-language-python-exec` that Pulumi ships; policy packs and plugins are run as
Python's own `-m` and directory arguments. The protocol is Pulumi's `LanguageRuntime`:
https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/language.proto
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING

import grpc
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALREADY_TOLD = 32  # the exit code of pulumi-language-python-exec after it has shown the error itself
CALLS_AT_ONCE = 64  # a policy pack keeps its call open for as long as it serves
INSTALLED = """
import importlib.metadata as metadata, json
print(json.dumps(sorted((d.name, d.version) for d in metadata.distributions())))
"""


class PythonHost(language_pb2_grpc.LanguageRuntimeServicer):
    """The calls without which nothing runs; the engine takes the others' absence for "nothing to add"."""

    def __init__(self, engine: str, program_runner: Path) -> None:
        """`engine`: the engine's address, `host:port`; `program_runner`: pulumi-language-python-exec."""
        self._engine = engine
        self._program_runner = program_runner

    def GetPluginInfo(self, _request: object, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="0.1.0")

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        python, environment = self._python(request.info, os.environ, context)
        listing = subprocess.run([python, "-c", INSTALLED], env=environment, check=True, stdout=subprocess.PIPE)
        dependencies = [language_pb2.DependencyInfo(name=n, version=v) for n, v in json.loads(listing.stdout)]
        return language_pb2.GetProgramDependenciesResponse(dependencies=dependencies)

    def InstallDependencies(
        self, _request: language_pb2.InstallDependenciesRequest, _context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        text = b"Nothing is installed: programs and plugins run in the Python environment they find.\n"
        yield language_pb2.InstallDependenciesResponse(stdout=text)

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        python, environment = self._python(request.info, os.environ, context)
        version = subprocess.run(
            [python, "-c", "import platform; print(platform.python_version())"],
            env=environment, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return language_pb2.AboutResponse(executable=python, version=version.stdout.strip())

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        python, environment = self._python(request.info, os.environ, context)
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        command = [
            python, "-u", str(self._program_runner),
            "--monitor", request.monitor_address,
            "--engine", self._engine,
            "--project", request.project,
            "--stack", request.stack,
            "--pwd", request.pwd,
            "--dry_run", "true" if request.dryRun else "false",
            "--parallel", str(request.parallel),
            "--organization", request.organization,
            "--root_directory", request.info.root_directory,
            request.info.entry_point,
            *request.args,
        ]  # fmt: skip
        program = subprocess.Popen(
            command, cwd=request.info.program_directory, env=environment, stdin=subprocess.DEVNULL
        )
        _stop_when_cancelled(program, context)
        code = program.wait()
        if code == 0:
            return language_pb2.RunResponse()
        if code == ALREADY_TOLD:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"the program ended with exit code {code}")

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        ambient = dict(assignment.split("=", 1) for assignment in request.env) or os.environ
        python, environment = self._python(request.info, ambient, context)
        if request.kind == "analyzer":
            command = ["-m", "pulumi.policy", self._engine, request.info.program_directory]
        else:
            command = [request.info.program_directory, *request.args]
        plugin = subprocess.Popen(
            [python, "-u", *command], cwd=request.pwd, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        _stop_when_cancelled(plugin, context)
        for stream, text in _output(plugin):
            if stream is plugin.stdout:
                yield language_pb2.RunPluginResponse(stdout=text)
            else:
                yield language_pb2.RunPluginResponse(stderr=text)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())

    def _python(
        self, info: language_pb2.ProgramInfo, ambient: Mapping[str, str], context: grpc.ServicerContext
    ) -> tuple[str, dict[str, str]]:
        """Which Python runs this, and in which environment: the option `virtualenv`, else the first on PATH."""
        environment = dict(ambient)
        if "virtualenv" not in info.options:
            return environment.get("PULUMI_PYTHON_CMD", "python3"), environment
        virtualenv = Path(info.root_directory, info.options["virtualenv"])
        python = virtualenv / "bin" / "python"
        if not python.exists():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"virtualenv {virtualenv} has no bin/python")
        environment.pop("PYTHONHOME", None)
        environment["VIRTUAL_ENV"] = str(virtualenv)
        environment["PATH"] = os.pathsep.join([str(python.parent), environment.get("PATH", os.defpath)])
        return str(python), environment


def _stop_when_cancelled(process: subprocess.Popen[bytes], context: grpc.ServicerContext) -> None:
    # False: the call was over before we could ask to be told
    if not context.add_callback(process.terminate):
        process.terminate()


def _output(process: subprocess.Popen[bytes]) -> Iterator[tuple[IO[bytes], bytes]]:
    """Lines of both streams as they come, until both are closed."""
    streams = [stream for stream in (process.stdout, process.stderr) if stream]
    lines: queue.SimpleQueue[tuple[IO[bytes], bytes] | None] = queue.SimpleQueue()

    def read(stream: IO[bytes]) -> None:
        for line in stream:
            lines.put((stream, line))
        lines.put(None)

    for stream in streams:
        threading.Thread(target=read, args=(stream,), daemon=True).start()
    for _ in streams:
        yield from iter(lines.get, None)


def main() -> None:
    """Serve until the engine says stop or is gone, then leave with everything that was started from here."""
    if os.getpgrp() != os.getpid():
        os.setpgid(0, 0)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _leave)
    host = PythonHost(sys.argv[-1], Path(sys.argv[1]))
    server = grpc.server(ThreadPoolExecutor(CALLS_AT_ONCE))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # The engine holds the other end for as long as it lives, so this also returns when it was killed.
    sys.stdin.read()
    _leave()


def _leave(*_signal: object) -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
