"""What a policy pack's ``__main__.py`` calls. It never returns: the engine ends the process."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from pulumi_pwmgmt.policy.analyzer import Analyzer

_AT_ONCE = 4
_ANY_SIZE = -1  # all resources of a stack come in one message


def serve(name: str = "pwmgmt") -> None:
    """Serve all rules as the pack ``name``, on a port of the loopback that is printed to standard output."""
    server = grpc.server(
        ThreadPoolExecutor(_AT_ONCE),
        options=[("grpc.max_receive_message_length", _ANY_SIZE), ("grpc.max_send_message_length", _ANY_SIZE)],
    )
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Analyzer(name, version("pulumi-pwmgmt")), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 -- how a plugin tells the engine where it is
    with contextlib.suppress(KeyboardInterrupt):  # the engine was interrupted too, and says so
        server.wait_for_termination()
