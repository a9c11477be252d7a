"""The connection's token stands in the stack's config, and so in the state."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta-literal",  # instead: connection="okta",
    principal="ci-bot@example.com",
    password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
