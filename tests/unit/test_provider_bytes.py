from __future__ import annotations

import base64
import os
import pickle
import subprocess
import sysconfig
import warnings
from pathlib import Path

import pytest
from pulumi.dynamic import dynamic

from pulumi_pwmgmt.provider import CredentialProvider
from tests.unit import interpreters

# What stands in every state for our provider. Other bytes are a difference on every credential of every user.
GOLDEN = "gASVNAAAAAAAAACMFnB1bHVtaV9wd21nbXQucHJvdmlkZXKUjBJDcmVkZW50aWFsUHJvdmlkZXKUk5QpUpQu"
ROOT = Path(__file__).parents[2]


def test_the_bytes_are_golden_and_few() -> None:
    assert dynamic.serialize_provider(CredentialProvider()) == GOLDEN
    assert len(base64.b64decode(GOLDEN)) == 63


def test_the_bytes_of_any_state_make_the_provider() -> None:
    assert type(pickle.loads(base64.b64decode(GOLDEN))) is CredentialProvider  # noqa: S301 -- our own constant


def test_an_attribute_does_not_change_the_bytes() -> None:
    provider = CredentialProvider()
    provider.captured = "CANARY-token"  # type: ignore[attr-defined]  # what must not be possible to store
    assert dynamic.serialize_provider(provider) == GOLDEN


@pytest.mark.parametrize("version", interpreters.SUPPORTED)
def test_the_bytes_are_the_same_on_every_interpreter(version: str) -> None:
    interpreter = interpreters.find(version)
    if interpreter is None:
        warnings.warn(f"there is no Python {version} on this machine to check the golden bytes on", stacklevel=1)
        return
    packages = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))},
        "PYTHONPATH": os.pathsep.join([str(ROOT), *sorted(packages)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    printed = subprocess.run(
        [interpreter, "-S", str(Path(__file__).with_name("pickled_provider.py"))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (printed.stdout.strip(), printed.stderr) == (GOLDEN, "")
