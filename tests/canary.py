"""Every secret of a test starts with CANARY-, so that one look tells whether any has got out, in whatever coat."""

from __future__ import annotations

import base64
import re

_MARK = b"CANARY-"


def _inside_base64() -> list[str]:
    """The mark at each of the three places where a base64 group can start, without what its neighbours decide."""
    forms = []
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + _MARK).decode().rstrip("=")
        forms.append(text[(offset * 8 + 5) // 6 : len(text) - 1])
    return forms


_ANY_COAT = re.compile("|".join([_MARK.decode(), *map(re.escape, _inside_base64())]))


def find_canary(text: str) -> str | None:
    """Return the surroundings of the first secret in ``text``, None where there is none."""
    found = _ANY_COAT.search(text)
    return text[max(0, found.start() - 60) : found.end() + 20] if found else None


def assert_no_canary(text: str, where: str) -> None:
    found = find_canary(text)
    assert found is None, f"a secret stands in {where}: …{found}…"
