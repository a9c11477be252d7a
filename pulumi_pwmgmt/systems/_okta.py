"""What Okta's two APIs have in common: their errors, their rate headers, their rules. It is no system of its own."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AliasPath, BaseModel, BeforeValidator, Field, ValidationError

from pulumi_pwmgmt import errors, fields
from pulumi_pwmgmt.http import Complaint, Dialect, RateHeaders, Refusal, Reply
from pulumi_pwmgmt.system import SET_ANOTHER

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 72  # characters of a password: https://developer.okta.com/docs/reference/api/users/
# https://developer.okta.com/docs/api/openapi/okta-management/management/user/getuser
TROUBLED_USERS = MappingProxyType(
    {
        "STAGED": "activate the user",
        "PROVISIONED": "finish the user's activation",
        "RECOVERY": SET_ANOTHER,
        "LOCKED_OUT": "unlock the user",
        "PASSWORD_EXPIRED": SET_ANOTHER,
        "SUSPENDED": "unsuspend the user",
        "DEPROVISIONED": "activate the user again, or take the credential out of the program",
    }
)
# https://developer.okta.com/docs/api/openapi/okta-myaccount/myaccount/password/getpassword
TROUBLED_PASSWORDS = MappingProxyType({"EXPIRED": SET_ANOTHER, "SUSPENDED": "have an administrator unsuspend the user"})
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_WAIT = "wait until the password is as old as the policy's minimum age asks for"
# A refusal recites all rules, whichever was broken; where history is checked at all, it may be that one.
HISTORY = tuple(
    Refusal(error=errors.PasswordRejected, cause=cause, to_do=to_do, repeats=True)
    for cause, to_do in (
        ("(?s)^(?=.*cannot be any of your last).*must have elapsed", _WAIT),
        ("cannot be any of your last", None),
    )
)
_REFUSALS = (  # the codes: https://developer.okta.com/docs/reference/error-codes/
    Refusal(error=errors.AuthenticationFailed, code="E0000011"),
    Refusal(error=errors.PrincipalNotFound, code="E0000007"),
    Refusal(error=errors.NotConfigured, code="E0000008", to_do="correct the connection's url"),
    Refusal(error=errors.PasswordRejected, cause="cannot be your current password", is_live=True),
    Refusal(error=errors.PasswordRejected, cause="must have elapsed", to_do=_WAIT),
    Refusal(error=errors.PasswordRejected, code="E0000001", cause="password"),
    Refusal(error=errors.PasswordRejected, code="E0000014"),
    Refusal(error=errors.PasswordRejected, code="E0000080"),
    Refusal(error=errors.Unreachable, code="E0000010", to_do="run it again once the org can be written to"),
)

Count = Annotated[fields.WholeNumber, BeforeValidator(lambda stated: stated or 0)]  # a rule that is off may be null


def is_from_oauth(token: str) -> bool:
    """Whether OAuth issued an administrator's token: those are JWTs, API tokens never are."""
    return _JWT.fullmatch(token) is not None


def authorization(token: str) -> str:
    """Return the header for an administrator's token.

    https://developer.okta.com/docs/api/openapi/okta-management/guides/overview
    """
    return f"{'Bearer' if is_from_oauth(token) else 'SSWS'} {token}"


def denied(to_do: str) -> Refusal:
    """Return the row for a token that may not do this, with the right it takes."""
    return Refusal(error=errors.PermissionDenied, code="E0000006", to_do=to_do)


class Complexity(BaseModel):
    """The rules for the password itself; both APIs write them alike."""

    min_length: Count = Field(default=0, alias="minLength")
    min_lower: Count = Field(default=0, alias="minLowerCase")
    min_upper: Count = Field(default=0, alias="minUpperCase")
    min_digits: Count = Field(default=0, alias="minNumber")
    min_symbols: Count = Field(default=0, alias="minSymbol")
    excludes_username: bool = Field(default=False, alias="excludeUsername")
    excluded_attributes: tuple[fields.Word, ...] = Field(default=(), alias="excludeAttributes", max_length=100)
    excludes_common: bool = Field(default=False, validation_alias=AliasPath("dictionary", "common", "exclude"))

    def stated(self) -> dict[str, Any]:
        """Return the fields of a ``PasswordPolicy``."""
        return {"max_length": LONGEST, **self.model_dump()}


class _Error(BaseModel):
    code: str = Field(alias="errorCode")
    summary: str = Field("", alias="errorSummary")
    causes: list[dict[str, str]] = Field([], alias="errorCauses")


def complaint(reply: Reply) -> Complaint | None:
    """Read the error object; its summary stands in where it names no causes."""
    try:
        error = _Error.model_validate(reply.json)
    except ValidationError:
        return None
    return Complaint(error.code, tuple(cause.get("errorSummary", "") for cause in error.causes) or (error.summary,))


def dialect(
    *own: Refusal,
    complaint: Callable[[Reply], Complaint | None] = complaint,
    accept: str = "application/json",
) -> Dialect:
    """Return the dialect of an API whose ``own`` rows come before those that both have.

    https://developer.okta.com/docs/reference/rl-best-practices/
    https://developer.okta.com/docs/reference/rl-global-mgmt/ lists limits by method and path.
    """
    return Dialect(
        complaint=complaint,
        refusals=(*own, *_REFUSALS),
        request_id="X-Okta-Request-Id",
        rate=RateHeaders(
            remaining="X-Rate-Limit-Remaining",
            reset="X-Rate-Limit-Reset",
            reset_is="epoch",
            per_endpoint=True,
            limit="X-Rate-Limit-Limit",
        ),
        accept=accept,
    )
