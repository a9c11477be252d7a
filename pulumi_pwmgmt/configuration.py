"""From ``pwmgmt:connections`` in Pulumi config to systems that can be asked."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from typing import TYPE_CHECKING, Annotated, Any, Union
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, ValidationError

from pulumi_pwmgmt.call import fits_a_header
from pulumi_pwmgmt.connection import is_loopback
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.model import Reference, Secret
from pulumi_pwmgmt.suggestion import did_you_mean
from pulumi_pwmgmt.system import Connected
from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic_core import ErrorDetails

    from pulumi_pwmgmt.connection import Connection
    from pulumi_pwmgmt.heard import Heard
    from pulumi_pwmgmt.rate import Clock

KEY = "pwmgmt:connections"


class Configuration:
    """The connections of one stack, each opened once and used by all threads.

    ``text`` is the JSON that Pulumi hands over for ``pwmgmt:connections``, None where nothing is set. ``may_go_on`` is
    asked before each write and in every wait. ``clock`` is what waits and time budgets go by, None for the machine's.
    ``hear`` is told of each answer, with the name of its connection; ``tell`` of each wait for a rate limit.
    """

    def __init__(
        self,
        text: str | None,
        may_go_on: Callable[[], None],
        clock: Clock | None = None,
        hear: Callable[[str, Heard], object] = lambda _name, _heard: None,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._text = text
        self._may_go_on = may_go_on
        self._clock = clock
        self._hear = hear
        self._tell = tell
        self._opened: dict[str, Connected] = {}
        self._lock = threading.Lock()

    @property
    def names(self) -> list[str]:
        """The names of all connections, in alphabetical order.

        Raises:
            NotConfigured: ``pwmgmt:connections`` is no map.

        """
        return sorted(_entries(self._text)) if self._text is not None else []

    def connect(self, name: str, *, in_preview: bool = False) -> Connected:
        """Open the connection called ``name``, or return it if it is open.

        In a preview a secret may be missing whose reference says that it may; then the connection only can't be used.

        Raises:
            NotConfigured: there is none of that name, its settings are wrong, or a secret it refers to isn't there.

        """
        with self._lock:
            if name not in self._opened:
                self._opened[name] = self._open(name, in_preview=in_preview)
            return self._opened[name]

    def _open(self, name: str, *, in_preview: bool) -> Connected:
        connection = _validated(name, _entry(name, self._text))
        references = _values(connection, Reference) if in_preview else {}
        missing = [setting for setting, one in references.items() if one.optional_in_preview and one.is_missing]
        for setting, secret in _values(connection, (Secret, Reference)).items():
            if setting in missing:
                continue
            # What is missing or unfit now is so later, and a preview is the time to say it.
            if not fits_a_header(secret.read()):
                problem = f"{setting} is not printable ASCII without a blank or line break at either end"
                raise NotConfigured(f"connection {name!r}: {problem}", to_do=f"fix it under {KEY}.{name}")
        module = discover()[connection.system]
        wire = Wire(
            connection,
            module.DIALECT,
            may_go_on=self._may_go_on,
            hear=functools.partial(self._hear, name),
            tell=lambda text: self._tell(f"connection {name!r}: {text}"),
            clock=self._clock,
        )
        return Connected(
            name=name,
            kind=connection.system,
            tenant=connection.tenant,
            system=module.System(connection, wire),
            moved_from=connection.accept_tenant_change,
            literal_secrets=tuple(_values(connection, Secret)),
            missing=tuple(missing),
            is_loopback=is_loopback(urlsplit(connection.url).hostname or ""),
            require_policy=connection.require_policy,
            reach=wire.reach,
        )


def _values(connection: Connection, kind: type[Any] | tuple[type[Any], ...]) -> dict[str, Any]:
    settings = {setting: getattr(connection, setting) for setting in type(connection).model_fields}
    return {setting: value for setting, value in settings.items() if isinstance(value, kind)}


def _how(name: str) -> str:
    return f"pulumi config set --path '{KEY}.{name}.system' …"


def _entries(text: str, name: str = "NAME") -> dict[str, Any]:
    connections: object = None
    with contextlib.suppress(ValueError, RecursionError):  # told below, outside of an error that holds the text
        connections = json.loads(text)
    if not isinstance(connections, dict):
        raise NotConfigured(f"{KEY} is not a map of connections", to_do=f"set it by path: {_how(name)}")
    return connections


def _entry(name: str, text: str | None) -> Mapping[str, Any]:
    how = _how(name)
    if text is None:
        raise NotConfigured(f"the config has no {KEY}", to_do=how)
    connections = _entries(text, name)
    if name not in connections:
        known = ", ".join(sorted(connections)) or "none"
        raise NotConfigured(
            f"there is no connection {name!r}{did_you_mean(name, connections)}; the config has {known}", to_do=how
        )
    if not isinstance(connections[name], dict):
        raise NotConfigured(f"connection {name!r} is not a map of settings", to_do=f"set it by path: {how}")
    entry: dict[str, Any] = connections[name]
    return entry


@functools.cache
def _any_connection() -> TypeAdapter[Connection]:
    kinds = tuple(module.Connection for module in discover().values())
    one_of: Any = Union[kinds]  # noqa: UP007 -- made at run time
    return TypeAdapter(Annotated[one_of, Field(discriminator="system")])


def _validated(name: str, entry: Mapping[str, Any]) -> Connection:
    try:
        return _any_connection().validate_python(entry)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    problems = "; ".join(_told(detail, entry) for detail in details)
    raise NotConfigured(f"connection {name!r}: {problems}", to_do=f"fix it under {KEY}.{name}")


def _told(detail: ErrorDetails, entry: Mapping[str, Any]) -> str:
    systems = discover()
    if detail["type"].startswith("union_tag"):
        given = str(entry.get("system", ""))
        problem = "is missing" if not given else f"is none that we know{did_you_mean(given, systems)}"
        return f"system {problem}; there are {', '.join(systems)}"
    setting = ".".join(str(part) for part in detail["loc"][1:])
    if detail["type"] == "extra_forbidden":
        known = systems[str(entry["system"])].Connection.model_fields
        return f"{setting} is no setting of {entry['system']}{did_you_mean(setting, known)}"
    if detail["type"] == "missing":
        return f"{setting} is missing"
    return f"{setting} {detail['msg'].removeprefix('Value error, ')}"
