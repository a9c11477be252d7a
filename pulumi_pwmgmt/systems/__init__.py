"""One module for each identity system, found by its file name: a new file is a new system."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def discover() -> dict[str, ModuleType]:
    """Import every system there is and return them by name, in alphabetical order.

    Each module has ``Connection``, the settings of a connection to it; ``DIALECT``, its way of answering; and
    ``System``, what it does. Its name is the ``system`` of a connection and the first part of a resource's id.
    A name that starts with an underscore is no system's: it is what the APIs of one vendor have in common.
    """
    names = sorted(found.name for found in iter_modules(__path__) if not found.name.startswith("_"))
    return {name: import_module(f"{__name__}.{name}") for name in names}
