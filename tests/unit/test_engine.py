"""The watch for the engine, in a process of its own: it ends that process."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]  # comes with pulumi, without types
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_pwmgmt.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@contextmanager
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server


def address(server: socket.socket) -> str:
    return f"127.0.0.1:{server.getsockname()[1]}"


def nobodys_address() -> str:
    with listener() as server:
        return address(server)


def plugin(action: str, *engine: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.unit.plugin_process", action, *engine]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Servicer(engine_pb2_grpc.EngineServicer):
    def __init__(self) -> None:
        self.heard: list[tuple[Any, str]] = []

    def Log(self, request: Any, context: object) -> empty_pb2.Empty:  # noqa: ANN401, N802 -- gRPC's name and type
        del context
        self.heard.append((request.severity, request.message))
        return empty_pb2.Empty()


@contextmanager
def engine() -> Iterator[tuple[Servicer, str]]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    servicer = Servicer()
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield servicer, f"127.0.0.1:{port}"
    finally:
        server.stop(grace=5).wait()


def test_the_process_ends_with_its_engine_and_prints_nothing() -> None:
    with listener() as server:
        process = plugin("watch", address(server))
        assert process.stdout
        assert process.stdout.readline() == "watching\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.5)
    out, errors = process.communicate(timeout=60)
    assert (out, errors) == ("", "")
    assert process.returncode == 70


def test_no_write_leaves_once_the_engine_is_gone() -> None:
    process = plugin("ask", nobodys_address())
    out, errors = process.communicate(timeout=60)
    assert (out, errors) == ("", "")
    assert process.returncode == 70


def test_a_write_leaves_while_the_engine_listens() -> None:
    with listener() as server:
        process = plugin("ask", address(server))
        out, errors = process.communicate(timeout=60)
    assert (out, errors, process.returncode) == ("alive\n", "", 0)


def test_a_machine_that_is_out_of_sockets_is_no_proof_of_a_dead_engine() -> None:
    out, errors = plugin("ask-without-sockets", nobodys_address()).communicate(timeout=60)
    assert (out, errors) == ("alive\n", "")


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", "127.0.0.1:", "example.com:80", "127.0.0.1:80:80", "-c", "10.0.0.1:80", "127.0.0.1:8x"]
)
def test_an_address_that_is_no_engines_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no address of an engine"):
        Engine(text)


@pytest.mark.parametrize("text", ["127.0.0.1:80", "localhost:80", "[::1]:80"])
def test_an_address_of_an_engine_is_taken(text: str) -> None:
    assert Engine(text)


def test_a_warning_arrives_as_one() -> None:
    with engine() as (servicer, where):
        Engine(where).warn("the password is set, but not when")
    assert servicer.heard == [(engine_pb2.WARNING, "the password is set, but not when")]


def test_what_is_going_on_arrives_as_no_warning() -> None:
    with engine() as (servicer, where):
        Engine(where).inform("waiting until noon")
    assert servicer.heard == [(engine_pb2.INFO, "waiting until noon")]


def test_a_warning_that_nobody_hears_is_no_error() -> None:
    Engine(nobodys_address()).warn("nobody hears")


def test_a_plugin_process_from_its_configuration_to_its_first_answer() -> None:
    with engine() as (servicer, where):
        out, errors = plugin("check", where).communicate(timeout=60)
    assert errors == ""
    answer = json.loads(out)
    assert answer["tracebacklimit"] == 0
    assert answer["inputs"]["tenant"] == "https://127.0.0.1:9"
    assert "CANARY-" not in out
    (in_clear, clear), (unread, rules) = servicer.heard
    assert {in_clear, unread} == {engine_pb2.WARNING}
    assert "pulumi config set --secret --path 'pwmgmt:connections.main.token'" in clear
    assert "the password rules of connection 'main' can't be read" in rules
    assert "CANARY-" not in clear + rules


def test_a_process_that_is_configured_again_still_knows_what_its_program_declares() -> None:
    with engine() as (servicer, where):
        out, errors = plugin("check-between-two-configurations", where).communicate(timeout=60)
    assert errors == ""
    assert out == "left alone"
    (_, warning) = servicer.heard[-1]
    assert "declared elsewhere in this program" in warning
