"""Every secret of a test starts with CANARY-, so that one look tells whether any has got out, in whatever coat."""

from __future__ import annotations

import base64
import re


def in_any_coat(secret: str) -> re.Pattern[str]:
    """Return what finds a text of letters, digits and ``._-``: as it is, or inside of something in base64."""
    forms = [secret]
    for offset in range(3):  # where a group of base64 can start; without what the neighbours decide
        text = base64.b64encode(b"\0" * offset + secret.encode()).decode().rstrip("=")
        forms.append(text[(offset * 8 + 5) // 6 : len(text) - 1])
    return re.compile("|".join(map(re.escape, forms)))


_ANY_COAT = in_any_coat("CANARY-")


def find_canary(text: str) -> str | None:
    """Return the surroundings of the first secret in ``text``, None where there is none."""
    found = _ANY_COAT.search(text)
    return text[max(0, found.start() - 60) : found.end() + 20] if found else None


def assert_no_canary(text: str, where: str) -> None:
    found = find_canary(text)
    assert found is None, f"a secret stands in {where}: …{found}…"
