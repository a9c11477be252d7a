"""The script that rotates passwords: set a new one, then write it into the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from tests.faults.alternatives.calls import calls_of
from tests.faults.alternatives.kept import Kept, kept
from tests.faults.stage import EngineKilledError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Script:
    """Its vault is ``state``. ``make_up`` makes a new password; ``lives`` says whether nobody has killed it."""

    def __init__(self, connection: dict[str, Any], make_up: Callable[[], str], lives: Callable[[], bool]) -> None:
        self.connection = connection
        self.state: dict[str, Kept] = {}
        self.told: list[str] = []
        self._make_up = make_up
        self._lives = lives
        self._calls = calls_of(connection, self._request)

    def up(self, *, bot: Mapping[str, Any]) -> list[str]:
        """Rotate; the old password, where one is needed, is the vault's, at first the one that was handed out."""
        entry = self.state.get("bot")
        current = entry.clear["password"] if entry else bot.get("current_password")
        principal, new = bot["principal"], self._make_up()
        self._calls.set_password(principal, new, current)
        self.state["bot"] = kept(self.connection, principal, {"principal": principal, "password": new})
        return ["rotate"]

    def preview(self, *, bot: Mapping[str, Any]) -> None:
        """Do nothing: a script has none."""

    def refresh(self) -> None:
        """Do nothing, for the same reason."""

    def destroy(self) -> None:
        for name, entry in list(self.state.items()):
            self._calls.take_away(entry.account, entry.clear["password"], self._make_up())
            del self.state[name]

    def _request(self, *arguments: Any, **options: Any) -> requests.Response:  # noqa: ANN401 -- those of requests
        try:
            return requests.request(*arguments, **options)  # noqa: S113 -- the calls give a time-out
        finally:
            if not self._lives():
                raise EngineKilledError
