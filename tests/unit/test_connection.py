from __future__ import annotations

import pytest
from pydantic import ValidationError

from pulumi_pwmgmt.connection import Connection


def tenant(url: str) -> str:
    return Connection(system="okta", url=url).tenant


@pytest.mark.parametrize(
    ("url", "base", "origin"),
    [
        ("https://Example.OKTA.com", "https://example.okta.com", "https://example.okta.com"),
        ("https://example.okta.com/", "https://example.okta.com", "https://example.okta.com"),
        ("https://example.okta.com:443", "https://example.okta.com", "https://example.okta.com"),
        ("https://example.okta.com:8443/", "https://example.okta.com:8443", "https://example.okta.com:8443"),
        ("https://example.com/Api/v1/", "https://example.com/Api/v1", "https://example.com"),
        ("https://[2001:DB8::1]:8443/x", "https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8700/okta", "http://127.0.0.1:8700/okta", "http://127.0.0.1:8700"),
        ("http://127.9.9.9:80", "http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:8700", "http://localhost:8700", "http://localhost:8700"),
        ("http://LOCALHOST", "http://localhost", "http://localhost"),
        ("http://[::1]:8700", "http://[::1]:8700", "http://[::1]:8700"),
    ],
)
def test_one_place_has_one_spelling(url: str, base: str, origin: str) -> None:
    assert Connection(system="okta", url=url).url == base
    assert tenant(url) == origin


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://10.0.0.1",
        "http://0.0.0.0:80",
        "http://128.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://[2001:db8::1]",
        "http://2130706433",
    ],
)
def test_clear_text_goes_to_this_machine_only(url: str) -> None:
    with pytest.raises(ValidationError, match="must be https"):
        tenant(url)


@pytest.mark.parametrize(
    "url",
    [
        "example.com",
        "//example.com",
        "ftp://example.com",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://:8443",
        "https://example.com:port",
        "https://example.com:99999",
        "https://[::1",
        "https://user@example.com",
        "https://user:CANARY-x@example.com",
        "https://:CANARY-x@example.com",
        "https://@example.com",
        "http://localhost\\@example.com",
        "http://127.0.0.1#@example.com",
        "https://example.com?x=CANARY-x",
        "https://example.com#CANARY-x",
        "https://exa mple.com",
        "https://example.com/\n",
        "https://example.com/\u202e",
    ],
)
def test_what_is_no_base_url(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        tenant(url)
    assert "CANARY-" not in str(refused.value)


def test_a_setting_that_nobody_knows() -> None:
    with pytest.raises(ValidationError, match="Extra inputs") as refused:
        Connection.model_validate({"system": "okta", "url": "https://example.com", "tokn": "CANARY-x"})
    assert "CANARY-" not in str(refused.value)
