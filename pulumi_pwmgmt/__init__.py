"""The passwords of service accounts, declared with Pulumi."""

from typing import TYPE_CHECKING

from pulumi_pwmgmt.model import OnDestroy, OnDrift, from_env, from_file

__all__ = ["ManagedCredential", "OnDestroy", "OnDrift", "from_env", "from_file"]

if TYPE_CHECKING:
    from pulumi_pwmgmt.resource import ManagedCredential
else:  # the pytest plugin and the command line load this package too, and need not wait for Pulumi

    def __getattr__(name: str) -> object:
        if name == "ManagedCredential":
            from pulumi_pwmgmt.resource import ManagedCredential  # noqa: PLC0415 -- see above

            return ManagedCredential
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
