"""What a program writes."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any, TypeAlias

import pulumi
from pulumi import dynamic
from pulumi.runtime import get_root_resource, is_config_secret, is_dry_run

from pulumi_pwmgmt.errors import CredentialError, CurrentPasswordRejected, Unsupported
from pulumi_pwmgmt.fingerprint import fingerprint, same
from pulumi_pwmgmt.json_text import as_table, as_text
from pulumi_pwmgmt.masters import KEY, recompute
from pulumi_pwmgmt.model import OnDestroy, OnDrift, Reference, Secret
from pulumi_pwmgmt.passwords import DerivedPassword, GeneratedPassword, masters
from pulumi_pwmgmt.pins import watch
from pulumi_pwmgmt.provider import CredentialProvider
from pulumi_pwmgmt.settings import Settings

SecretInput: TypeAlias = pulumi.Input[str] | Reference
_COMPUTED = {"computed": "from its source"}  # stands where a password would, and is replaced by its fingerprint
_WITH_SECRETS = ("connections", "masters", "reuse_key")
PasswordInput: TypeAlias = SecretInput | GeneratedPassword | DerivedPassword

# By the stack that is being run: one process may run several programs, one after the other.
_owners: weakref.WeakKeyDictionary[pulumi.Resource, dict[tuple[str, str], str]] = weakref.WeakKeyDictionary()


class ManagedCredential(dynamic.Resource, module="pwmgmt", name="ManagedCredential"):
    """A principal's password in an identity system.

    Create and update set or change it through the system's documented API; destroy does what ``on_destroy`` says. The
    state holds a fingerprint of the password, not the password, unless the system demands the current one for a change
    or ``keep_in_state`` says so; then it is encrypted.

    Args:
        resource_name: the resource's name in the program.
        connection: name of an entry under ``pwmgmt:connections`` in the stack's config.
        principal: whose password, in the system's own words: user id or login.
        password: a secret string or output, ``from_env("NAME")``, ``from_file("PATH")``, a ``GeneratedPassword`` or a
            ``DerivedPassword``.
        current_password: a secret string or output or a reference; needed once, when an account is taken over that only
            its owner can change (ETNA Trader). Used on create, and on an update only after the kept one was refused.
        adopt: on create, prove by one log-in that the account already has this password, and write nothing.
        on_destroy: ``revoke`` (afterwards the password no longer works), ``expire`` or ``deactivate``. The default is
            ``revoke`` where a new one can be set afterwards; where nobody could (ETNA Trader) it must be given.
        on_drift: what an update does about a password changed by somebody else: ``repair`` (default) or ``accept``.
        keep_in_state: keep the password in the state, encrypted, and give it as the current one for the next change.
            The default is to do so only where the system demands it.
        opts: Pulumi's resource options.

    Attributes:
        password: the fingerprint of the accepted password, a secret all the same. For the password itself, in order,
            see ``accepted_password``.
        principal_id: the system's own id of the principal (of its password, with Okta MyAccount).
        system: name of the identity system.
        tenant: its origin, ``scheme://host[:port]``.
        status: the account's status in the vendor's word; None where the system tells none.
        password_changed_at: when the recorded password was accepted, by the server's own clock, RFC 3339 in UTC; None
            where the system does not tell.
        reason: why the password last changed.
        drift: what was changed outside and not repaired; empty if nothing was.
        on_destroy, on_drift, keep_in_state: the arguments, with the default that holds where none was given.

    Raises:
        pulumi.RunError: another resource of the program declares the same principal of the same connection.

    A refused argument is reported in preview. See docs/contract.md for the errors of each operation.

    """

    connection: pulumi.Output[str]
    principal: pulumi.Output[str]
    password: pulumi.Output[str]
    principal_id: pulumi.Output[str]
    system: pulumi.Output[str]
    tenant: pulumi.Output[str]
    status: pulumi.Output[str | None]
    password_changed_at: pulumi.Output[str | None]
    reason: pulumi.Output[str]
    drift: pulumi.Output[str]
    on_destroy: pulumi.Output[str]
    on_drift: pulumi.Output[str]
    keep_in_state: pulumi.Output[bool]

    def __init__(
        self,
        resource_name: str,
        *,
        connection: pulumi.Input[str],
        principal: pulumi.Input[str],
        password: PasswordInput,
        current_password: SecretInput | None = None,
        adopt: pulumi.Input[bool] | None = None,
        on_destroy: pulumi.Input[str | OnDestroy] | None = None,
        on_drift: pulumi.Input[str | OnDrift] | None = None,
        keep_in_state: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        connection, principal = _reusable(connection), _reusable(principal)
        _claim(resource_name, connection, principal)
        try:
            watch()
        except CredentialError as error:
            raise _told(error) from None
        self._declared, source = _declared(password, resource_name, principal)
        arguments = {
            "connection": connection,
            "principal": principal,
            "password": self._declared,
            "current_password": None if current_password is None else _as_secret(current_password),
            "adopt": adopt,
            "on_destroy": on_destroy,
            "on_drift": on_drift,
            "keep_in_state": keep_in_state,
            "source": source,
            "facts": pulumi.Output.secret(as_text({})),
            "in_clear": " ".join(key for key in _WITH_SECRETS if not is_config_secret(f"pwmgmt:{key}")) or None,
            "in_preview": True if is_dry_run() else None,
        }
        outputs = (
            "principal_id",
            "system",
            "tenant",
            "status",
            "password_changed_at",
            "reason",
            "drift",
            "kept_password",
        )
        super().__init__(
            CredentialProvider(),
            resource_name,
            {**dict.fromkeys(outputs), **arguments},
            pulumi.ResourceOptions.merge(
                opts,
                pulumi.ResourceOptions(additional_secret_outputs=["password", "current_password", "kept_password"]),
            ),
        )

    @property
    def source(self) -> pulumi.Output[dict[str, Any]]:
        """What kind of source the password is from, and its generation and recipe where it has them."""
        return self._table("source")

    @property
    def facts(self) -> pulumi.Output[dict[str, Any]]:
        """What may be known of the password without knowing it, secret all the same (docs/policies.md).

        They are as they were when it was last set.
        """
        return self._table("facts")

    def _table(self, name: str) -> pulumi.Output[dict[str, Any]]:
        # Pulumi puts a resource's outputs into the instance, whatever the class has of the same name.
        text: pulumi.Output[str | None] = vars(self)[name]
        return text.apply(lambda text: as_table(text) or {})

    @property
    def accepted_password(self) -> pulumi.Output[str]:
        """The password, as a secret output that exists only once the system has accepted it.

        What takes it is ordered behind the change, and keeps it in its own entry of the state, encrypted.

        Raises:
            pulumi.RunError: in the run, where the declared password is not the accepted one: ``ignore_changes`` or
                ``--target`` holds the declared one back, or a change made outside was accepted. A derived one that is
                held back is no obstacle: the accepted one is computed again, unless its master is gone.

        """
        # No argument is called drift, so it stays unknown until the system has answered.
        recorded = pulumi.Output.all(
            self.password, self.tenant, self.principal, self.drift, self._declared, self.source, masters()
        )
        return pulumi.Output.secret(recorded.apply(lambda known: _accepted(*known)))


def _declared(
    password: PasswordInput, resource_name: str, principal: pulumi.Input[str]
) -> tuple[pulumi.Output[Any], pulumi.Input[str]]:
    """Return the password as an input, and what is known of where it is from."""
    if isinstance(password, GeneratedPassword):
        return _as_secret(password.value), password.as_source(resource_name, principal).apply(as_text)
    if isinstance(password, DerivedPassword):  # computed by the provider: neither it nor the master is an input
        return pulumi.Output.secret(_COMPUTED), password.as_source(resource_name, principal).apply(as_text)
    kind = "reference" if isinstance(password, Reference) else "supplied"
    return _as_secret(password), as_text({"kind": kind})


def _as_secret(value: SecretInput) -> pulumi.Output[Any]:
    return pulumi.Output.secret(value.as_input() if isinstance(value, Reference) else value)


def _reusable(value: pulumi.Input[str]) -> pulumi.Input[str]:
    """Let an awaitable be used twice: it can be awaited only once."""
    return value if isinstance(value, str) else pulumi.Output.from_input(value)


def _accepted(
    recorded: str,
    tenant: str,
    principal: str,
    drift: str,
    declared: str | Mapping[str, str],
    source: Mapping[str, Any] | None,
    masters: str | None,
) -> str:
    if drift:
        raise _told(
            CurrentPasswordRejected(
                f"the password of {principal!r} was {drift} and that was accepted, so the declared one is not live",
                to_do="declare a new one, or let it be repaired with on_drift='repair'",
            )
        )
    password: Secret | None = None
    try:
        if source and "format" in source:  # which the provider has added: this is what was accepted last
            password = recompute(Settings({KEY: masters}).masters, source, tenant, principal)
        elif declared != _COMPUTED:
            password = Reference.parse(declared).read() if isinstance(declared, Mapping) else Secret(declared)
    except CredentialError as error:
        raise _told(error) from None
    if password is None or not same(fingerprint(password, tenant, principal), recorded):
        raise _told(
            CurrentPasswordRejected(
                f"the declared password of {principal!r} is not the one that {tenant} has accepted",
                to_do="take 'password' out of ignore_changes, or include it in --target",
            )
        )
    return password.reveal()


def _told(error: CredentialError) -> pulumi.RunError:
    return pulumi.RunError(error.line)


def _claim(resource_name: str, connection: pulumi.Input[str], principal: pulumi.Input[str]) -> None:
    stack = get_root_resource()
    if stack is None:
        return
    owners = _owners.setdefault(stack, {})

    def claim(account: list[Any]) -> None:
        if not all(isinstance(name, str) for name in account):
            return  # whatever it is, check refuses it in words of its own
        key = account[0], account[1].casefold()
        owner = owners.get(key)
        owners[key] = resource_name
        if owner is not None:  # of the same name too: components have names of their own
            raise _told(
                Unsupported(
                    f"{owner!r} and {resource_name!r} both declare the password of {account[1]!r} on connection "
                    f"{account[0]!r}, and one password can't have two owners",
                    to_do="declare it once",
                )
            )

    if isinstance(connection, str) and isinstance(principal, str):
        claim([connection, principal])
    else:
        pulumi.Output.all(connection, principal).apply(claim)
