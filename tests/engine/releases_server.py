"""A stand-in for the place that Pulumi publishes its releases at."""

from __future__ import annotations

import hashlib
import io
import platform
import tarfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from engine import PULUMI_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

MACHINE = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
ARCHIVE = f"pulumi-v{PULUMI_VERSION}-{platform.system().lower()}-{MACHINE}.tar.gz"
CHECKSUMS = f"pulumi-{PULUMI_VERSION}-checksums.txt"


def archive(pulumi: str = f"#!/bin/sh\necho v{PULUMI_VERSION}\n") -> bytes:
    """Make a release of scripts: the CLI, its language host, and a file that tries to leave the directory."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name in ("pulumi/pulumi", "pulumi/pulumi-language-python", "pulumi/../../escaped"):
            member = tarfile.TarInfo(name)
            member.size = len(pulumi)
            tar.addfile(member, io.BytesIO(pulumi.encode()))
    return packed.getvalue()


def checksums(content: bytes, name: str = ARCHIVE) -> bytes:
    return f"{'0' * 64}  pulumi-v0.0.0-other.tar.gz\n{hashlib.sha256(content).hexdigest()}  {name}\n".encode()


@dataclass
class Releases:
    """What lies there, by name, and how long it takes between two pieces of it; counts what is asked for."""

    url: str
    files: dict[str, bytes]
    pause: float = 0.0
    piece: int = 1 << 20
    asked: Counter[str] = field(default_factory=Counter)


@contextmanager
def serving(files: dict[str, bytes], *, pause: float = 0.0, piece: int = 1 << 20) -> Iterator[Releases]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            releases.asked[name] += 1
            content = releases.files.get(name)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for start in range(0, len(content), releases.piece):
                time.sleep(releases.pause)
                try:
                    self.wfile.write(content[start : start + releases.piece])
                except OSError:
                    return

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    releases = Releases(f"http://127.0.0.1:{server.server_port}", files, pause, piece)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield releases
    finally:
        server.shutdown()
        server.server_close()
