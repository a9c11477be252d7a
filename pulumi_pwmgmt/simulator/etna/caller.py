"""Who calls ETNA's API."""

import re

from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.etna.environment import EtnaAccount, EtnaEnvironment
from pulumi_pwmgmt.simulator.etna.errors import denied

_BEARER = re.compile(r"Bearer (\S+)")


def caller_of(environment: EtnaEnvironment, call: Call) -> EtnaAccount:
    """Return whose token the call carries; ``Bearer``, one blank, the token."""
    match = _BEARER.fullmatch(call.headers.get("authorization", ""))
    account = environment.owner(match[1], "access") if match else None
    if account is None:
        raise denied()
    call.account = account.login
    return account
