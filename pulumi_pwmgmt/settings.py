"""The settings of the whole stack, all under ``pwmgmt:`` in Pulumi config, apart from the connections.

Each is read when it is asked for, so that a wrong one stops only what needs it: a destroy needs none.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Reference, Secret
from pulumi_pwmgmt.moment import moment
from pulumi_pwmgmt.suggestion import closest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_PLAIN = re.compile(r"[\w-]+")
_OURS = "pwmgmt:"
_KNOWN = ("breached", "connections", "generations", "masters", "now", "reuse_key")
_MAKE_KEY = "openssl rand -base64 48 | pulumi config set --secret pwmgmt:reuse_key"
_MAKE_MASTER = "openssl rand -base64 48 | pulumi config set --secret --path 'pwmgmt:masters.NAME'"


class Settings:
    """What stands under ``pwmgmt:`` in ``config``, the flat map of texts that Pulumi hands to a provider."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config

    def refuse_unknown(self) -> None:
        """Refuse keys that mean nothing, which is what a misspelt one does.

        Raises:
            NotConfigured: there are some; all are named.

        """
        ours = [key.removeprefix(_OURS) for key in self._config if key.startswith(_OURS)]
        unknown = [f"{_OURS}{key}{_close(key)}" for key in sorted(ours) if key not in _KNOWN]
        if unknown:
            known = ", ".join(_OURS + key for key in _KNOWN)
            raise NotConfigured(
                f"the config has {', '.join(unknown)}, which means nothing; there are {known}",
                to_do="correct it, or take it out with pulumi config rm",
            )

    @property
    def masters(self) -> Mapping[str, str | Mapping[str, Any]]:
        """The entries of ``pwmgmt:masters``: a secret text each, or a reference in its form as config.

        Raises:
            NotConfigured: it is no map, or an entry is neither.

        """
        text = self._text("masters")
        if text is None:
            return {}
        entries = _parsed(text)
        if not isinstance(entries, dict):
            raise NotConfigured("pwmgmt:masters is not a map of secrets", to_do=f"set it by path: {_MAKE_MASTER}")
        wrong = [name for name, entry in entries.items() if not (_is_reference(entry) or _is_text(entry))]
        if wrong:
            named = ", ".join(map(repr, wrong))
            raise NotConfigured(
                f"pwmgmt:masters: {named} is neither a text nor a reference",
                to_do=f'set {{"env": "NAME"}}, {{"file": "PATH"}}, or make one: {_MAKE_MASTER}',
            )
        return entries

    def literal_secrets(self, key: str) -> list[str]:
        """Return the paths at which secrets themselves stand under ``masters`` or ``reuse_key``; none for other keys.

        What is wrong with them otherwise is told where they are used.
        """
        text = self._text(key) or ""
        parsed = _parsed(text)
        if key == "reuse_key":
            return [_OURS + key] if text and not isinstance(parsed, dict) else []
        entries = parsed if key == "masters" and isinstance(parsed, dict) else {}
        return [path_of(_OURS + key, name) for name, entry in entries.items() if _is_text(entry)]

    @property
    def reuse_key(self) -> Secret | None:
        """The key of the tags that tell a password used twice; None where there is none. Read at each use.

        Raises:
            NotConfigured: it is empty, or refers to something that isn't there.

        """
        reference = self.reuse_key_reference
        if reference:
            return reference.read()
        text = self._text("reuse_key")
        if text == "":
            raise NotConfigured("pwmgmt:reuse_key is empty", to_do=f"make one: {_MAKE_KEY}")
        return None if text is None else Secret(text)

    @property
    def reuse_key_reference(self) -> Reference | None:
        """Where that key is, if it does not stand in the config itself.

        Raises:
            NotConfigured: it is a map that refers to nothing.

        """
        parsed = _parsed(self._text("reuse_key") or "")
        if not isinstance(parsed, dict):
            return None
        if not _is_reference(parsed):
            raise NotConfigured(
                "pwmgmt:reuse_key is neither a text nor a reference",
                to_do=f'set {{"env": "NAME"}}, {{"file": "PATH"}}, or make one: {_MAKE_KEY}',
            )
        return Reference.parse(parsed)

    def now(self) -> datetime:
        """Return the time that everything in this run goes by: ``pwmgmt:now`` if it is set, else the clock.

        Raises:
            NotConfigured: it is no time with an offset.

        """
        return moment(self._text("now"))

    @property
    def breached(self) -> str | None:
        """The JSON of ``pwmgmt:breached``, for ``breached.Breached``; None where nobody asked for it."""
        return self._text("breached")

    def _text(self, key: str) -> str | None:
        value = self._config.get(_OURS + key)
        return value if value is None or isinstance(value, str) else json.dumps(value)


def path_of(key: str, name: str) -> str:
    """Return what ``pulumi config set --path`` takes for the entry ``name`` of a map: dots in a name are quoted."""
    return f"{key}.{name}" if _PLAIN.fullmatch(name) else f'{key}["{name}"]'


def _parsed(text: str) -> object:
    with contextlib.suppress(ValueError, RecursionError):  # told by the caller, outside of an error that holds the text
        return json.loads(text)
    return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_reference(value: object) -> bool:
    with contextlib.suppress(ValueError):
        return isinstance(value, dict) and bool(Reference.parse(value))
    return False


def _close(key: str) -> str:
    name = closest(key, _KNOWN)
    return f" (did you mean {_OURS}{name}?)" if name else ""
