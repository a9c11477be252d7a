from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from pulumi.output import Unknown
from pydantic import TypeAdapter

from pulumi_pwmgmt import errors, provider
from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import Secret
from pulumi_pwmgmt.provider import CredentialProvider
from tests.canary import assert_no_canary
from tests.unit.in_memory import Administrator, Directory
from tests.unit.stack import LOGIN, TENANT, Stack, connected, credential, stack_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pulumi_pwmgmt.model import Observation, Password

BYTES = {"__provider": "the bytes of the class"}
EVERY_ERROR = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, CredentialError)]


@pytest.fixture
def process() -> Iterator[tuple[Stack, Directory]]:
    """A configured plugin process with one account."""
    stack, directory = stack_of(Administrator)
    provider._Process.run = stack.run()  # noqa: SLF001 -- configure would watch for an engine
    yield stack, directory
    provider._Process.run = None  # noqa: SLF001 -- same


def door() -> CredentialProvider:
    return CredentialProvider()


def checked(**news: Any) -> dict[str, Any]:  # noqa: ANN401 -- any argument
    result = door().check({}, BYTES | credential(**news))
    assert result.failures == []
    inputs: dict[str, Any] = result.inputs
    return inputs


def raised(step: Callable[[], object]) -> BaseException:
    with pytest.raises(Exception, match="—") as caught:
        step()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert not getattr(error, "__notes__", [])
    assert type(error).__module__ == "builtins"
    assert_no_canary("".join(traceback.format_exception(error)), "a traceback")
    assert len("".join(traceback.format_exception_only(error)).splitlines()) == 1
    return error


def test_a_life_through_the_doorway(process: tuple[Stack, Directory]) -> None:
    _, directory = process
    inputs = checked()
    made = door().create(BYTES | inputs)
    assert made.id == "okta:id-of-bot"
    assert directory.opens(LOGIN, "CANARY-first")
    olds = BYTES | made.outs
    assert not door().diff(made.id, olds, BYTES | inputs).changes
    changed = door().check(BYTES | inputs, BYTES | credential(password="CANARY-second")).inputs
    difference = door().diff(made.id, olds, BYTES | changed)
    assert (difference.changes, difference.replaces) == (True, [])
    updated = door().update(made.id, olds, BYTES | changed).outs
    assert directory.opens(LOGIN, "CANARY-second")
    found = door().read(made.id, BYTES | updated)
    assert (found.id, found.outs) == (made.id, updated)
    assert found.inputs == changed
    assert_no_canary(str((inputs, olds, changed, updated, found.inputs)), "the state")
    provider._Process.run = process[0].run()  # noqa: SLF001 -- destroy has a process of its own
    door().delete(made.id, BYTES | updated)
    assert not directory.opens(LOGIN, "CANARY-second")


def test_no_null_and_no_provider_bytes_come_back(process: tuple[Stack, Directory]) -> None:
    process[1].tells_when = False
    inputs = checked(adopt=None, current_password=None)
    outs = door().create(BYTES | inputs).outs
    assert None not in [*inputs.values(), *outs.values()]
    assert "__provider" not in inputs | outs


def test_gone_is_an_empty_answer(process: tuple[Stack, Directory]) -> None:
    made = door().create(checked())
    process[1].accounts.clear()
    found = door().read(made.id, made.outs)
    assert (found.id, found.outs) == ("", {})


def test_a_refusal_of_check_is_one_line_about_one_argument(process: tuple[Stack, Directory]) -> None:
    del process
    result = door().check({}, credential(on_destroy="burn", password="CANARY-\n"))
    (failure,) = result.failures
    assert failure.reason.startswith("Unsupported: on_destroy is none of its values — give ")
    assert_no_canary(str(result.inputs), "inputs")


def test_the_engines_unknown_passes_both_ways(process: tuple[Stack, Directory]) -> None:
    del process
    unknown: Any = Unknown()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    inputs = checked(principal=unknown)
    assert isinstance(inputs["principal"], Unknown)
    assert isinstance(inputs["password"], Unknown)
    made = door().create(checked())
    for argument in ("principal", "connection"):
        difference = door().diff(made.id, made.outs, checked(**{argument: unknown}))
        assert (difference.changes, difference.replaces) == (True, [argument])
    difference = door().diff(made.id, made.outs, checked(password=unknown))
    assert (difference.changes, difference.replaces) == (True, [])


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_each_of_our_errors_is_one_line_under_its_own_name(
    process: tuple[Stack, Directory], kind: type[CredentialError]
) -> None:
    inputs = checked()
    process[1].fail("set", kind("it went wrong", to_do="do this"))
    if kind is errors.OutcomeUnknown:
        process[1].fail("set", kind("it went wrong"))
    error = raised(lambda: door().create(inputs))
    assert type(error).__name__ == kind.__name__
    assert str(error).startswith("it went wrong")
    assert "".join(traceback.format_exception_only(error)).startswith(f"{kind.__name__}: it went wrong")


def test_an_older_sdk_that_sends_only_the_text_gets_the_name_in_it(process: tuple[Stack, Directory]) -> None:
    inputs = checked()
    process[1].fail("set", errors.PermissionDenied("it went wrong", to_do="do this"))
    provider._Process.sends_tracebacks = False  # noqa: SLF001 -- what configure finds out about the SDK
    try:
        assert str(raised(lambda: door().create(inputs))) == "PermissionDenied: it went wrong — do this"
    finally:
        provider._Process.sends_tracebacks = True  # noqa: SLF001 -- same


class _Broken(Administrator):
    def __init__(self, directory: Directory, bug: Callable[[str], object]) -> None:
        super().__init__(directory)
        self._bug = bug

    def set_password(self, principal: str, new: Password, current: Password | None) -> Observation | None:
        del principal, current
        self._bug(new.reveal())
        return None


def _exit(value: str) -> None:
    raise SystemExit(value)


def _interrupt(value: str) -> None:
    raise KeyboardInterrupt(value)


def _chained(value: str) -> None:
    try:
        int(value)
    except ValueError as error:
        raise KeyError(value) from error


def _quoting(value: str) -> None:
    TypeAdapter(int).validate_python(value)


@pytest.mark.parametrize(
    ("bug", "name"),
    [
        (_exit, "SystemExit"),
        (_interrupt, "KeyboardInterrupt"),
        (_chained, "KeyError"),
        (_quoting, "ValidationError"),
        (int, "ValueError"),
    ],
)
def test_any_other_exception_is_a_bug_of_ours_with_type_and_place_and_no_value(
    process: tuple[Stack, Directory], bug: Callable[[str], object], name: str
) -> None:
    stack, directory = process
    stack.connections["main"] = connected(_Broken(directory, bug))
    inputs = checked()
    error = raised(lambda: door().create(inputs))
    assert type(error).__name__ == "InternalError"
    assert str(error).startswith(f"{name} at ")
    assert "this is a bug of pulumi_pwmgmt" in str(error)
    place = str(error).removeprefix(f"{name} at ").split(" ")[0]
    module, line = place.rsplit(":", 1)
    assert module
    assert line.isdigit()


@pytest.mark.parametrize(
    "step",
    [
        lambda: door().check({}, credential()),
        lambda: door().diff("id", {}, {}),
        lambda: door().create({}),
        lambda: door().update("id", {}, {}),
        lambda: door().read("id", {}),
        lambda: door().delete("id", {}),
    ],
)
def test_every_verb_goes_through_the_doorway(step: Callable[[], object]) -> None:
    assert type(raised(step)).__name__ in ("InternalError", "NotConfigured")


@pytest.fixture
def _tracebacks() -> Iterator[None]:
    """Configuring shortens the tracebacks of the whole process; the tests after this one need theirs."""
    limit = getattr(sys, "tracebacklimit", None)
    yield
    if limit is None and hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


@pytest.mark.usefixtures("_tracebacks")
def test_configuring_outside_of_a_plugin_goes_through_the_doorway() -> None:
    request: Any = None
    assert type(raised(lambda: door().configure(request))).__name__ == "InternalError"


@pytest.mark.parametrize("verb", ["read", "delete"])
def test_a_state_that_was_edited_by_hand_is_named_without_its_values(
    process: tuple[Stack, Directory], verb: str
) -> None:
    del process
    outs = door().create(checked()).outs
    broken = outs | {"kept_password": ["CANARY-x"], "on_destroy": "CANARY-burn", "password_changed_at": "CANARY-when"}
    error = raised(lambda: getattr(door(), verb)("id", broken))
    assert type(error).__name__ == "NotConfigured"
    assert "(see kept_password, on_destroy, password_changed_at)" in str(error)


def test_a_write_without_a_value_seen_by_this_process_is_a_bug_of_ours(process: tuple[Stack, Directory]) -> None:
    stack, directory = process
    inputs = checked()
    provider._Process.run = stack.run()  # noqa: SLF001 -- another process
    assert type(raised(lambda: door().create(inputs))).__name__ == "InternalError"
    assert directory.calls == []


def test_the_fingerprint_stands_where_the_password_would(process: tuple[Stack, Directory]) -> None:
    del process
    assert checked()["password"] == fingerprint(Secret("CANARY-first"), TENANT, LOGIN)
