"""How OneLogin shows users.

https://developers.onelogin.com/api-docs/2/users/get-user
"""

from datetime import datetime

from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginAccount, OneLoginTenant

EXTRA_FIELDS = (
    "title", "department", "company", "comment", "group_id", "role_ids", "phone", "directory_id", "trusted_idp_id",
    "manager_ad_id", "manager_user_id", "samaccountname", "member_of", "userprincipalname", "distinguished_name",
    "external_id", "preferred_locale_code", "custom_attributes",
)  # fmt: skip


def timestamp(moment: datetime | None) -> str | None:
    """Return a time as OneLogin writes it: UTC with milliseconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z" if moment else None


def user(tenant: OneLoginTenant, account: OneLoginAccount) -> dict[str, object]:
    """Return a user; a password is never shown."""
    return {
        "id": int(account.id),
        "username": account.login,
        "email": account.email,
        "firstname": account.first_name,
        "lastname": account.last_name,
        "status": tenant.number_of(account),
        "state": account.state,
        "invalid_login_attempts": account.failed_logins,
        "locked_until": timestamp(account.locked_until),
        "password_changed_at": timestamp(account.password_changed),
        "created_at": timestamp(account.created),
        "updated_at": timestamp(account.last_updated),
        "activated_at": timestamp(account.activated),
        "invitation_sent_at": timestamp(account.invited),
        "last_login": timestamp(account.last_login),
        **{name: account.extra.get(name) for name in EXTRA_FIELDS},
    }
