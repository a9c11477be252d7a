"""Ids as the vendors form them: random each start, the same for an account as long as the simulator runs."""

import secrets
import string
from collections.abc import Callable

_ALPHANUMERIC = string.ascii_letters + string.digits


def okta_id(prefix: str) -> str:
    """Return an id as Okta forms them: the prefix and 17 letters or digits, such as ``00ub0oNGTSWTBKOLGLNR``."""
    return prefix + "".join(secrets.choice(_ALPHANUMERIC) for _ in range(17))


def number(digits: int) -> int:
    """Return a random number of exactly so many digits."""
    return int(secrets.choice("123456789") + "".join(secrets.choice(string.digits) for _ in range(digits - 1)))


class IdBook:
    """Remembers which id was given to what, so that a reset gives the same accounts the same ids."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, name: str, fresh: Callable[[], str]) -> str:
        """Return the id of this thing, minting it at the first call."""
        key = (kind, name.lower())
        if key not in self._given:
            self._given[key] = fresh()
        return self._given[key]
