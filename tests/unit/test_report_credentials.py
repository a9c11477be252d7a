"""What is planned for each credential, and whether an account loses its password by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pulumi_pwmgmt.report.credentials import Change, Credential, credentials, shown
from pulumi_pwmgmt.report.events import read
from pulumi_pwmgmt.report.gates import Limits
from tests.unit.report_streams import SECRET, inputs, said, step, stream, urn

if TYPE_CHECKING:
    from tests.unit.report_streams import Event

DRIFT = "changed outside at 2026-11-23T17:36:25Z"
REPLACED = ("create-replacement", "replace", "delete-replaced")


def planned(*events: Event) -> list[Credential]:
    return list(credentials(read(stream(*events))))


def only(*events: Event) -> Credential:
    [credential] = planned(*events)
    return credential


def replacement(old: dict[str, object], new: dict[str, object], *, let_go: bool = False) -> list[Event]:
    return [step(op, old=old, new=None if op == "delete-replaced" else new, retainOnDelete=let_go) for op in REPLACED]


def test_a_create() -> None:
    found = only(step("create", new=inputs()))

    assert (found.name, found.change, found.principal, found.system) == (
        "bot",
        Change.CREATE,
        "bot@example.com",
        "okta",
    )
    assert (found.why, found.removes, found.changes) == ("", False, True)


def test_an_update_tells_its_reason() -> None:
    found = only(step("update", old=inputs(), new=inputs(reason="rotated: 93 days old")))

    assert (found.change, found.why) == (Change.UPDATE, "rotated: 93 days old")


def test_an_update_tells_what_was_changed_outside_once() -> None:
    reason = f"{DRIFT}: set again"

    assert only(step("update", old=inputs(drift=DRIFT), new=inputs(reason=reason))).why == reason
    assert only(step("update", old=inputs(drift=DRIFT), new=inputs(reason="renamed"))).why == f"{DRIFT}; renamed"


def test_a_refresh_alone_is_no_change_and_what_it_found_is_told() -> None:
    refreshed = step("refresh", old=inputs(), new=inputs())
    found = only(refreshed, step("same", old=inputs(drift=DRIFT), new=inputs(drift=DRIFT)))

    assert (found.change, found.changes, found.why) == (Change.SAME, False, f"{DRIFT}, and left so")


def test_a_new_generation_is_told_as_old_and_new() -> None:
    source = {"kind": "derived", "generation": 3.0, "schedule": {"text": "every 30 days"}, "master": "2026"}
    found = only(step("update", old=inputs(source=source), new=inputs(source={**source, "generation": 4})))

    assert found.source == "derived, generation 3 → 4, every 30 days"


def test_another_source_is_told_as_old_and_new() -> None:
    old, new = inputs(source={"kind": "supplied"}), inputs(source={"kind": "derived", "generation": 1, "pinned": True})

    assert only(step("update", old=old, new=new)).source == "supplied → derived, generation 1, set in the config"


@pytest.mark.parametrize(
    "source", [SECRET, "CANARY-s", {"kind": SECRET, "generation": "CANARY-g"}, {"generation": 1.5}]
)
def test_a_source_of_another_form_tells_nothing(source: object) -> None:
    assert only(step("create", new=inputs(source=source))).source == ""


@pytest.mark.parametrize(
    ("on_destroy", "told"), [("revoke", "no longer works"), ("expire", "expires"), ("deactivate", "is deactivated")]
)
def test_a_delete_tells_what_becomes_of_the_account(on_destroy: str, told: str) -> None:
    found = only(step("delete", old=inputs(on_destroy=on_destroy)))

    assert (found.change, found.removes) == (Change.DELETE, True)
    assert told in found.why


def test_a_delete_is_a_removal_also_after_a_refresh() -> None:
    found = only(step("refresh", old=inputs(), new=inputs()), step("delete", old=inputs()))

    assert (found.change, found.removes) == (Change.DELETE, True)


def test_letting_go_removes_nothing() -> None:
    found = only(step("delete", old=inputs(), retainOnDelete=True))

    assert (found.change, found.removes, found.changes) == (Change.LET_GO, False, True)
    assert found.why == "the old account is left as it is"


def test_a_replacement_by_another_account_removes_the_old_one() -> None:
    found = only(*replacement(inputs(), inputs("other@example.com")))

    assert (found.change, found.removes, found.principal) == (Change.REPLACE, True, "other@example.com")
    assert found.why == (
        "principal bot@example.com → other@example.com; the old password is revoked and no longer works"
    )


def test_a_replacement_that_lets_the_old_account_go_removes_nothing() -> None:
    found = only(*replacement(inputs(), inputs("other@example.com"), let_go=True))

    assert (found.change, found.removes) == (Change.REPLACE, False)


def test_a_replacement_of_the_same_account_removes_nothing() -> None:
    found = only(*replacement(inputs(), inputs("BOT@example.com")))

    assert (found.change, found.removes) == (Change.REPLACE, False)
    assert "keeps its password" in found.why


def test_an_account_that_another_credential_takes_over_is_not_removed() -> None:
    new, old = sorted(
        planned(step("create", "new", new=inputs()), step("delete", "old", old=inputs())), key=lambda one: one.name
    )

    assert (old.removes, old.why, new.change) == (False, "the account goes over to new", Change.CREATE)


@pytest.mark.parametrize(
    "other",
    [
        inputs(tenant="https://elsewhere.okta.com"),
        inputs(principal=SECRET),
        inputs(principal=None),
        inputs("else@x.io"),
    ],
)
def test_an_account_of_which_that_is_not_certain_counts_as_removed(other: dict[str, object]) -> None:
    deleted = planned(step("create", "new", new=other), step("delete", "old", old=inputs()))[0]

    assert (deleted.name, deleted.removes) == ("old", True)


def test_accounts_that_are_both_secret_are_not_taken_for_the_same() -> None:
    secret = inputs(principal=SECRET)

    assert planned(step("create", "new", new=secret), step("delete", "old", old=secret))[0].removes


def test_what_an_interrupted_replacement_left_is_a_removal() -> None:
    kept = inputs("other@example.com")
    found = only(step("same", old=kept, new=kept), step("delete", old=inputs(), delete=True))

    assert (found.change, found.removes) == (Change.REPLACE, True)


def test_an_operation_that_nobody_knows_is_a_change() -> None:
    found = only(step("transmogrify", old=inputs(), new=inputs()))

    assert (found.change, found.changes, found.why) == (Change.OTHER, True, "the engine plans: transmogrify")


def test_a_refused_credential_is_told_although_nothing_is_planned_for_it() -> None:
    assert [(one.name, one.change, one.changes) for one in planned(said("no", name="bad"))] == [
        ("bad", Change.REFUSED, False)
    ]


def test_other_resources_are_no_credentials() -> None:
    assert planned(step("delete", kind="aws:iam/user:User", old={"name": "CANARY-n"})) == []


def test_a_value_that_is_not_known_yet_is_told_so() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

    assert only(step("create", new=inputs(unknown))).principal == "(known when applied)"


def test_only_what_is_on_the_list_can_be_shown() -> None:
    with pytest.raises(ValueError, match="password is not to be shown"):
        shown(inputs(), "password")


def test_the_gates_count_removals_and_changes() -> None:
    plan = planned(
        step("create", "a", new=inputs("a@x.io")),
        step("delete", "b", old=inputs("b@x.io")),
        step("delete", "c", old=inputs("c@x.io"), retainOnDelete=True),
        step("same", "d", old=inputs("d@x.io"), new=inputs("d@x.io")),
        *replacement(inputs("e@x.io"), inputs("f@x.io")),
        said("no", name="g"),
    )

    removals, changes = Limits(removals=1, changes=4).applied_to(plan)

    assert (set(removals.counted), removals.exceeded) == ({"b", "bot"}, True)
    assert (set(changes.counted), changes.exceeded) == ({"a", "b", "c", "bot"}, False)


@pytest.mark.parametrize("allowed", ["b", urn("b")])
def test_a_removal_that_is_meant_does_not_count(allowed: str) -> None:
    plan = planned(step("delete", "b", old=inputs("b@x.io")), step("delete", "c", old=inputs("c@x.io")))

    [gate] = Limits(removals=1, allowed=(allowed,)).applied_to(plan)

    assert (gate.counted, gate.exceeded) == (("c",), False)


def test_without_a_limit_there_is_no_gate() -> None:
    assert Limits().applied_to(planned(step("delete", old=inputs()))) == ()
