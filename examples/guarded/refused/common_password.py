"""A walk over the keyboard, long enough, and the first that anybody tries."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("COMMON_PASSWORD"),  # instead: password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
