"""From the seed's password rules to those that a directory enforces."""

from datetime import timedelta

from pulumi_pwmgmt.simulator.complexity import Rules
from pulumi_pwmgmt.simulator.directory import PasswordPolicy
from pulumi_pwmgmt.simulator.seed import Policy


def policy_of(policy: Policy, *, longest: int | None) -> PasswordPolicy:
    """Return the seed's rules as the directory keeps them."""
    rules = Rules(
        min_length=policy.min_length,
        max_length=longest,
        lower=policy.lower,
        upper=policy.upper,
        number=policy.number,
        symbol=policy.symbol,
        exclude_username=policy.exclude_username,
        exclude_first_name=policy.exclude_first_name,
        exclude_last_name=policy.exclude_last_name,
        exclude_common=policy.exclude_common,
    )
    return PasswordPolicy(
        rules=rules,
        history_count=policy.history_count,
        min_age=timedelta(minutes=policy.min_age_minutes),
        max_age=timedelta(days=policy.max_age_days) if policy.max_age_days else None,
        expire_warning=timedelta(days=policy.expire_warn_days),
        max_attempts=policy.max_attempts,
        lock_minutes=policy.lock_minutes or None,
        show_lockout=policy.show_lockout,
    )
