"""The words everything else is written in: secrets, references to them, what a system tells of a password."""

from __future__ import annotations

import contextlib
import enum
import hmac
import os
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

from pulumi_pwmgmt.errors import NotConfigured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime


class Secret:
    """A password, token or key in memory. It has no text form and can't be pickled; ``reveal`` is the one way out.

    Two secrets are compared in constant time.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the value itself, for the request or the computation that needs it."""
        return self.__value

    def map(self, change: Callable[[str], str]) -> Secret:
        """Return the secret that ``change`` makes of this one, without it ever being in the open."""
        return Secret(change(self.__value))

    def read(self) -> Secret:
        """Return itself, so that a literal secret is used like a ``Reference``."""
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.reveal().encode())

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret is a statement about it

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret can't be pickled")


Password: TypeAlias = Secret
InPreview: TypeAlias = Literal["required", "optional"]

_LONGEST_NAME = 1024  # characters
_OPTIONAL = {"in_preview": "optional"}
_WHEN_MISSING: tuple[dict[str, str], ...] = ({}, {"in_preview": "required"}, _OPTIONAL)


def _is_name(text: str) -> bool:
    """Whether a variable or a file can be called that and be shown."""
    return 0 < len(text) <= _LONGEST_NAME


@dataclass(frozen=True)
class Reference:
    """Where a secret is, instead of what it is: an environment variable or a file. Read at the moment of use.

    ``kind`` is ``env`` or ``file``. A file is UTF-8; one trailing newline is removed and nothing else; its path
    is relative to the program's directory. One that is ``optional_in_preview`` may be missing there, as in a pull
    request from a fork, which has no secrets; an update demands it all the same.
    """

    kind: str
    name: str
    optional_in_preview: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing at all: no such variable or file, or an empty one."""
        if self.kind == "env":
            return not os.environ.get(self.name)
        path = Path(self.name)
        try:  # what is there and can't be read is not missing: read tells what is wrong with it
            return path.is_file() and path.read_bytes() in (b"", b"\n") if path.exists() else True
        except OSError:
            return False

    def read(self) -> Secret:
        """Read the secret.

        Raises:
            NotConfigured: the variable or file isn't there, is empty, or isn't UTF-8.

        """
        value = self._from_environment() if self.kind == "env" else self._from_file()
        if not value:
            raise NotConfigured(f"{self} is empty", to_do="put the secret there")
        return Secret(value)

    def as_input(self) -> dict[str, str]:
        """Return the form it has in Pulumi config and as a resource input: ``{"env": …}`` or ``{"file": …}``.

        ``"in_preview": "optional"`` is added where it may be missing in a preview.
        """
        return {self.kind: self.name} | ({"in_preview": "optional"} if self.optional_in_preview else {})

    @staticmethod
    def parse(value: Mapping[str, Any]) -> Reference:
        """Read ``{"env": …}`` or ``{"file": …}``, with ``"in_preview": "optional"`` or ``"required"`` if it says so.

        Raises:
            ValueError: it is neither. What stands there in its place is not shown: it may be the secret.

        """
        match dict(value):
            case {"env": str(name)} if "=" in name:
                raise ValueError("the name of an environment variable has no =: give the name alone, without the value")
            case {"env": str(name)} | {"file": str(name)} if not name.isprintable():
                raise ValueError("the name of a variable or file holds a character that can't be seen")
            case {"env": str(name), **rest} if _is_name(name) and rest in _WHEN_MISSING:
                return Reference("env", name, rest == _OPTIONAL)
            case {"file": str(name), **rest} if _is_name(name) and rest in _WHEN_MISSING:
                return Reference("file", name, rest == _OPTIONAL)
        raise ValueError('a reference is {"env": "NAME"} or {"file": "PATH"}, with "in_preview": "optional" or without')

    def _from_environment(self) -> str:
        if self.name not in os.environ:
            raise NotConfigured(f"{self} is not set", to_do="set it where pulumi runs")
        value = os.environ[self.name]
        if any("\ud800" <= character <= "\udfff" for character in value):  # how Python holds what it can't decode
            raise NotConfigured(f"{self} is not UTF-8", to_do="write it as UTF-8 text")
        return value

    def _from_file(self) -> str:
        path = Path(self.name)
        try:  # a pipe or a device may never end
            content = None if path.is_fifo() or path.is_char_device() else path.read_bytes()
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "no file can be called that"
            raise NotConfigured(f"{self} can't be read: {reason}", to_do="put it there") from None
        if content is None:
            raise NotConfigured(f"{self} is no regular file", to_do="write the secret to a file")
        text = None
        with contextlib.suppress(UnicodeDecodeError):  # told below, outside of an error that holds the content
            text = content.decode()
        if text is None:
            raise NotConfigured(f"{self} is not UTF-8", to_do="write it as UTF-8 text")
        return text.removesuffix("\n")

    def __str__(self) -> str:
        return f"the environment variable {self.name}" if self.kind == "env" else f"the file {self.name}"


def from_env(name: str, *, in_preview: InPreview = "required") -> Reference:
    """Take a secret from the environment variable ``name`` of the process that runs ``pulumi``.

    It is read at the moment of use, so it is in no state and never stale. A variable that is empty counts as
    missing and is refused in preview, unless ``in_preview`` is ``"optional"``: then a preview warns and goes on without
    it, and an update demands it.

    Raises:
        ValueError: ``name`` is empty, or has an ``=`` or a character that can't be seen, or ``in_preview`` is none of
            its values.

    """
    return Reference.parse({"env": name, "in_preview": in_preview})


def from_file(path: str | os.PathLike[str], *, in_preview: InPreview = "required") -> Reference:
    """Take a secret from the file at ``path``, relative to the program's directory.

    It is read at the moment of use, so it is in no state and never stale. The file is UTF-8; one trailing newline
    is removed and nothing else. A file that is empty counts as missing and is refused in preview, and so is a pipe or
    a device. ``in_preview="optional"`` lets a preview go on without the file.

    Raises:
        ValueError: ``path`` is empty or has a character that can't be seen, or ``in_preview`` is none of its values.

    """
    return Reference.parse({"file": os.fspath(path), "in_preview": in_preview})


def rfc3339(moment: datetime) -> str:
    """Write an aware time the way states and messages have it: RFC 3339 in UTC."""
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


class OnDestroy(str, enum.Enum):
    """What becomes of the account's password when the resource is destroyed; docs/systems.md says who can do what."""

    REVOKE = "revoke"
    """Afterwards the password no longer works."""
    EXPIRE = "expire"
    """The password opens nothing but the step that changes it."""
    DEACTIVATE = "deactivate"
    """The account itself no longer works."""


class OnDrift(str, enum.Enum):
    """What an update does about a password that somebody else has changed."""

    REPAIR = "repair"
    """Set the declared one again, once. This is the default."""
    ACCEPT = "accept"
    """Leave the account alone until the program declares another."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a system tells about a principal's password; never the value.

    ``status`` is the vendor's own word. ``password_changed_at`` and ``answered_at`` (the reply's ``Date``) are the
    server's own clock, aware; each is None where the server does not say.
    """

    principal_id: str
    login: str | None = None
    status: str | None = None
    password_changed_at: datetime | None = None
    answered_at: datetime | None = None

    def is_changed_since(self, answered: datetime | None) -> bool:
        """Whether the password was changed after the server gave an answer; a second is what its clocks may differ."""
        changed = self.password_changed_at
        return changed is not None and answered is not None and changed > answered + timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class PasswordPolicy:
    """The rules a server states for one principal's password. Counts are in characters; 0 means no such rule.

    ``symbols`` are the characters that count as one; empty: whatever is neither a letter nor a digit.
    ``excludes_username`` forbids the parts of the login as Okta splits it. ``excluded_attributes`` are the user's
    attributes, in the vendor's words, whose values may not occur; what those are, no policy says.
    """

    min_length: int = 0
    max_length: int = 0
    min_letters: int = 0
    min_lower: int = 0
    min_upper: int = 0
    min_digits: int = 0
    min_symbols: int = 0
    min_classes: int = 0  # of the four classes lower, upper, digit, symbol
    symbols: str = ""
    excludes_username: bool = False
    excluded_attributes: tuple[str, ...] = ()
    excludes_common: bool = False
    remembered: int = 0  # that many earlier passwords may not come again
    min_age_minutes: int = 0
    max_age_days: int = 0
    description: str = ""


class Unknown(enum.Enum):
    """A value that the engine does not know yet: an output of something that a preview has not made."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN
