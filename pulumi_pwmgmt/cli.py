"""The command line: ``pwmgmt simulate``, ``pwmgmt report`` and ``pwmgmt doctor``.

Exit codes: 0 well, 1 a finding or a failure, 2 bad usage or input; of the doctor 1 a finding, 2 whatever else.
"""

import io
import os
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

import click

_FAILURE, _BAD_INPUT = 1, 2
_INTERRUPTED = 130  # as shells tell it of what SIGINT has ended
_MISSING_EXTRA = "The simulator is not installed. Install it with: pip install 'pulumi-pwmgmt[simulator]'"
_MISSING_TOOLS = "The report's formats are not installed. Install them with: pip install 'pulumi-pwmgmt[tools]'"
_MISSING_TABLES = (
    "What prints the tables is not installed. Install it: pip install 'pulumi-pwmgmt[tools]', or use --json"
)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
@click.version_option(package_name="pulumi-pwmgmt")
def main() -> None:
    """Passwords of service accounts as Pulumi resources: tools."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # signs and names that its encoding does not have


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8700, show_default=True, help="0: any free port")
@click.option("--control-port", type=click.IntRange(0, 65535), default=8701, show_default=True, help="0: any free port")
@click.option(
    "--directory",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Start from this YAML file, of the form that --print-directory prints.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line for scripts, nothing for people.")
@click.option("--print-directory", is_flag=True, help="Print the default directory file and end.")
@click.option(
    "--remember-passwords",
    is_flag=True,
    help="Keep every password that is set in clear text, for tests that look for them elsewhere.",
)
@click.option("--until-stdin-ends", is_flag=True, help="End when standard input does, so as not to outlive a script.")
def simulate(
    *,
    port: int,
    control_port: int,
    directory: Path | None,
    as_json: bool,
    print_directory: bool,
    remember_passwords: bool,
    until_stdin_ends: bool,
) -> None:
    """Simulate the password APIs of Okta, Okta MyAccount, OneLogin and ETNA Trader on 127.0.0.1.

    Everything is volatile. Ctrl-C ends it.
    """
    try:
        from pulumi_pwmgmt.simulator import report, seed, server  # noqa: PLC0415 -- an extra, and slow to import
    except ModuleNotFoundError as error:
        click.echo(f"{_MISSING_EXTRA}\n(missing: {error.name})", err=True)
        sys.exit(_FAILURE)
    if print_directory:
        click.echo(seed.default_text(), nl=False)
        return
    try:
        text = directory.read_text(encoding="utf-8") if directory else seed.default_text()
        running = server.Running(seed.parse(text), port, control_port, remember_passwords=remember_passwords)
    except UnicodeDecodeError:
        click.echo(f"{directory}: not UTF-8", err=True)
        sys.exit(_BAD_INPUT)
    except OSError as error:
        click.echo(f"{directory}: {error.strerror}", err=True)
        sys.exit(_BAD_INPUT)
    except seed.BadSeedError as error:
        for problem in error.problems:
            click.echo(f"{directory}: {problem}", err=True)
        sys.exit(_BAD_INPUT)
    except server.PortTakenError as error:
        click.echo(f"Port {error.port} on 127.0.0.1 is taken. Choose others with --port and --control-port.", err=True)
        sys.exit(_FAILURE)
    show = report.as_json_line if as_json else report.for_people
    running.serve(lambda: show(running), until_stdin_ends=until_stdin_ends)


@main.command()
@click.argument("stream", type=click.File("rb"), default="-")
@click.option("--markdown", "markdown_file", type=_OUTPUT, help="Write Markdown here instead of to standard output.")
@click.option("--sarif", "sarif_file", type=_OUTPUT, help="Write SARIF 2.1.0 here.")
@click.option("--junit", "junit_file", type=_OUTPUT, help="Write JUnit XML here.")
@click.option("--max-removals", type=click.IntRange(0), help="Fail if more accounts than this lose their password.")
@click.option("--max-changes", type=click.IntRange(0), help="Fail if something is planned for more credentials.")
@click.option(
    "--allow-removal", multiple=True, metavar="NAME", help="Don't count this credential's removal. Repeatable."
)
@click.option(
    "--sarif-location",
    default="Pulumi.yaml",
    show_default=True,
    help="The file that SARIF shows findings at, relative to the repository's root.",
)
def report(
    *,
    stream: BinaryIO,
    markdown_file: Path | None,
    sarif_file: Path | None,
    junit_file: Path | None,
    max_removals: int | None,
    max_changes: int | None,
    allow_removal: tuple[str, ...],
    sarif_location: str,
) -> None:
    """Report on a preview's event STREAM, by default standard input, for the reviewers of a pull request.

    Make the stream with: PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json

    Exit codes: 0 nothing stands against applying it, 1 something does, 2 it is no whole event stream.
    """
    try:
        from pulumi_pwmgmt.report import events, findings, gates, junit, markdown, sarif  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        click.echo(f"{_MISSING_TOOLS}\n(missing: {error.name})", err=True)
        sys.exit(_FAILURE)
    if stream.isatty():
        raise click.UsageError("give a file, or lead the preview's output here")
    limits = gates.Limits(removals=max_removals, changes=max_changes, allowed=allow_removal)
    code = 0
    try:
        told = findings.report(events.read(stream.read()), limits)
        code = _FAILURE if told.refused else 0
    except events.NoStreamError as error:
        click.echo(str(error), err=True)
        told, code = findings.unreadable(error), _BAD_INPUT
    outputs = [
        (markdown_file, markdown.as_markdown(told).encode()),
        (sarif_file, sarif.as_sarif(told, sarif_location).encode()),
        (junit_file, junit.as_junit(told)),
    ]
    if markdown_file is None:
        click.echo(outputs[0][1], nl=False)
    for path, content in outputs:
        if path is not None:
            _write(path, content)
    sys.exit(code)


@main.command()
@click.option("--stack", help="The stack to look at.  [default: the selected one]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for scripts, nothing for people.")
def doctor(*, stack: str | None, as_json: bool) -> None:
    """Look at every connection and credential of a stack: does it work, did somebody change it, is it half-done.

    Only reads, and logs in nowhere with a user's password. Run it in the program's directory, with what `pulumi up`
    needs: it takes config and state from your own pulumi.

    Exit codes: 0 all well, 1 something to look at, 2 config or state can't be had, or it can't look for another reason,
    130 interrupted.
    """
    try:
        sys.exit(_examine(stack, as_json=as_json))
    except KeyboardInterrupt:
        click.echo("Interrupted: nothing was changed", err=True)
        os._exit(_INTERRUPTED)  # some of its threads are still waiting for answers


def _examine(stack: str | None, *, as_json: bool) -> int:
    from pulumi_pwmgmt import bug  # noqa: PLC0415 -- the library is slow to import
    from pulumi_pwmgmt.doctor import as_json as scripts  # noqa: PLC0415 -- same
    from pulumi_pwmgmt.doctor.examination import Examination  # noqa: PLC0415 -- same
    from pulumi_pwmgmt.doctor.pulumi_command import StackUnreadableError  # noqa: PLC0415 -- same
    from pulumi_pwmgmt.doctor.stack import read  # noqa: PLC0415 -- same

    try:
        from pulumi_pwmgmt.doctor import tables  # noqa: PLC0415 -- an extra
    except ModuleNotFoundError as error:
        if not as_json:
            click.echo(f"{_MISSING_TABLES}\n(missing: {error.name})", err=True)
            return _BAD_INPUT
    try:
        report = Examination(read(stack), datetime.now(timezone.utc), lambda text: click.echo(text, err=True)).report()
    except StackUnreadableError as error:
        click.echo(str(error), err=True)
        return _BAD_INPUT
    except Exception as error:  # noqa: BLE001 -- a traceback would quote what it met
        click.echo(bug.told(error), err=True)
        return _BAD_INPUT
    if as_json:
        click.echo(scripts.as_json(report))
    else:
        tables.show(report)
    return _FAILURE if report.all_findings else 0


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        click.echo(f"{path}: {error.strerror}", err=True)
        sys.exit(_BAD_INPUT)


if __name__ == "__main__":
    main()
