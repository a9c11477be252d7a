from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import NotConfigured, OutcomeUnknown, RateLimited, UnexpectedReply, Unreachable
from pulumi_pwmgmt.system import Authority, VerifiesPassword
from tests.contract.between import Answer
from tests.contract.refused import refused
from tests.contract.scene import NEW
from tests.contract.table import Operation, proves

if TYPE_CHECKING:
    from tests.contract.scene import Scene

LIMITS = "429, or 503 with `Retry-After`"
FAILURES = "500, 502, 504, 503 without `Retry-After`; a 2xx that is not the documented JSON, cut short, or over 1 MiB"
STRANGE = Answer(
    418,
    {"detail": "CANARY-what-an-answer-says", "message": 7},
    {"X-Request-Id": "id-418", "X-Okta-Request-Id": "id-418"},
)
ANOTHER_OBJECT = Answer(200, {"id": ["CANARY-what-an-answer-says"], "detail": {"status": "CANARY-what-else-it-says"}})
A_LIST = Answer(200, [{"CANARY-what-an-answer-says": 1}])
NO_API = Answer(
    404, {"detail": "CANARY-what-an-answer-says"}, {"X-Request-Id": "id-404", "X-Okta-Request-Id": "id-404"}
)
REDIRECT = Answer(302, {}, {"Location": "/elsewhere", "X-Request-Id": "id-302", "X-Okta-Request-Id": "id-302"})


@proves(LIMITS)
@pytest.mark.parametrize("kind", ["429", "503"])
def test_a_limit_is_waited_for(operation: Operation, scene: Scene, kind: str) -> None:
    scene.order(operation, kind, delay_s=5, times=1)
    scene.ask(operation)
    assert scene.clock.slept >= 4  # servers tell when it ends in whole seconds
    assert not operation.sends_a_new_password or scene.opens(NEW)


@proves(LIMITS)
@pytest.mark.parametrize("kind", ["429", "503"])
def test_a_limit_that_is_longer_than_the_budget_ends_the_call(operation: Operation, scene: Scene, kind: str) -> None:
    scene.order(operation, kind, delay_s=600)
    with refused(RateLimited) as error:
        scene.ask(operation, time_budget=60)
    assert isinstance(error.value, RateLimited)
    assert error.value.retry_after is not None
    assert 500 < error.value.retry_after <= 605  # whole seconds, and some to spare
    assert scene.clock.slept < 60
    assert scene.times_asked(operation) == 1
    scene.all_clear()
    assert scene.opens(scene.password)


@proves("never reached")
def test_a_system_that_is_not_there_is_tried_again_and_then_told(operation: Operation, scene: Scene) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # a port that nobody listens at
        path = scene.url.removeprefix(scene.simulator.url)
        with refused(Unreachable):
            scene.ask(operation, url=f"http://127.0.0.1:{nobody.getsockname()[1]}{path}")
    assert scene.clock.slept > 0
    assert scene.asked() == []


@proves("reached, but no answer", lambda operation: operation.writes)
@pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
def test_a_change_without_an_answer_is_not_sent_again(operation: Operation, scene: Scene, kind: str) -> None:
    before = scene.times_asked(operation)
    scene.order(operation, kind)
    with refused(OutcomeUnknown):
        scene.ask(operation, read_timeout=0.2)
    assert scene.times_asked(operation) - before == 1


@proves("reached, but no answer", lambda operation: operation.way == "set")
def test_a_change_that_was_made_without_an_answer_is_found_where_the_system_tells(
    operation: Operation, scene: Scene
) -> None:
    scene.settings = {"read_timeout": 0.3}
    stack = scene.stack()
    scene.order(operation, "hang_after", times=1)
    if isinstance(scene.adapter(), VerifiesPassword):
        assert stack.up(bot=scene.declaration()) == ["create"]
    else:  # its times are in seconds, and these are too close
        with refused(OutcomeUnknown):
            stack.up(bot=scene.declaration())
    assert scene.times_asked(operation) == 1
    assert scene.opens(NEW)


@proves("reached, but no answer", lambda operation: operation.way == "set")
def test_a_change_that_was_not_made_is_made_once_more_by_who_may(operation: Operation, scene: Scene) -> None:
    scene.settings = {"read_timeout": 0.3}
    stack = scene.stack()
    scene.order(operation, "hang_before", times=1)
    if operation.traits.authority is Authority.ADMINISTRATOR:
        assert stack.up(bot=scene.declaration()) == ["create"]
        assert scene.times_asked(operation) == 2
        assert scene.opens(NEW)
    else:
        with refused(OutcomeUnknown) as error:
            stack.up(bot=scene.declaration())
        assert "that is safe" in str(error.value)
        assert scene.times_asked(operation) == 1
        assert scene.opens(scene.password)


@proves("reached, but no answer", lambda operation: operation.column == "verify")
def test_a_log_in_without_an_answer_is_not_sent_again(operation: Operation, scene: Scene) -> None:
    scene.order(operation, "hang_after", times=1)
    with refused(Unreachable):
        scene.ask(operation, read_timeout=0.2)
    assert scene.times_asked(operation) == 1


@proves("reached, but no answer", lambda operation: not operation.writes and operation.column != "verify")
def test_a_question_without_an_answer_is_asked_again(operation: Operation, scene: Scene) -> None:
    scene.order(operation, "hang_before", times=1)
    assert scene.ask(operation, read_timeout=0.2)
    assert scene.times_asked(operation) == 2


@proves("reached, but no answer", lambda operation: not operation.writes)
def test_a_question_that_is_never_answered_is_given_up(operation: Operation, scene: Scene) -> None:
    scene.order(operation, "hang_before")
    with refused(Unreachable):
        scene.ask(operation, read_timeout=0.1)


@proves(FAILURES, lambda operation: operation.writes)
@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "wrong_json", "html", "truncate", "oversize"])
def test_after_a_broken_answer_nobody_knows_what_became_of_a_change(
    operation: Operation, scene: Scene, kind: str
) -> None:
    scene.order(operation, kind)
    with refused(scene.vendor.documented.get(kind, OutcomeUnknown)):
        scene.ask(operation)
    assert scene.times_asked(operation) == 1


@proves(FAILURES, lambda operation: not operation.writes)
@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "wrong_json", "html", "truncate", "oversize"])
def test_a_broken_answer_to_a_question_is_unexpected(operation: Operation, scene: Scene, kind: str) -> None:
    # An answer that was cut short is none: it is asked for again, as after a connection that broke.
    expected = Unreachable if kind == "truncate" else UnexpectedReply
    scene.order(operation, kind)
    with refused(scene.vendor.documented.get(kind, expected)):
        scene.ask(operation)


@proves(FAILURES)
@pytest.mark.parametrize("answer", [ANOTHER_OBJECT, A_LIST], ids=["another object", "a list"])
def test_json_of_another_shape_is_no_success(operation: Operation, scene: Scene, answer: Answer) -> None:
    with scene.answered(operation, answer) as stranger:
        if operation.way in scene.vendor.bodiless:
            scene.ask(operation)  # there is nothing to go by but the status
        else:
            with refused(OutcomeUnknown if operation.writes else UnexpectedReply):
                scene.ask(operation)
    assert stranger.answered == 1


@proves("any other answer that the manual does not know")
@pytest.mark.parametrize("answer", [STRANGE, REDIRECT], ids=["418", "302"])
def test_an_answer_that_is_in_no_manual_is_told_by_status_and_request_id(
    operation: Operation, scene: Scene, answer: Answer
) -> None:
    with scene.answered(operation, answer) as stranger, refused(UnexpectedReply) as error:
        scene.ask(operation)
    assert isinstance(error.value, UnexpectedReply)
    assert error.value.status == answer.status
    assert error.value.request_id == f"id-{answer.status}"
    assert f"id-{answer.status}" in str(error.value)
    assert error.value.advice.endswith("report it, with the request id")
    assert ("a proxy" in error.value.advice) == (answer is REDIRECT)
    assert "detail" not in str(error.value)
    assert stranger.answered == 1


@proves("any other answer that the manual does not know")
def test_an_answer_without_a_request_id_promises_none(operation: Operation, scene: Scene) -> None:
    with scene.answered(operation, Answer(418)), refused(UnexpectedReply) as error:
        scene.ask(operation)
    assert "request id" not in str(error.value)


@proves("any other answer that the manual does not know")
def test_where_there_is_no_api_the_url_is_to_be_corrected(operation: Operation, scene: Scene) -> None:
    with scene.answered(operation, NO_API) as stranger, refused(NotConfigured) as error:
        scene.ask(operation)
    assert error.value.advice == "correct the connection's url"
    assert "id-404" in str(error.value)
    assert stranger.answered == 1
