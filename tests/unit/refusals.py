"""What check refuses of a create, and what every refusal promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.check import check
from tests.unit.stack import LOGIN, Properties, credential, stack_of

if TYPE_CHECKING:
    from tests.unit.in_memory import WriteOnly


def etna(**arguments: Any) -> Properties:  # noqa: ANN401 -- any argument
    return credential(**({"on_destroy": "revoke", "current_password": "CANARY-live"} | arguments))


def refusal(kind: type[WriteOnly], **news: object) -> dict[str, str]:
    """Return the problems of a create, by argument, after making sure of what every refusal promises."""
    stack, directory = stack_of(kind)
    inputs, problems = check(stack.run(), {}, news)
    assert problems, "it was not refused"
    values = [inputs.get("password"), inputs.get("current_password")]
    assert "CANARY-" not in str(values), "a value came back"
    told = {argument: error.line for argument, error in problems}
    assert news.get("principal") != LOGIN or "CANARY-" not in str(told)
    assert not any("\n" in line or "None" in line for line in told.values())
    assert directory.calls == []
    return told
