"""What ``pwmgmt simulate`` prints once it answers."""

import json
import sys

from rich.console import Console
from rich.table import Table

from pulumi_pwmgmt.simulator.accounts import accounts
from pulumi_pwmgmt.simulator.server import Running

_SHOWN_OF_EACH_SYSTEM = 5


def as_json_line(running: Running) -> None:
    """Print ``url``, ``control_url`` and ``accounts`` as one line of JSON."""
    data = {
        "url": running.url,
        "control_url": running.control_url,
        "accounts": accounts(running.simulation, running.url),
    }
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


def for_people(running: Running) -> None:
    """Print one line, then tables of accounts and connections, then URLs to try."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Simulating on {running.url}, control on {running.control_url}. Ctrl-C ends it.")
    people = Table("system", "login", "id", "password", title="Accounts", title_justify="left")
    settings = Table("system", "setting", "value", title="Connections", title_justify="left")
    shown: dict[str, int] = {}
    for account in accounts(running.simulation, running.url):
        system, connection = str(account["system"]), account["connection"]
        shown[system] = shown.get(system, 0) + 1
        if shown[system] <= _SHOWN_OF_EACH_SYSTEM:
            people.add_row(system, str(account["login"]), str(account["id"]), str(account["password"]))
        if shown[system] == 1 and isinstance(connection, dict):
            for name, value in connection.items():
                if name != "system":
                    settings.add_row(system, name, value)
    for system, count in shown.items():
        if count > _SHOWN_OF_EACH_SYSTEM:
            people.add_row(system, f"… and {count - _SHOWN_OF_EACH_SYSTEM} more", "", "")
    console.print(people)
    console.print(settings)
    console.print("To try:")
    for line in _to_try(running):
        console.print(f"  {line}", markup=False)
    sys.stdout.flush()


def _to_try(running: Running) -> list[str]:
    seed, url = running.simulation.seed, running.url
    lines = []
    if seed.okta.tokens and seed.okta.users:
        user, token = seed.okta.users[0], seed.okta.tokens[0]
        lines.append(f"curl -s -H 'Authorization: {token.scheme} {token.token}' {url}/api/v1/users/{user.login}")
    if seed.onelogin.credentials:
        pair, body = seed.onelogin.credentials[0], '{"grant_type": "client_credentials"}'
        lines.append(
            f"curl -s -u {pair.client_id}:{pair.client_secret} -H 'Content-Type: application/json' -d '{body}' "
            f"{url}/auth/oauth2/v2/token"
        )
    if seed.etna.app_keys and seed.etna.users:
        login, password = seed.etna.users[0].login, seed.etna.users[0].password
        lines.append(
            f"curl -s -X POST -H 'Et-App-Key: {seed.etna.app_keys[0]}' -H 'Username: {login}' "
            f"-H 'Password: {password}' -H 'Content-Length: 0' {url}/api/token"
        )
    return [*lines, f"curl -s {running.control_url}/log"]
