"""The command line: ``pwmgmt simulate``. Exit codes: 0 well, 1 a finding or a failure, 2 bad usage or input."""

import sys
from pathlib import Path

import click

_FAILURE, _BAD_INPUT = 1, 2
_MISSING_EXTRA = "The simulator is not installed. Install it with: pip install 'pulumi-pwmgmt[simulator]'"


@click.group()
@click.version_option(package_name="pulumi-pwmgmt")
def main() -> None:
    """Passwords of service accounts as Pulumi resources: tools."""


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


if __name__ == "__main__":
    main()
