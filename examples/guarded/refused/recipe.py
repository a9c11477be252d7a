"""One generation of the password may well have a symbol, and the next one none."""

from pulumi_pwmgmt import DerivedPassword, ManagedCredential, Recipe

SET = "-.:=@_%+"

ManagedCredential(
    "bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(
        master="main",
        recipe=Recipe(symbols=0, symbol_set=SET),  # instead: recipe=Recipe(symbols=1, symbol_set=SET),
    ),
    on_destroy="revoke",
)
