"""ETNA users: their own password, their data.

https://help.etnatrader.com/rest-api/user/change-password
"""

from starlette.responses import JSONResponse, Response

from pulumi_pwmgmt.simulator.api import Operation
from pulumi_pwmgmt.simulator.call import Call, JsonObject, NotAnObjectError
from pulumi_pwmgmt.simulator.etna.caller import caller_of
from pulumi_pwmgmt.simulator.etna.environment import EtnaAccount, EtnaEnvironment
from pulumi_pwmgmt.simulator.etna.errors import denied, failed, invalid, message

_CHANGE = {
    "OldPassword": "Password is required",
    "Password": "Password is required",
    "PasswordConfirm": "Password confirmation is required",
}


class Users:
    """The operations on users; each takes a numeric id or ``@me``."""

    def __init__(self, environment: EtnaEnvironment) -> None:
        self._environment = environment

    def operations(self) -> list[Operation]:
        """Return the table of operations."""
        here = "/api/v1.0/users"
        return [
            Operation("PUT", f"{here}/{{id}}/password/change", self.change, "token", takes_body=True),
            Operation("PUT", f"{here}/passwords/reset/", self.reset, takes_body=True),
            Operation("GET", f"{here}/{{id}}/info", self.info, "token"),
        ]

    def change(self, call: Call) -> Response:
        """Change the caller's own password; nobody may change another's, an administrator neither."""
        caller = caller_of(self._environment, call)
        if call.params["id"] not in {"@me", caller.id}:
            raise denied()  # a choice: which refusal is documented nowhere
        body = _body(call, frozenset(_CHANGE))
        missing = {name: text for name, text in _CHANGE.items() if not body.get(name)}
        if missing:
            raise invalid(missing)
        old, new, confirmed = (_text(body, name) for name in _CHANGE)
        # Choices: the replies to a wrong old password, a mismatch and a weak password are documented nowhere.
        if not self._environment.users.is_current(caller, old):
            raise invalid({"OldPassword": "Old password is incorrect"})
        if new != confirmed:
            raise invalid({"PasswordConfirm": "Password and confirmation do not match"})
        self._judge_and_set(caller, new)
        return Response(status_code=200)

    def reset(self, call: Call) -> Response:
        """Set a password with the token that came with an expired one."""
        body = _body(call, frozenset({"Token", "Password", "PasswordConfirmation"}))
        account = self._environment.owner(_text(body, "Token"), "reset")
        if account is None:
            raise failed(422, "Token is invalid")  # a choice, as for every reply below but the success
        call.account = account.login
        if _text(body, "Password") != _text(body, "PasswordConfirmation"):
            raise failed(422, "Password and confirmation do not match")
        objections = self._environment.objections(account, _text(body, "Password"))
        if objections is not None:
            raise failed(422, objections)
        self._environment.set_password(account, _text(body, "Password"))
        return JSONResponse({"Errors": [], "IsSucceed": True})

    def info(self, call: Call) -> Response:
        """Tell a user's data: nothing about the password is among them."""
        caller = caller_of(self._environment, call)
        wanted = call.params["id"]
        account = caller if wanted == "@me" else self._environment.users.by_id(wanted)
        if account is None:
            raise failed(500, "Value cannot be null.\r\nParameter name: user")
        if account is not caller and not caller.administrator:
            raise denied()  # a choice
        return JSONResponse(
            {
                "UserId": int(account.id),
                "FirstName": account.first_name,
                "MiddleName": None,
                "LastName": account.last_name,
                "Login": account.login,
                "Email": account.email,
                "AddedDate": f"{account.created:%Y-%m-%dT%H:%M:%SZ}",
                "Salutation": None,
                "Suffix": None,
            }
        )

    def _judge_and_set(self, account: EtnaAccount, password: str) -> None:
        objections = self._environment.objections(account, password)
        if objections is not None:
            raise invalid({"Password": objections})
        self._environment.set_password(account, password)


def _body(call: Call, known: frozenset[str]) -> JsonObject:
    """Return the body's object; other JSON, no JSON and unknown fields are 400 (a choice)."""
    try:
        body = call.json_object()
    except NotAnObjectError:
        raise message(400, "The request is invalid.") from None
    if set(body) - known or not all(isinstance(value, str | None) for value in body.values()):
        raise message(400, "The request is invalid.")
    return body


def _text(body: JsonObject, name: str) -> str:
    return str(body.get(name) or "")
