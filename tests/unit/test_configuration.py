from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from pulumi_pwmgmt.configuration import Configuration
from pulumi_pwmgmt.errors import NotConfigured

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi_pwmgmt.system import Connected

OKTA: dict[str, Any] = {"system": "okta", "url": "https://example.okta.com", "token": "CANARY-token"}
EVERY_SYSTEM: dict[str, dict[str, Any]] = {
    "okta": OKTA,
    "okta_myaccount": {"system": "okta_myaccount", "url": "https://example.okta.com", "token": "CANARY-token"},
    "onelogin": {
        "system": "onelogin",
        "url": "https://example.onelogin.com",
        "client_id": "CANARY-id",
        "client_secret": "CANARY-secret",
        "subdomain": "example",
    },
    "etna": {"system": "etna", "url": "https://api.example.com/api", "app_key": "CANARY-key"},
}


def may_go_on() -> None:
    """Nothing stands in the way."""


def configured(text: str | None) -> Configuration:
    return Configuration(text, may_go_on)


def connect(entry: object, name: str = "main") -> Connected:
    return configured(json.dumps({"main": entry})).connect(name)


def refusal(text: str | None, name: str = "main") -> str:
    with pytest.raises(NotConfigured) as refused:
        configured(text).connect(name)
    error = refused.value
    assert error.__cause__ is None
    assert error.__context__ is None or isinstance(error.__context__, FileNotFoundError)
    assert "CANARY-" not in error.line
    assert "\n" not in error.line
    assert "pwmgmt:connections" in error.line or "environment variable" in error.line or "the file" in error.line
    return error.line


def refused(**differences: object) -> str:
    entry = {setting: value for setting, value in (OKTA | differences).items() if value is not None}
    return refusal(json.dumps({"main": entry}))


@pytest.mark.parametrize("system", EVERY_SYSTEM)
def test_each_system_is_reached_by_its_name(system: str) -> None:
    connected = connect(EVERY_SYSTEM[system])
    assert (connected.name, connected.kind) == ("main", system)
    assert connected.tenant == "/".join(EVERY_SYSTEM[system]["url"].split("/")[:3])
    secrets = [setting for setting, value in EVERY_SYSTEM[system].items() if str(value).startswith("CANARY-")]
    assert list(connected.literal_secrets) == secrets
    assert "CANARY-" not in repr(connected) + str(connected)


def test_the_settings_that_every_connection_has(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    common = {
        "connect_timeout": 1,
        "read_timeout": 2.5,
        "time_budget": 60,
        "ca_bundle": str(bundle),
        "accept_tenant_change": "https://old.example.com",
    }
    for entry in EVERY_SYSTEM.values():
        assert connect(entry | common).moved_from == "https://old.example.com"
    assert connect(OKTA | {"strict": True, "revoke_sessions": False}).kind == "okta"
    assert connect(EVERY_SYSTEM["onelogin"] | {"password_transport": "salted_sha256"}).kind == "onelogin"


def test_a_connection_is_opened_once() -> None:
    configuration = configured(json.dumps({"main": OKTA}))
    assert configuration.connect("main") is configuration.connect("main")


def test_one_bad_connection_does_not_hurt_another() -> None:
    configuration = configured(json.dumps({"main": OKTA, "bad": {"system": "okta"}, "worse": 1}))
    assert configuration.connect("main").kind == "okta"


def test_a_secret_may_be_a_reference(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("CANARY-token\n", encoding="utf-8")
    connected = connect(OKTA | {"token": {"file": str(file)}})
    assert connected.literal_secrets == ()


def test_a_renewed_reference_is_used_at_once(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("CANARY-one", encoding="utf-8")
    configuration = configured(json.dumps({"main": OKTA | {"token": {"file": str(file)}}}))
    first = configuration.connect("main")
    file.write_text("CANARY-two", encoding="utf-8")
    assert configuration.connect("main") is first
    assert "CANARY-" not in repr(first)


# --- refused ---


def test_no_connections_at_all() -> None:
    line = refusal(None)
    assert "the config has no pwmgmt:connections" in line
    assert "pulumi config set --path 'pwmgmt:connections.main.system'" in line


@pytest.mark.parametrize("text", ["", "CANARY-x", '{"main": {"token": "CANARY-x"', "[]", '"CANARY-x"', "null", "1"])
def test_what_is_no_map_of_connections(text: str) -> None:
    assert "is not a map of connections" in refusal(text)


def test_a_connection_that_is_not_there_names_the_ones_that_are() -> None:
    text = json.dumps({"okta": OKTA, "legacy": OKTA})
    assert "there is no connection 'oktaa' (did you mean okta?); the config has legacy, okta" in refusal(text, "oktaa")
    assert "there is no connection 'main'; the config has none" in refusal("{}")


@pytest.mark.parametrize("entry", ["CANARY-token", ["CANARY-token"], 1, None, True])
def test_a_connection_that_is_no_map(entry: object) -> None:
    assert "connection 'main' is not a map of settings" in refusal(json.dumps({"main": entry}))


def test_a_system_that_is_missing_or_none_that_we_know() -> None:
    assert "system is missing; there are etna, okta, okta_myaccount, onelogin" in refused(system=None)
    assert "system is missing" in refused(system="")
    assert "none that we know (did you mean okta?)" in refused(system="otka")
    assert "none that we know; there are" in refused(system="CANARY-ldap")


@pytest.mark.parametrize("system", [["okta"], {"okta": 1}, 1, True, None])
def test_a_system_of_a_wrong_type(system: object) -> None:
    assert "system " in refusal(json.dumps({"main": OKTA | {"system": system}}))


def test_a_setting_that_is_unknown_or_misspelt() -> None:
    assert "conect_timeout is no setting of okta (did you mean connect_timeout?)" in refused(conect_timeout=1)
    assert "app_key is no setting of okta" in refused(app_key="CANARY-x")
    assert "client_id is no setting of etna" in refusal(
        json.dumps({"main": EVERY_SYSTEM["etna"] | {"client_id": "CANARY-x"}})
    )


@pytest.mark.parametrize("system", EVERY_SYSTEM)
def test_each_required_setting(system: str) -> None:
    for setting in EVERY_SYSTEM[system]:
        entry = {name: value for name, value in EVERY_SYSTEM[system].items() if name != setting}
        assert f"{setting} is missing" in refusal(json.dumps({"main": entry}))


def test_every_problem_is_told_at_once() -> None:
    line = refused(url="CANARY-x", token="", read_timeout=0)
    assert all(setting in line for setting in ("url", "token", "read_timeout"))


@pytest.mark.parametrize("token", [1, True, ["CANARY-x"], {}, {"env": "A", "file": "CANARY-x"}, {"vault": "CANARY-x"}])
def test_a_secret_of_a_wrong_type(token: object) -> None:
    assert "token " in refused(token=token)


def test_an_empty_secret() -> None:
    assert "token must not be empty" in refused(token="")


def test_a_reference_that_is_not_there(tmp_path: Path) -> None:
    assert "PWMGMT_TEST_NOT_SET is not set" in refused(token={"env": "PWMGMT_TEST_NOT_SET"})
    assert "can't be read: No such file" in refused(token={"file": str(tmp_path / "gone")})
    (tmp_path / "empty").touch()
    assert "is empty" in refused(token={"file": str(tmp_path / "empty")})
    (tmp_path / "latin").write_bytes(b"CANARY-\xe9")
    assert "is not UTF-8" in refused(token={"file": str(tmp_path / "latin")})


@pytest.mark.parametrize("setting", ["connect_timeout", "read_timeout", "time_budget"])
@pytest.mark.parametrize("seconds", [0, -1, 3601, "CANARY-soon", [], "nan", "inf"])
def test_a_time_that_is_none(setting: str, seconds: object) -> None:
    assert f"{setting} Input should be" in refused(**{setting: seconds})


@pytest.mark.parametrize("percent", [-1, 91, 0.25, "CANARY-half", []])
def test_a_share_that_is_none(percent: object) -> None:
    assert "rate_share_free Input should be" in refused(rate_share_free=percent)


@pytest.mark.parametrize(
    "value", ["CANARY-token\r", "CANARY-token\n", " CANARY-token", "CANARY-tok\u200ben", "CANARY\tx"]
)
def test_a_secret_that_no_request_can_carry(tmp_path: Path, value: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(f"{value}\n".encode())
    for token in (value, {"file": str(file)}):
        told = refused(token=token)
        assert "token is not printable ASCII without a blank or line break at either end" in told
        assert "CANARY" not in told


def test_a_bundle_that_holds_no_certificates(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    for content in ("", "-----BEGIN CERTIFICATE-----\nCANARY-x\n"):
        bundle.write_text(content, encoding="utf-8")
        assert "ca_bundle names a file without certificates in PEM form" in refused(ca_bundle=str(bundle))


def test_a_bundle_that_is_not_there(tmp_path: Path) -> None:
    assert "ca_bundle names a file that isn't there" in refused(ca_bundle=str(tmp_path / "gone"))
    assert "ca_bundle names a file that isn't there" in refused(ca_bundle=str(tmp_path))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("strict", "CANARY-x"), ("revoke_sessions", []), ("accept_tenant_change", 1), ("url", 1), ("url", "")],
)
def test_other_settings_of_a_wrong_type(setting: str, value: object) -> None:
    assert setting in refused(**{setting: value})


def test_a_transport_that_there_is_not() -> None:
    entry = EVERY_SYSTEM["onelogin"] | {"password_transport": "CANARY-md5"}
    assert "'clear' or 'salted_sha256'" in refusal(json.dumps({"main": entry}))


@pytest.mark.parametrize("text", ["nonsense", "ftp://old.example.com", "https://"])
def test_a_former_tenant_is_an_origin(text: str) -> None:
    assert "accept_tenant_change must be the origin that the refusal names" in refused(accept_tenant_change=text)


def test_a_former_tenant_with_a_slash_at_its_end_is_that_tenant() -> None:
    connected = connect(OKTA | {"accept_tenant_change": "https://OLD.example.com:443/"})
    assert connected.moved_from == "https://old.example.com"
