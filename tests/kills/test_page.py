from __future__ import annotations

from tests.documents import blocks
from tests.kills import page


def test_somebody_follows_each_section_with_commands() -> None:
    assert {heading for heading, text in page.sections().items() if blocks(text)} == page.FOLLOWED
