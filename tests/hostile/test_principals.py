"""A principal that looks like a path, a query or a header line is addressed as it is, or refused and nothing is sent.

What is judged are the bytes that the wire sends.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.model import OnDestroy, Secret
from pulumi_pwmgmt.run import Run
from pulumi_pwmgmt.system import Connected, ObservesPassword, StatesPolicy, VerifiesPassword
from pulumi_pwmgmt.systems import discover
from tests.hostile.below_the_socket import URL, Script, ScriptedWire
from tests.unit.test_configuration import EVERY_SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.conftest import Campaign

EXAMPLES = 150  # principals, for each system
BITS = (
    *(
        "/",
        "//",
        "\\",
        "?",
        "#",
        "&",
        "=",
        ";",
        ":",
        "@",
        "%",
        "%2f",
        "%2F..",
        "%00",
        "%0d%0a",
        "+",
        "*",
        "|",
        "~",
        "^",
        "'",
        '"',
    ),
    *(
        "..",
        ".",
        "../",
        "/..",
        "...",
        "{id}",
        "{",
        "}",
        "{0}",
        "%s",
        "me",
        "ME",
        "00u1",
        "00ub0oNGTSWTBKOLGLNR",
        "7",
        "007",
    ),
    *(
        "\r\n",
        "\n",
        "\r",
        "\x00",
        "\x1b[2J",
        "\x7f",
        "\x85",
        "\u2028",
        "\u202e",
        "\ud800",
        "\ufeff",
        "\u200b",
        " ",
        "\t",
        "\u00a0",
    ),
    *(
        "jane",
        "jane@example.com",
        "admin",
        "é",
        "ß",
        "\N{KELVIN SIGN}",
        "\N{FULLWIDTH SOLIDUS}",
        "\N{FULLWIDTH FULL STOP}" * 2,
    ),
    *(
        "users",
        "/api/v1/users/me",
        "http://127.0.0.1:9/",
        "//evil.invalid/x",
        "?strict=true",
        "&username=admin",
        "\N{GRINNING FACE}",
    ),
    *("X-Injected: 1", "\r\nX-Injected: 1\r\n", " HTTP/1.1\r\nHost: evil.invalid\r\n\r\n", "x" * 900),
)
PRINCIPALS = st.lists(st.sampled_from(BITS) | st.text(max_size=3), min_size=1, max_size=4).map("".join)
OLD, NEW = Secret("CANARY-Old-1"), Secret("CANARY-New-1")
# The paths that a system's manual has, «» standing for whoever is addressed; and where else in a request one is named.
PATHS: dict[str, tuple[str, ...]] = {
    "okta": (
        "/api/v1/users/«»",
        "/api/v1/users/«»/groups",
        "/api/v1/users/«»/credentials/change_password",
        "/api/v1/users/«»/lifecycle/expire_password",
        "/api/v1/users/«»/lifecycle/deactivate",
        "/api/v1/policies?type=PASSWORD",
        "/api/v1/authn",
    ),
    "okta_myaccount": (
        "/idp/myaccount/password",
        "/idp/myaccount/password/change-password",
        "/idp/myaccount/password/complexity-requirements",
    ),
    "onelogin": (
        "/auth/oauth2/v2/token",
        "/api/2/users?username=«»",
        "/api/2/users?email=«»",
        "/api/2/users/«»",
        "/api/1/users/set_password_clear_text/«»",
        "/api/1/login/auth",
        "/api/2/policies",
    ),
    "etna": ("/token", "/v1.0/users/@me/password/change"),
}
NAMED_IN_BODY = {"okta": "username", "onelogin": "username_or_email"}
NAMED_IN_HEADER = {"etna": "Username"}
HEADERS = frozenset(
    {
        "accept", "accept-encoding", "user-agent", "content-type", "content-length", "host", "authorization",
        "et-app-key", "username", "password",
    }
)  # fmt: skip


def replies(system: str, principal: str) -> list[bytes]:
    """Return what lets a call get as far as it can: the token, the one user of that name, and no more."""
    bodies: list[object] = [{}]
    if system == "onelogin":
        bodies = [{"access_token": "CANARY-token"}, [{"id": 4711, "username": principal}], {}]
    if system == "etna":
        bodies = [{"State": "Succeeded", "Token": "CANARY-token"}, {}]
    if system.startswith("okta"):
        bodies = [{"id": "00u4711", "status": "ACTIVE", "profile": {"login": principal}}, {}]
    contents = [json.dumps(body).encode() for body in bodies]
    return [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content) for content in contents]


def verbs(system: Any, principal: str) -> list[Callable[[], object]]:  # noqa: ANN401 -- each has methods of its own
    """Return every call there is that names a principal."""
    calls: list[Callable[[], object]] = [
        lambda: system.set_password(principal, NEW, None),
        lambda: system.set_password(principal, NEW, OLD),
        *(lambda how=how: system.remove_password(principal, how, OLD) for how in OnDestroy),
    ]
    if isinstance(system, ObservesPassword):
        calls.append(lambda: system.observe(principal))
    if isinstance(system, VerifiesPassword):
        calls.append(lambda: system.verify_password(principal, NEW))
    if isinstance(system, StatesPolicy):
        calls.append(lambda: system.password_policy(principal))
    return calls


def assert_addresses(request: bytes, kind: str, principal: str) -> None:
    """Judge one request as it arrived: who is addressed in it is this principal, or the one that the server named."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    found = re.fullmatch(r"(GET|POST|PUT|DELETE) ([!-~]+) HTTP/1\.1", first)
    assert found, first
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines)
    assert {name.lower() for name in headers} <= HEADERS
    assert headers["Host"] == "127.0.0.1:9"
    assert len(body) == int(headers.get("Content-Length", 0)), "there is more than one request"
    patterns = [re.escape(path).replace("«»", "([^/?#&=]+)") for path in PATHS[kind]]
    matches = [match for pattern in patterns if (match := re.fullmatch(pattern, found[2]))]
    assert len(matches) == 1, found[2]
    named = [unquote(group, errors="surrogatepass") for group in matches[0].groups()]
    if "?" in found[2]:
        named = [
            value for name, value in parse_qsl(found[2].split("?", 1)[1], keep_blank_values=True) if name != "type"
        ]
    if NAMED_IN_HEADER.get(kind) in headers:
        named.append(headers[NAMED_IN_HEADER[kind]])
    if body.startswith(b"{") and NAMED_IN_BODY.get(kind) in json.loads(body):
        named.append(json.loads(body)[NAMED_IN_BODY[kind]])
    assert set(named) <= {principal, "4711", "00u4711"}, named


@pytest.mark.parametrize("kind", discover())
def test_nobody_else_is_addressed(campaign: Campaign, kind: str) -> None:
    module = discover()[kind]
    connection = module.Connection.model_validate(EVERY_SYSTEM[kind] | {"url": URL})
    required = {"on_destroy": "revoke", "current_password": OLD.reveal()} if kind == "etna" else {}
    accepted = []

    @given(PRINCIPALS)
    def holds(principal: str) -> None:
        campaign.count()
        script = Script(replies(kind, principal))
        system = module.System(connection, ScriptedWire(connection, module.DIALECT, script))
        place = Connected(name="main", kind=kind, tenant=connection.tenant, system=system)
        run = Run(lambda name, *, in_preview=False: place, lambda text: None)  # noqa: ARG005 -- as a Run wants it
        news = {"connection": "main", "principal": principal, "password": NEW.reveal(), **required}
        _, problems = check(run, {}, news)
        refused = "principal" in dict(problems)
        if refused:
            assert script.connections == 0, "it was asked for before it was refused"
            assert all(error.line.isprintable() for _, error in problems)
            return
        accepted.append(principal)
        for verb in verbs(system, principal):
            with suppress(CredentialError):
                verb()
        for request in script.sent():
            if request:
                assert_addresses(request, kind, principal)

    campaign.run(EXAMPLES, holds)
    assert len(accepted) > EXAMPLES / 20


@pytest.mark.parametrize("principal", ["me", "ME", "Me", ".", "..", "a/b", "a\r\nb", "a\x00", "\ud800"])
def test_a_principal_that_is_somebody_else_at_okta_is_refused_in_preview(principal: str) -> None:
    module = discover()["okta"]
    connection = module.Connection.model_validate(EVERY_SYSTEM["okta"] | {"url": URL})
    script = Script([b""])
    system = module.System(connection, ScriptedWire(connection, module.DIALECT, script))
    place = Connected(name="main", kind="okta", tenant=connection.tenant, system=system)
    run = Run(lambda name, *, in_preview=False: place, lambda text: None)  # noqa: ARG005 -- as a Run wants it
    _, problems = check(run, {}, {"connection": "main", "principal": principal, "password": NEW.reveal()})
    assert [argument for argument, _ in problems] == ["principal"]
    assert script.connections == 0
