"""Whatever a server answers, an adapter ends in an error that is documented or in a value of its documented type."""

from __future__ import annotations

import json
import resource
import time
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_pwmgmt.systems import discover
from tests.exchanges.exchange import Exchange, Reply, exchanges, systems
from tests.exchanges.test_exchanges import argument
from tests.hostile.below_the_socket import URL, Script, ScriptedWire
from tests.hostile.quotable import assert_error, assert_success
from tests.hostile.replies import Marked, nodes, spoilt_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.hostile.conftest import Campaign

EXAMPLES, CONVERSATIONS = 252, 20  # for each system, and in each example
LONGEST_S = 10  # of one call, on a machine that does other things besides
MOST_KIB = 64 * 1024  # by which a system's calls may make the process grow at any time, all of them together
MOST_REQUESTS = 40  # of one call: five attempts each, with a token fetched anew, over the steps of the longest


def documented(reply: Reply) -> Marked:
    """Return a reply as the manual has it."""
    body = json.dumps(reply.json_body).encode() if reply.has_json else b""
    lines = [f"HTTP/1.1 {reply.status} OK", *(f"{name}: {value}" for name, value in reply.headers.items())]
    lines += [] if reply.status == 204 else [f"Content-Length: {len(body)}"]
    return Marked("\r\n".join(lines).encode() + b"\r\n\r\n" + body, {})


def conversation(chance: Random, system: str) -> tuple[Exchange, list[Marked]]:
    """Make up an exchange: a documented one, its replies as documented up to some turn, and from there on not."""
    exchange = chance.choice(_with_replies(system))
    turn = chance.randrange(len(exchange.wire))
    told = [documented(each.reply) for each in exchange.wire[:turn]]
    spoilt = exchange.wire[turn].reply
    sent = [secret for each in exchange.wire[: turn + 1] for secret in _secrets(each.request.model_dump())]
    told.append(spoilt_reply(chance, spoilt.json_body, spoilt.status, spoilt.headers, sent or ["CANARY-never-sent"]))
    if chance.randrange(2):
        told += [documented(each.reply) for each in exchange.wire[turn + 1 :]]
    return exchange, told


def _secrets(sent: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON
    """Yield the texts of a request that hold a secret, each as a whole."""
    for path in nodes(sent):
        value = reduce(getitem, path, sent)
        if isinstance(value, str) and "CANARY-" in value and not value.startswith("<"):
            yield value.removeprefix("SSWS ").removeprefix("Bearer ")


_KNOWN: dict[str, list[Exchange]] = {}


def _with_replies(system: str) -> list[Exchange]:
    if system not in _KNOWN:
        _KNOWN[system] = [each for each in exchanges(system) if each.wire]
    return _KNOWN[system]


@pytest.mark.parametrize("system", systems())
def test_no_answer_brings_an_adapter_out_of_its_way(campaign: Campaign, system: str) -> None:
    module = discover()[system]

    def play(exchange: Exchange, told: list[Marked]) -> None:
        connection = module.Connection(system=system, url=URL + exchange.url_path, **exchange.connection)
        script = Script([each.data for each in told])
        wire = ScriptedWire(connection, module.DIALECT, script)
        ((method, arguments),) = exchange.call.items()
        asked = {name: argument(name, value) for name, value in arguments.items()}
        campaign.count()
        started = time.monotonic()
        try:
            value = getattr(module.System(connection, wire), method)(**asked)
        except Exception as error:  # noqa: BLE001 -- that it is none of the others is what is tried
            assert_error(error, system, told)
        else:
            assert_success(method, value)
        finally:
            script.sent()
        assert time.monotonic() - started < LONGEST_S
        assert script.connections <= MOST_REQUESTS
        assert wire.quick.elapsed <= connection.time_budget * MOST_REQUESTS / 5

    @given(st.randoms(use_true_random=True))
    def holds(chance: Random) -> None:
        for _ in range(CONVERSATIONS):
            play(*conversation(chance, system))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    campaign.run(EXAMPLES, holds)
    assert campaign.cases >= 20_000 / len(systems())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KIB
