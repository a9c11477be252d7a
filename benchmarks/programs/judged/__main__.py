"""So many derived passwords that rotate: of all sources the one of which policies have most to read."""

import pulumi

from pulumi_pwmgmt import DerivedPassword, ManagedCredential, RotationSchedule

config = pulumi.Config()
monthly = RotationSchedule(every_days=30)

for number in range(1, config.require_int("accounts") + 1):
    ManagedCredential(
        f"bot-{number}",
        connection="okta",
        principal=f"bench-{number:04d}@example.com",
        password=DerivedPassword(master="bench", rotation=monthly),
        on_destroy="revoke",
    )
