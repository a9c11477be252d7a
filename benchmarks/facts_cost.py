"""What it costs to tell the facts of one supplied password."""

from __future__ import annotations

import random
import statistics
import string
import time

from benchmarks.bounds import Bound
from pulumi_pwmgmt.facts import of_value, tag
from pulumi_pwmgmt.model import Secret

LENGTH = 32  # characters
ALLOWED_MS = 10.0
_EACH = 100  # passwords of each kind
_WORDS = ("correct", "horse", "battery", "staple", "P4ssw0rd", "Summer2026", "qwertz", "dragon", "abcabc", "1qaz2wsx")
_KEY = Secret("CANARY-reuse-key-of-more-than-32-bytes-in-all")


def measure() -> Bound:
    """Return the median over random passwords and such of words, which are slower to judge, in milliseconds."""
    chance = random.Random(1)  # noqa: S311 -- the same passwords in every run
    characters = string.ascii_letters + string.digits + string.punctuation
    texts = ["".join(chance.choices(characters, k=LENGTH)) for _ in range(_EACH)]
    texts += ["-".join(chance.choices(_WORDS, k=LENGTH))[:LENGTH] for _ in range(_EACH)]
    _milliseconds("CANARY-the-first-one-loads-lists")
    median = statistics.median(map(_milliseconds, texts))
    return Bound(f"facts of a supplied password of {LENGTH} characters", ALLOWED_MS, median, "ms")


def _milliseconds(text: str) -> float:
    password = Secret(text)
    started = time.perf_counter()
    of_value(password, "supplied", names=("ci-bot@example.com", "okta"))
    tag(password, _KEY)
    return (time.perf_counter() - started) * 1000
