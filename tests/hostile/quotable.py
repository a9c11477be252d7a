"""What of a server's reply may stand in a text that people read, as data; and what every such text must be like."""

from __future__ import annotations

import traceback
from datetime import datetime
from typing import TYPE_CHECKING

from pulumi_pwmgmt import errors
from pulumi_pwmgmt.model import Observation, PasswordPolicy, rfc3339
from tests.canary import assert_no_canary
from tests.hostile.replies import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.replies import Marked

# The errors of docs/contract.md; nothing else ever comes out of an adapter.
ERRORS = frozenset(
    {
        errors.NotConfigured,
        errors.Unsupported,
        errors.AuthenticationFailed,
        errors.PermissionDenied,
        errors.PrincipalNotFound,
        errors.CurrentPasswordRejected,
        errors.PasswordRejected,
        errors.RateLimited,
        errors.Unreachable,
        errors.OutcomeUnknown,
        errors.UnexpectedReply,
    }
)
# The vendors' own reasons, quoted on purpose: the keys whose texts they are; and the ids of requests.
QUOTED_KEYS: dict[str, frozenset[str]] = {
    "okta": frozenset({"errorCode", "errorSummary"}),
    "okta_myaccount": frozenset({"errorCode", "errorSummary", "id"}),  # of a password that is another user's
    "onelogin": frozenset({"message", "type", "name", "attribute", "description", "code", "statusCode"}),
    "etna": frozenset({"Errors", "ModelState", "Reason", "Step", "error", "message", "Message"}),
}
QUOTED_HEADERS: dict[str, frozenset[str]] = {
    "okta": frozenset({"X-Okta-Request-Id"}),
    "okta_myaccount": frozenset({"X-Okta-Request-Id", "WWW-Authenticate"}),
    "onelogin": frozenset({"X-Request-Id"}),
    "etna": frozenset({"X-Request-Id"}),
}
_LONGEST = 5 * 500 + 1000  # characters: five reasons of a vendor's, and our own words
_LONGEST_REASON = 500
_LONGEST_ID = 100
_LONGEST_NAME = 256
_LARGEST = 2**53


def assert_error(error: BaseException, system: str, replies: list[Marked]) -> None:
    """Judge an error that an adapter ended with: its kind, and every text of it."""
    assert type(error) in ERRORS, f"{type(error).__name__} at {traceback.extract_tb(error.__traceback__)[-1]}"
    for each in chain(error):
        assert type(each) in ERRORS, f"behind it is a {type(each).__name__}"
        for text in texts(each):
            assert_readable(text)
            assert_allowed(text, system, replies)
            assert_no_canary(text, type(each).__name__)


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that are behind it."""
    yield error
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from chain(other)


def texts(error: BaseException) -> list[str]:
    """Return every text that somebody could print of one error."""
    found = [str(error), repr(error), *map(str, error.args), *getattr(error, "__notes__", [])]
    for value in vars(error).values():
        found += map(str, value) if isinstance(value, tuple) else [str(value)]
    return found


def assert_readable(text: str) -> None:
    """One line of bounded length that no terminal takes for a command."""
    assert len(text) <= _LONGEST, f"{len(text)} characters"
    assert text.isprintable(), f"not printable: {text!r}"


def assert_allowed(text: str, system: str, replies: list[Marked]) -> None:
    """Look where the marks in a text are from."""
    numbers = {int(number) for number in MARK.findall(text)}
    for number in numbers:
        places = [reply.places[number] for reply in replies if number in reply.places]
        assert any(_quotable(place, system) for place in places), f"{text!r} quotes {places}"


def _quotable(place: tuple[str, ...], system: str) -> bool:
    if place and place[0].startswith("header: "):
        return place[0].removeprefix("header: ") in QUOTED_HEADERS[system]
    return bool(QUOTED_KEYS[system].intersection(place))


def assert_success(method: str, value: object) -> None:
    """Judge what an adapter returned: the documented type, and nothing in it that a state or a screen can't hold."""
    match method:
        case "set_password" | "observe":
            assert value is None or isinstance(value, Observation)
        case "remove_password":
            assert value is None
        case "verify_password":
            assert value is None or isinstance(value, bool)
        case "password_policy":
            assert value is None or isinstance(value, PasswordPolicy)
        case _:
            raise AssertionError(method)
    if isinstance(value, Observation):
        _assert_observation(value)
    if isinstance(value, PasswordPolicy):
        _assert_policy(value)


def _assert_observation(seen: Observation) -> None:
    assert isinstance(seen.principal_id, str)
    for word in (seen.principal_id, seen.status, seen.login):
        assert word is None or (isinstance(word, str) and len(word) <= _LONGEST_NAME and word.isprintable()), repr(word)
    for word in (seen.principal_id, seen.status):  # the state holds them in clear
        assert_no_canary(word or "", "an observation")
        assert word != "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "the engine takes it for unknown"
    for when in (seen.password_changed_at, seen.answered_at):
        assert when is None or (isinstance(when, datetime) and rfc3339(when).endswith("Z"))


def _assert_policy(policy: PasswordPolicy) -> None:
    for name, value in vars(policy).items():
        if isinstance(value, bool):
            continue
        if isinstance(value, int):
            assert 0 <= value <= _LARGEST, name
        else:
            for text in (value,) if isinstance(value, str) else value:
                assert isinstance(text, str), name
                assert text.isprintable(), name
                assert len(text) <= _LONGEST_NAME, name
        assert_no_canary(repr(value), name)
