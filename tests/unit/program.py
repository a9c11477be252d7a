"""A program under Pulumi's own double of the engine, with the provider's thinking behind it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import mocks, rpc, set_all_config
from pulumi.runtime.settings import set_root_resource

from pulumi_pwmgmt import ManagedCredential, generated, lifecycle
from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.generated import Wanted
from pulumi_pwmgmt.json_text import with_tables, with_texts
from pulumi_pwmgmt.record import Declaration
from tests.unit.in_memory import Administrator
from tests.unit.sources import MASTER
from tests.unit.stack import LOGIN, stack_of, through_the_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pulumi_pwmgmt.run import Run
    from tests.unit.in_memory import Directory
    from tests.unit.stack import Stack

NOW = "2026-11-23T12:00:00Z"


class Engine(mocks.Mocks):
    """Registers resources: each credential is checked and created against one directory."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.registered: dict[str, dict[str, Any]] = {}
        self.types: set[str] = set()
        self.differently: dict[str, Any] = {}
        self.asks_the_provider = True

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.name] = args.inputs
        self.types.add(args.typ)
        if args.typ.startswith("test:component") or not self.asks_the_provider:
            return None, {}
        plain = {name: rpc.unwrap_rpc_secret(value) for name, value in args.inputs.items() if name != "__provider"}
        plain = through_the_engine(plain)
        if args.typ.endswith(":GeneratedPassword"):
            made = generated.create(self.run.settings.now(), Wanted.parse(generated.check(plain)[0]))
            return f"generated:{args.name}", through_the_engine(made.properties())
        inputs, problems = check(self.run, {}, with_tables(plain))
        assert problems == []
        record = lifecycle.create(self.run, Declaration.parse(inputs))
        return record.id, through_the_engine(with_texts(record.properties() | self.differently))

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise NotImplementedError(args)


def start(engine: Engine, config: Mapping[str, str] | None = None, *, preview: bool = False) -> None:
    """Make this the engine of the next program, in a process that has run none yet."""
    set_root_resource(None)  # type: ignore[arg-type]  # the type knows no way back
    set_all_config({f"pwmgmt:{name}": value for name, value in (config or {}).items()})
    mocks.set_mocks(engine, preview=preview)


def world(*, preview: bool = False, **config: str) -> tuple[Engine, Directory, Stack]:
    """Return the engine of the next program, with a master and the time in its config, and one account."""
    stack, directory = stack_of(Administrator)
    stack.config = {"masters": {"main": MASTER}, "now": NOW}
    engine = Engine(stack.run())
    start(engine, {"masters": json.dumps(stack.config["masters"]), "now": NOW} | config, preview=preview)
    return engine, directory, stack


def run(program: Callable[[], object]) -> None:
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


def bot(name: str = "bot", **arguments: Any) -> ManagedCredential:  # noqa: ANN401 -- any argument
    return ManagedCredential(
        name, **({"connection": "main", "principal": LOGIN, "password": "CANARY-first"} | arguments)
    )
