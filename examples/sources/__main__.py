"""Passwords that nobody has to choose or keep: one is derived from a master secret, one is random."""

from pulumi_pwmgmt import DerivedPassword, GeneratedPassword, ManagedCredential, Recipe, RotationSchedule

recipe = Recipe.for_system("okta")

# Computed from the master "main", another one every 30 days. No state holds it.
ManagedCredential(
    "ci-bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(master="main", recipe=recipe, rotation=RotationSchedule(every_days=30)),
    on_destroy="revoke",
)

# Random, and in the state, encrypted, from before the account is given it.
ManagedCredential(
    "deploy-bot",
    connection="okta",
    principal="deploy-bot@example.com",
    password=GeneratedPassword("deploy-bot", recipe=recipe),
    on_destroy="revoke",
)
