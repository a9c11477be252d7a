"""The same accounts with a provider that does nothing: what the engine itself costs."""

import pulumi

from benchmarks.floor import FloorCredential

config = pulumi.Config()
password = config.require_secret(f"password{config.require('generation')}")

for number in range(1, config.require_int("accounts") + 1):
    FloorCredential(
        f"bot-{number}",
        connection="okta",
        principal=f"bench-{number:04d}@example.com",
        password=pulumi.Output.concat(password, "-", str(number)),
    )
