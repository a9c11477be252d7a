"""What one needs to use the simulator: accounts, their first passwords, ready connections."""

from collections.abc import Iterator

from pulumi_pwmgmt.simulator.okta.org import user_token_text
from pulumi_pwmgmt.simulator.seed import EtnaUser, Many, OktaUser, OneLoginUser, User, UserToken
from pulumi_pwmgmt.simulator.simulation import Simulation

Entry = dict[str, object]


def accounts(simulation: Simulation, url: str) -> list[Entry]:
    """Return every seeded account that has a password, with ``connection``, an entry for ``pwmgmt:connections``."""
    return [*_okta(simulation, url), *_onelogin(simulation, url), *_etna(simulation, url)]


def _okta(simulation: Simulation, url: str) -> Iterator[Entry]:
    seed = simulation.seed.okta
    token = next((one.token for one in seed.tokens if not one.expired), None)
    bulk = [
        OktaUser(login=login, password=password, user_tokens=(UserToken(),) if many.user_token else ())
        for many in seed.many
        for login, password in _bulk(many)
    ]
    for user in [*seed.users, *bulk]:
        account = simulation.okta.account(user.login)
        fresh = next((one for one in user.user_tokens if not one.stale), None)
        if account is None or user.password is None:
            continue
        if fresh is not None:
            connection = {"system": "okta_myaccount", "url": url, "token": user_token_text(user.login, fresh)}
            yield _entry(user, account.password_id, connection)
        elif token is not None and not user.user_tokens:
            yield _entry(user, account.id, {"system": "okta", "url": url, "token": token})


def _onelogin(simulation: Simulation, url: str) -> Iterator[Entry]:
    seed = simulation.seed.onelogin
    pair = next((one for one in seed.credentials if one.scope == "Manage All" and not one.owner_deleted), None)
    if pair is None:
        return
    connection = {
        "system": "onelogin",
        "url": url,
        "client_id": pair.client_id,
        "client_secret": pair.client_secret,
        "subdomain": seed.subdomain,
    }
    bulk = [OneLoginUser(login=login, password=password) for many in seed.many for login, password in _bulk(many)]
    for user in [*seed.users, *bulk]:
        account = simulation.onelogin.by_username_or_email(user.username or user.login)
        if account is not None and user.password is not None:
            yield _entry(user, account.id, connection)


def _etna(simulation: Simulation, url: str) -> Iterator[Entry]:
    seed = simulation.seed.etna
    if not seed.app_keys:
        return
    connection = {"system": "etna", "url": f"{url}/api", "app_key": seed.app_keys[0]}
    bulk = [EtnaUser(login=login, password=password) for many in seed.many for login, password in _bulk(many)]
    for user in [*seed.users, *bulk]:
        account = simulation.etna.users.by_login(user.login)
        if account is not None and user.password is not None:
            yield _entry(user, account.id, connection)


def _bulk(many: Many) -> Iterator[tuple[str, str]]:
    for number, login in enumerate(many.logins(), 1):
        yield login, many.password_of(number)


def _entry(user: User, account_id: str, connection: dict[str, str]) -> Entry:
    return {
        "system": connection["system"],
        "principal": user.login,
        "id": account_id,
        "login": user.login,
        "password": user.password,
        "connection": connection,
    }
