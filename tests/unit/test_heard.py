"""What the wire tells of each answer beside its content: the server's clock, its rate limit, its certificate."""

from __future__ import annotations

import ssl
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
import trustme

from pulumi_pwmgmt.connection import Connection
from pulumi_pwmgmt.errors import CredentialError, Unreachable
from pulumi_pwmgmt.heard import Heard, heard
from pulumi_pwmgmt.http import Wire
from pulumi_pwmgmt.outcome import Answer
from pulumi_pwmgmt.rate import Clock, RateBudget, RateHeaders
from tests.unit.loopback_peer import answers, hangs_up, peering
from tests.unit.wire_fixtures import DIALECT, QuickClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
NAMES = RateHeaders(limit="Limit", remaining="Left", reset="Reset", reset_is="seconds left")


def told(headers: dict[str, str], *, asked: datetime = NOON, now: datetime = NOON) -> Heard:
    return heard(Answer(200, headers, b""), NAMES, asked, now)


def listening(url: str, hear: Callable[[Heard], object], **settings: object) -> Wire:
    connection = Connection.model_validate({"system": "example", "url": url, "time_budget": 60, **settings})
    clock = QuickClock()
    quick = Clock(monotonic=clock.monotonic, sleep=clock.sleep)
    return Wire(connection, DIALECT, hear=hear, clock=quick)


@pytest.mark.parametrize(
    ("date", "took", "ahead"),
    [
        (NOON, 0, 0),
        (NOON + timedelta(seconds=2), 3, 0),  # it was that late when it answered
        (NOON + timedelta(seconds=90), 10, 80),
        (NOON - timedelta(seconds=1), 0, 0),  # cut off
        (NOON - timedelta(seconds=61), 10, -60),
        (NOON + timedelta(hours=1), 0, 3600),
    ],
)
def test_clocks_differ_only_where_nothing_else_explains_it(date: datetime, took: int, ahead: int) -> None:
    answer = told({"Date": format_datetime(date, usegmt=True)}, now=NOON + timedelta(seconds=took))
    assert answer.ahead == timedelta(seconds=ahead)


@pytest.mark.parametrize("headers", [{}, {"Date": ""}, {"Date": "yesterday"}])
def test_a_clock_that_is_not_told_is_not_known(headers: dict[str, str]) -> None:
    assert told(headers).ahead is None


def test_the_calls_that_are_left_are_counted() -> None:
    answer = told({"Limit": "600", "Left": "599", "Reset": "59"})
    assert answer.rate == RateBudget(left=599, limit=600, resets_in=60)
    assert told({"Limit": "600", "Left": "0"}).rate == RateBudget(left=0, limit=600, resets_in=None)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Left": "1"}, {"Limit": "1"}, {"Left": "many", "Limit": "600"}, {"Left": "9" * 400, "Limit": "600"}],
)
def test_what_is_no_count_is_not_counted(headers: dict[str, str]) -> None:
    assert told(headers).rate is None


def test_a_vendor_without_limits_tells_none() -> None:
    assert heard(Answer(200, {"Left": "1", "Limit": "2"}, b""), None, NOON, NOON).rate is None


def test_every_answer_is_heard_refusals_and_repetitions_too() -> None:
    answers_heard: list[Heard] = []
    with peering(answers(500), answers(404), answers(200, {})) as peer:
        wire = listening(peer.url, answers_heard.append)
        with pytest.raises(CredentialError):
            wire.read("GET", "/x")
        wire.write("PUT", "/x")
    assert [answer.status for answer in answers_heard] == [500, 404, 200]
    assert {answer.certificate_ends for answer in answers_heard} == {None}


def test_whatever_is_answered_is_reached() -> None:
    for status in (200, 302, 401, 404, 429):
        with peering(answers(status, raw=b"<html>")) as peer:
            listening(peer.url + "/api", lambda _: None).reach()
            assert {request.target for request in peer.received} == {"/api"}
            assert {request.method for request in peer.received} == {"GET"}


def test_nobody_who_answers_is_unreachable() -> None:
    with peering(hangs_up) as peer, pytest.raises(Unreachable):
        listening(peer.url, lambda _: None).reach()


@pytest.mark.parametrize("body", [{"ok": True}, None])
def test_the_certificate_tells_its_end(tmp_path: Path, body: object) -> None:
    authority = trustme.CA()
    ends = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=ends).configure_cert(context)
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    answers_heard: list[Heard] = []
    with peering(answers(200, body, Connection="close"), tls=context) as peer:
        wire = listening(peer.url, answers_heard.append, ca_bundle=str(bundle))
        for _ in range(2):
            wire.read("GET", "/x")
    assert [answer.certificate_ends for answer in answers_heard] == [ends, ends]
