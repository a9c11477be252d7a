"""How the simulator keeps a password: a salted hash, never the text."""

import hashlib
import hmac
from dataclasses import dataclass

_ROUNDS = 100
"""Few on purpose: the simulator is volatile, and thousands of passwords are set in a test run."""


@dataclass(frozen=True)
class ClientHash:
    """How a client hashed the password before sending it: ``salt+sha256`` or ``sha256+salt``, and its salt."""

    algorithm: str
    salt: str

    def of(self, clear: str) -> str:
        """Return the lower-case hex digest that the client would have sent for this password."""
        salted = self.salt + clear if self.algorithm == "salt+sha256" else clear + self.salt
        return hashlib.sha256(salted.encode()).hexdigest()


@dataclass(frozen=True)
class StoredPassword:
    """A salted hash of a password, or of the hash that a client sent in its place."""

    salt: bytes
    digest: bytes
    client_hash: ClientHash | None = None

    @classmethod
    def of(cls, text: str, salt: bytes, client_hash: ClientHash | None = None) -> "StoredPassword":
        """Keep a password (or, with ``client_hash``, the digest that a client sent) as a salted hash."""
        return cls(salt, _digest(text, salt), client_hash)

    def matches(self, clear: str) -> bool:
        """Tell whether this is the password, given in clear text."""
        text = self.client_hash.of(clear) if self.client_hash else clear
        return hmac.compare_digest(_digest(text, self.salt), self.digest)


def _digest(text: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", text.encode("utf-8", "surrogatepass"), salt, _ROUNDS)
