"""Rules about the account: what becomes of it, what is kept of it, and who else has it or its password."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pulumi_pwmgmt.policy.credential import NotKnownYet, NotRecorded
from pulumi_pwmgmt.policy.parameter import Kind, Parameter
from pulumi_pwmgmt.policy.password_rules import MADE
from pulumi_pwmgmt.policy.rule import Outcome, Parameters, Rule, Severity, StackRule, Verdict, unjudged

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
    from datetime import date

    from pulumi_pwmgmt.policy.credential import Credential, Properties

_NAMED = 5  # of the others that share an account or a password


def _on_destroy(credential: Credential, _parameters: Parameters, _today: date) -> Iterator[str]:
    if "on_destroy" in credential.text("declared").split():
        credential.text("on_destroy")  # an output that turns out to be None declares nothing
    else:
        yield "the program does not say what becomes of the account's password when the resource is destroyed"


def _declare_on_destroy(credential: Credential) -> Properties | None:
    """Declare the removal that holds anyway, so nothing else changes."""
    declared = credential.text("declared").split()
    return None if "on_destroy" in declared else {"declared": " ".join(sorted({*declared, "on_destroy"}))}


def _keep_in_state(credential: Credential, parameters: Parameters, _today: date) -> Iterator[str]:
    if not credential.flag("keep_in_state"):
        return
    if credential.text("system") not in parameters["systems"]:
        yield "the state keeps the password, and the system does not demand that"
    elif credential.text("source", "kind") == "derived":
        yield "the state keeps the password, and a derived one can be computed again instead"


def _one_owner(credentials: Mapping[str, Credential], _parameters: Parameters) -> Mapping[str, Verdict]:
    def account(credential: Credential) -> Hashable:
        return credential.text("system"), credential.text("tenant"), credential.text("principal").casefold()

    return _shared(credentials, account, "another resource declares the password of the same account")


def _reuse(credentials: Mapping[str, Credential], _parameters: Parameters) -> Mapping[str, Verdict]:
    untagged: list[Credential] = []

    def password(credential: Credential) -> Hashable:
        if credential.has("source", "resource"):  # the GeneratedPassword that it comes from
            return "resource", credential.text("source", "resource")
        if credential.has("facts", "reuse_tag"):
            return "tag", credential.text("facts", "reuse_tag")
        if credential.text("facts", "source") not in MADE:
            untagged.append(credential)
        return None

    verdicts = _shared(credentials, password, "another account has the same password")
    if untagged:
        verdicts[""] = Verdict(
            Outcome.NOT_JUDGED,
            f"not judged for {len(untagged)} of the credentials: without pwmgmt:reuse_key none can be told equal",
            "openssl rand -base64 48 | pulumi config set --secret pwmgmt:reuse_key",
        )
    return verdicts


def _shared(
    credentials: Mapping[str, Credential], what: Callable[[Credential], Hashable], says: str
) -> dict[str, Verdict]:
    """Return a verdict for each credential that has ``what`` in common with another; None is common to nobody."""
    owners: dict[Hashable, list[str]] = defaultdict(list)
    verdicts: dict[str, Verdict] = {}
    for urn, credential in credentials.items():
        try:
            owners[what(credential)].append(urn)
        except (NotKnownYet, NotRecorded) as missing:  # noqa: PERF203 -- each is told
            verdicts[urn] = unjudged(missing)
    owners.pop(None, None)
    for urns in owners.values():
        for urn in urns if len(urns) > 1 else ():
            verdicts[urn] = Verdict(Outcome.VIOLATED, f"{says}: {_others(urns, urn)}")
    return verdicts


def _others(urns: Sequence[str], urn: str) -> str:
    names = [repr(other.split("::", 3)[-1]) for other in urns[: _NAMED + 1] if other != urn][:_NAMED]
    more = len(urns) - 1 - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


ON_DESTROY_RULE = Rule(
    name="on-destroy",
    what="The program says what a destroy does to the account.",
    why="A default that takes a password away should be somebody's decision.",
    how="say on_destroy='revoke', 'expire' or 'deactivate'; or set this rule to 'remediate', to declare the default",
    severity=Severity.LOW,
    find=_on_destroy,
    remedy=_declare_on_destroy,
)
KEEP_IN_STATE_RULE = Rule(
    name="keep-in-state",
    what="The state keeps a password only where the system demands the current one.",
    why="What is not there can't be read by whoever may decrypt the state.",
    how="leave keep_in_state out, or take a DerivedPassword",
    severity=Severity.MEDIUM,
    parameters=(
        Parameter(
            name="systems",
            kind=Kind.TEXTS,
            default=("etna",),
            about="The systems that demand the current password.",
        ),
    ),
    find=_keep_in_state,
)
ONE_OWNER_RULE = StackRule(
    name="one-owner",
    what="One account's password is declared once.",
    why="Two owners overwrite each other's password at every run.",
    how="declare it once, and take accepted_password wherever else it is needed",
    severity=Severity.HIGH,
    find=_one_owner,
)
REUSE_RULE = StackRule(
    name="password-reuse",
    what="No two accounts have the same password.",
    why="Who learns one of them has both.",
    how="give each account a password of its own, for example a DerivedPassword",
    severity=Severity.HIGH,
    find=_reuse,
)
