"""The connection's url begins with http://, and leads to another machine."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta-in-clear",  # instead: connection="okta",
    principal="ci-bot@example.com",
    password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
