"""Documented exchanges with a vendor, as data: what a call of ours sends, what the vendor answers, what comes of it.

They cover what the library calls, and what the vendor may answer to that. Operations that it never calls (invitations,
registration, forgotten passwords, recovery questions, imports of hashes) and the errors of those alone have none.

One YAML file for each system, named like the system's module:

    connection: {token: CANARY-…}     # the vendor's own settings of a connection; system and url are filled in
    url_path: /api                    # what a connection's url has behind the host; default nothing
    request_headers: {…}              # every request of the file carries these, unless it says otherwise
    reply_headers: {Date: …}          # every reply of the file carries these, unless it says otherwise
    shapes: {…}                       # room for YAML anchors; not read
    exchanges:
      - name: sets a password         # unique in the file
        source: https://… "the sentence, or the name of the example"
        connection: {strict: true}    # settings that differ from the file's
        call: {set_password: {principal: …, new: CANARY-…, current: null}}   # one method of System, by keyword
        wire:                         # everything on the wire, in order
          - request:
              method: POST
              path: /api/v1/users/a%40b   # as sent, percent-encoding included
              query: {strict: "true"}     # exactly these parameters; default none
              headers: {Accept: …, If-Match: null}   # these values; null: must be absent
              json: {…}                   # the whole body; or `form: {…}`; or neither, and then nothing may be sent;
                                          # `<salt>` stands for a salt drawn by chance, and
                                          # `<sha256 of salt and CANARY-…>` for the digest of that salt and the rest
            reply:
              status: 200
              headers: {…}
              json: {…}                   # the whole body; or `text: …`; or neither, and then it is empty
        gives:                        # exactly one of:
          observation: {principal_id: …, status: …}      # the Observation; what is not named has its default
          policy: {min_length: 8}                        # the PasswordPolicy; what is not named has its default
          returns: true                                  # any other value; null: None
          raises: PasswordRejected                       # the error's name, and of its attributes those that are named:
          reasons: […]                                   #   PasswordRejected.reasons, whole
          repeats: true                                  #   PasswordRejected.repeats
          advice: …                                      #   what to do, whole
          happened: …                                    #   what happened, whole
          waits: 3600                                    #   RateLimited.retry_after, rounded to a minute, in seconds
        simulator:                    # how the simulator is brought to the same answer
          given: {…}                  # the seed
          ids: {00u…: login}          # ids of the documents, and whose they are: the simulator makes its own
          why: …                      # instead of both: why it doesn't answer so

Header names are compared in lower case. Times are YAML strings, as the vendor writes them.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

FOLDER = Path(__file__).parent
_SALT = "<salt>"
_DIGEST = re.compile(r"<sha256 of salt and (.+)>")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Strict):
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    query: dict[str, str] = {}
    headers: dict[str, str | None] = {}
    json_body: Any = Field(None, alias="json")
    form: dict[str, str] | None = None

    @property
    def salt_field(self) -> str | None:
        """The field of the body whose value is drawn by chance."""
        body = self.json_body if isinstance(self.json_body, dict) else {}
        return next((name for name, value in body.items() if value == _SALT), None)

    def body(self, salt: str) -> Any:  # noqa: ANN401 -- JSON
        """Return the whole body, with this salt where one is drawn."""
        if self.salt_field is None:
            return self.json_body
        return {name: _salted(value, salt) for name, value in self.json_body.items()}

    @property
    def has_json(self) -> bool:
        return "json_body" in self.model_fields_set


class Reply(_Strict):
    status: int
    headers: dict[str, str] = {}
    json_body: Any = Field(None, alias="json")
    text: str | None = None

    @property
    def has_json(self) -> bool:
        return "json_body" in self.model_fields_set


class Turn(_Strict):
    request: Request
    reply: Reply


class Gives(_Strict):
    observation: dict[str, Any] | None = None
    policy: dict[str, Any] | None = None
    returns: bool | None = None
    raises: str | None = None
    reasons: tuple[str, ...] | None = None
    repeats: bool | None = None
    advice: str | None = None
    happened: str | None = None
    waits: float | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Gives:
        outcomes = self.model_fields_set & {"observation", "policy", "returns", "raises"}
        if len(outcomes) != 1:
            raise ValueError("gives exactly one of observation, policy, returns, raises")
        return self


class Simulated(_Strict):
    given: dict[str, Any] = {}
    ids: dict[str, str] = {}
    why: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _simulated_or_not(self) -> Simulated:
        if (self.why is None) == (not self.given):
            raise ValueError("needs either a seed or a reason why not")
        return self


class Exchange(_Strict):
    system: str
    name: str
    source: str
    connection: dict[str, Any] = {}
    url_path: str = ""
    call: dict[str, dict[str, Any]] = Field(min_length=1, max_length=1)
    wire: tuple[Turn, ...]
    gives: Gives
    simulator: Simulated


def _salted(value: str, salt: str) -> str:
    digested = _DIGEST.fullmatch(value)
    if digested:
        return hashlib.sha256((salt + digested[1]).encode()).hexdigest()
    return salt if value == _SALT else value


def systems() -> list[str]:
    """Return the systems that have a file here."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def exchanges(system: str) -> list[Exchange]:
    """Read a system's file, the headers and settings that its exchanges share filled in."""
    file = yaml.safe_load((FOLDER / f"{system}.yaml").read_text(encoding="utf-8"))
    shared = {part: file.pop(f"{part}_headers", {}) for part in ("request", "reply")}
    settings, url_path = file.pop("connection", {}), file.pop("url_path", "")
    file.pop("shapes", None)
    found = file.pop("exchanges")
    if file:
        raise ValueError(f"{system}.yaml: no such key: {', '.join(file)}")
    for exchange in found:
        exchange |= {"system": system, "url_path": url_path}
        exchange["connection"] = settings | exchange.get("connection", {})
        exchange["wire"] = [
            {part: {**said, "headers": shared[part] | said.get("headers", {})} for part, said in turn.items()}
            for turn in exchange["wire"]
        ]
    return [Exchange.model_validate(exchange) for exchange in found]
