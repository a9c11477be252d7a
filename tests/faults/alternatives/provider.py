"""The dynamic provider that everybody writes first, and what the engine does with one that has no check and no read.

https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CreateResult, ResourceProvider, UpdateResult

from tests.faults.alternatives.calls import Calls, calls_of
from tests.faults.alternatives.kept import Kept, kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Properties = dict[str, Any]


class NaiveProvider(ResourceProvider):
    """``make_up`` makes a password that nobody shall know."""

    def __init__(self, calls: Calls, make_up: Callable[[], str]) -> None:
        super().__init__()
        self._calls = calls
        self._make_up = make_up

    def create(self, props: Properties) -> CreateResult:
        account = self._calls.set_password(props["principal"], props["password"], props.get("current_password"))
        return CreateResult(account, props)

    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        self._calls.set_password(_id, _news["password"], _olds["password"])
        return UpdateResult(_news)

    def delete(self, _id: str, _props: Properties) -> None:
        self._calls.take_away(_id, _props["password"], self._make_up())


class Engine:
    """Keeps what a step that went well returned, as a secret; a refresh finds what is there already."""

    def __init__(self, connection: dict[str, Any], make_up: Callable[[], str]) -> None:
        self.connection = connection
        self.state: dict[str, Kept] = {}
        self.told: list[str] = []
        self._provider = NaiveProvider(calls_of(connection), make_up)

    def preview(self, *, bot: Mapping[str, Any]) -> None:
        """Ask the provider's check, which takes everything as it is."""
        self._provider.check({}, _declared(bot))

    def up(self, *, bot: Mapping[str, Any]) -> list[str]:
        """Create what is not there, and update it where its inputs differ: its diff leaves that to the engine."""
        entry, props = self.state.get("bot"), _declared(bot)
        if entry is None:
            created = self._provider.create(props)
            self.state["bot"] = kept(self.connection, created.id, dict(created.outs or {}))
            return ["create"]
        if entry.clear != props:
            updated = self._provider.update(entry.account, entry.clear, props)
            self.state["bot"] = kept(self.connection, entry.account, dict(updated.outs or {}))
            return ["update"]
        return []

    def refresh(self) -> None:
        """Read nothing: the default ``read`` returns what it is given."""
        for entry in self.state.values():
            self._provider.read(entry.account, entry.clear)

    def destroy(self) -> None:
        for name, entry in list(self.state.items()):
            self._provider.delete(entry.account, entry.clear)
            del self.state[name]


def _declared(bot: Mapping[str, Any]) -> Properties:
    return {name: bot[name] for name in ("principal", "password", "current_password") if name in bot}
