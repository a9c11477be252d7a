from __future__ import annotations

from typing import Any

import pytest

from tests.unit.in_memory import (
    Administrator,
    Clock,
)
from tests.unit.sources import MASTER, NEXT_MASTER, derived, stack_with_master
from tests.unit.stack import TENANT, Refused, Stack, connected, credential, made, stack_of

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


def test_a_literal_secret_in_a_config_without_any_secret_is_told_once_with_the_command() -> None:
    stack, directory = stack_of(Administrator)
    stack.connections["main"] = connected(Administrator(directory), literal_secrets=("token",))
    stack.preview(
        bot=credential(in_clear="connections"),
        other=credential(in_clear="connections", principal="other@example.com"),
    )
    (warning,) = stack.told
    assert warning.startswith("connection 'main' holds a secret (token) in clear text in the stack's config.")
    assert "pulumi config set --secret --path 'pwmgmt:connections.main.token'" in warning


@pytest.mark.parametrize(("in_clear", "literal"), [("masters", ("token",)), (None, ("token",)), ("connections", ())])
def test_no_warning_where_a_secret_is_marked_or_none_is_literal(in_clear: object, literal: tuple[str, ...]) -> None:
    stack, directory = stack_of(Administrator)
    stack.connections["main"] = connected(Administrator(directory), literal_secrets=literal)
    inputs = stack.preview(bot=credential(in_clear=in_clear))["bot"]
    assert stack.told == []
    assert "in_clear" not in inputs


def test_each_master_and_the_reuse_key_in_a_config_without_any_secret_are_told_once_with_the_command() -> None:
    stack, _ = stack_with_master(Administrator)
    stack.config["masters"] = {"main": MASTER, "next.one": NEXT_MASTER, "by reference": {"env": "MASTER"}}
    stack.config["reuse_key"] = "CANARY-key-of-more-than-thirty-two-bytes"
    keys = "connections masters reuse_key"
    stack.preview(bot=derived(in_clear=keys), other=credential(principal="other@example.com", in_clear=keys))
    assert stack.told == [
        f"{path} stands in clear text in the stack's config. Encrypt it: pulumi config set --secret --path '{path}'"
        for path in ("pwmgmt:masters.main", 'pwmgmt:masters["next.one"]', "pwmgmt:reuse_key")
    ]


def test_what_of_it_is_marked_secret_is_not_told() -> None:
    stack, _ = stack_with_master(Administrator)
    stack.config["reuse_key"] = "CANARY-key-of-more-than-thirty-two-bytes"
    stack.preview(bot=derived(in_clear="reuse_key"))
    (told,) = stack.told
    assert told.startswith("pwmgmt:reuse_key stands in clear text")


def test_a_problem_reaches_the_engine_as_one_line() -> None:
    stack = Stack(Clock(), {})
    with pytest.raises(Refused) as refused:
        stack.up(bot=credential())
    assert list(refused.value.problems.values()) == [
        "NotConfigured: there is no connection 'main' — fix the settings under pwmgmt:connections"
    ]
