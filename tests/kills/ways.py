"""Every request that sets a password, and the program and settings that lead to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Way:
    """``writes`` are the methods and paths; ``connection`` and ``more`` are added to connection and declaration;
    ``{key}`` stands for the name of the password in config."""

    writes: tuple[tuple[str, str], ...]
    connection: dict[str, Any] = field(default_factory=dict)
    more: str = ""

    def is_write(self, call: dict[str, Any]) -> bool:
        return any(call["method"] == method and fnmatchcase(call["path"], path) for method, path in self.writes)


TAKING_OVER = "on_destroy='revoke', current_password=config.require_secret('{key}-live')"
USUAL = MappingProxyType(
    {
        "okta": Way((("POST", "/api/v1/users/*"),)),
        "okta_myaccount": Way((("PUT", "/idp/myaccount/password"),)),
        "onelogin": Way((("PUT", "/api/1/users/set_password_clear_text/*"),)),
        "etna": Way((("PUT", "/api/v1.0/users/@me/password/change"),), more=TAKING_OVER),
    }
)
# A user without a password enrols one; a password that is kept is changed, knowing the old one; a hash is sent.
OTHER = MappingProxyType(
    {
        "okta": Way((("POST", "/api/v1/users/*"),), more="keep_in_state=True"),
        "okta_myaccount": Way(
            (("POST", "/idp/myaccount/password"), ("POST", "/idp/myaccount/password/change-password")),
            more="keep_in_state=True",
        ),
        "onelogin": Way((("PUT", "/api/1/users/set_password_using_salt/*"),), {"password_transport": "salted_sha256"}),
    }
)
# What takes a password away. A system that has no call for it sets one that nobody knows.
REMOVALS = MappingProxyType(
    {
        "revoke": {
            "okta": Way((("POST", "/api/v1/users/*"),), more="on_destroy='revoke'"),
            "okta_myaccount": Way((("DELETE", "/idp/myaccount/password"),), more="on_destroy='revoke'"),
            "onelogin": Way((("PUT", "/api/1/users/set_password_clear_text/*"),), more="on_destroy='revoke'"),
            "etna": USUAL["etna"],
        },
        "expire, deactivate": {
            "okta": Way((("POST", "/api/v1/users/*/lifecycle/expire_password"),), more="on_destroy='expire'"),
            "onelogin": Way((("PUT", "/api/2/users/*"),), more="on_destroy='deactivate'"),
        },
        "deactivate": {
            "okta": Way((("POST", "/api/v1/users/*/lifecycle/deactivate"),), more="on_destroy='deactivate'"),
        },
    }
)
