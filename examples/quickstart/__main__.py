"""One service account's password in Okta."""

import pulumi

from pulumi_pwmgmt import ManagedCredential

config = pulumi.Config()

ManagedCredential(
    "ci-bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=config.require_secret("ciBotPassword"),
)
