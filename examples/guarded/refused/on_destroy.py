"""Nobody has said what becomes of the account's password in the end."""

from pulumi_pwmgmt import DerivedPassword, ManagedCredential

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(master="main"),  # instead: password=DerivedPassword(master="main"), on_destroy="revoke",
)
