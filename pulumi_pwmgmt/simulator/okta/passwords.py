"""Okta's rules for a new password, by an administrator and by its owner."""

from collections.abc import Callable

from pulumi_pwmgmt.simulator.call import RefusedError
from pulumi_pwmgmt.simulator.okta import view
from pulumi_pwmgmt.simulator.okta.errors import invalid, refusal
from pulumi_pwmgmt.simulator.okta.org import OktaAccount, OktaOrg

_NO_PASSWORD_OF_ITS_OWN = {"FEDERATION", "SOCIAL"}
_MASTERED_ELSEWHERE = {"ACTIVE_DIRECTORY", "LDAP"}
_ACTIVE_WITH_A_NEW_PASSWORD = {"PROVISIONED", "RECOVERY", "PASSWORD_EXPIRED"}


def set_by_administrator(org: OktaOrg, account: OktaAccount, password: str, *, strict: bool) -> None:
    """Set a password without the old one: complexity always, history and minimum age only when ``strict``.

    Without ``strict`` history and minimum age are not looked at; Okta's staff call this expected.
    """
    if account.provider in _NO_PASSWORD_OF_ITS_OWN:
        raise invalid("password", "Password")  # Okta's article gives this text for federated users
    if account.provider in _MASTERED_ELSEWHERE:
        raise refusal("E0000023")
    if account.status == "DEPROVISIONED":
        raise refusal("E0000038")  # a choice: what a deactivated user's new password gets is documented nowhere
    unmet = org.users.judge(account, password, history=strict, min_age=strict)
    if unmet and org.seed.by_the_catalogue:
        raise refusal("E0000080")
    if unmet:
        raise invalid("password", view.broken_requirements(org.users.policy_of(account), unmet))
    org.give_password(account, password)
    # A choice: a lock and a suspension stay, every other status that waits for a password is over.
    if account.status in _ACTIVE_WITH_A_NEW_PASSWORD:
        org.set_status(account, "ACTIVE")


def refusal_of_own_change(
    org: OktaOrg,
    account: OktaAccount,
    password: str,
    *,
    min_age: bool,
    refused: Callable[[str], RefusedError],
) -> RefusedError | None:
    """Judge a password that its owner chose: never the current one, then complexity and history.

    ``refused`` makes the refusal out of the cause's text. Returns None when the password will do.
    """
    if org.users.is_current(account, password):
        return refused("Password cannot be your current password")
    unmet = org.users.judge(account, password, history=True, min_age=min_age)
    return refused(view.broken_requirements(org.users.policy_of(account), unmet)) if unmet else None
