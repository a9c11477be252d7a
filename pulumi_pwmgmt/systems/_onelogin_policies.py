"""OneLogin's password rules: what its policies demand, and which of them is a user's. It is no system of its own.

No page of OneLogin's manual has them; its own Terraform provider does:
https://github.com/onelogin/terraform-provider-onelogin/blob/main/docs/resources/onelogin_policies.md
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field, RootModel

from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Refusal
from pulumi_pwmgmt.model import PasswordPolicy
from pulumi_pwmgmt.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.http import FetchedToken, Wire

# "0 none, 1 letters and digits, 2 mixed case and digits, 3 mixed case, digits and special characters, 4 any three of
# those four"
_MIXED_CASE_AND_DIGITS = {"min_lower": 1, "min_upper": 1, "min_digits": 1}
_COMPLEXITY: dict[int, dict[str, Any]] = {
    0: {},
    1: {"min_letters": 1, "min_digits": 1},
    2: _MIXED_CASE_AND_DIGITS,
    3: {**_MIXED_CASE_AND_DIGITS, "min_symbols": 1},
    4: {"min_classes": 3},
}
# "valid for policies": https://developers.onelogin.com/api-docs/1/users/set-password-in-cleartext
_SYMBOLS = "!@#€%&.,$+§/()=*;:_-"
_ATTRIBUTE = re.compile(r"\w{1,100}")
_LONGEST_LIST = 4096  # characters
_REFUSALS = (
    Refusal(error=errors.PermissionDenied, code="403", to_do="grant the scope Manage All"),
    Refusal(error=errors.Unsupported, code="404", cause="NotFoundError", to_do="see whether its API has policies"),
)


class _Policy(BaseModel):
    """A policy for users, or one for apps: that has no field about passwords."""

    id: fields.WholeNumber
    name: fields.Line
    kind: Literal["user", "app"]
    is_default: bool = False
    min_length: fields.WholeNumber = Field(0, alias="minimum_password_length")
    complexity: Literal[0, 1, 2, 3, 4] = Field(0, alias="password_complexity_requirements")
    remembered: fields.WholeNumber = Field(0, alias="passwords_remembered")
    max_age_days: fields.WholeNumber = Field(0, alias="password_expiration_days")
    excluded_attributes: str | None = Field(None, alias="dynamic_blacklist_attributes")

    def stated(self) -> PasswordPolicy:
        """Return the rules; what is on an account's own blacklist, no policy tells."""
        rules: dict[str, Any] = self.model_dump(include={"min_length", "remembered", "max_age_days"})
        attributes = tuple(_ATTRIBUTE.findall((self.excluded_attributes or "")[:_LONGEST_LIST]))
        rules |= _COMPLEXITY[self.complexity] | {"symbols": _SYMBOLS, "excluded_attributes": attributes}
        return PasswordPolicy(description=self.name, **rules)


class _Member(BaseModel):
    group_id: fields.WholeNumber | None


class _Group(BaseModel):
    policy_id: fields.WholeNumber | None


class Policies:
    """The policies for users. They and the groups are read once; users are asked for only where there is a choice."""

    def __init__(self, wire: Wire, token: FetchedToken) -> None:
        self._wire, self._token = wire, token
        self._for_users = Once(self._list)
        self._of_groups: dict[int, Once[int | None]] = {}

    def of(self, user_id: Callable[[], str]) -> PasswordPolicy | None:
        """Return the rules for a user: "assign it … through the policy_id on a group, or make it the … default"."""
        policies = self._for_users.get()
        if len(policies) > 1:
            own = self._assigned(user_id())
            policies = [one for one in policies if (one.is_default if own is None else one.id == own)]
        return policies[0].stated() if policies else None

    def _list(self) -> list[_Policy]:
        reply = self._wire.read("GET", "/api/2/policies", token=self._token, refusals=_REFUSALS)
        return [one for one in reply.parse(RootModel[list[_Policy]]).root if one.kind == "user"]

    def _assigned(self, user_id: str) -> int | None:
        reply = self._wire.read("GET", "/api/2/users/{id}", token=self._token, id=user_id)
        group = reply.parse(_Member).group_id
        return self._of_groups.setdefault(group, Once(partial(self._of_group, group))).get() if group else None

    def _of_group(self, group: int) -> int | None:
        reply = self._wire.read("GET", "/api/2/groups/{id}", token=self._token, refusals=_REFUSALS, id=str(group))
        return reply.parse(_Group).policy_id
