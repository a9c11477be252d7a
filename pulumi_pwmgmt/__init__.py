"""The passwords of service accounts, declared with Pulumi."""

from pulumi_pwmgmt.model import OnDestroy, OnDrift, from_env, from_file
from pulumi_pwmgmt.resource import ManagedCredential

__all__ = ["ManagedCredential", "OnDestroy", "OnDrift", "from_env", "from_file"]
