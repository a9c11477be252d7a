"""What stands in the state where a password would: enough to tell whether it changed, useless for logging in.

scrypt over the password, salted with tenant and principal so that preview and update agree. To whoever can decrypt
the state it is an offline oracle for a *guessable* password, so it is kept as a secret all the same.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Password

TAG = "pwmgmt:fingerprint:1:"

# About 2 ms a password on one core: dear for guessing, cheap for a thousand credentials.
_N, _R, _P, _BYTES = 1024, 12, 1, 24


def fingerprint(password: Password, tenant: str, principal: str) -> str:
    """Return the tagged fingerprint of ``password`` for this principal of this tenant."""
    return _fingerprint(password.reveal(), tenant, principal)


def is_fingerprint(value: str) -> bool:
    """Whether ``value`` carries our tag. A value that does is never sent to a server."""
    return value.startswith("pwmgmt:fingerprint:")


def same(one: str, other: str) -> bool:
    """Compare two fingerprints in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


@functools.lru_cache(maxsize=4096)
def _fingerprint(password: str, tenant: str, principal: str) -> str:
    # half of a pair of surrogates has no UTF-8; who is called so is refused, and by then there is a fingerprint
    salt = f"pwmgmt\0{tenant}\0{principal}".encode(errors="surrogatepass")
    digest = hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=_BYTES)
    return TAG + base64.urlsafe_b64encode(digest).decode()
