"""Two service accounts: the CI system keeps the password of one, nobody has to keep that of the other."""

from pulumi_pwmgmt import GeneratedPassword, ManagedCredential, Recipe, RotationSchedule, from_env

ManagedCredential(
    "ci-bot",
    connection="okta",
    principal="ci-bot@example.com",
    password=from_env("CI_BOT_PASSWORD", in_preview="optional"),
    on_destroy="revoke",
)

ManagedCredential(
    "deploy-bot",
    connection="okta",
    principal="deploy-bot@example.com",
    password=GeneratedPassword(
        "deploy-bot",
        recipe=Recipe.for_system("okta", length=40),
        rotation=RotationSchedule(cron="0 3 * * MON"),
    ),
    on_destroy="revoke",
)
