"""The state keeps the password, though Okta does not demand the old one for a change."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("GOOD_PASSWORD"),
    keep_in_state=True,  # instead: keep_in_state=False,
    on_destroy="revoke",
)
