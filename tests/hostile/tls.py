"""Certificates of every kind, and a stranger in between who ends TLS before a server that has none."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from socket import SHUT_RDWR, SHUT_WR, create_connection, create_server
from typing import TYPE_CHECKING

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from ipaddress import IPv4Address
    from pathlib import Path

AUTHORITY, STRANGER = trustme.CA(), trustme.CA()
DAY = timedelta(days=1)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return what serves with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(host: IPv4Address, folder: Path) -> ssl.SSLContext:
    """Return what serves with a certificate that nobody but its own key has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, str(host))])
    now = datetime.now(timezone.utc)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - DAY, now + DAY)
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(host)]), critical=False)
    pem = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain = folder / "self-signed.pem"
    chain.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context


def bundle(authority: trustme.CA, folder: Path, name: str) -> str:
    """Return the path of a file with an authority's certificate."""
    path = folder / f"{name}.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


class Front:
    """What came: how many connections, and where those wanted to go that asked a proxy."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0
        self.tunnels: list[str] = []


@contextmanager
def fronting(target: int, tls: ssl.SSLContext, *, tunnel: bool = False) -> Iterator[Front]:
    """End TLS here and lead everything on to that port in clear. ``tunnel``: be the proxy before it as well."""
    with create_server(("127.0.0.1", 0)) as listener:
        front = Front(listener.getsockname()[1])
        arguments = (listener, front, target, tls, tunnel)
        threading.Thread(target=_listen, args=arguments, daemon=True).start()
        try:
            yield front
        finally:
            listener.shutdown(SHUT_RDWR)


def _listen(listener: socket.socket, front: Front, target: int, tls: ssl.SSLContext, tunnel: bool) -> None:  # noqa: FBT001 -- a thread's arguments
    with suppress(OSError):  # the test is over
        while True:
            connection, _ = listener.accept()
            front.connections += 1
            threading.Thread(target=_serve, args=(connection, front, target, tls, tunnel), daemon=True).start()


def _serve(connection: socket.socket, front: Front, target: int, tls: ssl.SSLContext, tunnel: bool) -> None:  # noqa: FBT001 -- same
    connection.settimeout(60)
    with suppress(OSError), connection:
        if tunnel:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += connection.recv(1)
            front.tunnels.append(head.split()[1].decode())
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with (
            tls.wrap_socket(connection, server_side=True) as client,
            create_connection(("127.0.0.1", target)) as server,
        ):
            back = threading.Thread(target=_pour, args=(server, client), daemon=True)
            back.start()
            _pour(client, server)
            back.join(60)


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(64 * 1024):
            sink.sendall(piece)
        sink.shutdown(SHUT_WR)
