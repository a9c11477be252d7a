"""So many Okta accounts, each with a password of its own: the program that the other two are measured against."""

import pulumi

from pulumi_pwmgmt import ManagedCredential

config = pulumi.Config()
password = config.require_secret(f"password{config.require('generation')}")

for number in range(1, config.require_int("accounts") + 1):
    ManagedCredential(
        f"bot-{number}",
        connection="okta",
        principal=f"bench-{number:04d}@example.com",
        password=pulumi.Output.concat(password, "-", str(number)),
    )
