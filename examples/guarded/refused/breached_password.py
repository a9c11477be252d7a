"""A good password, as far as anybody can tell, and it has been published."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("BREACHED_PASSWORD"),  # instead: password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
