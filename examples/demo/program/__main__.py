"""One account in each of four systems, and for each account another source of its password."""

import pulumi

from pulumi_pwmgmt import DerivedPassword, GeneratedPassword, ManagedCredential, Recipe, from_env

config = pulumi.Config()

# Somebody chose it, and the stack's config holds it.
ManagedCredential(
    "okta",
    connection="okta",
    principal="ci-bot@example.com",
    password=config.require_secret("oktaPassword"),
    on_destroy="revoke",
)

# By reference: Pulumi keeps it nowhere.
ManagedCredential(
    "okta_myaccount",
    connection="okta_myaccount",
    principal="self-service@example.com",
    password=from_env("MYACCOUNT_PASSWORD"),
    on_destroy="revoke",
)

# Random, and in the state, encrypted, from before the account is touched.
ManagedCredential(
    "onelogin",
    connection="onelogin",
    principal="ci-bot@example.com",
    password=GeneratedPassword("made", recipe=Recipe.for_system("onelogin")),
    on_destroy="revoke",
)

# Computed from a master secret: whoever has that computes it again, and no state holds it.
ManagedCredential(
    "etna",
    connection="etna",
    principal="ci-bot",
    password=DerivedPassword(master=from_env("MASTER"), recipe=Recipe.for_system("etna")),
    current_password=from_env("ETNA_FIRST_PASSWORD"),  # for the take-over
    on_destroy="revoke",
)
