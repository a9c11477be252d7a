"""Writes docs/policies.md from the rules and profiles themselves.

python -m docs.policies_page
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pulumi_pwmgmt.policy.configuration import Configuration
from pulumi_pwmgmt.policy.profiles import DEFAULT_PROFILE, PROFILES, Clause, Profile
from pulumi_pwmgmt.policy.rule import Rule, StackRule
from pulumi_pwmgmt.policy.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pulumi_pwmgmt.policy.parameter import Parameter

PAGE = Path(__file__).parent / "policies.md"
HEAD = """# Policies

Made from the rules by `python -m docs.policies_page`; a test fails when it is stale.

The pack judges credentials by what may be known of them: length, kinds of characters, strength, source, age. Pulumi
hands config and outputs to every pack in clear ([security](security.md)); this one reads only the properties that its
rules name, no password and no fingerprint among them, and none of its messages quotes a property.

## Run it

```sh
pulumi preview --policy-pack policy
pulumi up --policy-pack policy --policy-pack-config policy.json
```

`policy/` in the repository is the whole pack. A project of its own needs these two files, in a directory of their own,
and `pulumi-pwmgmt` in the Python that runs them:

```yaml
# PulumiPolicy.yaml
description: Judges our credentials.
runtime: python
```

```python
# __main__.py
from pulumi_pwmgmt.policy.pack import serve

serve()
```

## In a pack of your own

A pack that is written with `pulumi_policy` takes the same rules beside its own (`pip install 'pulumi-pwmgmt[policy]'`):

```python
from pulumi_policy import PolicyPack
from pulumi_pwmgmt.policy.own_pack import policies

PolicyPack("ours", [*policies("pci-dss-4", {"minimum-length": {"length": 16}})])
```

Profile and parameters are given there; `--policy-pack-config` still sets the levels, and a rule's parameters in it are
refused. What can't be judged yet is told in pulumi_policy's words, with ours behind them. Nothing is remediated: such a
pack would take the secret marks away. It takes longer than ours does, because it reads each resource once for each
rule.

`facts` and `source` are one text of JSON each, so a rule of your own reads
`json.loads(args.props["facts"])["length"]`. `declared` names the arguments that the program gives, and
`connection_risks` what speaks against the connection: `unencrypted`, and `literal` with the name of a setting whose
secret stands in the stack's config.

## Configure it

`policy.json` chooses a profile, writes parameters over the profile's, and sets what a violation does: `mandatory`
refuses the change, `advisory` only tells, `disabled` does not look. Whatever it does not know is refused.

```json
{
  "profile": {"name": "pci-dss-4"},
  "minimum-length": {"length": 16},
  "rotation": {"max_days": 60, "schedule_required": true},
  "source": "mandatory",
  "on-destroy": "remediate"
}
```

Without it the profile is `nist-800-63b-4`.

One misspelling is told in the engine's words, before ours: a name that is no rule's, with parameters and no level, is
`invalid enforcement level ""`.

## What it can't judge yet, and what it can't see

- A value that a preview does not know is no value: the rule says *judged when applied*, and judges it in the update,
  before the account is touched.
- A state from before these properties says *not judged*, until `pulumi up` has run once. With `--target`, that is so
  for the credentials that are left out.
- A password is looked up in breaches once, when it is declared, and its facts keep the answer. One that is published
  later is not noticed. Where no answer came, the next run asks again.
- A value from `pulumi_random` counts as supplied, like every output: nobody says who made it. Its strength is
  estimated, and `source` speaks against it; a `GeneratedPassword` has neither flaw.
- Rules over several credentials (`one-owner`, `password-reuse`) judge at the end. In an update that is after the
  change, so the provider refuses both beforehand as well, where it can tell.
- Policies see neither removals nor `pulumi destroy`. `pwmgmt report` has a gate for how many a run may remove.
- Remediation declares the `on_destroy` that holds anyway. Nothing else is put right by itself: not a password, and not
  what facts are computed from.
"""
PROFILES_HEAD = """
## Profiles

What each parameter is in each profile. A rule that a framework's table does not name is ours: no clause demands it.

"""
RULE = """
### {name}

{what} {why} To satisfy it: {how}.

Severity {severity}; {level} unless configured. {scope}
"""


def page() -> str:
    """Return the page."""
    profiles = "".join(_profile(profile) for profile in PROFILES.values())
    rules = "".join(_rule(rule) for rule in RULES)
    return f"{HEAD}{PROFILES_HEAD}{_table(_overview())}{profiles}\n## Rules\n{rules}"


def _overview() -> Iterable[Sequence[str]]:
    configurations = [Configuration.parse({"profile": {"name": name}}) for name in PROFILES]
    yield ("parameter", *(f"`{name}`" for name in PROFILES))
    for rule in RULES:
        for parameter in rule.parameters:
            values = [_shown(each.parameters[rule.name][parameter.name]) for each in configurations]
            yield (f"`{rule.name}.{parameter.name}`", *values)


def _profile(profile: Profile) -> str:
    default = " It is the default." if profile.name == DEFAULT_PROFILE else ""
    rows = [("rule", "clause", "says", "read in")]
    rows += [_clause_row(rule, clause) for rule, clauses in profile.clauses.items() for clause in clauses]
    return f"\n### `{profile.name}`\n\n[{profile.title}]({profile.url}).{default} {profile.about}\n\n{_table(rows)}"


def _clause_row(rule: str, clause: Clause) -> tuple[str, str, str, str]:
    return f"`{rule}`", clause.reference, clause.says, clause.read_in


def _rule(rule: Rule | StackRule) -> str:
    scope = ["Judged over all credentials of the stack."] if isinstance(rule, StackRule) else []
    if rule.borrows:
        scope.append(f"It judges by the parameters of {' and '.join(f'`{name}`' for name in rule.borrows)}.")
    if isinstance(rule, Rule) and rule.remedy:
        scope.append("It can remediate.")
    about = RULE.format(
        name=rule.name,
        what=rule.what,
        why=rule.why,
        how=rule.how,
        severity=rule.severity.value,
        level=rule.level.value,
        scope=" ".join(scope),
    ).replace(" \n", "\n")
    rows = [("parameter", "takes", "default", "meaning"), *(_parameter_row(each) for each in rule.parameters)]
    return about + (f"\n{_table(rows)}" if rule.parameters else "")


def _parameter_row(parameter: Parameter) -> tuple[str, str, str, str]:
    return f"`{parameter.name}`", parameter.expected, _shown(parameter.default), parameter.about


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(f"`{text}`" for text in value)
    return f"`{str(value).lower()}`"


def _table(rows: Iterable[Sequence[str]]) -> str:
    head, *body = rows
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *body))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
