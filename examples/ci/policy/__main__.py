"""The ready pack: `pulumi preview --policy-pack policy --policy-pack-config policy.json`; docs/policies.md has more."""

from pulumi_pwmgmt.policy.pack import serve

serve()
