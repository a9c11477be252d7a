"""How hard a password is to guess, and what finding it out may cost."""

from __future__ import annotations

import itertools
import math
import string
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from zxcvbn import zxcvbn  # type: ignore[import-untyped]
from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable  # type: ignore[import-untyped]

from pulumi_pwmgmt.estimate import JUDGED, MOST_READINGS, Estimate, estimate, known, legible, readings
from pulumi_pwmgmt.model import Secret

NAMES = ("ci-bot@example.com", "okta-main")
MOST_PASSES = 6  # over a whole password, each looking up all its parts in all lists
EVERY_STAND_IN = "".join(sorted({stand_in for stand_ins in L33T_TABLE.values() for stand_in in stand_ins}))
# Those that make zxcvbn read a password in more ways: one of several for a letter, or for one of several letters.
AMBIGUOUS = "4@([{<691!|7$5+"


def judged(text: str, names: tuple[str, ...] = NAMES) -> Estimate:
    return estimate(Secret(text), names)


def passes(text: str) -> int:
    return len(enumerate_l33t_subs(relevant_l33t_subtable(text, L33T_TABLE)))


@pytest.mark.parametrize(
    "text",
    [
        "password",
        "PASSWORD",
        "pAsSwOrD",
        "password1",
        "Password123!",
        "p@ssw0rd",
        "P4$$w0rd2026",
        "drowssap",
        "!letmein!",
    ],
)
def test_what_is_in_every_list_is_common(text: str) -> None:
    assert judged(text).common


@pytest.mark.parametrize("text", ["aaaaaaaaaaaa", "abcdefghij", "qwertyuiop[]", "abcabcabcabc", "19840719", "2019"])
def test_what_a_million_guesses_find_is_common(text: str) -> None:
    assert judged(text).common


@pytest.mark.parametrize("text", ["Summer2024!", "Elizabeth1", "Administration", "ci-bot", "CI-Bot2026", "okta-main1!"])
def test_words_and_the_names_of_the_account_are_common(text: str) -> None:
    assert judged(text).common


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x7",
        "correct horse battery staple",
        "love83649173647",
        "CANARY-g7!Qx2vW#",
        "x9K#mQ2vx9K#mQ2v",
        "8T5(pw-Vx",
        "password" + "CANARYx9K#mQ2vRt7&" * 2,
    ],
)
def test_what_nobody_tries_first_is_not_common(text: str) -> None:
    assert not judged(text).common


def test_a_part_of_the_login_or_the_connection_costs_strength() -> None:
    for part in ("ci-bot", "cibot", "example", "okta-main", "CI-BOT", "c1-b0t"):
        text = f"{part}-x9K#mQ2v"
        assert judged(text).bits < judged(text, ()).bits - 2


def test_names_come_apart_into_what_can_be_tried() -> None:
    assert list(known(("CI-bot@Example.com", "main", "a.b"))) == [
        "ci-bot@example.com", "ci-bot", "bot", "example", "com", "cibot", "main", "a.b",
    ]  # fmt: skip
    assert list(known(())) == []


def test_the_names_of_one_account_are_nothing_to_the_next() -> None:
    alone = judged("zyxabc-x9K#mQ2v", ())
    judged("zyxabc-x9K#mQ2v", ("zyxabc",))
    assert judged("zyxabc-x9K#mQ2v", ()) == alone


def test_threads_do_not_mix_their_names() -> None:
    names = [f"{first}{second}vqj-zkx" for first, second in itertools.product("bcdfg", repeat=2)]
    alone = [judged(f"{name}9K#m", (name,)) for name in names]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda name: judged(f"{name}9K#m", (name,)), names)
    assert list(together) == alone


# --- what it costs ---


def test_a_password_that_can_be_read_at_once_gets_zxcvbns_own_estimate() -> None:
    for text in ("CANARY-g7!Qx2vW#", "correct horse battery staple", "p@ssw0rd", string.ascii_letters[:JUDGED]):
        assert readings(text) <= MOST_READINGS
        assert judged(text, ()).bits == math.log2(zxcvbn(text)["guesses"])


def test_characters_beyond_the_cap_make_no_work_and_no_strength() -> None:
    beginning = "CANARY-g7!Qx2vW#-correct-horse-b"
    assert len(beginning) == JUDGED
    assert judged(beginning + "x9K#mQ2v" * 100_000) == judged(beginning)


def test_every_choice_of_stand_ins_is_read_in_few_passes() -> None:
    """Each of the 32,768: what else a password holds makes no more passes."""
    choices = (itertools.combinations(AMBIGUOUS, size) for size in range(len(AMBIGUOUS) + 1))
    read = {frozenset(legible("".join(chosen))) for chosen in itertools.chain.from_iterable(choices)}
    assert max(passes("".join(characters)) for characters in read) <= MOST_PASSES


def test_no_other_stand_in_makes_another_pass() -> None:
    others = "".join(set(EVERY_STAND_IN) - set(AMBIGUOUS))
    assert passes(others) == 1
    for stand_in in AMBIGUOUS:
        assert passes(stand_in + others) == passes(stand_in)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(EVERY_STAND_IN + "aeiostlcgz-ß"), max_size=JUDGED))
@example((AMBIGUOUS * 3)[:JUDGED])
def test_a_password_of_stand_ins_is_read_in_few_passes(text: str) -> None:
    read = legible(text)
    assert passes(read) <= MOST_PASSES
    assert len(read) == len(text)
    assert read == text or readings(text) > MOST_READINGS


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("p@$$word-4(5{1", "password-495[1"),
        ("!@#$%^&*()_4571", "1234567890_4571"),
        ("4dm!n-(l0ud|$5{[", "4dmin-cl0udis5[["),
        ("p@ssw0rd$$!!{{|1457", "passw0rd4411[[\\1457"),
    ],
)
def test_too_many_readings_become_one(text: str, read: str) -> None:
    assert readings(text) > MOST_READINGS
    assert legible(text) == read


def test_a_walk_over_the_keyboard_stays_one() -> None:
    walk = "!@#$%^&*()"
    assert judged(f"{walk}19.07.1984").bits < 50
    assert judged(f"{walk}4p4(5{{7").bits < judged("x9K#mQ2vR" + "4p4(5{7").bits


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=JUDGED + 8))
def test_any_text_can_be_judged(text: str) -> None:
    result = judged(text)
    assert 0 <= result.bits < 8 * JUDGED
    assert "text" not in repr(result)


def test_zxcvbn_is_loaded_when_the_first_password_is_judged() -> None:
    program = (
        "import sys; from pulumi_pwmgmt import facts, estimate, recipe; from pulumi_pwmgmt.model import Secret\n"
        "facts.of_recipe(recipe.Recipe()); print('zxcvbn' in sys.modules)\n"
        "estimate.estimate(Secret('CANARY-x'), ()); print('zxcvbn' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["False", "True"]
