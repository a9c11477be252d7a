"""Writes docs/systems.md, and the table in README.md, from what the code says of each system.

python -m docs.systems_page
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pulumi_pwmgmt import connection
from pulumi_pwmgmt.model import OnDestroy, Secret
from pulumi_pwmgmt.system import CurrentPassword, ObservesPassword, StatesPolicy, Traits, VerifiesPassword
from pulumi_pwmgmt.systems import discover

if TYPE_CHECKING:
    from types import ModuleType

    from pydantic.fields import FieldInfo

DOCS = Path(__file__).parent
PAGE = DOCS / "systems.md"
README = DOCS.parent / "README.md"
TABLE_IN_README = re.compile(r"(?<=<!-- by python -m docs\.systems_page -->\n).*?(?=<!-- end -->)", re.DOTALL)
HEAD = """# Systems

Made from the code by `python -m docs.systems_page`; a test fails when it is stale.

"""
RIGHTS = """
## Rights to grant

The least that a connection needs, in the vendor's own words.

- Okta: an access token of OAuth needs `okta.users.manage`, and `okta.policies.read` for reading the org's password
  rules. An API token has the rights of the administrator who created it.
- Okta MyAccount: `okta.myAccount.password.manage` and `okta.myAccount.password.read`, granted by the user who signs in.
- OneLogin: the credential's scope has to be Manage All; Manage users may not set passwords.
- ETNA Trader: an application key. The user's own password is the right to change it.

## The system's own rules

Where a system states its password rules, a preview holds every password and every recipe against them. A right that is
missing, or a server that does not answer, is told once and nothing is held against anything; with `require_policy` it
is a refusal. What only the server can judge is left to it: history, minimum age, a blacklist of its own.

## Repair

A repair sends the declared password again. A system whose history still remembers it refuses: declare a new one, or say
`on_drift="accept"`.
"""
COMMON = """
## Settings of every connection

{about}

{settings}
"""
SYSTEM = """
## {title}

{about} [The vendor's page]({docs}).

- `system` is `{name}`. It acts with the right of {authority}. The current password is {current_password}.
- `on_destroy` is {removals}. {default_removal}
- A password has at most {longest_password} characters{characters}.

{statuses}{connection}

{settings}
"""
STATUSES = """In these statuses the account's password opens nothing; a refresh and `pwmgmt doctor` tell it:

{rows}

"""
_NAMES = {float: "a number", int: "a whole number", bool: "`true` or `false`"}


def page() -> str:
    """Return the page."""
    common = connection.Connection.model_fields
    shared = COMMON.format(about=_about(connection.Connection), settings=_settings(common))
    systems = "".join(_system(name, module) for name, module in discover().items())
    return f"{HEAD}{table()}{RIGHTS}{shared}{systems}"


def table() -> str:
    """Return the table of what each system can do."""
    head = ("", "set", "change, knowing the old", "revoke", "expire", "deactivate", "verify", "observe", "states rules")
    rows = [_row(name, module.System) for name, module in discover().items()]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ["---"] * len(head), *rows))


def _row(name: str, system: Any) -> tuple[str, ...]:  # noqa: ANN401 -- a class that keeps to the port
    traits: Traits = system.traits
    current = traits.current_password

    def told(yes: object, how: str = "yes") -> str:
        return how if yes else "–"  # noqa: RUF001 -- a dash is meant

    return (
        f"`{name}`",
        told(current is not CurrentPassword.REQUIRED),
        told(current is not CurrentPassword.IGNORED),
        told(OnDestroy.REVOKE in traits.removals, "overwrites it" if traits.revoke_overwrites else "deletes it"),
        told(OnDestroy.EXPIRE in traits.removals),
        told(OnDestroy.DEACTIVATE in traits.removals),
        told(issubclass(system, VerifiesPassword)),
        told(issubclass(system, ObservesPassword)),
        told(issubclass(system, StatesPolicy)),
    )


def _system(name: str, module: ModuleType) -> str:
    traits: Traits = module.System.traits
    own = {
        setting: field
        for setting, field in module.Connection.model_fields.items()
        if setting not in connection.Connection.model_fields
    }
    no_default = traits.current_password is CurrentPassword.REQUIRED
    return SYSTEM.format(
        title=traits.title,
        name=name,
        about=(inspect.getdoc(module) or "").splitlines()[0],
        docs=traits.docs,
        authority="an administrator" if traits.authority.value == "administrator" else "the user itself",
        current_password=traits.current_password.value,
        removals=" or ".join(f"`{how.value}`" for how in OnDestroy if how in traits.removals),
        default_removal="It has to be said." if no_default else "The default is `revoke`.",
        longest_password=f"{traits.longest_password:,}",
        characters=" of printable ASCII, without a blank at either end, and so has the login"
        if traits.header_safe
        else "",
        statuses=_statuses(traits),
        connection=_about(module.Connection),
        settings=_settings(own),
    )


def _statuses(traits: Traits) -> str:
    cells = [
        ("status", "what to do"),
        ("---", "---"),
        *((f"`{name}`", to_do) for name, to_do in traits.troubled.items()),
    ]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in cells)
    return STATUSES.format(rows=rows) if traits.troubled else ""


def _about(model: type[connection.Connection]) -> str:
    return " ".join((inspect.getdoc(model) or "").split()).replace("``", "`")


def _settings(fields: dict[str, FieldInfo]) -> str:
    rows = [(f"`{name}`", _type(field), _default(field)) for name, field in fields.items()]
    cells = [("setting", "value", "default"), ("---", "---", "---"), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _type(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return " or ".join(f"`{choice}`" for choice in get_args(field.annotation))
    if Secret in get_args(field.annotation):
        return 'a secret, or `{"env": "NAME"}` or `{"file": "PATH"}`'
    return next((word for kind, word in _NAMES.items() if field.annotation is kind), "a text")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    if isinstance(field.default, float):
        return f"{field.default:g} s"
    return "none" if field.default is None else f"`{field.default}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    readme = README.read_text(encoding="utf-8")
    README.write_text(TABLE_IN_README.sub(lambda _: table(), readme), encoding="utf-8")
