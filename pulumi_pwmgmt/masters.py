"""From a master secret to a derived password: the one function for the program and for the provider."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import Reference, Secret
from pulumi_pwmgmt.recipe import Recipe
from pulumi_pwmgmt.settings import path_of
from pulumi_pwmgmt.suggestion import did_you_mean

if TYPE_CHECKING:
    from pulumi_pwmgmt.model import Password

KEY = "pwmgmt:masters"


def recompute(masters: Mapping[str, Any], source: Mapping[str, Any], tenant: str, principal: str) -> Password:
    """Compute the password that a source of the kind ``derived`` stands for.

    ``masters`` are the entries of ``pwmgmt:masters``: texts, or references in their form as config.

    Raises:
        NotConfigured: its master is not there or too short, or a newer version of this library has made it.

    """
    from pulumi_pwmgmt.derivation import FORMATS  # noqa: PLC0415 -- most programs have nothing to derive

    derive = FORMATS.get(source["format"])
    if derive is None:
        raise NotConfigured(
            f"the password of {principal!r} was derived in format {source['format']:g}, and this version knows only "
            f"{', '.join(map(str, FORMATS))}",
            to_do="install the version of pulumi_pwmgmt that made it, or a newer one",
        )
    return derive(
        _master(masters, source["master"]),
        tenant=tenant,
        principal=principal,
        generation=int(source["generation"]),
        recipe=Recipe.parse(source["recipe"]),
    )


def reference(masters: Mapping[str, Any], master: str | Mapping[str, Any]) -> Reference | None:
    """Return the reference that a master is given by; None where it stands in the config itself, or nowhere."""
    entry = master if isinstance(master, Mapping) else masters.get(master)
    with contextlib.suppress(ValueError):
        return Reference.parse(entry) if isinstance(entry, Mapping) else None
    return None


def named(master: str | Mapping[str, Any]) -> str:
    """Name a master for a reader."""
    return str(Reference.parse(master)) if isinstance(master, Mapping) else repr(master)


def _master(masters: Mapping[str, Any], master: str | Mapping[str, Any]) -> Secret:
    how = "openssl rand -base64 48 | pulumi config set --secret --path"
    given = reference(masters, master)
    if given:
        return given.read()
    if not isinstance(master, str):
        raise NotConfigured("a master is neither a name nor a reference", to_do=f"name an entry under {KEY}")
    entry = masters.get(master)
    if entry is None:
        meant = did_you_mean(master, masters)
        raise NotConfigured(f"there is no master {master!r}{meant}", to_do=f"make one: {how} '{path_of(KEY, master)}'")
    if isinstance(entry, str):
        return Secret(entry)
    raise NotConfigured(f"master {master!r} is neither a text nor a reference", to_do=f"{how} '{path_of(KEY, master)}'")
