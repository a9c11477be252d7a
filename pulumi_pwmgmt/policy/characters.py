"""How many characters of which kind a password must have, judged on one password or on all that a recipe makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_pwmgmt.policy.parameter import Kind, Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pulumi_pwmgmt.policy.rule import Parameters

CLASSES: Final = ("lower", "upper", "digits", "symbols")
# what a parameter counts, and how a sentence calls one of it and several
GROUPS: Final[Mapping[str, tuple[tuple[str, ...], str, str]]] = {
    "lower": (("lower",), "lower-case letter", "lower-case letters"),
    "upper": (("upper",), "upper-case letter", "upper-case letters"),
    "digits": (("digits",), "digit", "digits"),
    "symbols": (("symbols",), "symbol", "symbols"),
    "letters": (("lower", "upper"), "letter", "letters"),
    "non_letters": (("digits", "symbols"), "character but letters", "characters that are no letters"),
}
LENGTH: Final = Parameter(name="length", kind=Kind.WHOLE, default=15, about="At least so many characters.", most=1024)
COMPOSITION: Final = (
    *(
        Parameter(name=name, kind=Kind.WHOLE, default=0, about=f"At least so many {words}.", most=1024)
        for name, (_, _, words) in GROUPS.items()
    ),
    Parameter(
        name="classes",
        kind=Kind.WHOLE,
        default=0,
        about="Characters of at least so many of the four kinds: lower case, upper case, digits, symbols.",
        most=len(CLASSES),
    ),
)


def too_short(length: float, parameters: Parameters) -> Iterator[str]:
    """Say whether ``length`` characters are too few."""
    if length < parameters["length"]:
        yield f"is shorter than {parameters['length']} characters"


def too_uniform(counts: Mapping[str, float], classes: float, parameters: Parameters) -> Iterator[str]:
    """Say of which kinds there are too few: ``counts`` by the names of ``GROUPS``, ``classes`` of the four."""
    for name, (_, one, several) in GROUPS.items():
        least = parameters[name]
        if counts[name] < least:
            yield f"has fewer than {least} {several}" if least > 1 else f"has no {one}"
    if classes < parameters["classes"]:
        yield f"has characters of fewer than {parameters['classes']} of the four kinds"


def grouped(counts: Mapping[str, float]) -> dict[str, float]:
    """Add up the counts of the four classes for each of ``GROUPS``."""
    return {name: sum(counts[kind] for kind in kinds) for name, (kinds, _, _) in GROUPS.items()}


def guaranteed(length: float, least: Mapping[str, float | None]) -> tuple[dict[str, float], float]:
    """Return what every password of a recipe has, by the names of ``GROUPS``, and of how many classes.

    ``least`` says for each class how many there are at least, None where there are none at all.
    """
    counts: dict[str, float] = {}
    for name, (kinds, _, _) in GROUPS.items():
        elsewhere = [kind for kind in CLASSES if kind not in kinds and least[kind] is not None]
        inside = [kind for kind in kinds if least[kind] is not None]
        filled = bool(inside) and not elsewhere  # no other class could take a place
        counts[name] = length if filled else sum(least[kind] or 0 for kind in inside)
    return counts, max(1, sum(1 for kind in CLASSES if least[kind]))
