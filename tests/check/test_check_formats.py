"""Each format as its reader takes it, from a verdict that holds everything a hostile export could put into it."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest

from funnel_audit.render.check import FORMATS, render_as
from funnel_audit.render.check.github import PER_STEP
from funnel_audit.render.check.words import tallied
from funnel_audit.report import Finding, Input, InputFile, Note, Place
from funnel_audit.texts import Texts
from funnel_audit.verdict import Accepted, Check, Counts, Gone, Judged, RuleInfo

HOSTILE = "=cmd|' /C calc'!A0 % : , \r\n::error::x ##[error]y <script>&amp;|`*_[a](http://b) @all #1 \x1b[31m\u202e ё"
SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8"))


def judged(number: int, severity: str = "error", standing: str = "new", **place: Any) -> Judged:
    place = {"file": "exports/сделки, май 100%.csv", "line": 7, "column": "Сумма"} | place
    finding = Finding(
        code="FA203", name="label that no stage knows", severity=severity, confidence="medium", place=Place(**place), text=HOSTILE,
        cure=HOSTILE, count=37, deals=("=1+1", "D2"), effect="between 0.31 and 0.44", numbers={"low": 0.31, "n": 3, "bad": float("nan")},
        fingerprint=f"{number:016x}", more=2 if number == 0 else 0,
    )  # fmt: skip
    accepted = Accepted(count=40, reason=HOSTILE, owner="Ann", expires="2026-12-31") if standing == "accepted" else None
    return Judged(finding=finding, standing=standing, fails=standing != "accepted" and severity == "error", path=place["file"] or "",
                  line=place["line"], accepted=accepted)  # fmt: skip


def check(*findings: Judged, lang: str = "en") -> Check:
    source = Input(
        files=(InputFile(name="deals.csv", rows=1, encoding="utf-8", delimiter=",", shape="deals", dialect="generic"),), stages="packaged"
    )
    rules = [RuleInfo(code=code, name=name, severity="warning", confidence="medium", summary="Sums up.", text="Sums up.\n\n**Why**\n\nSo.")
             for code, name in (("FA105", "duplicate header"), ("FA203", "label that no stage knows"))]  # fmt: skip
    counts = Counts(error=1, warning=0, info=0, accepted=0, unlisted=2, failing=sum(one.fails for one in findings))
    return Check(
        version="0.1.0", title=HOSTILE, lang=lang, as_of="2026-03-31T20:59:59Z", as_of_local="2026-03-31", timezone="Europe/Moscow",
        today="2026-04-01", today_from="option", input=source, deals=600, fail_on="error", failed=counts.failing > 0, counts=counts,
        findings=findings, hidden=0, gone=(Gone(fingerprint="f", code="FA301", place="x"),), baseline="b.yaml",
        not_evaluated=(Note(what="stalled", reason="few", text="too few stays", stage="met"),), rules=tuple(rules),
    )  # fmt: skip


EVERYTHING = check(judged(0), judged(1, "warning", "accepted"), judged(2, "info", file=None, line=None, column=None, stage="met"))


def text(name: str, verdict: Check = EVERYTHING) -> str:
    return render_as(name, verdict).decode("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_escape_and_no_turned_text_gets_through(name: str) -> None:
    assert not re.search("[\x1b\u202e\u2028]", text(name))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_found_is_a_valid_answer(name: str) -> None:
    assert text(name, check())


def test_sarif_is_valid() -> None:
    log = json.loads(text("sarif"))
    jsonschema.Draft202012Validator(SCHEMA).validate(log)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(text("sarif", check())))


def test_sarif_says_where_and_what_is_accepted() -> None:
    run = json.loads(text("sarif"))["runs"][0]
    first, accepted, stage = run["results"]
    physical = first["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {
        "uri": "exports/%D1%81%D0%B4%D0%B5%D0%BB%D0%BA%D0%B8%2C%20%D0%BC%D0%B0%D0%B9%20100%25.csv",
        "uriBaseId": "%SRCROOT%",
    }
    assert physical["region"] == {"startLine": 7}
    assert first["partialFingerprints"] == {"funnelAudit/v1": "0" * 16}
    assert (first["level"], first["baselineState"], first["suppressions"]) == ("error", "new", [])
    assert accepted["suppressions"][0]["kind"] == "external" and "Ann" in accepted["suppressions"][0]["justification"]
    assert stage["locations"][0]["logicalLocations"] == [{"name": "met", "kind": "stage"}]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["descriptor"]["id"] for note in notes] == ["not-evaluated/few", "FA203/unlisted"]


def test_junit_counts_what_it_holds() -> None:
    root = ET.fromstring(text("junit"))
    cases = root.findall("testsuite/testcase")
    assert int(root.get("tests", "")) == len(cases) == 5
    assert int(root.get("failures", "")) == len(root.findall(".//failure")) == 1
    assert int(root.get("skipped", "")) == len(root.findall(".//skipped")) == 2, "one accepted, one not evaluated"
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert root.find("testsuite/testcase").get("name") == "FA105 duplicate header", "a rule that found nothing is a passed case"  # type: ignore[union-attr]


def test_github_annotates_within_the_runners_limits() -> None:
    many = check(*(judged(number) for number in range(25)), *(judged(100 + number, "warning") for number in range(3)))
    lines = text("github", many).splitlines()
    errors = [line for line in lines if line.startswith("::error")]
    assert len(errors) == PER_STEP and "16 more findings are in the log" in errors[-1]
    assert sum(line.startswith("::warning") for line in lines) == 3
    assert sum(line.startswith("error FA203") for line in lines) == 16
    assert all(re.match(r"::(error|warning|notice|group|endgroup)( |::)", line) for line in lines if line.startswith("::"))
    assert not any("::error::x" in line for line in lines if not line.startswith("::"))


def test_github_escapes() -> None:
    first = text("github").splitlines()[0]
    properties, _, message = first.removeprefix("::error ").partition("::")
    assert properties == "file=exports/сделки%2C май 100%25.csv,line=7,title=FA203 label that no stage knows"
    assert "%25 : , " in message and "\n" not in message and "%0A" in message


def test_gitlab_has_every_key_and_only_what_is_open() -> None:
    issues = json.loads(text("gitlab"))
    assert len(issues) == 2 and len({issue["fingerprint"] for issue in issues}) == 2
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert issue["location"]["lines"]["begin"] >= 1 and not issue["location"]["path"].startswith("./")


def test_markdown_shows_texts_as_they_are() -> None:
    page = text("markdown")
    assert "<script>" not in page and "@all" not in page and "[a](" not in page and "http://" not in page
    table = [line for line in page.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 5 for line in table)


def test_csv_has_no_formula() -> None:
    raw = render_as("csv", EVERYTHING)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row["standing"] for row in rows] == ["new", "accepted", "new"]
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert rows[0]["text"].startswith("'=cmd") and rows[0]["deals"].startswith("'=1+1")


def test_json_rounds_and_has_no_nan() -> None:
    tree = json.loads(text("json"))
    assert tree["schema"] == "funnel-audit-check/1"
    assert tree["findings"][0]["finding"]["numbers"] == {"low": 0.31, "n": 3, "bad": None}
    assert "\n**Why**" in tree["rules"][1]["text"], "the documentation keeps its lines"


def test_the_terminal_ends_with_the_verdict() -> None:
    lines = text("terminal").splitlines()
    assert lines[-1] == "Failed: 1 finding at --fail-on error. In all: 1 error."
    assert max(map(len, lines)) <= 80
    assert "FA301 x" in text("terminal") and "too few stays (met)" in text("terminal")


def test_nothing_is_called_nothing() -> None:
    none = Counts(error=0, warning=0, info=0, accepted=5, unlisted=0, failing=0)
    verdict = Check(**{name: getattr(check(), name) for name in Check.__struct_fields__ if name != "counts"}, counts=none)
    assert tallied(verdict, Texts("en")) == "no findings; 5 accepted"


SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


def annotated(out: str) -> set[str]:
    return set(re.findall(r"::\w+ file=([^,:]*)", out))


def test_what_is_of_a_stage_points_at_a_file_that_is_there(run: Any, tmp_path: Path) -> None:
    """The user's stages file; without one the export, under the name that was typed; no file for standard input."""
    Path("exports").mkdir()
    Path("exports/deals.csv").write_bytes((SAMPLES / "deals.csv").read_bytes())
    Path("stages.yaml").unlink()
    seen = run("check", "exports/deals.csv", "--format", "github", "--fail-on", "never").out
    assert "FA405" in seen and annotated(seen) == {"exports/deals.csv"}
    assert {issue["location"]["path"] for issue in json.loads(run("check", "exports/deals.csv", "--format", "gitlab").out)} == {
        "exports/deals.csv"
    }
    found = run("check", "exports/deals.csv", "--format", "sarif").out
    assert set(re.findall(r'"uri": "([^"]*deals[^"]*)"', found)) == {"exports/deals.csv"}


@pytest.mark.parametrize("name", FORMATS)
def test_standard_input_has_a_name(run: Any, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    data = Path("deals.csv").read_bytes()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False, buffer=io.BytesIO(data)))
    out = run("check", "-", "--fail-on", "info", "--format", name, "--today", "2026-02-01").out
    if name == "github":
        assert "::<stdin>:" in out and "file=<stdin>" not in out and not re.search(r"::\w+ [^:]*line=", out)
    elif name == "sarif":
        results = json.loads(out)["runs"][0]["results"]
        jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(out))
        places = [one["locations"][0].get("physicalLocation", {}).get("artifactLocation") for one in results]
        assert {"uri": "%3Cstdin%3E"} in places
    elif name == "gitlab":
        assert "<stdin>" in {issue["location"]["path"] for issue in json.loads(out)}
    elif name == "csv":
        assert "<stdin>" in {row["file"] for row in csv.DictReader(io.StringIO(out.removeprefix("\ufeff")))}
    elif name == "json":
        assert "<stdin>" in {one["path"] for one in json.loads(out)["findings"]}
    else:
        assert re.search(r"(<|&lt;)stdin(>|&gt;):\d", out)


def test_the_stages_of_a_dialect_are_no_file(run: Any, shared_data: Path) -> None:
    Path("stages.yaml").unlink()
    folder = shared_data / "salesforce_demo"
    seen = run("check", folder / "Opportunity.csv", folder / "Opportunity History.csv", "--format", "github").out
    assert "FA317" in seen and {Path(name).is_file() for name in annotated(seen)} == {True}
