"""Generations that the stack's config sets by hand: ``pwmgmt:generations``, by the names of the program's resources."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import get_root_resource

from pulumi_pwmgmt.counting import MOST, is_counting
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.settings import path_of
from pulumi_pwmgmt.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

KEY = "pwmgmt:generations"

# The names of what has generations, by the stack that is being run: a process may run several programs in turn.
_pinnable: weakref.WeakKeyDictionary[pulumi.Resource, set[str]] = weakref.WeakKeyDictionary()


def pinned(resource_name: str) -> int | None:
    """Return the generation that the config sets for a resource that has generations; None where it sets none.

    Raises:
        NotConfigured: ``pwmgmt:generations`` is no map of numbers.

    """
    watch(resource_name)
    generation = _generations().get(resource_name)
    if generation is None or is_counting(generation):
        return generation
    raise NotConfigured(f"{path_of(KEY, resource_name)} is no whole number from 1 to {MOST}", to_do=_set(resource_name))


def watch(*resource_names: str) -> None:
    """Warn of names in the config that nothing in the program has, once the program is over and has not failed.

    ``resource_names`` are what has generations, as far as it is known by now.

    Raises:
        NotConfigured: ``pwmgmt:generations`` is no map, or has a map in it.

    """
    generations, stack = _generations(), get_root_resource()
    if stack is None:
        return
    if stack not in _pinnable:
        names = _pinnable[stack] = set()
        program = None
        with contextlib.suppress(RuntimeError):  # nothing runs that could be over, as in a test of a program
            program = asyncio.current_task()
        if program and generations:
            program.add_done_callback(lambda ended: _ended(ended, generations.keys(), names))
    _pinnable[stack].update(resource_names)


def _ended(program: asyncio.Task[Any], in_config: AbstractSet[str], names: AbstractSet[str]) -> None:
    """Tell, in the one moment when all resources are known and the engine still waits for the program to go.

    A function under ``apply`` is a task too, which ends while others still run: the last of them is waited for.
    """
    running = asyncio.all_tasks(program.get_loop())
    if running:
        next(iter(running)).add_done_callback(lambda ended: _ended(ended, in_config, names))
    elif not program.cancelled() and not program.exception():
        for name in sorted(in_config - names):
            path = path_of(KEY, name)
            pulumi.log.warn(
                f"{path} names nothing in this program that has generations{did_you_mean(name, names)}: neither the "
                "credential of a DerivedPassword nor a GeneratedPassword — correct it, or take it out: "
                f"pulumi config rm --path '{path}'"
            )


def _generations() -> dict[str, Any]:
    generations: Any = None
    with contextlib.suppress(pulumi.ConfigTypeError):  # told below, outside of an error that holds the text
        generations = pulumi.Config("pwmgmt").get_object("generations") or {}
    if not isinstance(generations, dict):
        raise NotConfigured(f"{KEY} is not a map from resources to generations", to_do=_set("NAME"))
    for name, generation in generations.items():
        if isinstance(generation, dict):
            whole = ".".join([name, *_first_keys(generation)])
            raise NotConfigured(
                f"{KEY}.{name} is a map, and no number: a name with a dot in it has to be quoted",
                to_do=f"pulumi config rm --path '{KEY}.{name}', then {_set(whole)}",
            )
    return generations


def _first_keys(nested: Any) -> list[str]:  # noqa: ANN401 -- a map, or what the innermost one holds
    if not isinstance(nested, dict) or not nested:
        return []
    name, value = next(iter(nested.items()))
    return [name, *_first_keys(value)]


def _set(resource_name: str) -> str:
    return f"pulumi config set --path '{path_of(KEY, resource_name)}' 2"
