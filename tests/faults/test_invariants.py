"""Each promise can be broken: a story in which everything is well, and what has to change in it for one to break."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.errors import CurrentPasswordRejected, PasswordRejected, Unreachable
from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import Secret
from tests.faults.cell import Cell, Story, tell
from tests.faults.fault import FAULTS, ONCE
from tests.faults.invariants import INVARIANTS
from tests.faults.judgement import avoidably_broken, broken
from tests.faults.middleman import Exchange
from tests.faults.operation import FIRST, NEXT, OPERATIONS, OUTSIDE
from tests.faults.stage import EngineKilledError
from tests.faults.unavoidable import granted
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator
    from tests.faults.stage import Step

BY_NAME = {str(operation): operation for operation in OPERATIONS}
HANG_UP = next(fault for fault in FAULTS if fault.name == "hang up after commit")
KILLED = next(fault for fault in FAULTS if fault.name == "engine killed, committed")


def exchange(password: str, *, said: int = 200, method: str = "POST", path: str = "/api/v1/users/u1") -> Exchange:
    return Exchange(method, path, {}, f'{{"password": {{"value": "{password}"}}}}'.encode(), said=said)


def log_in(said: int) -> Exchange:
    return exchange("CANARY-wrong", path="/api/v1/authn", said=said)


def sent_again(story: Story) -> None:
    story.again.exchanges.append(exchange(NEXT))


def sent_by_a_hash_again(story: Story) -> None:
    story.again.exchanges += [one for one in story.steps[1].exchanges if "using_salt" in one.path]


def sent_thrice(story: Story) -> None:
    story.faulted[0].exchanges += [exchange(NEXT), exchange(NEXT)]


def locked_out(story: Story) -> None:
    story.clean.opens = False


def known_to_nobody(story: Story) -> None:
    story.faulted[0].live = "CANARY-whatever"


def at_a_loss(story: Story) -> None:
    story.faulted[0].error = KeyError("principal")


def claimed(story: Story) -> None:
    """The state says that the new password is there, and the server has refused it."""
    for step in story.steps:
        step.exchanges = [one for one in step.exchanges if NEXT.encode() not in one.body]


def claimed_in_vain(story: Story) -> None:
    story.clean.live = FIRST


def changed_by_a_failure(story: Story) -> None:
    story.faulted[0].error = Unreachable("no answer")


def drifted(story: Story) -> None:
    with_drift(story.refreshed, "changed outside at 2026-03-01T12:00:00Z")


def failed(story: Story) -> None:
    story.clean.error = CurrentPasswordRejected("neither")


def written_thrice(story: Story) -> None:
    story.clean.exchanges += [exchange("CANARY-x", said=400)] * 3


def busy(story: Story) -> None:
    story.again.did = ["update"]


def two_wrong(story: Story) -> None:
    story.clean.exchanges += [log_in(401), log_in(401)]


def one_wrong_in_quiet(story: Story) -> None:
    story.again.exchanges.append(log_in(401))


def one_wrong_at_onelogin(story: Story) -> None:
    """There is one already that nobody can do without."""
    story.again.exchanges.append(exchange("CANARY-wrong", path="/api/1/login/auth", said=401))


def blabbed(story: Story) -> None:
    story.clean.told.append(f"the password {NEXT} is set")


def raised(story: Story) -> None:
    story.clean.error = PasswordRejected(f"{NEXT} was used before")


def addressed(story: Story) -> None:
    story.clean.exchanges.append(exchange("CANARY-x", path=f"/api/v1/users?password={NEXT}", said=404))


def stored(story: Story) -> None:
    assert story.clean.after
    story.clean.after = deepcopy(story.clean.after)
    story.clean.after.inputs["note"] = NEXT


def followed(story: Story) -> None:
    story.followed = True


def swallowed(story: Story) -> None:
    story.sent_of_the_huge_one = 40 * 1024 * 1024


def at_once(story: Story) -> None:
    story.clean.exchanges.append(replace(log_in(200), overlapping=1))


def foretold_otherwise(story: Story) -> None:
    story.preview = Refused([])


def refused_all_the_same(story: Story) -> None:
    story.clean.error = Refused([])


def taken_away(story: Story) -> None:
    story.faulted[0].live = None


def written_over(story: Story) -> None:
    story.faulted[0].exchanges.append(exchange("CANARY-random"))


def unsaid(story: Story) -> None:
    story.faulted[0].told.clear()


def left_to_them(story: Story) -> None:
    """A repair says that it went well, and the account has what somebody else has set."""
    story.faulted[0].live = story.clean.live = OUTSIDE


def with_drift(step: Step, drift: str) -> None:
    assert step.after
    step.after = deepcopy(step.after)
    step.after.outputs["drift"] = drift


def unseen(story: Story) -> None:
    with_drift(story.faulted[0], "")


def forgotten(story: Story) -> None:
    with_drift(story.refreshed, "")


def taken_back(story: Story) -> None:
    story.clean.live = FIRST


def taken_back_later(story: Story) -> None:
    story.again.live = FIRST


def said_to_be_set(story: Story) -> None:
    story.faulted[0].error = None


def said_to_be_set_in_the_end(story: Story) -> None:
    story.clean.error = None


def let_be(story: Story) -> None:
    story.again.exchanges, story.again.did = [], []


def recorded_as_theirs(story: Story) -> None:
    assert story.clean.after
    record, story.clean.after = story.clean.after.record, deepcopy(story.clean.after)
    theirs = fingerprint(Secret(OUTSIDE), record.tenant, record.principal)
    story.clean.after.outputs["password"] = theirs


def not_taken_away(story: Story) -> None:
    story.faulted[0].live = FIRST


def kept_in_the_state(story: Story) -> None:
    story.clean.after = story.faulted[0].before


def none_after_all(story: Story) -> None:
    story.clean.live, story.clean.opens = None, False


def written_by_the_dead(story: Story) -> None:
    story.faulted[0].error = EngineKilledError()
    story.faulted[0].exchanges.append(exchange(NEXT, said=503))


CHANGE, TAKEN_OVER = "okta: change", "okta: destroy: revoke, taken over by somebody"
FOUND, ACCEPTED = "okta: refresh that finds a drift", "okta: drift that is accepted"
REPAIR, NO_REPEATS = "okta: repair of a drift", "onelogin: repair of a drift, under a history"
ENROL, HASHED = "okta_myaccount: create, the first one", "onelogin: change, by a hash"
TAKEN_AWAY, KEPT = "okta: destroy: revoke", "okta_myaccount: change, the old one kept"
BREAKS: list[tuple[str, str, Any]] = [
    ("I1", CHANGE, locked_out),
    ("I1", CHANGE, known_to_nobody),
    ("I1", TAKEN_OVER, at_a_loss),
    ("I1", REPAIR, left_to_them),
    ("I1", ENROL, none_after_all),
    ("I2", CHANGE, claimed),
    ("I2", CHANGE, claimed_in_vain),
    ("I2", CHANGE, changed_by_a_failure),
    ("I2", CHANGE, drifted),
    ("I2", HASHED, taken_back),
    ("I2", REPAIR, left_to_them),
    ("I2", REPAIR, drifted),
    ("I2", REPAIR, recorded_as_theirs),
    ("I2", NO_REPEATS, said_to_be_set),
    ("I2", NO_REPEATS, forgotten),
    ("I2", FOUND, unseen),
    ("I2", FOUND, forgotten),
    ("I2", FOUND, taken_back),
    ("I2", ACCEPTED, taken_back),
    ("I2", ACCEPTED, taken_back_later),
    ("I2", ACCEPTED, recorded_as_theirs),
    ("I2", TAKEN_AWAY, not_taken_away),
    ("I2", TAKEN_AWAY, kept_in_the_state),
    ("I3", CHANGE, failed),
    ("I3", CHANGE, written_thrice),
    ("I3", CHANGE, busy),
    ("I3", REPAIR, busy),
    ("I3", ACCEPTED, busy),
    ("I3", FOUND, let_be),
    ("I3", NO_REPEATS, let_be),
    ("I3", NO_REPEATS, said_to_be_set_in_the_end),
    ("I4", CHANGE, sent_again),
    ("I4", HASHED, sent_by_a_hash_again),
    ("I4", CHANGE, sent_thrice),
    ("I5", CHANGE, two_wrong),
    ("I5", CHANGE, one_wrong_in_quiet),
    ("I5", ACCEPTED, one_wrong_in_quiet),
    ("I5", REPAIR, one_wrong_in_quiet),
    ("I5", NO_REPEATS, one_wrong_at_onelogin),
    ("I6", CHANGE, blabbed),
    ("I6", CHANGE, raised),
    ("I6", CHANGE, addressed),
    ("I6", CHANGE, stored),
    ("I6", CHANGE, followed),
    ("I6", CHANGE, swallowed),
    ("I7", TAKEN_OVER, taken_away),
    ("I7", TAKEN_OVER, written_over),
    ("I7", TAKEN_OVER, unsaid),
    ("I8", CHANGE, at_once),
    ("I9", CHANGE, foretold_otherwise),
    ("I9", CHANGE, refused_all_the_same),
]


@pytest.mark.parametrize(
    ("invariant", "operation", "spoil"), BREAKS, ids=lambda part: getattr(part, "__name__", str(part))
)
def test_a_promise_that_is_broken_is_noticed(
    invariant: str, operation: str, spoil: Callable[[Story], None], pwmgmt_simulator: Simulator
) -> None:
    story = tell(Cell(BY_NAME[operation], HANG_UP, 0, ONCE), pwmgmt_simulator)
    assert avoidably_broken(story) == {}
    story.granted = granted(story.cell)
    spoil(story)
    assert list(INVARIANTS[invariant](story)) != []


def test_what_is_written_for_a_dead_engine_is_noticed(pwmgmt_simulator: Simulator) -> None:
    story = tell(Cell(BY_NAME[CHANGE], KILLED, 1, ONCE), pwmgmt_simulator)
    assert avoidably_broken(story) == {}
    assert story.faulted[0].outcome == "EngineKilledError"
    written_by_the_dead(story)
    assert list(INVARIANTS["I8"](story)) != []


def test_what_is_unavoidable_has_its_bounds(pwmgmt_simulator: Simulator) -> None:
    story = tell(Cell(BY_NAME[KEPT], HANG_UP, 1, ONCE), pwmgmt_simulator)
    assert broken(story).keys() == {"I4"}
    assert avoidably_broken(story) == {}
    story.clean.exchanges.append(exchange(NEXT, path="/idp/myaccount/password/change-password", said=403))
    assert avoidably_broken(story).keys() >= {"I4"}


def test_every_promise_has_been_broken_once() -> None:
    assert {"I8", *(invariant for invariant, _, _ in BREAKS)} == set(INVARIANTS)
