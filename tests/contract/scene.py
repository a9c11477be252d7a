"""One system under examination: its simulated account, and everything it can be asked, over the wire."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.model import OnDestroy, Secret
from pulumi_pwmgmt.rate import Clock
from pulumi_pwmgmt.simulator.log_in import logs_in
from pulumi_pwmgmt.system import Connected, CurrentPassword
from pulumi_pwmgmt.systems import discover
from tests.contract.between import Between, between
from tests.contract.vendor import Endpoint, Vendor, vendor_of
from tests.unit.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.contract.between import Answer
    from tests.contract.table import Operation

NEW = "CANARY-New-password-1"


@dataclass
class Hurry:
    """A clock on which nobody waits: sleeping moves it ahead."""

    slept: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def as_clock(self) -> Clock:
        return Clock(
            monotonic=lambda: time.monotonic() + self.slept,
            sleep=self.sleep,
            now=lambda: datetime.now(timezone.utc) + timedelta(seconds=self.slept),
        )


class RealTime:
    """The clock of a stack whose servers have one of their own."""

    def __call__(self) -> datetime:
        return datetime.now(timezone.utc)

    def elapsed(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Nothing: time goes by itself."""


@dataclass
class Scene:
    """``url`` is where the API is, another one where somebody stands between."""

    system: str
    simulator: Simulator
    clock: Hurry = field(default_factory=Hurry)
    url: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.account = self.simulator.account(self.system)
        self.url = self.url or self.account["connection"]["url"]

    @property
    def vendor(self) -> Vendor:
        return vendor_of(self.system)

    @property
    def principal(self) -> str:
        return str(self.account["principal"])

    @property
    def password(self) -> str:
        return str(self.account["password"])

    @property
    def secret(self) -> Secret:
        """The live password, as the port takes it."""
        return Secret(self.password)

    def adapter(self, *, clock: Clock | None = None, **settings: Any) -> Any:  # noqa: ANN401 -- any system
        module = discover()[self.system]
        entry = self.account["connection"] | {"url": self.url} | self.settings | settings
        connection = module.Connection.model_validate(entry)
        return module.System(connection, Wire(connection, module.DIALECT, clock=clock or self.clock.as_clock()))

    def ask(
        self,
        operation: Operation,
        *,
        principal: str | None = None,
        new: str = NEW,
        current: str | None = None,
        adapter: object = None,
        **settings: Any,  # noqa: ANN401 -- any setting
    ) -> Any:  # noqa: ANN401 -- each operation has another answer
        """Ask the adapter, without the life of a credential around it. A revoke that overwrites writes ``new``."""
        system: Any = adapter or self.adapter(**settings)
        principal = principal or self.principal
        known = Secret(current or self.password)
        match operation.column:
            case "verify":
                return system.verify_password(principal, known)
            case "observe":
                return system.observe(principal)
            case "policy":
                return system.password_policy(principal)
        if operation.sends_a_new_password:
            return system.set_password(principal, Secret(new), known if operation.sends_the_current_password else None)
        return system.remove_password(principal, OnDestroy(operation.way), known)

    def opens(self, password: str) -> bool:
        """Log in as the system's own log-in page would."""
        return logs_in(self.account, password)

    def endpoint(self, operation: Operation) -> Endpoint:
        return self.vendor.endpoints[operation.way]

    def order(self, operation: Operation, kind: str, **fault: Any) -> None:  # noqa: ANN401 -- any field
        """Spoil the request that does what the operation is about, each time until ``all_clear``."""
        endpoint = self.endpoint(operation)
        self.simulator.fault(
            system=self.system, method=endpoint.method, path=endpoint.path, kind=kind, **{"times": 100} | fault
        )

    def all_clear(self) -> None:
        self.simulator.control("DELETE", "/faults")

    def asked(self) -> list[tuple[str, str]]:
        """Return what the simulator was asked so far, method and path, less the fetching of tokens."""
        log = [(str(entry["method"]), str(entry["path"])) for entry in self.simulator.log()]
        return [entry for entry in log if not entry[1].startswith("/auth/")]

    def times_asked(self, operation: Operation) -> int:
        """Return how often the simulator got the request that does what the operation is about."""
        endpoint = self.endpoint(operation)
        return sum(method == endpoint.method and fnmatchcase(path, endpoint.path) for method, path in self.asked())

    @contextmanager
    def answered(self, operation: Operation, answer: Answer) -> Iterator[Between]:
        """Let somebody between us and the simulator answer the request that the operation is about."""
        endpoint = self.endpoint(operation)
        usual = self.url
        with between(self.simulator.url, endpoint.method, endpoint.path, answer) as stranger:
            self.url = usual.replace(self.simulator.url, stranger.url)
            try:
                yield stranger
            finally:
                self.url = usual

    def stack(self) -> Stack:
        """Return a stack with the connection ``main`` to this system, for the life of a credential."""
        return Stack(RealTime(), {"main": self.connected()})  # type: ignore[arg-type]  # a clock all the same

    def connected(self) -> Connected:
        tenant = "/".join(self.url.split("/")[:3])
        return Connected(name="main", kind=self.system, tenant=tenant, system=self.adapter(clock=Clock()))

    def declaration(self, password: str = NEW, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 -- any argument
        """Return what a program declares for the account; the current password where the system demands it."""
        required = discover()[self.system].System.traits.current_password is CurrentPassword.REQUIRED
        taking_over = {"current_password": self.password, "on_destroy": "revoke"} if required else {}
        declared = {"connection": "main", "principal": self.principal, "password": password}
        return {name: value for name, value in (declared | taking_over | arguments).items() if value is not None}
