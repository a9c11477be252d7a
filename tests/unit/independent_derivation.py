"""A second reading of docs/derived-passwords.md, from its text alone and with nothing but Python's standard library.

It has nothing from the library, so a mistake would have to be made twice. It counts by plain recursion and takes
recipes as the page's vectors have them: every field is there, ``none`` for a class that is not used.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

SETS = {"lower": range(0x61, 0x7B), "upper": range(0x41, 0x5B), "digits": range(0x30, 0x3A)}
DIGITS = bytes(SETS["digits"])


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    key = hashlib.sha256(key).digest() if len(key) > 64 else key
    key = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


def hkdf_sha256(secret: bytes, info: bytes, length: int) -> bytes:
    pseudorandom_key = hmac_sha256(bytes(32), secret)
    output, block, number = b"", b"", 0
    while len(output) < length:
        number += 1
        block = hmac_sha256(pseudorandom_key, block + info + bytes([number]))
        output += block
    return output[:length]


def classes(recipe: dict[str, Any]) -> dict[str, tuple[int, bytes]]:
    """For each class that is used: how many at least, and its characters in order."""
    used = {}
    for name in ("lower", "upper", "digits", "symbols"):
        codes = recipe["symbol_set"].encode() if name == "symbols" else bytes(SETS[name])
        left = bytes(sorted(code for code in codes if code not in recipe["leave_out"].encode()))
        if recipe[name] != "none" and left:
            used[name] = (recipe[name], left)
    return used


def text_of(recipe: dict[str, Any]) -> bytes:
    parts = sorted({part.encode().lower() for part in recipe["without"]})
    return (
        b"length %d\n" % recipe["length"]
        + b"".join(b"%s %d %s\n" % (name.encode(), *of_class) for name, of_class in classes(recipe).items())
        + b"leading digit %s\n" % (b"yes" if recipe["leading_digit"] else b"no")
        + b"".join(b"without %s\n" % part for part in parts)
    )


@cache
def endings(left: int, sizes: tuple[int, ...], missing: tuple[int, ...]) -> int:
    """How many ways there are to go on for ``left`` characters, with so many still missing from each class."""
    if sum(missing) > left:
        return 0
    if left == 0:
        return 1
    return sum(size * endings(left - 1, sizes, one_less(missing, place)) for place, size in enumerate(sizes))


def one_less(missing: tuple[int, ...], place: int) -> tuple[int, ...]:
    return tuple(max(0, count - 1) if at == place else count for at, count in enumerate(missing))


class Passwords:
    """The list of the page, of which nobody could write down all."""

    def __init__(self, recipe: dict[str, Any]) -> None:
        used = list(classes(recipe).values())
        self._length = recipe["length"]
        self._missing = tuple(least for least, _ in used)
        self._sizes = tuple(len(codes) for _, codes in used)
        self._alphabet = sorted((code, place) for place, (_, codes) in enumerate(used) for code in codes)
        self._never_first = b"" if recipe["leading_digit"] else DIGITS

    def count(self) -> int:
        return sum(ways for _, _, ways in self._choices(0, self._missing))

    def at(self, index: int) -> bytes:
        password, missing = b"", self._missing
        for position in range(self._length):
            for code, place, ways in self._choices(position, missing):
                if index < ways:
                    password, missing = password + bytes([code]), one_less(missing, place)
                    break
                index -= ways
        return password

    def _choices(self, position: int, missing: tuple[int, ...]) -> list[tuple[int, int, int]]:
        return [
            (code, place, endings(self._length - position - 1, self._sizes, one_less(missing, place)))
            for code, place in self._alphabet
            if position or code not in self._never_first
        ]


def information(tenant: str, principal: str, generation: int, recipe: dict[str, Any], attempt: int) -> bytes:
    fields = [
        b"pulumi-pwmgmt derived password, format 1",
        tenant.encode(),
        principal.encode(),
        b"%d" % generation,
        text_of(recipe),
        b"%d" % attempt,
    ]
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def derived(master: str, tenant: str, principal: str, generation: int, recipe: dict[str, Any]) -> tuple[int, str]:
    """The number of the attempt that gave the password, and the password."""
    passwords = Passwords(recipe)
    count = passwords.count()
    bits = len(bin(count)) - 2
    parts = [part.encode().lower() for part in recipe["without"]]
    attempt = 0
    while True:
        info = information(tenant, principal, generation, recipe, attempt)
        output = hkdf_sha256(master.encode(), info, -(-bits // 8))
        index = int("".join(f"{byte:08b}" for byte in output)[:bits], 2)
        if index < count:
            password = passwords.at(index)
            if not any(part in password.lower() for part in parts):
                return attempt, password.decode()
        attempt += 1
