"""A password that somebody has chosen and put into the stack's config."""

import pulumi

import pulumi_pwmgmt as pwmgmt

pwmgmt.ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=pulumi.Config().require_secret("password"),  # instead: password=pwmgmt.from_env("GOOD_PASSWORD"),
    on_destroy="revoke",
)
