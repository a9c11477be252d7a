"""What holds at every instant, each as a property of what happened: a function that names what breaks it."""

from __future__ import annotations

import json
import traceback
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pulumi_pwmgmt
from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.fingerprint import fingerprint, same
from pulumi_pwmgmt.model import Secret
from tests.canary import find_canary
from tests.faults import sent
from tests.faults.operation import DESTROY, FIRST, LEFT_TO_THEM, NEXT, OUTSIDE, OWN
from tests.faults.stage import EngineKilledError
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.cell import Story
    from tests.faults.operation import End
    from tests.faults.stage import Step
    from tests.unit.stack import Entry

STRICTEST_LOCKOUT = 5  # wrong passwords, in the policy of the simulated ETNA Trader
_MEBIBYTE = 1024 * 1024
_LIBRARY = str(Path(pulumi_pwmgmt.__file__).parent)
_HUMAN = ("find or reset the live password", "sign in again")  # steps that only a human can take


def _values(story: Story) -> dict[str, str]:
    made = {f"made up {number}": value for number, value in enumerate(story.made, 1)}
    own = {"own": story.own} if story.own else {}
    return {**own, "first": FIRST, "next": NEXT, "outside": OUTSIDE} | made


def _recorded(story: Story, entry: Entry | None) -> str | None:
    """Return the password that a state says is accepted."""
    if entry is None:
        return None
    record = entry.record
    for value in _values(story).values():
        if same(record.password, fingerprint(Secret(value), record.tenant, record.principal)):
            return value
    return "one that nobody knows"


def _from_the_fault_on(story: Story) -> list[Step]:
    return [*story.faulted, story.clean, story.refreshed, story.again]


def _name(story: Story, value: str | None) -> str:
    return next((name for name, one in _values(story).items() if one == value), "none" if value is None else "another")


def some_password_opens(story: Story) -> Iterator[str]:
    """I1: some password in durable hands opens the account, or the error says which step a human takes."""
    operation = story.cell.operation
    if operation.verb == DESTROY:
        return
    for step in _from_the_fault_on(story):
        in_hands = {story.declared, story.own if step.after is None else None}
        in_hands |= {_recorded(story, step.before), _recorded(story, step.after)}
        if operation.outside and (step.error or operation.end.opens == OUTSIDE):  # whoever has set it knows it
            in_hands |= {OUTSIDE}
        kept = step.after.record.kept_password if step.after else None
        in_hands |= {kept.reveal()} if kept else set()
        none_yet = operation.enrols and step.live is None and step.error is not None
        opens = step.opens and step.live in in_hands
        if not (opens or none_yet) and not any(words in str(step.error) for words in _HUMAN):
            yield f"{step.name}: the account has {_name(story, step.live)}, opens: {step.opens}"


def no_way_out_is_missing(story: Story) -> Iterator[str]:
    """I1, and every error is one of those that say what to do next; any other is a bug of ours."""
    for step in story.steps:
        if not isinstance(step.error, (CredentialError, Refused, EngineKilledError, type(None))):
            yield f"{step.name}: ended with {step.outcome}, which tells nobody what to do"
    yield from some_password_opens(story)


def state_is_true(story: Story) -> Iterator[str]:
    """I2: the state never claims what the server has not accepted."""
    accepted = {story.own}
    for step in story.steps:
        accepted |= {sent.passwords(one).get("new", "") for one in step.exchanges if sent.was_accepted(one)}
        recorded = _recorded(story, step.after)
        if step.after and recorded not in accepted:
            yield f"{step.name}: the state has {_name(story, recorded)}, which was never accepted"
        kept = step.after.record.kept_password if step.after else None
        if kept and kept.reveal() != recorded:
            yield f"{step.name}: the password that is kept is not the one that is recorded"
        if step.error is not None and step.name != "refresh" and step.after != step.before:
            yield f"{step.name}: it failed, and the state has changed"
    yield from _success_is_true(story)


def _success_is_true(story: Story) -> Iterator[str]:
    """Name what a run left otherwise than the operation does where nothing disturbs it."""
    operation, refreshed = story.cell.operation, story.refreshed.after
    for step in story.faulted:
        if step.error is None:
            yield from _left_otherwise(story, step, operation.end)
    if story.clean.outcome == operation.end.outcome:
        yield from _left_otherwise(story, story.clean, operation.end)
        if refreshed and bool(refreshed.record.drift) is not operation.end.drift:
            yield f"the refresh tells of {refreshed.record.drift or 'no drift'}"
        another = operation.another or operation.end
        if story.again.outcome == another.outcome:
            yield from _left_otherwise(story, story.again, another)


def _left_otherwise(story: Story, step: Step, end: End) -> Iterator[str]:
    recorded = _recorded(story, step.after)
    if step.outcome != end.outcome:
        yield f"{step.name}: it went well, where {end.outcome} was to come"
    if recorded != _meant(story, end.recorded, recorded):
        yield f"{step.name}: it ended {step.outcome}, and the state has {_name(story, recorded)}"
    if step.after and bool(step.after.record.drift) is not end.drift:
        yield f"{step.name}: it ended {step.outcome}, and the state tells of {step.after.record.drift or 'no drift'}"
    if end.opens is None:
        if step.opens and step.live in (FIRST, story.own, _recorded(story, step.before)):
            yield f"{step.name}: destroyed, and the password still opens the account"
    elif end is not LEFT_TO_THEM and not (step.opens and step.live == _meant(story, end.opens, recorded)):
        has = f"{_name(story, step.live)}, opens: {step.opens}"
        yield f"{step.name}: it ended {step.outcome}, and the account has {has}"


def _meant(story: Story, password: str | None, recorded: str | None) -> str | None:
    """Return the password that an end names; where each run makes one up it is the one that is recorded."""
    if password == OWN:
        return story.own
    return recorded if story.declared is None and password in (FIRST, NEXT) else password


def running_again_converges(story: Story) -> Iterator[str]:
    """I3: the next run ends as if there had been no fault, with one more write at most; the one after does nothing."""
    operation, clean, again = story.cell.operation, story.clean, story.again
    if clean.outcome != operation.end.outcome:
        yield f"the clean run ended with {clean.outcome}: {clean.error}"
    written = [one for one in clean.exchanges if sent.writes(one, operation.system)]
    if len(written) > 1 + 1:  # what it takes, and one extra
        yield f"the clean run wrote {len(written)} times"
    if sum(sent.was_accepted(one) for one in written) > 1:
        yield "the clean run changed the account more than once"
    written = [one for one in again.exchanges if sent.writes(one, operation.system)]
    if operation.another is None and (again.error or again.did or written):
        yield f"another run was not quiet: {again.outcome} {again.did}"
    if operation.another and (again.outcome != operation.another.outcome or len(written) != 1):
        yield f"another run ended with {again.outcome}: {again.error}, and wrote {len(written)} times"


def nothing_is_sent_twice(story: Story) -> Iterator[str]:
    """I4: an accepted value is not sent again, but once a run for an observed drift, and once after each fault."""
    system, accepted, repeated = story.cell.operation.system, [story.own], dict[str, int]()
    for step in story.steps:
        record = step.before.record if step.before else None
        for one in step.exchanges:
            new = sent.passwords(one).get("new") if sent.writes(one, system) else None
            if new is None:
                continue
            if one.reached and record and new == _recorded(story, step.before) and not record.drift:
                yield f"{step.name}: what the state has as accepted was sent again"
            if one.reached and new in accepted and not (record and record.drift):
                repeated[new] = repeated.get(new, 0) + 1
            if sent.was_accepted(one):
                accepted.append(new)
    for value, times in repeated.items():
        if times > story.cell.times + story.granted.get("I4", 0):
            yield f"{_name(story, value)} was sent {times} times after it had been accepted"


def log_ins_succeed(story: Story) -> Iterator[str]:
    """I5: no log-in fails in the ordinary case; under faults one a run at most, and never near the lockout."""
    operation, live, total = story.cell.operation, story.own, 0
    at_hand: str | None = live
    for step in story.steps:
        failed = 0
        for one in step.exchanges:
            failed += sent.fails_to_log_in(one, operation.system, at_hand)
            at_hand = sent.accepted_by([one], at_hand)
        disturbed = story.cell.fault is not None and step in (*story.faulted, story.clean)
        if failed > (1 if disturbed else story.granted.get("I5", 0)):
            yield f"{step.name}: {failed} log-ins failed"
        total += failed if step is not story.again else 0
        at_hand = step.live
    if total > STRICTEST_LOCKOUT - 2:
        yield f"{total} log-ins failed in all, up to the clean run"


def no_secret_is_told(story: Story) -> Iterator[str]:
    """I6: no secret byte in what is told, raised or addressed, in the state's clear part, or at another host."""
    carried = {new for step in story.steps for one in step.exchanges if (new := sent.passwords(one).get("new"))}
    random = carried - set(_values(story).values())  # what a revoke sets
    for step in story.steps:
        texts = {"what was told": "\n".join(step.told), "a URL": "\n".join(one.path for one in step.exchanges)}
        if step.error is not None:
            texts["an error"] = "\n".join(_texts_of(step.error))
        for entry in filter(None, (step.before, step.after)):
            outputs = {name: value for name, value in entry.outputs.items() if name != "kept_password"}
            texts["the state"] = json.dumps([entry.inputs, outputs])
        for place, text in texts.items():
            if find_canary(text) or any(one in text for one in random):
                yield f"{step.name}: a secret stands in {place}"
    if find_canary(story.carried_elsewhere.decode("latin-1")):
        yield "a secret was carried to the host that a redirect leads to"


def no_stranger_is_trusted(story: Story) -> Iterator[str]:
    """I6, and what would lead to a leak: no other host is asked anything, and no answer is taken in without end."""
    yield from no_secret_is_told(story)
    if story.followed:
        yield "somebody followed a redirect to another host"
    if story.sent_of_the_huge_one > 16 * _MEBIBYTE:
        yield f"{story.sent_of_the_huge_one} bytes of an answer were taken in"


def _texts_of(error: BaseException) -> Iterator[str]:
    yield from traceback.format_exception(error)
    yield from (repr(error), repr(vars(error)))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(_LIBRARY) and frame.f_code.co_name not in ("check", "given"):
            yield from (f"{name}: {value!r}" for name, value in frame.f_locals.items() if name != "news")


def what_others_set_stays(story: Story) -> Iterator[str]:
    """I7: taking away a password that somebody else has set since does nothing, and says so."""
    operation = story.cell.operation
    if operation.verb != DESTROY or not operation.outside:
        return
    for step in (*story.faulted, story.clean):
        if step.live != OUTSIDE or not step.opens:
            yield f"{step.name}: the password that somebody else set is gone"
        if any(sent.writes(one, operation.system) for one in step.exchanges):
            yield f"{step.name}: something was written"
        if step.before and step.error is None and not any("taken it over" in text for text in step.told):
            yield f"{step.name}: nobody was told that the password stays"


def runs_do_not_mix(story: Story) -> Iterator[str]:
    """I8: requests come one after the other, and nothing is written for an engine that is dead."""
    fault, system = story.cell.fault, story.cell.operation.system
    for step in story.steps:
        if any(one.overlapping for one in step.exchanges):
            yield f"{step.name}: requests were under way at the same time"
    for step in story.faulted:
        ends = [one.fault for one in step.exchanges]
        if fault and fault.kills and fault.name in ends:
            after = step.exchanges[ends.index(fault.name) + 1 :]
            if any(sent.writes(one, system) and not one.fault for one in after):
                yield f"{step.name}: something was written after the engine was killed"


def preview_foretells(story: Story) -> Iterator[str]:
    """I9: what preview refuses, up refuses; what it allows, up does not refuse for what could have been read."""
    allowed_then_refused = story.preview is None and type(story.clean.error).__name__ == "Refused"
    refused_then_allowed = story.preview is not None and story.clean.error is None
    if allowed_then_refused or refused_then_allowed:
        yield f"the preview said {story.preview}, the run {story.clean.error}"
    for earlier, later in pairwise(story.steps):
        if earlier.after != later.before:
            yield f"the state changed between {earlier.name} and {later.name}"


Invariant: TypeAlias = "Callable[[Story], Iterator[str]]"
INVARIANTS: dict[str, Invariant] = {
    "I1": no_way_out_is_missing,
    "I2": state_is_true,
    "I3": running_again_converges,
    "I4": nothing_is_sent_twice,
    "I5": log_ins_succeed,
    "I6": no_stranger_is_trusted,
    "I7": what_others_set_stays,
    "I8": runs_do_not_mix,
    "I9": preview_foretells,
}
# What any client can be held to: an error in words of its own is no break, nor a redirect followed with empty hands.
OF_ANY_CLIENT = INVARIANTS | {"I1": some_password_opens, "I6": no_secret_is_told}
