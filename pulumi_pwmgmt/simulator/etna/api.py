"""What ETNA does around every call: application key, token, media types.

https://help.etnatrader.com/rest-api
"""

import math
from collections.abc import Sequence

from starlette.responses import Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, RefusedError
from pulumi_pwmgmt.simulator.etna.caller import caller_of
from pulumi_pwmgmt.simulator.etna.environment import EtnaEnvironment
from pulumi_pwmgmt.simulator.etna.errors import denied, message, message_response, no_such_key
from pulumi_pwmgmt.simulator.etna.policies import Policies
from pulumi_pwmgmt.simulator.etna.token import Token
from pulumi_pwmgmt.simulator.etna.users import Users


class EtnaApi:
    """ETNA's REST API; its base is ``/api``."""

    def __init__(self, environment: EtnaEnvironment) -> None:
        self._environment = environment
        self._operations = [
            *Token(environment).operations(),
            *Users(environment).operations(),
            *Policies(environment).operations(),
        ]

    def operations(self) -> Sequence[Operation]:
        """Return everything it can do."""
        return self._operations

    def admit(self, call: Call, operation: Operation) -> None:
        """Check key, token, length and media type, in this order."""
        if call.headers.get("et-app-key") not in self._environment.seed.app_keys:
            raise no_such_key()
        if operation.needs is not None:
            caller_of(self._environment, call)
        if call.method in {"POST", "PUT"} and "content-length" not in call.headers:
            raise RefusedError(Response(status_code=411))  # the manual demands the header, even when it is 0
        if operation.takes_body and call.media_type != "application/json":
            text = f"The request entity's media type '{call.media_type}' is not supported for this resource."
            raise message(415, text)
        if call.body and not operation.takes_body:
            raise message(400, "The request is invalid.")  # a choice
        if call.query:
            raise message(400, "The request is invalid.")  # a choice

    def dress(self, call: Call, response: Response) -> None:
        """Add nothing: the manual names no header of its own."""

    def no_such_path(self, call: Call) -> Response:
        """Answer 404 as the web framework does."""
        url = f"{call.base_url}{call.path}"
        return message_response(404, f"No HTTP resource was found that matches the request URI '{url}'.")

    def no_such_method(self, call: Call) -> Response:
        """Answer 405 as the web framework does."""
        return message_response(405, f"The requested resource does not support http method '{call.method}'.")

    def trouble(self, status: int, wait_s: float | None) -> Response:
        """Answer 401 as for a token that is not good; the rest is a choice, ETNA documents neither limit nor header."""
        response = denied().response if status == 401 else message_response(status, "An error has occurred.")  # noqa: PLR2004 -- the status says it best
        if wait_s is not None:
            response.headers["Retry-After"] = str(math.ceil(wait_s))
        return response
