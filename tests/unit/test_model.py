from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt import errors, from_env, from_file
from pulumi_pwmgmt.errors import CredentialError, NotConfigured, PasswordRejected, RateLimited, UnexpectedReply
from pulumi_pwmgmt.fingerprint import TAG, fingerprint, is_fingerprint, same
from pulumi_pwmgmt.model import Reference, Secret
from pulumi_pwmgmt.random_password import unknown_to_anybody
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.record import Record
from tests.canary import assert_no_canary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = Secret("CANARY-value")

# --- secrets ---


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, "{!s}".format, "%s".__mod__])
def test_a_secret_has_no_text(show: Callable[[Any], str]) -> None:
    for it in (SECRET, [SECRET], {"a": SECRET}, (SECRET,)):
        assert "CANARY-" not in show((it,))
    assert repr(SECRET) == "Secret(…)"


@pytest.mark.parametrize("way_out", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars, hash, list, bytes, len])
def test_a_secret_has_one_way_out(way_out: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as refused:
        way_out(SECRET)
    assert "CANARY-" not in str(refused.value)
    assert SECRET.reveal() == "CANARY-value"


def test_secrets_are_compared_by_value() -> None:
    assert Secret("CANARY-é") == Secret("CANARY-é")
    assert Secret("CANARY-a") != Secret("CANARY-b")
    assert Secret("CANARY-a") != "CANARY-a"


def test_a_secret_is_mapped_without_coming_out() -> None:
    assert SECRET.map("Bearer {}".format).reveal() == "Bearer CANARY-value"
    assert SECRET.read() is SECRET


# --- references ---


def test_a_file_loses_one_trailing_newline_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    for content, value in [
        (b"CANARY-x", "CANARY-x"),
        (b"CANARY-x\n", "CANARY-x"),
        (b"CANARY-x\n\n", "CANARY-x\n"),
        (b" CANARY-x \r\n", " CANARY-x \r"),
        ("CANARY-€é".encode(), "CANARY-€é"),
        (b"\xef\xbb\xbfCANARY-x", "\ufeffCANARY-x"),
    ]:
        file.write_bytes(content)
        assert from_file(file).read().reveal() == value
        assert from_file(str(file)).read().reveal() == value


@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "is empty"), (b"\n", "is empty"), (b"CANARY-\xff", "is not UTF-8")]
)
def test_a_file_that_holds_no_secret(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    with pytest.raises(NotConfigured, match=f"the file .*secret {problem}") as refused:
        from_file(file).read()
    assert "CANARY-" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="Is a directory"):
        from_file(tmp_path).read()


def test_a_file_that_would_never_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(NotConfigured, match="is no regular file"):
            from_file(path).read()


def test_a_path_that_can_not_be() -> None:
    with pytest.raises(NotConfigured, match="can't be read"):
        Reference("file", "a\0b").read()


def in_environment(value: bytes, name: str = "PWMGMT_TEST_SECRET") -> str:
    """Read the variable in a process that has it, and print what comes of it."""
    read = (
        "import sys\n"
        "from pulumi_pwmgmt.model import from_env\n"
        "from pulumi_pwmgmt.errors import CredentialError\n"
        "try:\n"
        "    out = from_env(sys.argv[1]).read().reveal()\n"
        "except CredentialError as error:\n"
        "    out = error.line\n"
        "sys.stdout.buffer.write(out.encode())\n"
    )
    environment = {**os.environb, name.encode(): value}
    return subprocess.run(
        [sys.executable, "-c", read, name], env=environment, capture_output=True, check=True, timeout=60
    ).stdout.decode()


def test_an_environment_variable_is_taken_as_it_is() -> None:
    assert in_environment(" CANARY-€ \n".encode()) == " CANARY-€ \n"


def test_an_environment_variable_that_holds_no_secret() -> None:
    assert "PWMGMT_TEST_SECRET is empty" in in_environment(b"")
    told = in_environment(b"CANARY-\xff")
    assert "PWMGMT_TEST_SECRET is not UTF-8" in told
    assert "CANARY-" not in told
    with pytest.raises(NotConfigured, match="PWMGMT_TEST_NOT_SET is not set"):
        from_env("PWMGMT_TEST_NOT_SET").read()


def test_a_reference_reads_the_form_it_writes() -> None:
    for reference in (from_env("A"), from_file("a/b")):
        assert Reference.parse(reference.as_input()) == reference
    assert from_env("A").as_input() == {"env": "A"}
    assert from_file("a/b").as_input() == {"file": "a/b"}


@pytest.mark.parametrize("make", [from_env, from_file])
def test_an_empty_reference_is_refused_where_it_is_written(make: Callable[[str], Reference]) -> None:
    with pytest.raises(ValueError, match="a reference is"):
        make("")


@pytest.mark.parametrize("character", ["\u00a0", "\u200b", "\n"])
@pytest.mark.parametrize("make", [from_env, from_file])
def test_a_name_with_a_character_that_nobody_sees_is_refused(make: Callable[[str], Reference], character: str) -> None:
    with pytest.raises(ValueError, match="holds a character that can't be seen") as refused:
        make(f"CANARY-{character}name")
    assert_no_canary(str(refused.value), "a refusal")


def test_a_name_with_its_value_is_no_name_of_a_variable_and_is_not_shown() -> None:
    with pytest.raises(ValueError, match="the name of an environment variable has no =") as refused:
        from_env("TOKEN=CANARY-x")
    assert_no_canary(str(refused.value), "a refusal")
    assert from_file("a=b").name == "a=b"


# --- fingerprints ---


def test_a_fingerprint_is_tagged_stable_and_salted_by_tenant_and_principal() -> None:
    mark = fingerprint(SECRET, "https://a", "bot")
    assert mark == "pwmgmt:fingerprint:1:" + mark.removeprefix(TAG)
    assert is_fingerprint(mark)
    assert mark == fingerprint(Secret("CANARY-value"), "https://a", "bot")
    others = {
        fingerprint(Secret("CANARY-other"), "https://a", "bot"),
        fingerprint(SECRET, "https://b", "bot"),
        fingerprint(SECRET, "https://a", "bob"),
    }
    assert len(others | {mark}) == 4
    assert not any(same(mark, other) for other in others)
    assert same(mark, mark)


def test_the_fingerprint_of_a_state_is_found_again_by_every_later_version() -> None:
    golden = "pwmgmt:fingerprint:1:g9a56te5ATFvjTaH5JYyPJpJVYgGw1GW"
    assert fingerprint(SECRET, "https://one.example.com", "bot@example.com") == golden


def test_odd_characters_have_a_fingerprint() -> None:
    assert is_fingerprint(fingerprint(Secret("CANARY-é€🙂"), "https://a", "bö"))
    assert fingerprint(Secret("CANARY-e\u0301"), "t", "p") != fingerprint(Secret("CANARY-é"), "t", "p")


# --- what a revoke leaves behind ---


def test_a_revoked_password_is_random_and_fits_every_rule() -> None:
    values = {unknown_to_anybody().reveal() for _ in range(200)}
    assert len(values) == 200
    for value in values:
        assert len(value) == 40
        assert any(map(str.islower, value))
        assert any(map(str.isupper, value))
        assert any(map(str.isdigit, value))
        assert any(character in "!@.-_" for character in value)
        assert all(character.isascii() and (character.isalnum() or character in "!@.-_") for character in value)
    assert len(set("".join(values))) == 67


# --- errors ---

EVERY_ERROR = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, CredentialError)]


@pytest.mark.parametrize("kind", EVERY_ERROR)
def test_an_error_reads_what_happened_and_what_to_do(kind: type[CredentialError]) -> None:
    assert kind("it broke").line == f"{kind.__name__}: it broke — {kind.to_do}"
    assert kind("it broke", to_do="mend it").line == f"{kind.__name__}: it broke — mend it"
    assert kind("it broke").happened == "it broke"


def test_the_errors_are_the_ones_of_the_contract() -> None:
    assert {kind.__name__ for kind in EVERY_ERROR} == {
        "CredentialError",
        "NotConfigured",
        "Unsupported",
        "AuthenticationFailed",
        "PermissionDenied",
        "PrincipalNotFound",
        "CurrentPasswordRejected",
        "PasswordRejected",
        "RateLimited",
        "Unreachable",
        "OutcomeUnknown",
        "UnexpectedReply",
    }


def test_what_errors_carry_beside_their_text() -> None:
    rejected = PasswordRejected("no", reasons=("too short",), repeats=True)
    assert (rejected.reasons, rejected.repeats) == (("too short",), True)
    assert (PasswordRejected("no").reasons, PasswordRejected("no").repeats) == ((), False)
    assert RateLimited("no", retry_after=3.5).retry_after == 3.5
    assert RateLimited("no").retry_after is None
    odd = UnexpectedReply("no", status=418, request_id="abc")
    assert (odd.status, odd.request_id) == (418, "abc")


# --- records ---

STATE = {
    "connection": "main",
    "principal": "bot",
    "password": TAG + "x",
    "on_destroy": "revoke",
    "on_drift": "repair",
    "keep_in_state": True,
    "system": "okta",
    "tenant": "https://one.example.com",
    "reason": "created",
    "principal_id": "1",
}


def test_a_record_reads_what_it_writes_and_shows_no_password() -> None:
    state = STATE | {"kept_password": "CANARY-kept", "password_changed_at": "2026-03-01T12:00:00Z", "drift": ""}
    record = Record.parse(state)
    assert record.properties() == state
    assert Record.parse(record.properties()) == record
    assert record.kept_password == Secret("CANARY-kept")
    assert "CANARY-" not in repr(record) + str(record)
    assert "CANARY-" not in str(record.as_inputs())


def test_a_later_versions_properties_are_let_be() -> None:
    assert Record.parse(STATE | {"of_the_future": "CANARY-x"}).principal == "bot"


@pytest.mark.parametrize("master", ["x" * 10_000, "CANARY-\n", {"env": "CANARY_" + "X" * 10_000}, {"env": 7}, 7])
def test_a_derived_password_whose_master_has_no_proper_name_is_a_broken_state(master: object) -> None:
    source = {"kind": "derived", "generation": 1, "recipe": Recipe(length=20).as_input(), "format": 1}
    assert Record.parse(STATE | {"source": source | {"master": "main"}}).source["master"] == "main"
    with pytest.raises(NotConfigured, match=r"not as this provider wrote it \(see source\)") as refused:
        Record.parse(STATE | {"source": source | {"master": master}})
    assert_no_canary(str(refused.value), "an error")


@pytest.mark.parametrize("broken", ["principal_id", "connection", "on_destroy", "password"])
def test_a_broken_state_is_told_by_its_properties_and_not_their_values(broken: str) -> None:
    with pytest.raises(NotConfigured) as refused:
        Record.parse(STATE | {broken: ["CANARY-x"]})
    assert f"(see {broken})" in str(refused.value)
    assert "pulumi stack export" in str(refused.value)
    assert "CANARY-" not in str(refused.value)
    assert refused.value.__context__ is None
