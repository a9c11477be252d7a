"""One account in each system, one more whose password is kept, and with ``adopt`` three that are taken as they are."""

import pulumi

from pulumi_pwmgmt import ManagedCredential

config = pulumi.Config()
principals = config.require_object("principals")
live = config.require_secret_object("live")
password = config.require_secret(f"password{config.require('generation')}")

ManagedCredential("okta", connection="okta", principal=principals["okta"], password=password)
ManagedCredential(
    "okta-kept", connection="okta", principal=principals["okta-kept"], password=password, keep_in_state=True
)
ManagedCredential(
    "okta_myaccount", connection="okta_myaccount", principal=principals["okta_myaccount"], password=password
)
ManagedCredential("onelogin", connection="onelogin", principal=principals["onelogin"], password=password)
ManagedCredential(
    "etna",
    connection="etna",
    principal=principals["etna"],
    password=password,
    current_password=live["etna"],
    on_destroy="revoke",
)

if config.require_bool("adopt"):
    for system in ("okta", "onelogin", "etna"):
        ManagedCredential(
            f"{system}-adopted",
            connection=system,
            principal=principals[f"{system}-adopted"],
            password=live[f"{system}-adopted"],
            adopt=True,
            on_destroy="revoke",
        )
