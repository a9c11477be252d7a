"""Pulumi's doorway: dicts to models and back, our errors to one line each.

The class is importable and has no attributes, so that the same few bytes stand for it in every state, forever. What a
process knows lives in ``_Process``. Everything below is imported when it is first needed: the program imports this
module too, and needs none of it.
"""

from __future__ import annotations

import functools
import sys
import uuid
from typing import TYPE_CHECKING, Any, NoReturn

from pulumi import dynamic
from pulumi.output import Unknown

from pulumi_pwmgmt.errors import CredentialError
from pulumi_pwmgmt.json_text import with_tables, with_texts
from pulumi_pwmgmt.model import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_pwmgmt.run import Run

Properties = dict[str, Any]


class _Process:
    run: Run | None = None
    sends_tracebacks = True


def _doorway(verb: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(verb)
    def guarded(*arguments: Any) -> Any:  # noqa: ANN401 -- whatever the verb takes and returns
        try:
            return verb(*arguments)
        except CredentialError as error:
            title, text = type(error).__name__, str(error)
        except BaseException as error:  # noqa: BLE001 -- a SystemExit here would hang the update
            from pulumi_pwmgmt import bug  # noqa: PLC0415 -- see the module's docstring

            title, text = "InternalError", bug.told(error)
        _raise(title, text)

    return guarded


def _raise(title: str, text: str) -> NoReturn:
    """Raise what the user reads as ``error: <title>: <text>``.

    Newer SDKs send the traceback, whose last line starts with the class's name. Older ones leave it to gRPC, which
    sends the text alone, behind ``Exception calling application:``.
    """
    shown = text if _Process.sends_tracebacks else f"{title}: {text}"
    raise type(title, (Exception,), {"__module__": "builtins"})(shown)


def _run() -> Run:
    if _Process.run is None:
        raise RuntimeError("the engine has not configured this process")
    return _Process.run


def _plain(properties: Properties) -> Properties:
    known = {name: UNKNOWN if isinstance(value, Unknown) else value for name, value in properties.items()}
    known.pop(dynamic.dynamic.PROVIDER_KEY, None)
    return with_tables(known)


def _for_engine(properties: Properties) -> Properties:
    unknown = Unknown()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    told = {name: unknown if value is UNKNOWN else value for name, value in properties.items() if value is not None}
    return with_texts(told)


class CredentialProvider(dynamic.ResourceProvider):
    """What the engine calls for every ``ManagedCredential``."""

    serialize_as_secret_always = False  # nothing is captured, so there is nothing to keep secret

    def __reduce__(self) -> tuple[type[CredentialProvider], tuple[()]]:
        return CredentialProvider, ()

    @_doorway
    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Take the stack's config, once a process.

        Where the bytes in the state are not those of the program's class, Pulumi makes and configures a provider of
        each; the delete of the one must know what the check of the other has seen.
        """
        if _Process.run is not None:
            return
        sys.tracebacklimit = 0
        _Process.sends_tracebacks = hasattr(sys.modules["__main__"], "_abort_with_traceback")
        from pulumi_pwmgmt.breached import Breached, BreachedPasswords  # noqa: PLC0415 -- see the module's docstring
        from pulumi_pwmgmt.configuration import KEY, Configuration  # noqa: PLC0415 -- same
        from pulumi_pwmgmt.engine import our_engine  # noqa: PLC0415 -- same
        from pulumi_pwmgmt.run import Run  # noqa: PLC0415 -- same
        from pulumi_pwmgmt.settings import Settings  # noqa: PLC0415 -- same

        engine = our_engine()
        connections = Configuration(req.config.get(KEY), engine.must_live, tell=engine.inform)
        # The SDK hands out values only by their keys; a misspelt key has to be seen as well.
        settings = Settings(vars(req.config)["_props"])

        @functools.cache
        def breaches() -> BreachedPasswords | None:
            wanted = Breached.parse(settings.breached)
            return BreachedPasswords(wanted, may_go_on=engine.must_live) if wanted else None

        _Process.run = Run(connections.connect, engine.warn, settings=settings, breaches=breaches)

    @_doorway
    def check(self, olds: Properties, news: Properties) -> dynamic.CheckResult:
        """Judge the arguments and replace each password by its fingerprint."""
        from pulumi_pwmgmt.check import check  # noqa: PLC0415 -- see the module's docstring

        inputs, problems = check(_run(), _plain(olds), _plain(news))
        # No argument is named to the engine: beside a name it prints the value, a secret one too.
        failures = [dynamic.CheckFailure("", problem.line) for _, problem in problems]
        return dynamic.CheckResult(_for_engine(inputs), failures)

    @_doorway
    def diff(self, id_: str, olds: Properties, news: Properties) -> dynamic.DiffResult:
        """Compare what was accepted with what is declared."""
        from pulumi_pwmgmt import lifecycle, record  # noqa: PLC0415 -- see the module's docstring

        difference = lifecycle.diff(_run(), record.Record.of(id_, _plain(olds)), _plain(news))
        return dynamic.DiffResult(changes=difference.changes, replaces=difference.replaces)

    @_doorway
    def create(self, props: Properties) -> dynamic.CreateResult:
        """Set the password, or adopt it."""
        from pulumi_pwmgmt import lifecycle, record  # noqa: PLC0415 -- see the module's docstring

        made = lifecycle.create(_run(), record.Declaration.parse(_plain(props)))
        return dynamic.CreateResult(made.id, _for_engine(made.properties()))

    @_doorway
    def update(self, id_: str, olds: Properties, news: Properties) -> dynamic.UpdateResult:
        """Change the password where it has to be."""
        from pulumi_pwmgmt import lifecycle, record  # noqa: PLC0415 -- see the module's docstring

        before, declared = record.Record.of(id_, _plain(olds)), record.Declaration.parse(_plain(news))
        return dynamic.UpdateResult(_for_engine(lifecycle.update(_run(), before, declared).properties()))

    @_doorway
    def read(self, id_: str, props: Properties) -> dynamic.ReadResult:
        """Compare the account with the state."""
        from pulumi_pwmgmt import lifecycle, record  # noqa: PLC0415 -- see the module's docstring

        found = lifecycle.read(_run(), record.Record.of(id_, _plain(props)))
        if found is None:
            return dynamic.ReadResult("", {})
        return dynamic.ReadResult(id_, _for_engine(found.properties()), _for_engine(found.as_inputs()))

    @_doorway
    def delete(self, id_: str, props: Properties) -> None:
        """Revoke, expire or deactivate."""
        from pulumi_pwmgmt import lifecycle, record  # noqa: PLC0415 -- see the module's docstring

        lifecycle.delete(_run(), record.Record.of(id_, _plain(props)))


class GeneratedPasswordProvider(dynamic.ResourceProvider):
    """What the engine calls for every ``GeneratedPassword``. There is nothing of it outside the state."""

    serialize_as_secret_always = False  # nothing is captured, so there is nothing to keep secret

    def __reduce__(self) -> tuple[type[GeneratedPasswordProvider], tuple[()]]:
        return GeneratedPasswordProvider, ()

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        """Take the stack's config, once a process."""
        CredentialProvider().configure(req)

    @_doorway
    def check(self, _olds: Properties, news: Properties) -> dynamic.CheckResult:
        """Judge what is wanted."""
        from pulumi_pwmgmt import generated  # noqa: PLC0415 -- see the module's docstring

        inputs, problems = generated.check(_plain(news))
        return dynamic.CheckResult(_for_engine(inputs), [dynamic.CheckFailure("", one.line) for one in problems])

    @_doorway
    def diff(self, _id: str, olds: Properties, news: Properties) -> dynamic.DiffResult:
        """Tell whether a new value is to be made."""
        from pulumi_pwmgmt import generated  # noqa: PLC0415 -- see the module's docstring

        made = generated.Generated.parse(_plain(olds))
        return dynamic.DiffResult(changes=generated.diff(_run().settings.now(), made, _plain(news)))

    @_doorway
    def create(self, props: Properties) -> dynamic.CreateResult:
        """Make the first value."""
        from pulumi_pwmgmt import generated  # noqa: PLC0415 -- see the module's docstring

        made = generated.create(_run().settings.now(), generated.Wanted.parse(_plain(props)))
        return dynamic.CreateResult(f"generated:{uuid.uuid4()}", _for_engine(made.properties()))

    @_doorway
    def update(self, _id: str, olds: Properties, news: Properties) -> dynamic.UpdateResult:
        """Make the next value."""
        from pulumi_pwmgmt import generated  # noqa: PLC0415 -- see the module's docstring

        made, wanted = generated.Generated.parse(_plain(olds)), generated.Wanted.parse(_plain(news))
        return dynamic.UpdateResult(_for_engine(generated.update(_run().settings.now(), made, wanted).properties()))
