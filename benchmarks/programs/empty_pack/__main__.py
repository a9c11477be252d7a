"""A policy pack without policies: what the engine takes for it, it takes for any pack in Python."""

from concurrent.futures import ThreadPoolExecutor

import grpc
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped] # protobuf comes without types
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

ANSWERS = {
    "GetPluginInfo": plugin_pb2.PluginInfo(version="0.0.0"),
    "GetAnalyzerInfo": analyzer_pb2.AnalyzerInfo(name="empty"),
    "ConfigureStack": analyzer_pb2.AnalyzerStackConfigureResponse(),
    "Configure": Empty(),
    "Remediate": analyzer_pb2.RemediateResponse(),
    "Analyze": analyzer_pb2.AnalyzeResponse(),
    "AnalyzeStack": analyzer_pb2.AnalyzeResponse(),
}
nothing = analyzer_pb2_grpc.AnalyzerServicer()
for call, answer in ANSWERS.items():
    setattr(nothing, call, lambda _request, _context, answer=answer: answer)
server = grpc.server(ThreadPoolExecutor(4), options=[("grpc.max_receive_message_length", -1)])
analyzer_pb2_grpc.add_AnalyzerServicer_to_server(nothing, server)
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)  # noqa: T201 -- how a plugin tells the engine where it is
server.wait_for_termination()
