"""Several cells in one stack of the real CLI: each command is for all of them, and each has its own fault in it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from threading import Barrier, BrokenBarrierError, Lock
from typing import TYPE_CHECKING

import psutil

from tests.diagonal.player import Player
from tests.diagonal.said import Said, entries
from tests.end_to_end.programs import program
from tests.faults.operation import FIRST, NEXT, OUTSIDE
from tests.kills import processes
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.diagonal.rule import Pick
    from tests.end_to_end.stack import Outcome, Stack
    from tests.faults.cell import Story
    from tests.faults.stage import Step

_ALL_ARE_THERE_S = 20.0
_PENDING = "--clear-pending-creates"
_ARGUMENTS = {
    "up": ("--yes", "--skip-preview", "--continue-on-error"),
    "refresh": ("--yes", "--skip-preview"),  # Pulumi has no --continue-on-error here, and asks for all at once
    "destroy": ("--yes", "--skip-preview", "--continue-on-error"),
}


class Killer:
    """Kills a stack's ``pulumi`` as soon as so many requests have got where it is to die: once in a command."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.wait_for(0)

    def wait_for(self, victims: int) -> None:
        """Be ready for the next command."""
        self._barrier = Barrier(max(victims, 1))
        self._lock = Lock()
        self._has_killed = False
        self.failed: BaseException | None = None

    def __call__(self) -> None:
        with contextlib.suppress(BrokenBarrierError):  # one of them does not come: the others die without it
            self._barrier.wait(_ALL_ARE_THERE_S)
        with self._lock:
            if self._has_killed:  # what is called pulumi now may be the next command
                return
            self._has_killed = True
            try:
                self._kill()
            except BaseException as error:  # the machine in between takes an OSError for a client that hung up
                self.failed = error
                raise

    def _kill(self) -> None:
        pulumi = processes.part(self._stack, "pulumi")
        pulumi.kill()
        processes.until(lambda: _is_over(pulumi), "pulumi to be dead")


def _is_over(process: psutil.Process) -> bool:
    """Whether its last thread has let go of its ports: it is called a zombie some ms before that."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


@dataclass
class Performance:
    """``said`` is what each command has said, in order."""

    stack: Stack
    killer: Killer
    command: str
    players: list[Player]
    said: list[Said] = field(default_factory=list)

    @classmethod
    def of(cls, picks: Sequence[Pick], stack: Stack, simulators: Sequence[Simulator]) -> Performance:
        killer = Killer(stack)
        players = [
            Player.of(pick, f"c{number}", simulator, killer)
            for number, (pick, simulator) in enumerate(zip(picks, simulators, strict=False), 1)
        ]
        (command,) = {pick.command for pick in picks}
        return cls(stack, killer, command, players)

    def close(self) -> None:
        for player in self.players:
            player.close()

    def play(self) -> list[Story]:
        """Play all cells to the end."""
        self._prepare()
        while due := [player for player in self.players if player.is_due]:
            for player, step in self._run("with the fault", self.command, of=due, with_fault=True).items():
                player.faulted.append(step)
        self._preview()
        clean = self._run("clean", self.command)
        killed = any(player.fault.kills for player in self.players)
        refreshed = self._run("refresh", "refresh", *([_PENDING] if killed else []))
        again = self._run("up again", "destroy" if self.command == "destroy" else "up")
        return [player.story(clean[player], refreshed[player], again[player]) for player in self.players]

    def _prepare(self) -> None:
        passwords = {"first": FIRST, "next": NEXT, "outside": OUTSIDE}
        for player in self.players:
            self.stack.connect(player.name, player.connection)
            passwords |= player.secrets
        self.stack.configure(secrets=passwords)
        before = [player for player in self.players if player.cell.operation.exists]
        if before:
            self.stack.program(program(*(player.program(FIRST) for player in before)))
            self._run("before", "up", of=before)
        for player in self.players:
            if player.cell.operation.outside:
                player.somebody_else_changes_it()
        to_refresh = [player for player in self.players if player.cell.operation.refreshed]
        if to_refresh:
            self._run("refresh before", "refresh", of=to_refresh)
        self.stack.program(program(*(player.program(player.cell.operation.declares) for player in self.players)))

    def _run(
        self, name: str, command: str, *arguments: str, of: Sequence[Player] = (), with_fault: bool = False
    ) -> dict[Player, Step]:
        """Run one command; return what it was for each of those it is about, by default all.

        Where a check refuses one, Pulumi may take on no more, with --continue-on-error too: those have no step.
        """
        players, before = of or self.players, entries(self.stack)
        targets = [f"--target={self.stack.urn(player.name)}" for player in of]
        self.killer.wait_for(len(players) if with_fault else 0)
        for player in players:
            player.begins(with_fault=with_fault)
        said = self._say(command, *_ARGUMENTS[command], *arguments, *targets)
        processes.until(lambda: not processes.of(self.stack), "the last process to end")
        if self.killer.failed:
            raise self.killer.failed
        killed = any(not player.stage.middleman.engine_lives for player in players)
        after = entries(self.stack)
        refused = any(isinstance(said.error(player.name), Refused) for player in players)
        steps = {}
        for player in players:
            if refused and not said.error(player.name) and not said.did(player.name):
                player.is_put_off()
                continue
            entry = before.get(player.name), after.get(player.name)
            steps[player] = player.ends(name, *entry, said, with_fault=with_fault)
        if killed:
            self.stack.run("cancel", "--yes")
        assert said.of_nobody() == []
        failed = any(step.error for step in steps.values())
        assert killed or failed == (said.outcome.code != 0), said.outcome.text
        return steps

    def _preview(self) -> None:
        """Ask what the next run would do, and remember what it refuses."""
        if self.command != "up":
            return
        for player in self.players:
            player.stage.middleman.begin()
        said = self._say("preview", "--diff")
        for player in self.players:
            player.stage.middleman.end()
            player.preview = said.error(player.name)

    def _say(self, *arguments: str) -> Said:
        outcome: Outcome = self.stack.run(*arguments, expect=None)
        self.said.append(Said(outcome))
        return self.said[-1]
