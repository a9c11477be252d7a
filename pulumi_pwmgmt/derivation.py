"""A password computed from a master secret, the same today and in ten years: docs/derived-passwords.md is the format.

Whatever is changed here must be another format with another number. The published vectors hold this one.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Password, Secret

if TYPE_CHECKING:
    from pulumi_pwmgmt.recipe import Recipe

FORMAT = 1
"""The number of the format that ``derive`` computes."""

SHORTEST_MASTER = 32
"""A master has at least so many bytes."""

_TAG = f"pulumi-pwmgmt derived password, format {FORMAT}"


def derive(master: Secret, *, tenant: str, principal: str, generation: int, recipe: Recipe) -> Password:
    """Compute the password that ``principal`` of ``tenant`` has in this generation.

    The same arguments give the same password, on every machine and with every version; another one in any of them
    gives an unrelated password. ``tenant`` and ``principal`` are taken as they are, to the byte. ``generation`` is
    from 1. Equal recipes are the same argument, however they are written.

    Raises:
        NotConfigured: the master has fewer than 32 bytes, or is no text that UTF-8 can write.
        ValueError: ``generation`` is no whole number from 1.

    """
    secret = _bytes_of(master)
    if type(generation) is not int or generation < 1:
        raise ValueError("a generation is a whole number from 1")
    fields = (_TAG, tenant, principal, str(generation), recipe.canonical)
    for attempt in itertools.count():
        index = _number(secret, _info(*fields, str(attempt)), recipe.count.bit_length())
        if index < recipe.count:
            password = recipe.nth(index)
            if recipe.allows(password):
                break
    return Secret(password)


FORMATS = {1: derive}
"""What computes each format that there has been: a new one comes beside the old ones."""


def _bytes_of(master: Secret) -> bytes:
    secret = b""
    with contextlib.suppress(UnicodeEncodeError):  # told below, outside of an error that holds the master
        secret = master.reveal().encode()
    if len(secret) < SHORTEST_MASTER:
        raise NotConfigured(
            f"the master secret has fewer than {SHORTEST_MASTER} bytes of UTF-8",
            to_do="make a good one: openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'",
        )
    return secret


def _info(*fields: str) -> bytes:
    """Put each field behind its own length, so that no two lists of fields give the same bytes."""
    encoded = (field.encode() for field in fields)
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def _number(secret: bytes, info: bytes, bits: int) -> int:
    """Return ``bits`` uniform bits as a number: the first of the output, big-endian. At most 105 bytes of it."""
    length = (bits + 7) // 8
    output = HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)
    return int.from_bytes(output, "big") >> (8 * length - bits)
