"""One entry of ``pwmgmt:connections``: the settings every connection has, and what vendors add theirs with."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Reference, Secret


def _secret_setting(value: Any) -> Secret | Reference:  # noqa: ANN401 -- whatever stands in the user's config
    match value:
        case str() if value:
            return Secret(value)
        case str():
            raise ValueError("must not be empty")
        case Mapping():
            return Reference.parse(value)
    raise ValueError('must be text, {"env": "NAME"} or {"file": "PATH"}')


def _origin(url: str) -> str:
    parts = urlsplit(url)
    default = {"https": 443, "http": 80}[parts.scheme]
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port not in (None, default) else ""
    return f"{parts.scheme}://{host}{port}"


def is_loopback(host: str) -> bool:
    """Whether a URL's host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a URL") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ValueError("must start with https:// and name a host")
    if parts.username is not None or parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise ValueError("must be scheme, host and path only, without user, query or fragment")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("must be https: a password never travels in clear text, except to this machine itself")
    return _origin(url) + parts.path.rstrip("/")


def _former_origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("must be the origin that the refusal names, https://…")
    return _origin(url)


def _certificates(path: str) -> str:
    if not Path(path).is_file():
        raise ValueError("names a file that isn't there")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        raise ValueError("names a file without certificates in PEM form, or one that can't be read") from None
    return path


SecretSetting = Annotated[Secret | Reference, PlainValidator(_secret_setting)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Percent = Annotated[int, Field(ge=0, le=90)]
Certificates = Annotated[str, AfterValidator(_certificates)]


class Connection(BaseModel):
    """How to reach one tenant of one identity system. Vendors add their own settings.

    ``url`` is https (http to this machine itself only), without user, query or fragment. Time-outs are in seconds, up
    to an hour. ``time_budget`` bounds one call with all its waits and retries. ``ca_bundle`` is the path
    of a PEM file, relative to the program's directory; the default is the certificates of ``requests``.
    ``rate_share_free`` is the percentage of the server's rate limit that is left to other clients, at most 90.
    ``accept_tenant_change`` is the origin that credentials in the state still carry, after a domain has moved.
    ``require_policy`` refuses where the system's own password rules can't be read, in place of a warning; it says
    nothing where a system states none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    system: str
    url: BaseUrl
    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 30.0
    time_budget: Seconds = 120.0
    rate_share_free: Percent = 25
    ca_bundle: Certificates | None = None
    accept_tenant_change: Annotated[str, AfterValidator(_former_origin)] | None = None
    require_policy: bool = False

    def secrets(self) -> Iterator[Secret]:
        """Yield its own secrets, read anew; one that a reference leads to no more is left out."""
        for setting in type(self).model_fields:
            value = getattr(self, setting)
            if isinstance(value, (Secret, Reference)):
                with contextlib.suppress(NotConfigured):
                    yield value.read()

    @property
    def tenant(self) -> str:
        """The origin: ``scheme://host[:port]``, lower case, default ports left out."""
        return _origin(self.url)
