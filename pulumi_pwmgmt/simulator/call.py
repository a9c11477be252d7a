"""One request as a simulated API sees it, and the refusal an API answers with instead of a reply."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

JsonObject = dict[str, object]


class RefusedError(Exception):
    """The API says no; ``response`` is the vendor's own answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class NotAnObjectError(Exception):
    """The body is not a JSON object."""


@dataclass
class Call:
    """A request: headers are looked up in any case, ``base_url`` is how the client addressed us."""

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    repeated_query: bool
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    account: str | None = None
    """Whom the request was about, for the log."""

    @property
    def media_type(self) -> str:
        """The content type without its parameters, lower case; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json_object(self) -> JsonObject:
        """Return the body's JSON object; raises ``NotAnObjectError`` for anything else, a key given twice included."""
        try:
            data = json.loads(self.body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
            json.dumps(data, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):  # UnicodeErrors and JSONDecodeError are ValueErrors
            raise NotAnObjectError from None
        if not isinstance(data, dict):
            raise NotAnObjectError
        return data


def _unique(pairs: list[tuple[str, object]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_constant(_name: str) -> object:
    raise ValueError
