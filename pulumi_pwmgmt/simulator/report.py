"""What ``pwmgmt simulate`` prints once it answers."""

import json
import sys
from collections import Counter
from typing import cast

from rich import box
from rich.console import Console
from rich.table import Table

from pulumi_pwmgmt.simulator.accounts import accounts
from pulumi_pwmgmt.simulator.server import Running

_SHOWN_OF_EACH_SYSTEM = 5
_AS_WIDE_AS_IT_TAKES = 1000


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
    """Print one line, then the accounts, then the connections' settings, then URLs to try; nothing is cut off."""
    console = Console(highlight=False, markup=False, width=_AS_WIDE_AS_IT_TAKES, soft_wrap=True)
    console.print(f"Simulating on {running.url}, control on {running.control_url}. Ctrl-C ends it.")
    people = Table("system", "login", "id", "password", box=box.SIMPLE)
    settings: dict[str, dict[str, str]] = {}
    shown: Counter[str] = Counter()
    for account in accounts(running.simulation, running.url):
        system = str(account["system"])
        shown[system] += 1
        settings.setdefault(system, cast("dict[str, str]", account["connection"]))
        if shown[system] <= _SHOWN_OF_EACH_SYSTEM:
            people.add_row(*(str(account[name]) for name in ("system", "login", "id", "password")))
    for system, count in shown.items():
        if count > _SHOWN_OF_EACH_SYSTEM:
            people.add_row(system, f"and {count - _SHOWN_OF_EACH_SYSTEM} more")
    console.print(people)
    console.print("For pwmgmt:connections:")
    for system, connection in settings.items():
        for name, value in connection.items():
            console.print(f"  {system:<15} {name:<14} {value}")
    console.print("\nTo try:")
    for line in _to_try(running):
        console.print(f"  {line}")
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
