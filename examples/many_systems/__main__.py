"""One service with an account of its own in each of four systems, and a password of its own for each account."""

import pulumi

from pulumi_pwmgmt import ManagedCredential

config = pulumi.Config()

# An administrator's connection: it may set the password of any account.
ManagedCredential(
    "okta",
    connection="okta",
    principal="ci-bot@example.com",
    password=config.require_secret("oktaPassword"),
)
ManagedCredential(
    "onelogin",
    connection="onelogin",
    principal="ci-bot@example.com",
    password=config.require_secret("oneloginPassword"),
)

# A user's own: it may set the password of that user only.
ManagedCredential(
    "okta_myaccount",
    connection="okta_myaccount",
    principal="self-service@example.com",
    password=config.require_secret("myaccountPassword"),
)
ManagedCredential(
    "etna",
    connection="etna",
    principal="ci-bot",
    password=config.require_secret("etnaPassword"),
    current_password=config.get_secret("etnaCurrentPassword"),  # for the take-over; may go afterwards
    on_destroy="revoke",  # nobody can set another one afterwards, so it has to be said
)
