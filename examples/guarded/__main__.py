"""Two service accounts that no rule has anything against: nobody chooses their passwords, and none is written down."""

from pulumi_pwmgmt import DerivedPassword, GeneratedPassword, ManagedCredential, Recipe

ManagedCredential(
    "okta",
    connection="okta",
    principal="ci-bot@example.com",
    password=DerivedPassword(master="main", recipe=Recipe.for_system("okta")),
    on_destroy="revoke",
)

ManagedCredential(
    "onelogin",
    connection="onelogin",
    principal="ci-bot@example.com",
    password=GeneratedPassword("onelogin", recipe=Recipe.for_system("onelogin")),
    on_destroy="revoke",
)
