"""What an alternative keeps of an account, encrypted, and the same as a record, as the invariants read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.fingerprint import fingerprint
from pulumi_pwmgmt.model import OnDestroy, OnDrift, Secret
from pulumi_pwmgmt.record import Record
from tests.unit.stack import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass
class Kept(Entry):
    """``account`` names it in the next call, ``clear`` is what decrypting gives."""

    account: str = ""
    clear: dict[str, Any] = field(default_factory=dict, repr=False)


def kept(connection: Mapping[str, Any], account: str, clear: dict[str, Any]) -> Kept:
    """Return what is kept, in both forms."""
    tenant, principal = connection["url"], clear["principal"]
    record = Record(
        connection="main",
        principal=principal,
        principal_id=account,
        password=fingerprint(Secret(clear["password"]), tenant, principal),
        on_destroy=OnDestroy.REVOKE,
        on_drift=OnDrift.REPAIR,
        keep_in_state=False,
        system=connection["system"],
        tenant=tenant,
        reason="kept",
    )
    return Kept(record.id, {}, record.properties(), account, clear)
