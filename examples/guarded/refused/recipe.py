"""One generation of the password may well have a symbol, and the next one none."""

from pulumi_pwmgmt import DerivedPassword, ManagedCredential, Recipe

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(
        master="main",
        recipe=Recipe(length=64, symbols=0),  # instead: recipe=Recipe(length=64, symbols=1),
    ),
    on_destroy="revoke",
)
