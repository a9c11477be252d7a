"""Accounts whose password only their owner may change."""

import pulumi

from pulumi_pwmgmt import ManagedCredential, from_env

config = pulumi.Config()

# ETNA Trader demands the old password with every change. It is given once, when the account is taken over; from then
# on the state keeps the accepted one, encrypted, and gives it as the old one.
ManagedCredential(
    "etna",
    connection="etna",
    principal="ci-bot",
    password=config.require_secret("etnaPassword"),
    current_password=from_env("ETNA_FIRST_PASSWORD"),
    on_destroy="revoke",
)

# Okta MyAccount needs no old password: that the user has signed in a moment ago is enough.
ManagedCredential(
    "okta_myaccount",
    connection="okta_myaccount",
    principal="self-service@example.com",
    password=config.require_secret("myaccountPassword"),
)
