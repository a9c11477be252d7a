from __future__ import annotations

import subprocess
import sys
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from pulumi_pwmgmt import systems
from pulumi_pwmgmt.errors import PermissionDenied
from pulumi_pwmgmt.http import Refusal, Wire
from pulumi_pwmgmt.systems import okta_myaccount

FOLDER = Path(systems.__file__).parent


def test_each_file_is_a_system_with_settings_a_dialect_and_a_class() -> None:
    found = systems.discover()
    assert set(found) == {path.stem for path in FOLDER.glob("[a-z]*.py")}
    for name, module in found.items():
        assert module.Connection.model_fields["system"].annotation.__args__ == (name,)
        assert module.System.traits.title
        assert module.DIALECT.refusals


@pytest.mark.parametrize("system", systems.discover())
def test_every_right_that_is_missing_is_named(system: str) -> None:
    module = systems.discover()[system]
    tables = [module.DIALECT.refusals, *(value for value in vars(module).values() if isinstance(value, tuple))]
    rows = [row for table in tables for row in table if isinstance(row, Refusal) and row.error is PermissionDenied]
    assert rows
    assert [row for row in rows if row.to_do is None] == []


def test_a_new_file_is_found_without_touching_anything_else(tmp_path: Path) -> None:
    (tmp_path / "brandnew.py").write_text("NEW = True\n")
    (tmp_path / "_shared.py").write_text("raise SystemError('no system, and not asked to be one')\n")
    systems.__path__.append(str(tmp_path))
    try:
        assert systems.discover()["brandnew"].NEW
        assert "_shared" not in systems.discover()
    finally:
        systems.__path__.remove(str(tmp_path))
        del sys.modules["pulumi_pwmgmt.systems.brandnew"], systems.brandnew  # type: ignore[attr-defined]


def test_the_package_alone_brings_no_adapter_and_no_client() -> None:
    program = (
        "import sys, pulumi_pwmgmt.systems; "
        "print([name for name in sys.modules if name == 'requests' or name.startswith('pulumi_pwmgmt.systems.')])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ended.stdout.strip() == "[]"


def myaccount(token: str) -> okta_myaccount.System:
    settings = {"system": "okta_myaccount", "url": "http://127.0.0.1:9", "token": token}
    connection = okta_myaccount.Connection.model_validate(settings)
    return okta_myaccount.System(connection, Wire(connection, okta_myaccount.DIALECT))


def jwt(claims: str) -> str:
    return f"CANARY-header.{urlsafe_b64encode(claims.encode()).decode().rstrip('=')}.CANARY-signature"


def test_a_token_tells_its_subject() -> None:
    assert (
        myaccount(jwt('{"sub": "zoë@example.com", "iss": "https://example.okta.com"}')).subject() == "zoë@example.com"
    )


@pytest.mark.parametrize(
    "token",
    ["CANARY-opaque", "CANARY-a.b.c", "CANARY-a.é.c", "CANARY-a..c", jwt("{}"), jwt("[]"), jwt('{"sub": 7}'), jwt("{")],
)
def test_a_token_that_cannot_be_read_has_no_subject(token: str) -> None:
    assert myaccount(token).subject() is None
