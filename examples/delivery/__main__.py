"""A service gets its new password once the system has accepted it, and not before."""

import pulumi
from secret_file import SecretFile

from pulumi_pwmgmt import ManagedCredential

config = pulumi.Config()

ci_bot = ManagedCredential(
    "ci-bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=config.require_secret("ciBotPassword"),
)

SecretFile("ci-bot", path=config.require("file"), content=ci_bot.accepted_password)
