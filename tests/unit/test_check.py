from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pulumi_pwmgmt.check import check
from pulumi_pwmgmt.fingerprint import TAG, fingerprint
from pulumi_pwmgmt.model import UNKNOWN, Secret
from tests.unit.in_memory import Administrator, Clock, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly
from tests.unit.stack import LOGIN, TENANT, Refused, Stack, connected, credential, stack_of
from tests.unit.test_update import made

if TYPE_CHECKING:
    from pathlib import Path

EVERY_KIND = [Administrator, NoUseForCurrent, OldForNew, OwnPassword, WriteOnly]


def etna(**arguments: object) -> dict[str, object]:
    return credential(**({"on_destroy": "revoke", "current_password": "CANARY-live"} | arguments))


def refusal(kind: type[WriteOnly], **news: object) -> dict[str, str]:
    """Return the problems of a create, by argument, after making sure of what every refusal promises."""
    stack, directory = stack_of(kind)
    inputs, problems = check(stack.run(), {}, news)
    assert problems, "it was not refused"
    values = [inputs.get("password"), inputs.get("current_password")]
    assert "CANARY-" not in str(values), "a value came back"
    told = {argument: error.line for argument, error in problems}
    assert news.get("principal") != LOGIN or "CANARY-" not in str(told)
    assert not any("\n" in line or "None" in line for line in told.values())
    assert directory.calls == []
    return told


# --- what comes back ---


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_password_is_replaced_by_its_fingerprint_and_nothing_is_called(kind: type[WriteOnly]) -> None:
    stack, directory = stack_of(kind)
    inputs = stack.preview(bot=etna())["bot"]
    assert inputs["password"] == fingerprint(Secret("CANARY-first"), TENANT, LOGIN)
    assert inputs["current_password"] == fingerprint(Secret("CANARY-live"), TENANT, LOGIN)
    assert "CANARY-" not in str(inputs)
    assert directory.calls == []


def test_preview_and_update_agree() -> None:
    stack, _ = stack_of(Administrator)
    assert stack.preview(bot=credential()) == stack.preview(bot=credential())


def test_the_defaults() -> None:
    stack, _ = stack_of(Administrator)
    inputs = stack.preview(bot=credential())["bot"]
    assert inputs == {
        "connection": "main",
        "principal": LOGIN,
        "password": inputs["password"],
        "on_destroy": "revoke",
        "on_drift": "repair",
        "keep_in_state": False,
        "system": "okta",
        "tenant": TENANT,
        "reason": "created",
    }
    nulls = dict.fromkeys(("current_password", "adopt", "on_destroy", "on_drift", "keep_in_state"))
    assert stack.preview(bot=credential(**nulls))["bot"] == inputs
    assert stack.preview(bot=credential(adopt=False))["bot"] == inputs


@pytest.mark.parametrize(
    ("kind", "kept"),
    [(Administrator, False), (NoUseForCurrent, False), (OwnPassword, False), (WriteOnly, False), (OldForNew, True)],
)
def test_it_is_kept_by_default_only_where_the_system_demands_it(kind: type[WriteOnly], kept: bool) -> None:  # noqa: FBT001
    stack, _ = stack_of(kind)
    assert stack.preview(bot=etna())["bot"]["keep_in_state"] is kept


def test_references_are_read_at_the_moment_of_use(tmp_path: Path) -> None:
    stack, directory = stack_of(Administrator)
    file = tmp_path / "secret"
    file.write_bytes(b"CANARY-from file \n")
    reference = {"file": str(file)}
    stack.up(bot=credential(password=reference))
    assert directory.opens(LOGIN, "CANARY-from file ")
    assert stack.up(bot=credential(password=reference)) == []
    file.write_bytes(b"CANARY-another")
    assert stack.up(bot=credential(password=reference)) == ["update"]
    assert directory.opens(LOGIN, "CANARY-another")
    assert stack.up(bot=credential(password="CANARY-another")) == []


# --- unknown ---


@pytest.mark.parametrize("unknown", ["connection", "principal", "password"])
def test_an_unknown_argument_passes_and_no_value_comes_back(unknown: str) -> None:
    stack, directory = stack_of(Administrator)
    inputs = stack.preview(bot=credential(**{unknown: UNKNOWN}))["bot"]
    assert inputs[unknown] is UNKNOWN
    assert inputs["password"] is UNKNOWN
    assert "CANARY-" not in str(inputs)
    assert directory.calls == []


@pytest.mark.parametrize("unknown", ["connection", "principal"])
def test_a_known_current_password_of_an_unknown_account_is_unknown(unknown: str) -> None:
    stack, _ = stack_of(OldForNew)
    inputs = stack.preview(bot=etna(**{unknown: UNKNOWN}))["bot"]
    assert inputs["current_password"] is UNKNOWN


@pytest.mark.parametrize("unknown", ["current_password", "adopt", "on_destroy", "on_drift", "keep_in_state"])
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_any_other_unknown_argument_passes(kind: type[WriteOnly], unknown: str) -> None:
    stack, _ = stack_of(kind)
    assert stack.preview(bot=etna(**{unknown: UNKNOWN}))["bot"][unknown] is UNKNOWN


def test_an_adoption_that_may_be_is_not_refused_for_want_of_the_current_password() -> None:
    stack, _ = stack_of(OldForNew)
    inputs = stack.preview(bot=credential(on_destroy="revoke", adopt=UNKNOWN))["bot"]
    assert inputs["reason"] is UNKNOWN


@pytest.mark.parametrize("unknown", ["password", "on_drift", "on_destroy"])
def test_an_unknown_argument_of_an_update_passes(unknown: str) -> None:
    stack, directory = made(Administrator)
    inputs = stack.preview(bot=credential(**{unknown: UNKNOWN}))["bot"]
    assert inputs[unknown] is UNKNOWN
    assert directory.calls == []


def test_unknown_with_a_drift_passes() -> None:
    stack, directory = made(Administrator)
    directory.change_outside(LOGIN, "CANARY-outside")
    stack.refresh()
    assert stack.preview(bot=credential(password=UNKNOWN))["bot"]["reason"] is UNKNOWN
    assert stack.preview(bot=credential(on_drift=UNKNOWN))["bot"]["reason"] is UNKNOWN


# --- tagged values ---


def test_our_own_fingerprint_is_passed_on() -> None:
    stack, _ = made(Administrator)
    old = stack.state["bot"].inputs
    inputs = stack.preview(bot=credential(password=old["password"]))["bot"]
    assert inputs == old


@pytest.mark.parametrize(
    "tagged", [TAG, TAG + "CANARY-x", "pwmgmt:fingerprint:2:CANARY-x", fingerprint(Secret("CANARY-a"), TENANT, LOGIN)]
)
@pytest.mark.parametrize("argument", ["password", "current_password"])
def test_any_other_tagged_value_is_refused(tagged: str, argument: str) -> None:
    assert "starts like a fingerprint" in refusal(Administrator, **credential(**{argument: tagged}))[argument]
    stack, directory = made(Administrator, current_password="CANARY-live")
    with pytest.raises(Refused) as refused:
        stack.up(bot=credential(**{argument: tagged}))
    assert argument in refused.value.problems
    assert directory.calls == []


def test_a_password_that_only_the_old_current_password_was_is_no_fingerprint_of_it() -> None:
    stack, _ = made(OldForNew)
    mark = stack.state["bot"].inputs["current_password"]
    with pytest.raises(Refused, match="starts like a fingerprint"):
        stack.up(bot=etna(password=mark))


def test_a_held_back_current_password_is_passed_on() -> None:
    stack, _ = made(OldForNew)
    assert stack.up(ignore_changes=["current_password"], bot=etna(current_password="CANARY-other")) == []


def test_a_reference_to_a_tagged_value_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(TAG + "CANARY-x", encoding="utf-8")
    assert "starts like a fingerprint" in refusal(Administrator, **credential(password={"file": str(file)}))["password"]


# --- twice for a replacement ---


def test_the_second_look_at_a_replacement_judges_it_as_new() -> None:
    stack, _ = made(OldForNew)
    run, olds = stack.run(), stack.state["bot"].inputs
    news = credential(on_destroy="revoke", principal="other@example.com")
    first, problems = check(run, olds, news)
    assert problems == []
    assert first["password"] == fingerprint(Secret("CANARY-first"), TENANT, "other@example.com")
    _, problems = check(run, {}, news)
    assert [argument for argument, _ in problems] == ["current_password"]


# --- refusals ---


@pytest.mark.parametrize("argument", ["connection", "principal", "password"])
def test_a_required_argument_that_is_missing_or_empty(argument: str) -> None:
    news = credential()
    del news[argument]
    assert f"{argument} is missing" in refusal(Administrator, **news)[argument]
    assert f"{argument} is missing" in refusal(Administrator, **(news | {argument: None}))[argument]
    assert f"{argument} is empty" in refusal(Administrator, **(news | {argument: ""}))[argument]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("connection", 1),
        ("principal", ["CANARY-x"]),
        ("password", 12345678),
        ("password", ["CANARY-x"]),
        ("password", True),
        ("password", {}),
        ("password", {"env": ""}),
        ("password", {"env": "A", "file": "CANARY-x"}),
        ("password", {"vault": "CANARY-x"}),
        ("password", {"env": ["CANARY-x"]}),
        ("current_password", 1.5),
        ("current_password", {"vault": "CANARY-x"}),
        ("current_password", ""),
        ("adopt", "yes"),
        ("adopt", 0),
        ("on_destroy", "delete"),
        ("on_destroy", True),
        ("on_destroy", ""),
        ("on_drift", "ignore"),
        ("keep_in_state", "true"),
        ("keep_in_state", 1.0),
    ],
)
def test_wrong_types_and_values(argument: str, value: object) -> None:
    assert list(refusal(Administrator, **credential(**{argument: value}))) == [argument]


def test_every_wrong_argument_is_told_at_once() -> None:
    told = refusal(Administrator, connection=1, principal="", password=None, adopt="yes")
    assert list(told) == ["connection", "principal", "password", "adopt"]


def test_an_unknown_connection_is_named_and_no_value_comes_back() -> None:
    told = refusal(Administrator, **credential(connection="nowhere", current_password="CANARY-live"))
    assert "NotConfigured: there is no connection 'nowhere'" in told["connection"]


def test_adoption_where_no_log_in_can_prove_it() -> None:
    for kind in (OwnPassword, WriteOnly):
        assert "can't prove" in refusal(kind, **credential(adopt=True))["adopt"]


def test_the_current_password_is_demanded_once() -> None:
    told = refusal(OldForNew, **credential(on_destroy="revoke"))
    assert "ETNA Trader changes a password only for who knows the current one" in told["current_password"]
    assert "adopt=True" in told["current_password"]


def test_a_current_password_whose_reference_is_gone_on_a_create() -> None:
    told = refusal(OldForNew, **etna(current_password={"env": "PWMGMT_TEST_NOT_SET"}))
    assert "the environment variable PWMGMT_TEST_NOT_SET is not set" in told["current_password"]


def test_a_reference_that_is_gone(tmp_path: Path) -> None:
    told = refusal(Administrator, **credential(password={"file": str(tmp_path / "gone")}))
    assert "can't be read: No such file or directory" in told["password"]
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    assert "is empty" in refusal(Administrator, **credential(password={"file": str(tmp_path / "empty")}))["password"]


@pytest.mark.parametrize(
    ("kind", "how"), [(NoUseForCurrent, "expire"), (OwnPassword, "expire"), (OwnPassword, "deactivate")]
)
def test_a_removal_that_the_system_can_not_do(kind: type[WriteOnly], how: str) -> None:
    told = refusal(kind, **credential(on_destroy=how))["on_destroy"]
    assert f"can't {how}" in told
    assert "revoke" in told


def test_where_nobody_could_set_a_new_one_the_removal_must_be_given() -> None:
    told = refusal(OldForNew, **credential(current_password="CANARY-live"))["on_destroy"]
    assert "say on_destroy='revoke'" in told
    assert "retain_on_delete" in told


def test_keeping_where_it_is_of_no_use_and_not_keeping_where_it_is_demanded() -> None:
    assert "has no use" in refusal(NoUseForCurrent, **credential(keep_in_state=True))["keep_in_state"]
    assert "demands the current" in refusal(OldForNew, **etna(keep_in_state=False))["keep_in_state"]


LENGTHS = [(Administrator, 72), (OwnPassword, 72), (NoUseForCurrent, 1024), (OldForNew, 1024)]


@pytest.mark.parametrize(("kind", "longest"), LENGTHS)
def test_the_longest_password(kind: type[WriteOnly], longest: int) -> None:
    stack, directory = stack_of(kind)
    longest_one = "CANARY-".ljust(longest, "x")
    stack.up(bot=etna(password=longest_one))
    assert directory.opens(LOGIN, longest_one)
    told = refusal(kind, **etna(password=longest_one + "x"))
    assert f"longer than the {longest} characters" in told["password"]
    assert "longer than" in refusal(kind, **etna(password="CANARY-".ljust(100_000, "x")))["password"]


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85"])
@pytest.mark.parametrize("argument", ["password", "current_password", "principal"])
def test_control_characters(argument: str, character: str) -> None:
    for kind in (Administrator, OldForNew):
        told = refusal(kind, **etna(**{argument: f"CANARY-{character}x"}))
        assert "holds a control character" in told[argument]


@pytest.mark.parametrize("text", ["CANARY-é", "CANARY-€", "CANARY-🙂", " CANARY-x", "CANARY-x ", "CANARY-\u00a0x"])
@pytest.mark.parametrize("argument", ["password", "current_password", "principal"])
def test_what_a_header_can_not_carry(argument: str, text: str) -> None:
    assert "can't travel in ETNA Trader's log-in" in refusal(OldForNew, **etna(**{argument: text}))[argument]


@pytest.mark.parametrize("text", ["CANARY- \"'\\%<>&;é€🙂", " CANARY-x ", "CANARY-\u00a0x", "x" * 7])
def test_odd_characters_arrive_as_they_are(text: str) -> None:
    stack, directory = stack_of(Administrator)
    directory.remembered = 0
    stack.up(bot=credential(password=text))
    assert directory.passwords_sent == [text]
    assert directory.opens(LOGIN, text)


def test_a_header_carries_printable_ascii() -> None:
    stack, directory = stack_of(OldForNew)
    text = "CANARY-" + "".join(map(chr, range(0x20, 0x7F)))
    stack.up(bot=etna(password=text))
    assert directory.opens(LOGIN, text)


@pytest.mark.parametrize("principal", [".", "..", "x" * 1025])
def test_a_principal_that_is_no_name(principal: str) -> None:
    assert "is no user id or login" in refusal(Administrator, **credential(principal=principal))["principal"]


class _NoSlash(Administrator):
    traits = replace(Administrator.traits, unaddressable="/")


def test_a_principal_that_no_path_of_the_system_carries() -> None:
    told = refusal(_NoSlash, **credential(principal="team/bot"))["principal"]
    assert "holds '/', which Okta can't carry" in told


def test_several_problems_are_told_at_once() -> None:
    told = refusal(OldForNew, connection="main", principal="é", password="CANARY-é", keep_in_state=False)
    assert set(told) == {"on_destroy", "keep_in_state", "current_password", "principal", "password"}


# --- the wrong tenant ---

MOVED = "https://two.example.com"


def test_the_same_connection_that_leads_elsewhere_is_refused_with_both_ways_on() -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED)
    with pytest.raises(Refused) as refused:
        stack.preview(bot=credential())
    (told,) = refused.value.problems.values()
    assert MOVED in told
    assert TENANT in told
    assert "accept_tenant_change" in told


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"tenant": MOVED, "moved_from": "https://three.example.com"},
        {"kind": "onelogin"},
        {"kind": "onelogin", "tenant": MOVED, "moved_from": TENANT},
    ],
)
def test_an_accepted_move_is_from_that_tenant_and_in_that_system(elsewhere: dict[str, Any]) -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), **elsewhere)
    with pytest.raises(Refused, match="must not go elsewhere"):
        stack.preview(bot=credential())


def test_an_accepted_move_is_let_through() -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED, moved_from=TENANT)
    inputs = stack.preview(bot=credential())["bot"]
    assert inputs["tenant"] == MOVED
    assert inputs["reason"] == "created", "the password has not changed"


def test_ignored_changes_in_a_move_keep_the_password_that_was_accepted() -> None:
    stack, directory = made(Administrator)
    stack.connections["main"] = connected(Administrator(directory), tenant=MOVED, moved_from=TENANT)
    assert stack.up(ignore_changes=["password"], bot=credential(password="CANARY-second")) == ["update"]
    assert directory.calls == []


# --- what the user is told ---


def test_a_literal_secret_in_a_config_without_any_secret_is_told_once_with_the_command() -> None:
    stack, directory = stack_of(Administrator)
    stack.connections["main"] = connected(Administrator(directory), literal_secrets=("token",))
    stack.preview(
        bot=credential(connections_in_clear=True),
        other=credential(connections_in_clear=True, principal="other@example.com"),
    )
    (warning,) = stack.told
    assert warning.startswith("connection 'main' holds a secret (token) in clear text in the stack's config.")
    assert "pulumi config set --secret --path 'pwmgmt:connections.main.token'" in warning


@pytest.mark.parametrize(("in_clear", "literal"), [(None, ("token",)), (True, ())])
def test_no_warning_where_a_secret_is_marked_or_none_is_literal(in_clear: object, literal: tuple[str, ...]) -> None:
    stack, directory = stack_of(Administrator)
    stack.connections["main"] = connected(Administrator(directory), literal_secrets=literal)
    inputs = stack.preview(bot=credential(connections_in_clear=in_clear))["bot"]
    assert stack.told == []
    assert "connections_in_clear" not in inputs


def test_a_problem_reaches_the_engine_as_one_line() -> None:
    stack = Stack(Clock(), {})
    with pytest.raises(Refused) as refused:
        stack.up(bot=credential())
    assert list(refused.value.problems.values()) == [
        "NotConfigured: there is no connection 'main' — fix the settings under pwmgmt:connections"
    ]


# --- a token that is one user's ---


class _TokenOf(OwnPassword):
    """As MyAccount: it acts on whoever the token names."""

    subject_of_token: str | None = LOGIN

    def subject(self) -> str | None:
        return self.subject_of_token


class _TokenOfSomebodyElse(_TokenOf):
    subject_of_token = "other@example.com"


class _UnreadableToken(_TokenOf):
    subject_of_token = None


def test_the_users_own_token_is_compared_without_a_word() -> None:
    stack, _ = stack_of(_TokenOf)
    stack.preview(bot=credential(principal="BOT@example.com"))
    assert stack.told == []


def test_somebody_elses_token_is_refused() -> None:
    told = refusal(_TokenOfSomebodyElse, **credential())["principal"]
    assert "AuthenticationFailed" in told
    assert "'other@example.com'" in told
    assert LOGIN in told


def test_a_token_that_can_not_be_read_is_warned_of_once() -> None:
    stack, _ = stack_of(_UnreadableToken)
    stack.preview(bot=credential(), again=credential())
    (warning,) = stack.told
    assert "make sure that it is the one of 'bot@example.com'" in warning
