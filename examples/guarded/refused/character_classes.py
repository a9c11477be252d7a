"""One digit, where two are demanded."""

from pulumi_pwmgmt import ManagedCredential, from_env

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("ONE_DIGIT_PASSWORD"),  # instead: password=from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
