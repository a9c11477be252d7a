"""The value that a revoke leaves behind: random, accepted by any complexity rule, and kept by nobody."""

from __future__ import annotations

import secrets
import string

from pulumi_pwmgmt.model import Password, Secret

_LENGTH = 40
_SYMBOLS = "!@.-_"  # the symbols that every vendor's manual allows
_CLASSES = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SYMBOLS)


def unknown_to_anybody() -> Password:
    """Return 40 random characters with all four classes among them, uniform over all such values."""
    alphabet = "".join(_CLASSES)
    while True:
        value = "".join(secrets.choice(alphabet) for _ in range(_LENGTH))
        if all(any(character in one for character in value) for one in _CLASSES):
            return Secret(value)
