"""The simulated directory by itself: texts, histories, ages, locks, against a clock that a test moves."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone

import pytest

from pulumi_pwmgmt.simulator.clock import Clock
from pulumi_pwmgmt.simulator.complexity import Person, Rules, Unmet, unmet, username_parts
from pulumi_pwmgmt.simulator.directory import Account, Directory, LogIn, PasswordPolicy
from pulumi_pwmgmt.simulator.ids import IdBook
from pulumi_pwmgmt.simulator.rate import RateLimit
from pulumi_pwmgmt.simulator.stored_password import ClientHash, StoredPassword

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


def directory(**policy: object) -> tuple[Directory[Account], Account, Clock]:
    clock = Clock(lambda: NOON)
    whole: Directory[Account] = Directory(PasswordPolicy(Rules(), **policy), clock)  # type: ignore[arg-type]
    account = Account("1", "Ci-Bot", "a@example.com", "Ci", "Bot", "ACTIVE", NOON, NOON)
    whole.add(account)
    return whole, account, clock


@pytest.mark.parametrize(
    ("login", "parts"),
    [
        ("isaac.brock@example.com", {"isaac", "brock", "example"}),
        ("ci-bot@sub.example.co", {"example"}),
        ("a_long#name,here", {"long", "name", "here"}),
        ("short", {"short"}),
        ("abc@def", set()),
        ("user@corp", {"user", "corp"}),
    ],
)
def test_a_login_falls_into_parts(login: str, parts: set[str]) -> None:
    assert username_parts(login) == parts


@pytest.mark.parametrize(
    ("rules", "password", "expected"),
    [
        (Rules(min_length=8), "CANARY-", {Unmet.TOO_SHORT}),
        (Rules(min_length=7), "CANARY-", set()),
        (Rules(max_length=7), "CANARY-x", {Unmet.TOO_LONG}),
        (Rules(lower=True, number=True), "CANARY-X", {Unmet.NO_LOWER, Unmet.NO_NUMBER}),
        (Rules(upper=True, symbol=True), "canary99", {Unmet.NO_UPPER, Unmet.NO_SYMBOL}),
        (Rules(symbol=True, symbols="!"), "CANARY-x", {Unmet.NO_SYMBOL}),
        (Rules(letter=True), "12345678-", {Unmet.NO_LETTER}),
        (Rules(three_of_four_classes=True), "CANARY-X", {Unmet.TOO_FEW_CLASSES}),
        (Rules(three_of_four_classes=True), "CANARY-x", set()),
        (Rules(exclude_username=True), "CANARY-BROCK", {Unmet.HAS_USERNAME}),
        (
            Rules(exclude_first_name=True, exclude_last_name=True),
            "CANARY-Ike-Oak",
            {Unmet.HAS_FIRST_NAME, Unmet.HAS_LAST_NAME},
        ),
        (Rules(exclude_common=True), "PassWord123", {Unmet.COMMON}),
    ],
)
def test_what_a_text_does_not_meet(rules: Rules, password: str, expected: set[Unmet]) -> None:
    assert unmet(rules, password, Person("isaac.brock@example.com", "Ike", "Oak")) == expected


def test_history_reaches_back_so_many_passwords_the_current_one_included() -> None:
    whole, account, _ = directory(history_count=3)
    passwords = [f"CANARY-{number}" for number in range(5)]
    for password in passwords:
        whole.put_password(account, password)
    used = [Unmet.IN_HISTORY in whole.judge(account, password, history=True, min_age=False) for password in passwords]
    assert used == [False, False, True, True, True]
    assert not whole.judge(account, passwords[4], history=False, min_age=False)


def test_a_dropped_password_stays_in_history() -> None:
    whole, account, _ = directory(history_count=3)
    whole.put_password(account, "CANARY-1")
    whole.drop_password(account)
    assert not account.has_password
    assert whole.log_in(account, "CANARY-1") is LogIn.WRONG
    assert whole.judge(account, "CANARY-1", history=True, min_age=False) >= {Unmet.IN_HISTORY}


def test_a_password_must_be_so_old_and_not_older() -> None:
    whole, account, clock = directory(min_age=timedelta(minutes=5), max_age=timedelta(days=1))
    whole.put_password(account, "CANARY-1")
    clock.advance(299)
    assert Unmet.TOO_YOUNG in whole.judge(account, "CANARY-long-2", history=False, min_age=True)
    clock.advance(1)
    assert not whole.judge(account, "CANARY-long-2", history=False, min_age=True)
    assert not whole.is_too_old(account)
    clock.advance(86_400)
    assert whole.is_too_old(account)


def test_failed_log_ins_lock_and_a_right_one_forgets_them() -> None:
    whole, account, clock = directory(max_attempts=3, lock_minutes=5)
    whole.put_password(account, "CANARY-1")
    for _ in range(2):
        assert whole.log_in(account, "CANARY-0") is LogIn.WRONG
    assert whole.log_in(account, "CANARY-1") is LogIn.RIGHT
    for _ in range(3):
        assert whole.log_in(account, "CANARY-0") is LogIn.WRONG
    assert whole.log_in(account, "CANARY-1") is LogIn.LOCKED
    clock.advance(300)
    assert whole.log_in(account, "CANARY-1") is LogIn.RIGHT
    assert account.last_login == clock.now()


def test_an_account_is_found_in_any_case_renamed_and_removed() -> None:
    whole, account, _ = directory()
    assert whole.by_login("CI-BOT") is account
    whole.rename(account, "other")
    assert (whole.by_login("ci-bot"), whole.by_login("other")) == (None, account)
    whole.remove(account)
    assert (whole.by_id("1"), whole.by_login("other"), list(whole)) == (None, None, [])


def test_only_salted_hashes_are_kept() -> None:
    stored = StoredPassword.of("CANARY-1", b"salt")
    other = StoredPassword.of("CANARY-1", b"another")
    assert stored.matches("CANARY-1")
    assert not stored.matches("CANARY-2")
    assert stored.digest != other.digest
    assert "CANARY" not in repr(stored)


def test_a_password_that_came_as_a_digest_is_known_by_its_text() -> None:
    sent = hashlib.sha256(b"sCANARY-1").hexdigest()
    stored = StoredPassword.of(sent, b"salt", ClientHash("salt+sha256", "s"))
    assert stored.matches("CANARY-1")
    assert not stored.matches(sent)


def test_a_rate_is_counted_in_windows() -> None:
    clock = Clock(lambda: NOON)
    rate = RateLimit(2, 60, clock)
    assert [rate.take().remaining for _ in range(3)] == [1, 0, 0]
    assert rate.take().exceeded
    clock.advance(59)
    assert rate.look().seconds_left(clock.now()) == 1
    clock.advance(1)
    assert not rate.take().exceeded
    clock.back_to_now()
    assert clock.now() == NOON


def test_no_id_is_given_twice_and_a_name_keeps_its_own() -> None:
    ids, mint = IdBook(), iter(["7", "7", "8", "7", "8", "9"])
    assert ids.of("user", "a", lambda: next(mint)) == "7"
    assert ids.of("user", "b", lambda: next(mint)) == "8"
    assert ids.another(lambda: next(mint)) == "9"
    assert ids.of("user", "A", lambda: next(mint)) == "7"
