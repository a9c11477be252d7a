"""A plugin process without Pulumi around it: ``ACTION [ADDRESS]``, the engine's address last as in the real one."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from dataclasses import dataclass

from pulumi import dynamic

from pulumi_pwmgmt.engine import Engine, our_engine
from pulumi_pwmgmt.provider import CredentialProvider

OKTA = {"system": "okta", "url": "https://127.0.0.1:9", "token": "CANARY-token"}


@dataclass
class _Request:
    """What the SDK hands to ``configure``: the stack's config."""

    config: dynamic.Config


def _configured(main: dict[str, str]) -> _Request:
    return _Request(dynamic.Config({"pwmgmt:connections": json.dumps({"main": main})}, "stranger"))


def _watch() -> None:
    our_engine()
    sys.stdout.write("watching\n")
    sys.stdout.flush()
    threading.Thread(target=time.sleep, args=(600,)).start()  # as a write that waits for its answer
    time.sleep(600)


def _ask() -> None:
    our_engine().must_live()
    sys.stdout.write("alive\n")


def _ask_without_sockets() -> None:
    engine = Engine(sys.argv[-1])
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
    engine.must_live()
    resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))
    sys.stdout.write("alive\n")


def _check() -> None:
    provider = CredentialProvider()
    provider.configure(_configured(OKTA))
    news = {"connection": "main", "principal": "bot", "password": "CANARY-first", "in_clear": "connections"}
    inputs = provider.check({}, news).inputs
    json.dump({"inputs": inputs, "tracebacklimit": sys.tracebacklimit}, sys.stdout)


def _check_between_two_configurations() -> None:
    """As where the bytes of the provider in the state are not the program's: each form is configured once."""
    request = _configured(OKTA)
    of_the_program, of_the_state = CredentialProvider(), CredentialProvider()
    of_the_program.configure(request)
    news = {"connection": "main", "principal": "bot", "password": "CANARY-first"}
    inputs = of_the_program.check({}, news).inputs
    of_the_state.configure(request)
    # Nobody listens at the connection's url, so a delete that forgot the claim would fail.
    of_the_state.delete("okta:bot", inputs | {"principal_id": "bot", "reason": "created"})
    sys.stdout.write("left alone")


ACTIONS = {
    "watch": _watch,
    "ask": _ask,
    "ask-without-sockets": _ask_without_sockets,
    "check": _check,
    "check-between-two-configurations": _check_between_two_configurations,
}
ACTIONS[sys.argv[1]]()
