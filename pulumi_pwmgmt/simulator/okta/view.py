"""How Okta shows users and password policies in JSON.

https://developer.okta.com/docs/api/openapi/okta-management/management/user/getuser
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pulumi_pwmgmt.simulator.complexity import Unmet
from pulumi_pwmgmt.simulator.directory import PasswordPolicy
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg

_LINKS: Mapping[str, Mapping[str, str]] = {
    "STAGED": {"activate": "lifecycle/activate"},
    "PROVISIONED": {
        "reactivate": "lifecycle/reactivate",
        "resetPassword": "lifecycle/reset_password",
        "deactivate": "lifecycle/deactivate",
    },
    "ACTIVE": {
        "suspend": "lifecycle/suspend",
        "resetPassword": "lifecycle/reset_password",
        "forgotPassword": "credentials/forgot_password",
        "expirePassword": "lifecycle/expire_password",
        "changeRecoveryQuestion": "credentials/change_recovery_question",
        "deactivate": "lifecycle/deactivate",
        "changePassword": "credentials/change_password",
    },
    "PASSWORD_EXPIRED": {
        "resetPassword": "lifecycle/reset_password",
        "expirePassword": "lifecycle/expire_password",
        "forgotPassword": "credentials/forgot_password",
        "changeRecoveryQuestion": "credentials/change_recovery_question",
        "deactivate": "lifecycle/deactivate",
        "changePassword": "credentials/change_password",
    },
    "RECOVERY": {
        "reactivate": "lifecycle/reactivate",
        "resetPassword": "lifecycle/reset_password",
        "deactivate": "lifecycle/deactivate",
        "changePassword": "credentials/change_password",
    },
    "LOCKED_OUT": {
        "unlock": "lifecycle/unlock",
        "resetPassword": "lifecycle/reset_password",
        "deactivate": "lifecycle/deactivate",
    },
    "SUSPENDED": {"unsuspend": "lifecycle/unsuspend", "deactivate": "lifecycle/deactivate"},
    "DEPROVISIONED": {"activate": "lifecycle/activate"},
}
"""The actions that a user's status allows, as a single user's ``_links`` name them."""


def timestamp(moment: datetime | None) -> str | None:
    """Return a time as Okta writes it: UTC, whole seconds, three zeros behind them."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z") if moment else None


def etag(account: OktaAccount) -> str:
    """Return the entity tag: it follows the profile, and a changed password leaves it as it was."""
    text = json.dumps([account.id, profile(account)], sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def profile(account: OktaAccount) -> dict[str, object]:
    """Return the user's profile."""
    return {
        "firstName": account.first_name,
        "lastName": account.last_name,
        "mobilePhone": None,
        "secondEmail": None,
        "login": account.login,
        "email": account.email,
        **account.extra_profile,
    }


def credentials(account: OktaAccount) -> dict[str, object]:
    """Return the user's credentials: an empty ``password`` says that there is one."""
    shown: dict[str, object] = {}
    if account.has_password:
        shown["password"] = {}
    if account.recovery_question:
        shown["recovery_question"] = {"question": account.recovery_question}
    shown["provider"] = {"type": account.provider, "name": account.provider}
    return shown


def user(org: OktaOrg, account: OktaAccount, base_url: str, *, single: bool = True) -> dict[str, object]:
    """Return a user; in a list only the ``self`` link is there."""
    here = f"{base_url}/api/v1/users/{account.id}"
    status = org.status_of(account)
    links: dict[str, object] = {"self": {"href": here}}
    if single:
        for name, path in _LINKS[status].items():
            links[name] = {"href": f"{here}/{path}", "method": "POST"}
        links["type"] = {"href": f"{base_url}/api/v1/meta/types/user/{org.user_type_id}"}
    # Live answers carry credentials.emails, which the schema does not list.
    email = {"value": account.email, "status": "VERIFIED", "type": "PRIMARY"}
    shown: dict[str, object] = {
        "id": account.id,
        "status": status,
        "created": timestamp(account.created),
        "activated": timestamp(account.activated),
        "statusChanged": timestamp(account.status_changed),
        "lastLogin": timestamp(account.last_login),
        "lastUpdated": timestamp(account.last_updated),
        "passwordChanged": timestamp(account.password_changed) if account.has_password else None,
        "type": {"id": org.user_type_id},
        "profile": profile(account),
        "credentials": {**credentials(account), "emails": [email]},
        "_links": links,
    }
    if account.transitioning:
        shown["transitioningToStatus"] = "ACTIVE"
    return shown


def requirements(policy: PasswordPolicy) -> str:
    """Return the sentences in which Okta describes a password policy."""
    rules = policy.rules
    clauses = [f"at least {rules.min_length} characters"]
    named = {
        "a lowercase letter": rules.lower,
        "an uppercase letter": rules.upper,
        "a number": rules.number,
        "a symbol": rules.symbol,
        "no parts of your username": rules.exclude_username,
        "does not include your first name": rules.exclude_first_name,
        "does not include your last name": rules.exclude_last_name,
    }
    clauses += [clause for clause, demanded in named.items() if demanded]
    text = f"Password requirements: {', '.join(clauses)}."
    if policy.history_count:
        text += f" Your password cannot be any of your last {policy.history_count} password(s)."
    return text


def broken_requirements(policy: PasswordPolicy, unmet: frozenset[Unmet]) -> str:
    """Return the sentences in which Okta refuses a password."""
    if unmet == {Unmet.COMMON}:
        return "This password was found in a list of commonly used passwords. Please try another password."
    text = f"Password requirements were not met. {requirements(policy)}"
    if Unmet.TOO_YOUNG in unmet:
        text += f" At least {_age(policy.min_age)} must have elapsed since you last changed your password."
    return text


def _age(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day(s)", 1440), ("hour(s)", 60)):
        if minutes % length == 0:
            return f"{minutes // length} {unit}"
    return f"{minutes} minute(s)"


def complexity(policy: PasswordPolicy) -> dict[str, object]:
    """Return the part of a policy that MyAccount and policies share; all but the length are 0 or 1."""
    rules = policy.rules
    excluded = {"firstName": rules.exclude_first_name, "lastName": rules.exclude_last_name}
    return {
        "minLength": rules.min_length,
        "minLowerCase": int(rules.lower),
        "minUpperCase": int(rules.upper),
        "minNumber": int(rules.number),
        "minSymbol": int(rules.symbol),
        "excludeUsername": rules.exclude_username,
        "excludeAttributes": [name for name, left_out in excluded.items() if left_out],
    }
