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
    """Gives no id twice, and remembers which was given to what: after a reset the same accounts have the same ids."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()

    def of(self, kind: str, name: str, fresh: Callable[[], str]) -> str:
        """Return the id of this thing, minting it at the first call."""
        key = (kind, name.lower())
        if key not in self._given:
            self._given[key] = self.another(fresh)
        return self._given[key]

    def another(self, fresh: Callable[[], str]) -> str:
        """Return an id that nothing has had."""
        found = fresh()
        while found in self._taken:
            found = fresh()
        self._taken.add(found)
        return found
