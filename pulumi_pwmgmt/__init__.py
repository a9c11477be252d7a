"""The passwords of service accounts, declared with Pulumi."""

from importlib import import_module
from typing import TYPE_CHECKING

from pulumi_pwmgmt.model import OnDestroy, OnDrift, from_env, from_file

__all__ = [
    "LOOK_ALIKES",
    "DerivedPassword",
    "Freeze",
    "GeneratedPassword",
    "ManagedCredential",
    "OnDestroy",
    "OnDrift",
    "Recipe",
    "RotationSchedule",
    "from_env",
    "from_file",
]

if TYPE_CHECKING:
    from pulumi_pwmgmt.freeze import Freeze
    from pulumi_pwmgmt.passwords import DerivedPassword, GeneratedPassword
    from pulumi_pwmgmt.recipe import LOOK_ALIKES, Recipe
    from pulumi_pwmgmt.resource import ManagedCredential
    from pulumi_pwmgmt.schedule import RotationSchedule
else:  # the pytest plugin and the command line load this package too, and need not wait for Pulumi
    _HOMES = {
        "DerivedPassword": "passwords",
        "Freeze": "freeze",
        "GeneratedPassword": "passwords",
        "LOOK_ALIKES": "recipe",
        "ManagedCredential": "resource",
        "Recipe": "recipe",
        "RotationSchedule": "schedule",
    }

    def __getattr__(name: str) -> object:
        if name in _HOMES:
            return getattr(import_module(f"pulumi_pwmgmt.{_HOMES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
