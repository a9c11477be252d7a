"""The same report in three formats: whole, valid, inert, and without a secret."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import cmarkgfm  # type: ignore[import-untyped] # it comes without types
import pytest
import sarif_pydantic  # type: ignore[import-untyped] # typed, but not marked so
from cmarkgfm.cmark import Options  # type: ignore[import-untyped] # same
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from pydantic import BaseModel

from pulumi_pwmgmt.report.events import NoStreamError, read
from pulumi_pwmgmt.report.findings import Report, report, unreadable
from pulumi_pwmgmt.report.gates import Limits
from pulumi_pwmgmt.report.junit import as_junit
from pulumi_pwmgmt.report.markdown import MARK, as_markdown, inert
from pulumi_pwmgmt.report.sarif import as_sarif
from tests.canary import assert_no_canary
from tests.unit.report_streams import SECRET, inputs, remediation, said, step, stream, summary, urn, violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.report_streams import Event

HOSTILE = (
    "<img src=x onerror=y> | `code` *bold* [a](b) @octocat #12 $x$ \x1b[31mred\x00 <{%fg 1%}>\ud800\u202e & co "
    "https://evil.example/x www.evil.example a/b#12 GH-3 g/p!4 ci.bot@evil.example\r| r\u2028| l\u2029| p\u0085| n"
)
# What GitHub and GitLab make a link, a picture or a notice of, wherever it stands.
ACTED_UPON = [
    "@octocat", "me@example.com", "me@-example.com", "#12", "octo/repo#12", "GH-3", "gh-3", "GL-3", "!4", "grp/proj!4",
    "%5", '%"next year"', "~bug", '~"a bug"', "$6", "&7", "https://evil.example", "irc://evil.example",
    "www.evil.example", ":octocat:", ":+1:", "^alert#8", "[vulnerability:9]", "*iteration:10",
]  # fmt: skip
PIECES = [*ACTED_UPON, "://", "www.", ".com", "a", "1", "/", " ", "|", "`", "\\", "<b>", "</td>", "<!--", "*", "_",
          "~~", "[a](b)", "![", "&amp;", "$$", "\r", "\n", "\u2028", "\x85", "---", "- ", "> "]  # fmt: skip
LIMITS = Limits(removals=0, changes=1)


def judged(*events: Event, end: Event | None = None, limits: Limits = LIMITS) -> Report:
    return report(read(stream(*events, end=end)), limits)


def formats(told: Report) -> dict[str, str]:
    return {"Markdown": as_markdown(told), "SARIF": as_sarif(told, "Pulumi.yaml"), "JUnit": as_junit(told).decode()}


def removal() -> Report:
    return judged(
        step("delete", "old", old=inputs("old@x.io")),
        step("update", old=inputs(), new=inputs(reason="rotated: generation 3 → 4")),
        step("same", "quiet", old=inputs("quiet@x.io"), new=inputs("quiet@x.io")),
        violation(level="advisory", severity="medium"),
        end=summary(PolicyPacks={"pwmgmt": "1.0"}),
    )


def test_markdown_tells_each_credential_each_finding_and_each_gate() -> None:
    text = as_markdown(removal())

    assert text.startswith(f"{MARK}\n\n## Credentials: refused\n\n1 removed, 1 changed, 1 unchanged. ")
    assert " 1 unchanged. Accounts that lose their password: 1.\n" in text
    assert "Policy packs: <code>pwmgmt 1.0</code>." in text
    assert "- ❌ removals: 1, at most 0 allowed\n- ❌ changes: 2, at most 1 allowed" in text
    assert "| <code>old</code> | **delete** | <code>old@x.io</code> okta | the old password is revoked" in text
    assert "| rotated: generation 3 → 4 | | ⚠️ <code>pwmgmt/length</code> |" in text
    assert "| ⚠️ | <code>bot</code> | <code>pwmgmt/length</code><br>advisory, medium | too short | take more |" in text
    assert "quiet" not in text, "what stays as it is is only counted"


def test_markdown_tells_why_fewer_accounts_count_as_removals_than_credentials_go() -> None:
    renamed = [step("create", "new", new=inputs("a@x.io")), step("delete", "old", old=inputs("a@x.io"))]
    meant = [step("delete", name, old=inputs(name)) for name in ("gone", "going")]
    text = as_markdown(judged(*renamed, *meant, limits=Limits(removals=1, allowed=("gone",))))

    assert "3 removed, 1 created. Accounts that lose their password: 2.\n" in text
    assert "- ✅ removals: 1, at most 1 allowed, and 1 by name\n" in text


def test_markdown_says_when_nothing_stands_against_it() -> None:
    text = as_markdown(judged(step("same", old=inputs(), new=inputs())))

    assert "## Credentials: nothing against it\n\n1 unchanged.\n\nNo policy pack judged it." in text
    assert "- ✅ removals: 0, at most 0 allowed" in text
    assert "|" not in text


@pytest.mark.parametrize(
    "told",
    [
        judged(said("Program failed", name=None), end=summary("failed")),
        unreadable(NoStreamError("the event stream is empty", to_do="look")),
    ],
    ids=["failed", "no stream"],
)
def test_a_preview_that_did_not_end_is_never_told_as_one_without_changes(told: Report) -> None:
    text = as_markdown(told)

    assert "## Credentials: the preview failed\n\n**The preview did not get to its end.**" in text
    for wrong in ("✅", "nothing against", "unchanged", "There is no credential", "No policy pack"):
        assert wrong not in text
    assert json.loads(as_sarif(told, "x"))["runs"][0]["invocations"] == [{"executionSuccessful": False}]
    [preview, *gates] = cases(told)
    assert [type(result).__name__ for result in preview.result] == ["Error"]
    assert [type(result).__name__ for gate in gates for result in gate.result] == ["Skipped"] * len(gates)


def test_markdown_leaves_out_what_a_comment_has_no_room_for_and_says_so() -> None:
    steps = [step("create", f"bot-{number}", new=inputs(f"bot-{number}@x.io")) for number in range(2000)]
    steps += [violation("x" * 3000, resourceUrn=urn(f"bot-{number}")) for number in range(100)]

    text = as_markdown(judged(*steps, limits=Limits()))

    assert 30_000 < len(text) < 65_536
    assert len(re.findall(r"… and \d+ more", text)) == 2
    assert "2000 created" in text


class Shown(HTMLParser):
    """What GitHub's own Markdown makes of a text: which elements, where links lead, and what a reader sees."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.links: list[str] = []
        self.text = ""
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]
        self.text += " "

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.elements[data.strip()] += 1


@given(st.text(st.characters(exclude_characters="\0"), max_size=60) | st.lists(st.sampled_from(PIECES)).map("".join))
@settings(max_examples=300, deadline=None)
def test_whatever_somebody_wrote_is_shown_as_it_is_and_does_nothing(text: str) -> None:
    shown = Shown(f"| |\n|---|\n| {inert(text)} |\n")

    assert shown.elements.keys() <= {"table", "thead", "tbody", "tr", "th", "td", "br"}
    assert shown.elements["td"] == 1
    assert shown.text.replace("\u200b", "").split() == text.replace("\u200b", "").split()


@pytest.mark.parametrize("text", ACTED_UPON)
@pytest.mark.parametrize("place", ["{}", "a {}", "({})", "a{}", "a/{}", "_{}_"])
def test_what_a_forge_acts_upon_is_broken_where_a_reader_does_not_see_it(text: str, place: str) -> None:
    made = html.unescape(inert(place.format(text)))

    assert made.replace("\u200b", "") == place.format(text)
    assert text not in made


def test_hostile_text_is_inert_in_every_format() -> None:
    told = judged(
        step("create", f"{HOSTILE}::x", new=inputs(HOSTILE, reason=HOSTILE, system=HOSTILE)),
        violation(HOSTILE, policyName=HOSTILE, policyPackName=HOSTILE, severity=HOSTILE),
    )
    texts = formats(told)

    shown = Shown(texts["Markdown"])
    assert shown.elements.keys() <= {
        "pwmgmt report", "h2", "h3", "p", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "a",
    }  # fmt: skip
    assert shown.elements["tr"] == 4, "one row below each head"
    assert set(shown.links) == {"mailto:ci.bot@evil.example"}, "of a name; it can be copied, and nobody is told"
    assert "@octocat" not in html.unescape(re.sub(r"<code>.*?</code>", "", texts["Markdown"]))
    for text in texts.values():
        assert not {"\x1b", "\x00", "\ud800", "\u202e"} & set(text)
        assert "<{%" not in text
    assert len(cases(told)) == 4
    assert ET.fromstring(texts["JUnit"].encode()).tag == "testsuites"  # noqa: S314 -- we wrote it
    assert json.loads(texts["SARIF"])["version"] == "2.1.0"


def test_no_format_shows_a_secret() -> None:
    hidden: dict[str, object] = {"password": "CANARY-p", "kept_password": "CANARY-k", "facts": {"length": "CANARY-f"}}
    source = {"kind": "derived", "generation": 2, "master": "CANARY-m", "recipe": {"without": ["CANARY-r"]}}
    told = judged(
        {"preludeEvent": {"config": {"x:y": "CANARY-config"}}},
        {"errorEvent": {"error": "CANARY-internal"}},
        {"stdoutEvent": {"message": "CANARY-stdout", "color": "never"}},
        step("update", old=inputs(**hidden), new=inputs(source=source, **hidden)),
        step("create", "secret", new=inputs(principal=SECRET | {"ciphertext": "CANARY-c"}, reason=["CANARY-l"])),
        remediation(inputs(**hidden), inputs(password="CANARY-in-clear", facts="CANARY-g")),
        violation("it is pwmgmt:fingerprint:1:CANARY-fingerprint-_x — no"),
        violation("CANARY-m", resourceUrn=urn("db", "kubernetes:core/v1:Secret")),
        said("Program failed:\nCANARY-trace", name=None),
        said("CANARY-debug", "debug"),
        said("CANARY-info", "info"),
        end=summary("failed", PolicyPacks={"pwmgmt|local|/CANARY-place": "1"}),
    )

    for name, text in formats(told).items():
        assert_no_canary(text, name)
    assert_no_canary(repr(told), "its representation")
    assert "it is [secret]" in as_markdown(told).replace("&#91;", "[").replace("&#93;", "]")


def test_sarif_has_no_property_that_the_format_does_not() -> None:
    document = sarif_pydantic.Sarif.model_validate_json(as_sarif(removal(), "infra/Pulumi.yaml"))

    assert not list(unknown(document))
    [run] = document.runs
    ids = [rule.id for rule in run.tool.driver.rules]
    assert ids == sorted({"max-changes", "max-removals", "pwmgmt/length"})
    assert [ids[result.rule_index] for result in run.results] == [result.rule_id for result in run.results]
    assert [result.level.value for result in run.results] == ["error", "error", "warning"]
    places = {result.locations[0].physical_location.artifact_location.uri for result in run.results}
    assert places == {"infra/Pulumi.yaml"}
    assert run.results[2].locations[0].logical_locations[0].fully_qualified_name == urn("bot")
    assert run.tool.driver.rules[2].properties == {"tags": ["security"], "security-severity": "4.0"}
    assert run.invocations[0].execution_successful


def unknown(part: BaseModel) -> Iterator[str]:
    """Yield what sarif-pydantic's reading of the standard has no place for."""
    yield from part.model_extra or {}
    values: list[Any] = [getattr(part, name) for name in type(part).model_fields]
    for value in values:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, BaseModel):
                yield from unknown(item)


def test_sarif_tells_code_scanning_all_that_it_demands_of_a_rule() -> None:
    told = judged(
        violation(severity="critical"),
        violation(policyName="other", resourceUrn=urn("db", "aws:iam/user:User")),
        step("same", "moved", old=inputs("m", drift="changed"), new=inputs("m", drift="changed")),
        step("delete", old=inputs()),
        said("no — yes"),
        said("hm", "warning"),
        said("Program failed", name=None),
        limits=Limits(removals=0, changes=0),
    )
    rules = {rule["id"]: rule for rule in json.loads(as_sarif(told, "x"))["runs"][0]["tool"]["driver"]["rules"]}

    assert rules.keys() == {
        "drift", "max-changes", "max-removals", "preview-failed", "pwmgmt/length", "pwmgmt/other", "refused", "warning",
    }  # fmt: skip
    for rule in rules.values():
        for part in ("shortDescription", "fullDescription", "help"):
            assert rule[part]["text"], rule
    assert rules["pwmgmt/length"]["shortDescription"] == {
        "text": "The policy 'length' of the pack 'pwmgmt' is not met."
    }
    assert rules["pwmgmt/length"]["help"]["text"] == "take more"
    assert rules["refused"]["shortDescription"]["text"] == "The provider refuses a credential."
    assert float(rules["pwmgmt/length"]["properties"]["security-severity"]) > 9.0, "what GitHub calls critical"


def test_an_alert_stays_the_same_when_only_its_words_change() -> None:
    first, second = (
        json.loads(as_sarif(judged(violation(words)), "x"))["runs"][0]["results"][0]["partialFingerprints"]
        for words in ("8 of 12", "9 of 12")
    )

    assert first == second
    assert first.keys() == {"primaryLocationLineHash", "pwmgmt/v1"}, "GitHub reads only the first"


def cases(told: Report) -> list[Any]:
    return [case for suite in JUnitXml.fromstring(as_junit(told)) for case in suite]


def test_junit_has_a_test_for_the_preview_each_gate_and_each_credential() -> None:
    found = {
        (case.classname, case.name): [type(result).__name__ for result in case.result] for case in cases(removal())
    }

    assert found == {
        ("preview", "preview"): [],
        ("gates", "at most 0 removals"): ["Failure"],
        ("gates", "at most 1 changes"): ["Failure"],
        ("okta", "old"): [],
        ("okta", "bot"): [],
        ("okta", "quiet"): [],
    }


def test_junit_tells_all_that_is_against_a_credential_in_one_failure() -> None:
    told = judged(
        step("create", new=inputs()), violation(), violation("common", policyName="common"), violation(level="advisory")
    )

    [bot] = [case for case in cases(told) if case.name == "bot"]

    [failure] = bot.result
    assert (failure.message, failure.type) == ("pwmgmt/length; pwmgmt/common", "pwmgmt/length")
    assert "too short\ntake more" in failure.text
    assert "[advisory] pwmgmt/length: bot" in bot.system_out


def test_junit_tells_what_concerns_no_credential_with_the_preview() -> None:
    told = judged(violation(resourceUrn=urn("db", "aws:iam/user:User")), limits=Limits())

    [preview] = cases(told)

    assert [result.message for result in preview.result] == ["pwmgmt/length"]
