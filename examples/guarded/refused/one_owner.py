"""Two resources declare the password of one account."""

from pulumi_pwmgmt import DerivedPassword, ManagedCredential

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(master="main"),
    on_destroy="revoke",
)

ManagedCredential(
    "other",
    connection="okta",
    principal="CI-BOT@example.com",  # instead: principal="deploy-bot@example.com",
    password=DerivedPassword(master="main"),
    on_destroy="revoke",
)
