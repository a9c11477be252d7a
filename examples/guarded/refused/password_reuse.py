"""One password for two accounts."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)

ManagedCredential(
    "other",
    connection="okta",
    principal="deploy-bot@example.com",
    password=from_env("GOOD_PASSWORD"),  # instead: password=from_env("OTHER_PASSWORD"),
    on_destroy="revoke",
)
