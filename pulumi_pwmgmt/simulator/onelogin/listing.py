"""Lists of OneLogin users: filters and pages, the same in v1 and v2.

https://developers.onelogin.com/api-docs/2/users/list-users
"""

import base64
import binascii
from collections.abc import Iterable

from starlette.responses import Response

from pulumi_pwmgmt.simulator.call import Call
from pulumi_pwmgmt.simulator.onelogin import view
from pulumi_pwmgmt.simulator.onelogin.errors import refusal
from pulumi_pwmgmt.simulator.onelogin.tenant import OneLoginAccount, OneLoginTenant

_FILTERS = ("email", "firstname", "lastname", "samaccountname", "directory_id", "external_id")
QUERY = frozenset({"limit", "page", "cursor", "user_ids", "fields", "username", *_FILTERS})
_LARGEST_PAGE = 100


class Page:
    """The users that a list call asks for, and where it stands in the whole."""

    def __init__(self, tenant: OneLoginTenant, call: Call) -> None:
        chosen = [account for account in _candidates(tenant, call) if _meets(account, call)]
        self.limit = _whole(call, "limit", _LARGEST_PAGE, _LARGEST_PAGE)
        self.number = _from_cursor(call) or _whole(call, "page", 1, 10**6)
        self.total = len(chosen)
        page = chosen[(self.number - 1) * self.limit : self.number * self.limit]
        self.users = [view.user(tenant, account) for account in page]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.limit)

    @property
    def before(self) -> str | None:
        """The cursor of the page before this one."""
        return _cursor(self.number - 1) if self.number > 1 else None

    @property
    def after(self) -> str | None:
        """The cursor of the page after this one."""
        return _cursor(self.number + 1) if self.number < self.pages else None

    def put_headers(self, response: Response) -> None:
        """Add v2's page headers."""
        response.headers["Current-Page"] = str(self.number)
        response.headers["Page-Items"] = str(len(self.users))
        response.headers["Total-Count"] = str(self.total)
        response.headers["Total-Pages"] = str(self.pages)
        for name, cursor in (("Before-Cursor", self.before), ("After-Cursor", self.after)):
            if cursor:
                response.headers[name] = cursor


def _candidates(tenant: OneLoginTenant, call: Call) -> Iterable[OneLoginAccount]:
    """Return who may be meant: all users, or the one of a user name, which an index knows."""
    if "username" not in call.query:
        return tenant.users
    account = tenant.users.by_login(call.query["username"])
    return [] if account is None else [account]


def _meets(account: OneLoginAccount, call: Call) -> bool:
    fields: dict[str, object] = {
        **account.extra,
        "email": account.email,
        "firstname": account.first_name,
        "lastname": account.last_name,
    }
    ids = call.query.get("user_ids")
    if ids is not None and account.id not in ids.split(","):
        return False
    return all(str(fields.get(name)).lower() == call.query[name].lower() for name in _FILTERS if name in call.query)


def _whole(call: Call, name: str, default: int, largest: int) -> int:
    value = call.query.get(name)
    if value is None:
        return default
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= largest:
        raise refusal(call, 400, f"{name} must be between 1 and {largest}")
    return int(value)


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(f"page {number}".encode()).decode()


def _from_cursor(call: Call) -> int | None:
    cursor = call.query.get("cursor")
    if cursor is None:
        return None
    try:
        word, _, number = base64.urlsafe_b64decode(cursor).decode().partition(" ")
    except (binascii.Error, UnicodeDecodeError):
        word, number = "", ""
    if word != "page" or not number.isdecimal():
        raise refusal(call, 400, "cursor is not valid")
    return int(number)
