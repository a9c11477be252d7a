"""Users in the simulated Okta: what its manual documents, status by status, error by error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.wire import Wire, okta, okta_log_in, okta_seed

if TYPE_CHECKING:
    from pulumi_pwmgmt.simulator.pytest_plugin import Simulator

WHOLE_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z")
LOGIN = "isaac.brock@example.com"
PASSWORD = {"credentials": {"password": {"value": "CANARY-New-2"}}}
NEW = {"profile": {"firstName": "A", "lastName": "B", "email": "new@example.com", "login": "new@example.com"}}


def user(status: str = "ACTIVE", **more: Any) -> dict[str, Any]:  # noqa: ANN401 -- the seed is JSON
    return {"login": LOGIN, "password": "CANARY-Old-1", "status": status, **more}


def test_a_user_is_shown_as_the_vendor_shows_it(pwmgmt_simulator: Simulator) -> None:
    account = pwmgmt_simulator.account("okta")
    reply = okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{account['login']}")
    shown = reply.json()
    assert re.fullmatch(r"00u[A-Za-z0-9]{17}", shown["id"])
    assert shown["id"] == account["id"]
    assert shown["status"] == "ACTIVE"
    assert shown["credentials"]["password"] == {}
    assert shown["credentials"]["provider"] == {"type": "OKTA", "name": "OKTA"}
    assert all(WHOLE_SECONDS.fullmatch(shown[name]) for name in ("created", "passwordChanged", "lastUpdated"))
    assert shown["_links"]["changePassword"]["method"] == "POST"
    assert re.fullmatch(r'W/"[0-9a-f]{16}"', reply.headers["ETag"])
    assert reply.headers["X-Okta-Request-Id"]
    assert reply.headers["Date"].endswith("GMT")
    assert int(reply.headers["X-Rate-Limit-Reset"]) > 1_700_000_000


@pytest.mark.parametrize("key", [LOGIN, LOGIN.upper(), "isaac.brock"])
def test_a_user_is_found_by_login_and_short_name(key: str, pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(okta_seed())
    assert okta(pwmgmt_simulator).call("GET", f"/api/v1/users/{key}").json()["profile"]["login"] == LOGIN


def test_an_ambiguous_short_name_is_nobody(pwmgmt_simulator: Simulator) -> None:
    twins = [user(), {"login": "isaac.brock@example.org", "password": "CANARY-Old-1"}]
    pwmgmt_simulator.load(okta_seed(users=twins))
    assert okta(pwmgmt_simulator).call("GET", "/api/v1/users/isaac.brock").status_code == 404


@pytest.mark.parametrize("authorization", ["SSWS {}", "SSWS{}"])
def test_a_token_is_taken_with_and_without_a_blank(authorization: str, pwmgmt_simulator: Simulator) -> None:
    wire = Wire(pwmgmt_simulator.url, {"Authorization": authorization.format("CANARY-okta-admin-token")})
    assert wire.call("GET", "/api/v1/users").status_code == 200


@pytest.mark.parametrize("authorization", ["Bearer {}", "Bearer{}"])
def test_an_oauth_token_is_taken_too(authorization: str, pwmgmt_simulator: Simulator) -> None:
    token = "eyJhbGciOiJub25lIn0.eyJjaWQiOiJzaW11bGF0ZWQifQ.CANARY-okta-bearer-token"
    wire = Wire(pwmgmt_simulator.url, {"Authorization": authorization.format(token)})
    assert wire.call("GET", "/api/v1/users").status_code == 200


@pytest.mark.parametrize(
    ("authorization", "status", "code"),
    [
        (None, 401, "E0000011"),
        ("SSWS CANARY-unknown", 401, "E0000011"),
        ("SSWS CANARY-okta-expired-token", 401, "E0000011"),
        ("Bearer CANARY-okta-admin-token", 401, "E0000011"),
        ("SSWS CANARY-okta-reader-token", 403, "E0000006"),
    ],
)
def test_a_token_that_will_not_do(
    authorization: str | None, status: int, code: str, pwmgmt_simulator: Simulator
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    login = pwmgmt_simulator.account("okta")["login"]
    reply = Wire(pwmgmt_simulator.url, headers).call("POST", f"/api/v1/users/{login}", json=PASSWORD)
    assert (reply.status_code, reply.json()["errorCode"]) == (status, code)
    assert reply.json()["errorLink"] == code
    assert re.fullmatch(r"oae[A-Za-z0-9_-]{22}", reply.json()["errorId"])


ME = f"/api/v1/users/{LOGIN}"
EXPIRED = "/api/v1/users?nextLogin=changePassword"
TWICE, HALF = '{"profile": {}, "profile": {}}', '{"profile": {"login": "\\ud800"}}'
BARE = {"credentials": {"password": "CANARY-x"}}
HASH: dict[str, Any] = {"credentials": {"password": {"hash": {}}}}
TAKEN = {"profile": {**NEW["profile"], "login": LOGIN}}


def raw(text: str, media_type: str = "application/json") -> dict[str, Any]:
    return {"data": text, "headers": {"Content-Type": media_type}}


MISTAKES: dict[str, tuple[str, str, dict[str, Any], int, str]] = {
    "unknown user": ("GET", "/api/v1/users/nobody@example.com", {}, 404, "E0000007"),
    "unknown path": ("GET", "/api/v1/nothing", {}, 404, "E0000008"),
    "unknown method": ("PATCH", ME, {"json": {}}, 405, "E0000022"),
    "not JSON": ("POST", ME, raw("{"), 400, "E0000003"),
    "a key twice": ("POST", ME, raw(TWICE), 400, "E0000003"),
    "half a surrogate pair": ("POST", ME, raw(HALF), 400, "E0000003"),
    "a list": ("POST", ME, {"json": []}, 400, "E0000003"),
    "an unknown field": ("POST", ME, {"json": {**PASSWORD, "secret": 1}}, 400, "E0000003"),
    "nothing to update": ("POST", ME, {"json": {}}, 400, "E0000003"),
    "a bare string for a password": ("POST", ME, {"json": BARE}, 400, "E0000003"),
    "a hash for a user who is not staged": ("POST", ME, {"json": HASH}, 400, "E0000041"),
    "another content type": ("POST", ME, raw("{}", "text/plain"), 400, "E0000021"),
    "an Accept without JSON": ("GET", ME, {"headers": {"Accept": "text/html"}}, 400, "E0000019"),
    "an unknown parameter": ("GET", f"{ME}?wrong=1", {}, 400, "E0000001"),
    "a flag that is none": ("POST", f"{ME}?strict=yes", {"json": PASSWORD}, 400, "E0000001"),
    "another entity tag": ("POST", ME, {"json": PASSWORD, "headers": {"If-Match": 'W/"0"'}}, 412, "E0000231"),
    "a body where none is due": ("POST", f"{ME}/lifecycle/suspend", {"json": {"a": 1}}, 400, "E0000003"),
    "a reset without sendEmail": ("POST", f"{ME}/lifecycle/reset_password", {}, 400, "E0000028"),
    "a login taken": ("POST", "/api/v1/users", {"json": TAKEN}, 400, "E0000001"),
    "expired at once, without a password": ("POST", EXPIRED, {"json": NEW}, 400, "E0000124"),
    "expired, not activated": ("POST", f"{EXPIRED}&activate=false", {"json": {**NEW, **PASSWORD}}, 400, "E0000125"),
    "a search that is not understood": ("GET", '/api/v1/users?search=title co "x"', {}, 400, "E0000031"),
    "policies of no type": ("GET", "/api/v1/policies", {}, 400, "E0000028"),
    "an unknown policy": ("GET", "/api/v1/policies/00pnone", {}, 404, "E0000007"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_answered_with_its_code(mistake: str, pwmgmt_simulator: Simulator) -> None:
    method, path, request, status, code = MISTAKES[mistake]
    pwmgmt_simulator.load(okta_seed())
    reply = okta(pwmgmt_simulator).call(method, path, **request)
    assert (reply.status_code, reply.json()["errorCode"]) == (status, code)


def test_an_unknown_user_is_named_with_the_live_text(pwmgmt_simulator: Simulator) -> None:
    body = okta(pwmgmt_simulator).call("GET", "/api/v1/users/nobody").json()
    assert body["errorSummary"] == "Not found: Resource not found: nobody (User)"


def test_a_post_without_a_length_is_411(pwmgmt_simulator: Simulator) -> None:
    import http.client  # noqa: PLC0415 -- requests always sends a length

    connection = http.client.HTTPConnection(pwmgmt_simulator.url.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", f"/api/v1/users/{LOGIN}/lifecycle/suspend")
    connection.putheader("Authorization", "SSWS CANARY-okta-admin-token")
    connection.endheaders()
    assert connection.getresponse().status == 411
    connection.close()


STEPS: dict[str, tuple[str, str, int, str | None, str]] = {
    # what: (status before, step, HTTP status, error code, status after)
    "expire": ("ACTIVE", "expire_password", 200, None, "PASSWORD_EXPIRED"),
    "expire again": ("PASSWORD_EXPIRED", "expire_password", 200, None, "PASSWORD_EXPIRED"),
    "expire a suspended one": ("SUSPENDED", "expire_password", 403, "E0000038", "SUSPENDED"),
    "expire with a temporary password": ("ACTIVE", "expire_password_with_temp_password", 200, None, "PASSWORD_EXPIRED"),
    "the old form of it": ("ACTIVE", "expire_password?tempPassword=true", 200, None, "PASSWORD_EXPIRED"),
    "reset": ("ACTIVE", "reset_password?sendEmail=false", 200, None, "RECOVERY"),
    "reset a suspended one": ("SUSPENDED", "reset_password?sendEmail=false", 403, "E0000017", "SUSPENDED"),
    "suspend": ("ACTIVE", "suspend", 200, None, "SUSPENDED"),
    "suspend again": ("SUSPENDED", "suspend", 400, "E0000001", "SUSPENDED"),
    "unsuspend": ("SUSPENDED", "unsuspend", 200, None, "ACTIVE"),
    "unsuspend an active one": ("ACTIVE", "unsuspend", 400, "E0000001", "ACTIVE"),
    "unlock": ("LOCKED_OUT", "unlock", 200, None, "ACTIVE"),
    "unlock an open one": ("ACTIVE", "unlock", 403, "E0000032", "ACTIVE"),
    "deactivate": ("ACTIVE", "deactivate", 200, None, "DEPROVISIONED"),
    "deactivate again": ("DEPROVISIONED", "deactivate", 403, "E0000038", "DEPROVISIONED"),
    "activate": ("STAGED", "activate?sendEmail=false", 200, None, "ACTIVE"),
    "activate an active one": ("ACTIVE", "activate", 403, "E0000016", "ACTIVE"),
    "reactivate": ("PROVISIONED", "reactivate", 200, None, "PROVISIONED"),
    "reactivate an active one": ("ACTIVE", "reactivate", 403, "E0000038", "ACTIVE"),
    "reset factors": ("ACTIVE", "reset_factors", 200, None, "ACTIVE"),
}


@pytest.mark.parametrize("what", STEPS)
def test_a_step_of_the_lifecycle(what: str, pwmgmt_simulator: Simulator) -> None:
    before, step, status, code, after = STEPS[what]
    pwmgmt_simulator.load(okta_seed(users=[user(before)]))
    wire = okta(pwmgmt_simulator)
    reply = wire.call("POST", f"/api/v1/users/{LOGIN}/lifecycle/{step}")
    assert (reply.status_code, reply.json().get("errorCode")) == (status, code)
    assert wire.call("GET", f"/api/v1/users/{LOGIN}").json()["status"] == after


def test_delete_deactivates_first_and_deletes_then(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(okta_seed())
    wire = okta(pwmgmt_simulator)
    user_id = pwmgmt_simulator.account("okta")["id"]
    assert wire.call("DELETE", f"/api/v1/users/{user_id}").status_code == 204
    assert wire.call("GET", f"/api/v1/users/{user_id}").json()["status"] == "DEPROVISIONED"
    assert wire.call("DELETE", f"/api/v1/users/{user_id}").status_code == 204
    assert wire.call("DELETE", f"/api/v1/users/{user_id}").json()["errorCode"] == "E0000007"


@pytest.mark.parametrize(
    ("query", "body", "status", "log_in"),
    [
        ("", {**NEW, **PASSWORD}, "ACTIVE", "SUCCESS"),
        ("?activate=false", {**NEW, **PASSWORD}, "STAGED", None),
        ("", NEW, "PROVISIONED", None),
        ("?nextLogin=changePassword", {**NEW, **PASSWORD}, "PASSWORD_EXPIRED", "PASSWORD_EXPIRED"),
    ],
)
def test_a_user_is_created(
    query: str, body: dict[str, Any], status: str, log_in: str | None, pwmgmt_simulator: Simulator
) -> None:
    created = okta(pwmgmt_simulator).call("POST", f"/api/v1/users{query}", json=body)
    assert (created.status_code, created.json()["status"]) == (200, status)
    reply = okta_log_in(pwmgmt_simulator, "new@example.com", "CANARY-New-2")
    assert reply.json().get("status") == log_in


def test_users_are_listed_page_by_page(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(okta_seed(users=[], many=[{"prefix": "bulk-", "count": 250}]))
    wire, seen, path = okta(pwmgmt_simulator), [], "/api/v1/users?limit=100"
    while path:
        reply = wire.call("GET", path)
        seen += [shown["profile"]["login"] for shown in reply.json()]
        path = reply.links.get("next", {}).get("url", "").removeprefix(pwmgmt_simulator.url)
    assert seen == [f"bulk-{number:04d}@example.com" for number in range(1, 251)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('search=profile.login eq "two@example.com"', ["two@example.com"]),
        ('filter=status eq "SUSPENDED"', ["two@example.com"]),
        ('search=status eq "DEPROVISIONED"', ["gone@example.com"]),
        ("q=on", ["one@example.com"]),
        ("", ["one@example.com", "two@example.com"]),
    ],
)
def test_users_are_searched(query: str, found: list[str], pwmgmt_simulator: Simulator) -> None:
    statuses = {"one@example.com": "ACTIVE", "two@example.com": "SUSPENDED", "gone@example.com": "DEPROVISIONED"}
    users = [{"login": login, "password": "CANARY-Old-1", "status": status} for login, status in statuses.items()]
    pwmgmt_simulator.load(okta_seed(users=users))
    reply = okta(pwmgmt_simulator).call("GET", f"/api/v1/users?{query}")
    assert [shown["profile"]["login"] for shown in reply.json()] == found
    assert all(list(shown["_links"]) == ["self"] for shown in reply.json())


def test_a_profile_is_updated_and_replaced(pwmgmt_simulator: Simulator) -> None:
    pwmgmt_simulator.load(okta_seed())
    wire, path = okta(pwmgmt_simulator), f"/api/v1/users/{pwmgmt_simulator.account('okta')['id']}"
    before = wire.call("GET", path)
    updated = wire.call("POST", path, json={"profile": {"title": "Bot"}}).json()["profile"]
    assert (updated["title"], updated["login"]) == ("Bot", LOGIN)
    whole = {"login": "other@example.com", "email": "other@example.com", "firstName": "O", "lastName": "T"}
    replaced = wire.call("PUT", path, json={"profile": whole})
    assert "title" not in replaced.json()["profile"]
    assert replaced.headers["ETag"] != before.headers["ETag"]
    assert wire.call("GET", "/api/v1/users/other@example.com").status_code == 200
    assert wire.call("PUT", path, json={"profile": {"login": "x@example.com"}}).status_code == 400


def test_the_sessions_of_a_user_are_ended_by_id_only(pwmgmt_simulator: Simulator) -> None:
    account, wire = pwmgmt_simulator.account("okta"), okta(pwmgmt_simulator)
    assert wire.call("DELETE", f"/api/v1/users/{account['id']}/sessions?oauthTokens=true").status_code == 204
    assert wire.call("DELETE", f"/api/v1/users/{account['login']}/sessions").status_code == 404


def test_the_password_policy_is_stated(pwmgmt_simulator: Simulator) -> None:
    policies = okta(pwmgmt_simulator).call("GET", "/api/v1/policies?type=PASSWORD").json()
    settings = policies[0]["settings"]["password"]
    assert settings["complexity"]["minLength"] == 8
    assert (settings["complexity"]["minSymbol"], settings["complexity"]["excludeUsername"]) == (0, True)
    assert settings["age"]["historyCount"] == 4
    assert settings["lockout"]["maxAttempts"] == 10
    one = okta(pwmgmt_simulator).call("GET", f"/api/v1/policies/{policies[0]['id']}")
    assert one.json()["type"] == "PASSWORD"
    assert okta(pwmgmt_simulator).call("GET", "/api/v1/policies?type=OKTA_SIGN_ON").json() == []
