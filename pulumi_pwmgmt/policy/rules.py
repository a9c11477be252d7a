"""All the rules, in the order in which they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pulumi_pwmgmt.policy.account_rules import KEEP_IN_STATE_RULE, ON_DESTROY_RULE, ONE_OWNER_RULE, REUSE_RULE
from pulumi_pwmgmt.policy.connection_rules import LITERALS_RULE, SERVER_RULE, TLS_RULE
from pulumi_pwmgmt.policy.password_rules import (
    BREACHED_RULE,
    CLASSES_RULE,
    COMMON_RULE,
    LENGTH_RULE,
    STRENGTH_RULE,
)
from pulumi_pwmgmt.policy.source_rules import RECIPE_RULE, ROTATION_RULE, SOURCE_RULE

if TYPE_CHECKING:
    from pulumi_pwmgmt.policy.rule import Rule, StackRule

CREDENTIAL_RULES: Final[tuple[Rule, ...]] = (
    LENGTH_RULE,
    CLASSES_RULE,
    STRENGTH_RULE,
    COMMON_RULE,
    BREACHED_RULE,
    SOURCE_RULE,
    RECIPE_RULE,
    ROTATION_RULE,
    ON_DESTROY_RULE,
    KEEP_IN_STATE_RULE,
    TLS_RULE,
    LITERALS_RULE,
    SERVER_RULE,
)
"""Judged one credential at a time, before anything is changed."""
STACK_RULES: Final[tuple[StackRule, ...]] = (ONE_OWNER_RULE, REUSE_RULE)
"""Judged over all credentials at the end of a preview, and at the end of an update: after the changes were made."""
RULES: Final[tuple[Rule | StackRule, ...]] = (*CREDENTIAL_RULES, *STACK_RULES)
