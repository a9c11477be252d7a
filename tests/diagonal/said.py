"""What one command of the CLI said, taken apart by credential; and what the state says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt import errors
from pulumi_pwmgmt.json_text import with_tables
from tests.unit.stack import Entry, Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.stack import Outcome, Stack

_ERROR = re.compile(r"(?P<by_check>.* has a problem: )?(?P<title>[A-Z]\w+): (?P<text>.+)")
_QUIET = ("same", "read", "refresh")
_PROVIDER = "__provider"
_SECRET = "4dabf18193072939515e22adb298388d"  # what Pulumi writes beside a secret
_GOES_BADLY = "update failed"


class OtherError(Exception):
    """What the CLI called an error and is none of ours."""


@dataclass(frozen=True)
class Said:
    """One command's outcome, by what the engine's events say of each credential."""

    outcome: Outcome

    def error(self, name: str) -> BaseException | None:
        """Return the error that the CLI shows for a credential, as it was raised."""
        shown = list(dict.fromkeys(text for urn, text in self._diagnostics("error") if urn.endswith(f"::{name}")))
        if not shown:
            return None
        found = _ERROR.fullmatch(shown[0])
        kind = getattr(errors, found["title"], None) if found and len(shown) == 1 else None
        if found is None or kind is None:
            return OtherError("\n".join(shown))
        happened, _, to_do = found["text"].rpartition(" — ")
        raised: errors.CredentialError = kind(happened, to_do=to_do)
        return Refused([("", raised)]) if found["by_check"] else raised

    def of_nobody(self) -> list[str]:
        """Return the errors that belong to no credential, without the sentence that there were any."""
        return [text for urn, text in self._diagnostics("error") if "::" not in urn and text != _GOES_BADLY]

    def told(self, name: str) -> list[str]:
        """Return what somebody was told of a credential; the library names its connection, which is called alike."""
        spoken = [text for severity in ("warning", "info") for _, text in self._diagnostics(severity)]
        return [text for text in spoken if f"connection {name!r}" in text]

    def did(self, name: str) -> list[str]:
        """Return the engine's step for a credential, if it did anything."""
        step = self.outcome.operations.get(name, "same")
        return [] if step in _QUIET else [step]

    def everything(self) -> str:
        return self.outcome.text + json.dumps(self.outcome.events, ensure_ascii=False)

    def _diagnostics(self, severity: str) -> Iterator[tuple[str, str]]:
        for event in self.outcome.events:
            told = event.get("diagnosticEvent", {})
            if told.get("severity", "").partition("#")[0] == severity:
                yield told.get("urn", ""), told["message"].strip()


def entries(stack: Stack) -> dict[str, Entry]:
    """Return what the exported state has of each credential, as the library reads it."""
    return {
        name: Entry(entry["id"], _read(entry["inputs"]), _read(entry["outputs"]))
        for name, entry in stack.credentials(secrets=True).items()
    }


def _read(properties: dict[str, Any]) -> dict[str, Any]:
    known = {name: _in_clear(value) for name, value in properties.items() if name != _PROVIDER}
    return with_tables(known)


def _in_clear(value: Any) -> Any:  # noqa: ANN401 -- any property
    return json.loads(value["plaintext"]) if isinstance(value, dict) and _SECRET in value else value
