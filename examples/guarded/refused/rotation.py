"""It rotates, but not as often as the framework demands."""

from pulumi_pwmgmt import DerivedPassword, ManagedCredential, RotationSchedule

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(
        master="main",
        rotation=RotationSchedule(every_days=180),  # instead: rotation=RotationSchedule(every_days=30),
    ),
    on_destroy="revoke",
)
