from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.errors import PasswordRejected, Unsupported
from pulumi_pwmgmt.system import ObservesPassword
from tests.canary import assert_no_canary
from tests.contract.refused import assert_tells_no_secret
from tests.contract.scene import NEW
from tests.contract.table import Operation, proves
from tests.unit.stack import Refused

if TYPE_CHECKING:
    from pulumi_pwmgmt.errors import CredentialError
    from tests.contract.scene import Scene

ODD = (
    " CANARY-blank-in-front",
    "CANARY-blank-behind ",
    "CANARY- two  blanks within",
    "CANARY-\"double\"-and-'single'",
    "CANARY-\\-and-\\n-and-\\u0041",
    "CANARY-%-and-%41-and-+",
    "CANARY-<b>&amp;</b>",
    "CANARY-{curly}-${dollar}-`tick`",
    "CANARY-€-and-ß-and-é",
    "CANARY-e\u0301",  # not the same as é, which it looks like
    "CANARY-🔑-and-👩‍👩‍👧",
    "CANARY-漢字-עברית",
    "CANARY-\u00a0-\u200b-\ufeff",
)
ODD_PRINCIPALS = (
    "first last@example.com",
    "plus+tag@example.com",
    "per%41cent@example.com",
    "query?and#hash&more=1@example.com",
    "..%2f..%2fapi@example.com",
    "a/slash@example.com",
    'o\'brien"quoted"@example.com',
    "ünïcödé-🔑@example.com",
    "back\\slash;semi:colon,comma@example.com",
    "star*@example.com",
    "{curly}@example.com",
)
SECRET = "CANARY-a-control-character"
CONTROL = ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\ud800"]


def lengths(scene: Scene, longest: int) -> list[str]:
    """Return the shortest and the longest passwords: of one-byte characters, and of those that take four."""
    return ["x" * scene.vendor.shortest, ("CANARY-" * longest)[:longest], "🔑" * longest]


def told_by(scene: Scene, password: str) -> CredentialError | None:
    """Preview the password; return what is said against it."""
    try:
        scene.stack().preview(bot=scene.declaration(password))
    except Refused as preview:
        assert_no_canary(str(preview), "a preview")
        assert_tells_no_secret(preview.errors["password"], by_its_frames=False)
        return preview.errors["password"]
    return None


def stays_as_it_is(operation: Operation, password: str) -> bool:
    """Whether it travels: in a JSON body any text does, in a header printable ASCII without a blank at either end."""
    return not operation.traits.header_safe or (password.isascii() and password == password.strip())


@proves("odd characters", lambda operation: operation.column == "set")
def test_a_password_arrives_byte_for_byte_or_is_refused_in_preview(operation: Operation, scene: Scene) -> None:
    scene.simulator.load(scene.vendor.lax)
    scene.account = scene.simulator.account(scene.system)
    current = scene.password
    for password in (*ODD, *lengths(scene, operation.traits.longest_password)):
        told = told_by(scene, password)
        if stays_as_it_is(operation, password):
            assert told is None, ascii(password)
            scene.ask(operation, new=password, current=current)
            assert scene.opens(password), ascii(password)
            assert not scene.opens(password + "x")
            current = password
        else:
            assert type(told) is Unsupported, ascii(password)


@proves("odd characters", lambda operation: operation.way == "set")
@pytest.mark.parametrize("principal", ODD_PRINCIPALS, ids=ascii)
def test_a_principal_is_found_as_it_is_written_or_refused_in_preview(
    operation: Operation, scene: Scene, principal: str
) -> None:
    users = next(iter(scene.vendor.lax.values()))["users"]
    stranger = {"login": "star-of-somebody-else@example.com", "password": "CANARY-of-somebody-else"}
    seed = {system: own | {"users": [users[0] | {"login": principal}, stranger]}
            for system, own in scene.vendor.lax.items()}  # fmt: skip
    scene.simulator.load(seed)
    scene.account = scene.simulator.account(scene.system)
    if not (stays_as_it_is(operation, principal) and set(operation.traits.unaddressable).isdisjoint(principal)):
        with pytest.raises(Refused) as preview:
            scene.stack().preview(bot=scene.declaration())
        assert list(preview.value.errors) == ["principal"]
        return
    scene.stack().preview(bot=scene.declaration())
    scene.ask(operation)
    assert scene.opens(NEW)
    if isinstance(scene.adapter(), ObservesPassword):
        assert scene.adapter().observe(principal).principal_id == scene.account["id"]


@proves("odd characters", lambda operation: operation.way == "set")
@pytest.mark.parametrize(
    "principal", [".", "..", "x" * 1025, "control\ncharacter@example.com"], ids=["dot", "dots", "long", "control"]
)
def test_what_is_no_name_is_refused_in_preview(operation: Operation, scene: Scene, principal: str) -> None:
    with pytest.raises(Refused) as preview:
        scene.stack().preview(bot=scene.declaration(principal=principal))
    assert list(preview.value.errors) == ["principal"]
    assert scene.asked() == []
    assert operation.way == "set"


@proves("odd characters", lambda operation: operation.way == "set")
@pytest.mark.parametrize("character", CONTROL, ids=ascii)
def test_a_control_character_is_refused_in_preview(operation: Operation, scene: Scene, character: str) -> None:
    for password in (character + SECRET, SECRET + character, f"{SECRET}{character}{SECRET}"):
        assert type(told_by(scene, password)) is Unsupported
    assert scene.asked() == []
    assert operation.way == "set"


@proves("odd characters", lambda operation: operation.way == "set")
def test_a_password_that_is_too_long_is_refused_in_preview(operation: Operation, scene: Scene) -> None:
    longest = operation.traits.longest_password
    for length in (longest + 1, 100_000):
        assert type(told_by(scene, ("CANARY-" * length)[:length])) is PasswordRejected
    assert scene.asked() == []
