"""ETNA policies.

https://help.etnatrader.com/rest-api/policies
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.etna.environment import EtnaEnvironment


class Policies:
    """Reading policies; every attribute is a string."""

    def __init__(self, environment: EtnaEnvironment) -> None:
        self._environment = environment

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        return [Operation("GET", "/api/v1.0/policies", self.list, "token")]

    def list(self, _call: Call) -> Response:
        """List the policies; the one rule about passwords that the manual shows is how long they last."""
        days = self._environment.seed.policy.max_age_days
        expiration = {"Id": 1, "Name": "PasswordExpiration", "Attributes": {"duration": str(days)}}
        policy = {"Id": self._environment.policy_id, "Name": "Default", "Rules": [expiration] if days else []}
        return JSONResponse([policy])
