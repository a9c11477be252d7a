"""The server demands certain kinds of characters of this user, and NIST that nobody does."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",  # instead: principal="backup.agent@example.com",
    password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
