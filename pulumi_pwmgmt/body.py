"""The body of an answer: whole, or not at all; bounded in time and in size, whatever the server goes on sending."""

from __future__ import annotations

import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from pulumi_pwmgmt.pools import cut_after

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from urllib3 import HTTPResponse

LARGEST = 1024 * 1024  # bytes
_PIECE = 64 * 1024
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_PACKED = ("gzip", "x-gzip", "deflate")
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


class NotWholeError(OSError):
    """An answer came that is not whole, or does not come to an end in time."""


def body_of(response: HTTPResponse, monotonic: Callable[[], float], until: float) -> bytes | None:
    """Read the body; None where it is larger than ``LARGEST``.

    Raises:
        NotWholeError: it was cut short, had not ended at ``until``, or is written in a way that nobody asked for.
        OSError: the connection broke.
        HTTPError: urllib3's own, for the same and for bytes that are no HTTP.

    """
    if response.status < HTTPStatus.OK:  # the answer is still to come; http.client skips nothing but 100
        raise NotWholeError
    body = bytearray()
    with cut_after(max(until - monotonic(), 0.0), response.connection.answering):  # type: ignore[union-attr]  # ours
        while piece := response.read1(_PIECE, decode_content=False):
            body += piece
            if len(body) > LARGEST:
                return None
            if monotonic() > until:
                raise NotWholeError
    if monotonic() > until:  # an answer that ends with its connection looks whole where it was cut off
        raise NotWholeError
    told = "Content-Length" in response.headers or response.chunked or response.status in _WITHOUT_BODY
    if not (body or told):  # http.client takes a head that was cut short for one that ends there
        raise NotWholeError
    return _unpacked(bytes(body), response.headers)


def _unpacked(body: bytes, headers: Mapping[str, str]) -> bytes | None:
    """Undo what was not asked for: some servers, and what stands before them, compress all the same. Once only."""
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in _PACKED:
        raise NotWholeError
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        content = unpacking.decompress(body, LARGEST + 1)
    except zlib.error:
        content = None
    if content is None or not (unpacking.eof or len(content) > LARGEST):
        raise NotWholeError
    return content if len(content) <= LARGEST else None
