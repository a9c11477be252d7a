"""``pwmgmt report``: where it reads and writes, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pulumi_pwmgmt.cli import main
from tests.unit.report_streams import inputs, step, stream, violation

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

WELL, REFUSED, REMOVAL = stream(), stream(violation()), stream(step("delete", old=inputs()))
WITHOUT = "import sys; sys.modules['junitparser'] = None; from pulumi_pwmgmt.cli import main; main(['report'])"


def reported(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["report", *arguments], input=stdin)


@pytest.mark.parametrize(
    ("stdin", "arguments", "code"),
    [
        (WELL, [], 0),
        (REFUSED, [], 1),
        (REMOVAL, [], 0),
        (REMOVAL, ["--max-removals", "1"], 0),
        (REMOVAL, ["--max-removals", "0"], 1),
        (REMOVAL, ["--max-removals", "0", "--allow-removal", "bot"], 0),
        (REMOVAL, ["--max-removals", "0", "--allow-removal", "bo"], 1),
        (REMOVAL, ["--max-changes", "0", "--allow-removal", "bot"], 1),
        (b"", [], 2),
        (WELL, ["--max-removals", "-1"], 2),
        (WELL, ["--max-removals", "many"], 2),
    ],
)
def test_it_ends_as_a_script_expects(stdin: bytes, arguments: list[str], code: int) -> None:
    assert reported(*arguments, stdin=stdin).exit_code == code


def test_markdown_goes_to_standard_output() -> None:
    assert reported(stdin=WELL).stdout.startswith("<!-- pwmgmt report -->\n\n## Credentials: nothing against it")


def test_every_format_goes_where_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "stream").write_bytes(REFUSED)
    files = [tmp_path / name for name in ("report.md", "report.sarif", "report.xml")]
    options = [text for option, file in zip(("--markdown", "--sarif", "--junit"), files, strict=True)
               for text in (option, str(file))]  # fmt: skip

    ended = reported(str(tmp_path / "stream"), "--sarif-location", "bots/Pulumi.yaml", *options)

    assert (ended.exit_code, ended.output) == (1, "")
    assert "pwmgmt/length" in files[0].read_text(encoding="utf-8")
    assert "bots/Pulumi.yaml" in json.dumps(json.loads(files[1].read_text(encoding="utf-8")))
    assert files[2].read_bytes().startswith(b"<?xml")


def test_what_is_no_stream_is_told_in_the_report_too(tmp_path: Path) -> None:
    ended = reported("--junit", str(tmp_path / "report.xml"), stdin=b'{"config": {}}')

    assert ended.exit_code == 2
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true" in ended.stderr
    assert "## Credentials: the preview failed" in ended.stdout
    assert "<error" in (tmp_path / "report.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["nowhere.jsonl"], ["--markdown", "nowhere/report.md"]])
def test_a_file_that_can_t_be_used_is_named(tmp_path: Path, arguments: list[str]) -> None:
    arguments = [text if text.startswith("--") else str(tmp_path / text) for text in arguments]

    ended = reported(*arguments, stdin=WELL)

    assert ended.exit_code == 2
    assert arguments[-1] in ended.stderr


def test_without_the_extra_it_says_how_to_get_it() -> None:
    ended = subprocess.run([sys.executable, "-c", WITHOUT], input=b"", capture_output=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert b"pip install 'pulumi-pwmgmt[tools]'" in ended.stderr
    assert b"missing: junitparser" in ended.stderr
