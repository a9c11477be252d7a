"""The same accounts with a dynamic provider as Pulumi's documentation shows it: the class stands in the program.

https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/
"""

import secrets
from typing import Any

import pulumi
import requests
from pulumi.dynamic import CreateResult, Resource, ResourceProvider, UpdateResult

config = pulumi.Config()
url = config.require("url")
token = config.require("token")
password = config.require_secret(f"password{config.require('generation')}")


class PasswordProvider(ResourceProvider):
    """Sets passwords as an administrator."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Set the password."""
        self.set_password(props["login"], props["password"])
        return CreateResult(props["login"], props)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Set the new password."""
        self.set_password(news["login"], news["password"])
        return UpdateResult(news)

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Set a password that nobody knows."""
        self.set_password(props["login"], secrets.token_urlsafe() + "-Aa1")

    def set_password(self, login: str, value: str) -> None:
        """Call https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ , updateUser."""
        requests.post(
            f"{url}/api/v1/users/{login}",
            headers={"Authorization": f"SSWS {token}"},
            json={"credentials": {"password": {"value": value}}},
            timeout=30,
        ).raise_for_status()


class Password(Resource):
    """One account's password."""

    def __init__(self, name: str, *, login: str, password: pulumi.Output[str]) -> None:
        super().__init__(PasswordProvider(), name, {"login": login, "password": password})


for number in range(1, config.require_int("accounts") + 1):
    Password(
        f"bot-{number}",
        login=f"bench-{number:04d}@example.com",
        password=pulumi.Output.concat(password, "-", str(number)),
    )
