"""The alternatives on the same stage: the same steps, the same server, the same faults."""

from __future__ import annotations

from typing import Any

from tests.faults.alternatives.alternative import NAIVE, OURS, SCRIPT
from tests.faults.alternatives.provider import Engine
from tests.faults.alternatives.script import Script
from tests.faults.stage import Runs, Stage, Step


class AlternativeStage(Stage):
    """They make up passwords."""

    def make_up(self) -> str:
        """Make a password that nobody has had."""
        self.made.append(f"CANARY-made-{len(self.made) + 1}")
        return self.made[-1]


class NaiveStage(AlternativeStage):
    def runs(self, connection: dict[str, Any]) -> Runs:
        return Engine(connection, self.make_up)


class ScriptStage(AlternativeStage):
    """Nobody runs it again without need: what it does in the end is nothing."""

    declared = False

    def runs(self, connection: dict[str, Any]) -> Runs:
        return Script(connection, self.make_up, lambda: self.middleman.engine_lives)

    def up(self) -> Step:
        return self.refresh()


STAGES: dict[str, type[Stage]] = {OURS: Stage, NAIVE.name: NaiveStage, SCRIPT.name: ScriptStage}
