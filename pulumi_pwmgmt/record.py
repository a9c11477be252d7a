"""What the state says of a credential: the checked inputs, and the outputs they become once the system has agreed."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationError,
)

from pulumi_pwmgmt.counting import is_counting, whole
from pulumi_pwmgmt.errors import NotConfigured
from pulumi_pwmgmt.model import OnDestroy, OnDrift, Reference, Secret, rfc3339
from pulumi_pwmgmt.recipe import Recipe

if TYPE_CHECKING:
    from typing_extensions import Self

    from pulumi_pwmgmt.model import Observation


_LONGEST = 2048  # characters; a principal has 1024 at most
RESTORE = (
    "restore an earlier state: pulumi stack export --version N --file FILE, then pulumi stack import --file FILE; "
    "a file backend keeps earlier ones in .pulumi/history"
)


def _kept(value: object) -> Secret:
    if not isinstance(value, (str, Secret)):
        raise ValueError("must be text")  # noqa: TRY004 -- pydantic turns a ValueError into a report of its own
    return value if isinstance(value, Secret) else Secret(value)


def _shown(text: str) -> str:
    if len(text) > _LONGEST or not text.isprintable():
        raise ValueError("must be one line")
    return text


def _in_utc(when: datetime) -> datetime:
    try:
        return when.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError("must be a time that UTC has too") from None


def _computable(source: dict[str, Any]) -> dict[str, Any]:
    """Let through only what a password can be computed from again, and what older versions wrote."""
    kind = source.get("kind")
    if kind in ("generated", "derived"):
        Recipe.parse(source.get("recipe", ""))
    known = not source or kind in ("supplied", "reference", "generated", "derived")
    counted = kind not in ("generated", "derived") or is_counting(whole(source.get("generation")))
    master = source.get("master")
    derivable = kind != "derived" or (is_counting(whole(source.get("format"))) and _names_a_master(master))
    if not (known and counted and derivable):
        raise ValueError("must be a source of passwords")
    return source


def _names_a_master(value: object) -> bool:
    if isinstance(value, dict):
        return bool(_shown(str(Reference.parse(value))))
    return isinstance(value, str) and bool(_shown(value))


def _since_a_day(facts: dict[str, Any]) -> dict[str, Any]:
    since = facts.get("since")
    if since is not None:
        date.fromisoformat(str(since))
    return facts


Shown = Annotated[str, AfterValidator(_shown)]
Kept = Annotated[Secret, PlainValidator(_kept), PlainSerializer(Secret.reveal)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc), PlainSerializer(rfc3339)]


class Declaration(BaseModel):
    """The inputs after ``check``. ``password`` and ``current_password`` are fingerprints, never the values.

    ``source`` says where the password is from and, of one that is derived, what computes it again. It, ``facts``,
    ``declared`` and ``connection_risks`` are for policies and are missing in what older versions wrote.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    connection: Shown
    principal: Shown
    password: str
    current_password: str | None = None
    adopt: bool = False
    on_destroy: OnDestroy
    on_drift: OnDrift
    keep_in_state: bool
    system: Shown
    tenant: Shown
    reason: Shown
    source: Annotated[dict[str, Any], AfterValidator(_computable)] = {}
    facts: Annotated[dict[str, Any], AfterValidator(_since_a_day)] = {}
    declared: str = ""
    connection_risks: list[str] | None = None
    drift: Annotated[Shown | None, BeforeValidator(lambda text: text or None)] = None

    @classmethod
    def parse(cls, properties: dict[str, Any]) -> Self:
        """Read the properties that the engine hands over.

        Raises:
            NotConfigured: they are not what this provider wrote, as after editing the state by hand.

        """
        problem = "the state of this credential is not as this provider wrote it"
        try:
            return cls.model_validate(properties)
        except ValidationError as error:
            fields = ", ".join(sorted({str(item["loc"][0]) for item in error.errors(include_input=False)}))
            problem += f" (see {fields})"
        raise NotConfigured(problem, to_do=RESTORE)

    def properties(self) -> dict[str, Any]:
        """Return the plain properties for the engine, without those at their default."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Record(Declaration):
    """The outputs: the declaration as the system accepted it, and what the system told.

    ``answered_at`` is the server's clock when it accepted the password, where nothing told when it changed it.
    """

    principal_id: Shown
    status: Shown | None = None
    password_changed_at: Moment | None = None
    answered_at: Moment | None = None
    kept_password: Kept | None = None

    @classmethod
    def of(cls, id_: str, properties: dict[str, Any]) -> Self:
        """Read the properties of the resource that the engine knows by ``id_``: a second witness of who is addressed.

        Raises:
            NotConfigured: they are not what this provider wrote, or were made another account's, by hand.

        """
        record = cls.parse(properties)
        if record.id == id_:
            return record
        raise NotConfigured("the state of this credential names two accounts (see id and principal_id)", to_do=RESTORE)

    @property
    def id(self) -> str:
        """The resource's id: ``<system>:<principal_id>``."""
        return f"{self.system}:{self.principal_id}"

    def properties(self) -> dict[str, Any]:
        """Return the plain properties; ``drift`` is always among them, so that a preview knows where there is none."""
        return super().properties() | {"drift": self.drift or ""}

    def drift_from(self, observation: Observation) -> str | None:
        """Say how the password was changed outside, by the server's own time; None where nothing shows that."""
        before, now = self.password_changed_at, observation.password_changed_at
        changed = now != before if before else observation.is_changed_since(self.answered_at)
        return f"changed outside at {rfc3339(now)}" if now and changed else None

    def as_inputs(self) -> dict[str, Any]:
        """Return only the properties that are inputs, for a refresh that has something to tell the next check."""
        return self.model_dump(mode="json", exclude_defaults=True, include=set(Declaration.model_fields))
