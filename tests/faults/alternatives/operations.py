"""What the alternatives do as well: set a password, set another, take it away, also from an account taken over."""

from __future__ import annotations

from pulumi_pwmgmt.model import OnDestroy
from tests.faults.operation import OPERATIONS

_REVOKE = f"destroy: {OnDestroy.REVOKE.value}"
NAMES = ("create", "change", _REVOKE, f"{_REVOKE}, taken over by somebody")
COMPARED = [operation for operation in OPERATIONS if operation.name in NAMES]
