"""All simulated systems together, and starting over."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pulumi_pwmgmt.simulator.api import Api
from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.etna.api import EtnaApi
from pulumi_pwmgmt.simulator.etna.environment import EtnaEnvironment
from pulumi_pwmgmt.simulator.faults import Faults
from pulumi_pwmgmt.simulator.ids import IdBook
from pulumi_pwmgmt.simulator.okta.api import OktaApi
from pulumi_pwmgmt.simulator.okta.myaccount import MyAccountApi
from pulumi_pwmgmt.simulator.okta.org import OktaOrg
from pulumi_pwmgmt.simulator.onelogin.api import OneLoginApi
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginTenant
from pulumi_pwmgmt.simulator.seed import Seed

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.log import LogEntry

_PREFIXES = (
    ("/api/v1.0/", "etna"),
    ("/api/token", "etna"),
    ("/api/v1/", "okta"),
    ("/idp/", "okta_myaccount"),
    ("/api/1/", "onelogin"),
    ("/api/2/", "onelogin"),
    ("/auth/", "onelogin"),
)


def system_of(path: str) -> str | None:
    """Return whose path this is, known or not."""
    return next((system for prefix, system in _PREFIXES if f"{path}/".startswith(prefix)), None)


class Simulation:
    """The state of everything; ``start`` may be called again, and ids stay what they were.

    With ``remember_passwords`` every password that is set from outside is kept in clear text, over resets too.
    """

    def __init__(self, seed: Seed, *, remember_passwords: bool = False) -> None:
        self.heard: list[str] | None = [] if remember_passwords else None
        self._first_seed = seed
        self.clock = Clock()
        self.faults = Faults()
        self.log: list[LogEntry] = []
        self._ids = IdBook()
        self.start(seed)

    def start(self, seed: Seed) -> None:
        """Take everything back to this seed: directories, tokens, clock; faults and log are cleared."""
        self.clock.back_to_now()
        self.faults.clear()
        self.log.clear()
        self.seed = seed
        self.okta = OktaOrg(seed.okta, self.clock, self._ids)
        self.onelogin = OneLoginTenant(seed.onelogin, self.clock, self._ids)
        self.etna = EtnaEnvironment(seed.etna, self.clock, self._ids)
        self._apis: dict[str, Api] = {
            "okta": OktaApi(self.okta),
            "okta_myaccount": MyAccountApi(self.okta),
            "onelogin": OneLoginApi(self.onelogin),
            "etna": EtnaApi(self.etna),
        }

        if self.heard is not None:
            self.okta.users.hear = self.onelogin.users.hear = self.etna.users.hear = self.heard.append

    def start_again(self) -> None:
        """Go back to the seed that was given last."""
        self.start(self.seed)

    def start_from_the_first_seed(self) -> None:
        """Go back to the seed of the construction."""
        self.start(self._first_seed)

    def apis(self) -> Mapping[str, Api]:
        """Return the APIs by system."""
        return self._apis
